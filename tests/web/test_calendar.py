# SPDX-License-Identifier: EUPL-1.2
"""The locksmith's day: the calendar as start page, slots to pick, and the address for calendar programs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from tests.town import EAST, MEADOW, Town
from tests.web.test_act_forms import case_of, screen
from tests.web.test_desk import booked, page, text
from troskel.journal.models import Line


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def test_the_start_page_of_a_locksmith_is_the_week_with_today_and_what_is_to_be_booked(town: Town) -> None:
    town.does("siri", "change_organisation", organisation=EAST, phone="08-465 004 11")
    today = booked(town, town.new_client(), presence="carer")
    friday = booked(town, town.new_client(), days=4, hour=9)
    waiting, client = town.order(town.new_client()), town.client()
    town.does("olle", "assign_duty", duty=town.the("P4.be_present").id, to="carin")
    source = page(town, "laban", "/")
    said = text(source)
    assert "Ett besök i dag" in said
    assert "Nästa: Ängsvägen 1, lgh 1001, kl. 13.00." in said
    assert "Möter dig Carin, Hemtjänsten Öst 08-465 004 11" in said
    assert 'href="tel:084650041' in source
    assert f'href="/do/report_installation?order={today}&amp;duty=' in source
    assert f"#{friday}" in source, "the week leads to the day"
    assert f'href="/do/report_installation?order={friday}' not in source, "a card for today's alone"
    assert f'href="/do/book_order?order={waiting}"' in source
    assert source.count(f'id="{waiting}"') == 1, "nothing says it twice"
    assert case_of(town, client) not in source


def test_a_free_hour_leads_to_the_form_with_its_time(town: Town) -> None:
    booked(town, town.new_client(), days=1, hour=8)
    order = town.order(town.new_client())
    source = page(town, "laban", "/").replace("&amp;", "&")
    slots = re.findall(rf'href="(/do/book_order\?order={order}&starts=([^&"]+)&ends=[^"]+)"', source)
    times = [starts.replace("%3A", ":") for _, starts in slots]
    assert times[0] == f"{town.day(0)}T08:00" or times[0] == f"{town.day(0)}T09:00"
    form = page(town, "laban", slots[0][0])
    assert f'value="{times[0]}"' in form
    assert "Lediga tider:" in form
    week = page(town, "laban", f"/?book={order}").replace("&amp;", "&").replace("%3A", ":")
    assert f"starts={town.day(1)}T09:00" in week
    assert f"starts={town.day(1)}T08:00" not in week, "it is taken"
    assert "Välj en ledig timme" not in page(town, "laban", "/?book=nonsense")


def test_two_in_one_area_are_proposed_for_the_same_day(town: Town) -> None:
    booked(town, town.new_client(), days=3, hour=9)
    order = town.order(town.new_client())
    said = text(page(town, "laban", "/"))
    assert "samma område" in said and order in said


def test_a_day_is_a_numbered_route_and_a_coordinator_sees_the_same_of_theirs(town: Town) -> None:
    later, first = (booked(town, town.new_client(), days=2, hour=hour) for hour in (14, 9))
    day = f"?view=day&from={town.day(2)}"
    for who, path in (("laban", "/"), ("olle", "/bookings/")):
        source = page(town, who, f"{path}{day}")
        assert source.index(f'id="{first}"') < source.index(f'id="{later}"')
        assert re.findall(r'class="leg">(\d)<', source) == ["1", "2"]
    assert "Inget besök i dag" in page(town, "moa", "/bookings/")


def address(browser: Browser) -> str:
    found = re.search(
        r"<code>http://[^/]+(/calendar/[^<]+\.ics)</code>", browser.post("/calendar/").content.decode()
    )
    assert found is not None
    return found[1]


def test_a_calendar_program_gets_times_and_nobodys_name_until_the_address_ends(town: Town) -> None:
    client = town.new_client()
    order = booked(town, client, presence="carer")
    others = town.order(town.new_client(MEADOW), MEADOW)
    town.does("laban", "book_order", order=others, starts=town.at(15), ends=town.at(16))
    reads = Line.objects.filter(kind="reads").count()
    with town.standing():
        browser = screen(town, "laban")
        at = address(browser)
        answer = Browser().get(at)
        of_olle = Browser().get(address(screen(town, "olle"))).content.decode()
    feed = answer.content.decode()
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"SUMMARY:Montering {order}" in feed and f"SUMMARY:Montering {others}" in feed
    assert "DTSTART:20260302T120000Z" in feed and "DTEND:20260302T130000Z" in feed
    assert others not in of_olle and order in of_olle
    unfolded = feed.replace("\r\n ", "")
    for secret in ("Öman", "Åke", "Ängsvägen", "070-99", "Byn"):
        assert secret not in unfolded
    assert case_of(town, client) not in unfolded.replace(f"W-{case_of(town, client)}", "")
    assert Line.objects.filter(kind="reads").count() == reads, (
        "a program that asks every hour reads no client"
    )
    with town.standing():
        token = re.findall(r'name="token" value="([^"]+)"', browser.get("/calendar/").content.decode())
        assert browser.post("/calendar/", {"token": token[0]}).status_code == 302
        assert Browser().get(at).status_code == 404
        assert Browser().get("/calendar/troskel_nobody.ics").status_code == 404


def test_the_address_of_a_calendar_opens_nothing_else_and_no_other_key_opens_a_calendar(town: Town) -> None:
    with town.standing():
        at = address(screen(town, "laban"))
        secret = at.split("/")[-1].removesuffix(".ics")
        asked = Browser().get("/api/v1/orders", headers={"Authorization": f"Bearer {secret}"})
        assert asked.status_code == 403
    key = town.does("laban", "issue_token", label="x").answer["token"]
    with town.standing():
        assert Browser().get(f"/calendar/{key}.ics").status_code == 404
    town.does("siri", "close_account", username="laban")
    with town.standing():
        assert Browser().get(at).status_code == 404


def test_what_has_been_missed_is_said_first_and_a_rebooked_time_is_another_event(town: Town) -> None:
    order = booked(town, town.new_client(), days=1)
    town.days_pass(2)
    said = text(page(town, "laban", "/"))
    assert "Ett besök är inte rapporterat." in said
    assert "har passerat utan rapport" in said
    with town.standing():
        at = address(screen(town, "laban"))
        before = Browser().get(at).content.decode()
    starts = town.at(13) + timedelta(days=1)
    town.does("laban", "book_order", order=order, starts=starts, ends=starts + timedelta(hours=1))
    with town.standing():
        after = Browser().get(at).content.decode()
    uids = [re.findall(r"UID:(\S+)", feed) for feed in (before, after)]
    assert len(uids[0]) == len(uids[1]) == 1 and uids[0] != uids[1]
