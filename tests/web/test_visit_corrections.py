# SPDX-License-Identifier: EUPL-1.2
"""What about a visit needs a look says its way on; who corrected what, from what to what, and why is seen."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.phone.simulated_phone import Phone
from tests.town import EAST, ELSEWHERE, MEADOW, Town
from tests.web.test_act_forms import case_of, inputs, screen
from troskel.ground import clock
from troskel.reading import visits
from troskel.visits.models import Visit

WAY = re.compile(r'href="(/do/correct_visit[^"]+)">([^<]+)<')


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> Iterator[None]:
    settings.DEMO = True
    return iter([None])


def ways(page: str) -> list[tuple[str, str]]:
    return [(unescape(url), label) for url, label in WAY.findall(page)]


def text(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(page)))


def left_open(town: Town) -> str:
    """A visit that began sixteen hours ago, whose end nobody has told."""
    client = town.new_client()
    town.does("carin", "arrive", client=client, by="hand", reason="no_tag_yet")
    town.now += timedelta(hours=16)
    return client


def page_of(town: Town, who: str, path: str) -> str:
    with town.standing():
        answer = screen(town, who).get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_a_forgotten_departure_is_written_in_from_the_list(town: Town) -> None:
    case = case_of(town, left_open(town))
    arrived = Visit.objects.get().arrived
    ((way, label),) = ways(page_of(town, "olle", "/visits/"))
    assert label == "Skriv in när besöket slutade"
    with town.standing():
        browser = screen(town, "olle")
        form = browser.get(way).content.decode()
    assert f'name="arrived" type="datetime-local" value="{clock.wall_text(arrived)}"' in form
    assert f"ärende {case}" in text(form), "whose visit it is stands beside it"
    assert "Varför rättas det?" in form
    ended = clock.wall_text(arrived + timedelta(minutes=20))
    sent = {**inputs(form), "arrived": clock.wall_text(arrived), "departed": ended, "made": "on"}
    with town.standing():
        refused = browser.post("/do/correct_visit", sent)
        assert refused.status_code == 422 and "Välj ett svar." in refused.content.decode(), "the reason"
        done = browser.post("/do/correct_visit", {**sent, "reason": "forgotten"})
    assert done.status_code == 200 and "Klart:" in done.content.decode()
    assert Visit.objects.get().departed == arrived.replace(second=0) + timedelta(minutes=20)
    row = text(page_of(town, "olle", "/visits/").partition("<tbody")[2])
    assert "Tiden är rättad i efterhand" in row and "Avgången saknas" not in row


def test_each_exception_says_its_way_and_other_visits_can_be_corrected_too(town: Town) -> None:
    first, second, third = (town.new_client() for _ in range(3))
    for client, begins, ends in ((first, 180, 150), (second, 170, 140), (third, 60, 30)):
        times = {
            "arrived": (town.now - timedelta(minutes=begins)).isoformat(),
            "departed": (town.now - timedelta(minutes=ends)).isoformat(),
        }
        town.does("carin", "register_visit", client=client, by="hand", reason="no_tag_yet", **times)
    labels = [label for _, label in ways(page_of(town, "olle", "/visits/"))]
    assert labels == ["Rätta", "Rätta tiderna", "Rätta tiderna"]
    assert not ways(page_of(town, "anna", "/visits/")), "an assessor corrects no visits"
    with town.standing():
        answer: Any = screen(town, "olle").get("/visits/?as=csv")
        assert "Rätta" not in b"".join(answer.streaming_content).decode(), "ways are for the page"


def test_the_clients_page_leads_to_the_clients_visits_alone(town: Town) -> None:
    town.visit(town.new_client())
    client = left_open(town)
    case = case_of(town, client)
    path = f"/visits/?client={case}"
    assert path in page_of(town, "olle", f"/clients/{case}")
    assert len(ways(page_of(town, "olle", "/visits/"))) == 2
    page = page_of(town, "olle", path)
    assert [label for _, label in ways(page)] == ["Skriv in när besöket slutade"]
    assert f'name="client" value="{case}"' in page, "a further choice keeps to the client"
    assert "980101" not in page_of(town, "olle", "/visits/?client=19980101-0000"), (
        "what is typed is not repeated"
    )


def test_who_corrected_what_from_what_to_what_and_why_is_seen_by_the_coordinator(town: Town) -> None:
    client = left_open(town)
    visit = Visit.objects.get()
    ended = visit.arrived + timedelta(minutes=20)
    values = {"visit": str(visit.id), "reason": "phone_failed", "departed": ended.isoformat()}
    town.does("carin", "correct_visit", **values)
    path = f"/clients/{case_of(town, client)}"
    journal = text(page_of(town, "olle", path).partition('id="journal"')[2])
    was, now = (clock.wall_text(at)[11:].replace(":", ".") for at in (visit.arrived, ended))
    assert "Ett besök rättades: telefonen fungerade inte" in journal
    assert re.search(rf"{was} utan sluttid blev .*{was}–{now}", journal)
    assert "Carin" in journal, "the coordinator knows whose work it is"
    assert "Carin" not in text(page_of(town, "anna", path).partition('id="journal"')[2])
    town.does("olle", "correct_visit", visit=str(visit.id), made=False, reason="wrong_client")
    journal = text(page_of(town, "olle", path).partition('id="journal"')[2])
    assert "det gjordes inte:" in journal and "det skrevs in på fel kund" in journal


def test_the_economist_sees_what_needs_a_look_as_counts_that_lead_to_the_rows(town: Town) -> None:
    """No client is named that was not before: of one's own municipality's clients there are numbers alone."""
    own, foreign = town.new_client(), town.client(home_municipality=ELSEWHERE)
    town.grant(foreign, EAST)
    town.visit(own)
    ended = (town.now - timedelta(minutes=20)).isoformat()
    town.visit(own, departed=ended)
    town.visit(foreign, "olle", reason="other_municipality")
    month = f"{town.today:%Y-%m}"
    page = page_of(town, "erik", f"/billing/exceptions?month={month}")
    said = text(page.partition("<main")[2])
    assert "Hemtjänsten Öst" in said and "av 3 besök" in said
    assert "Avgången saknas: 2" in said and "besök att titta på" in said.lower()
    assert case_of(town, own) not in page and case_of(town, foreign) not in page and "Öman" not in said
    (rows,) = re.findall(r'href="(/billing/\?[^"]*provider[^"]*)"', unescape(page))
    rows_page = text(page_of(town, "erik", rows).partition("<main")[2])
    assert case_of(town, foreign) in rows_page and "1 besök är att titta på." in rows_page
    assert case_of(town, own) not in rows_page
    assert "Bara rader från Hemtjänsten Öst" in rows_page
    others = text(page_of(town, "erik", f"/billing/?month={month}&provider={MEADOW}").partition("<main")[2])
    assert case_of(town, foreign) not in others
    (way,) = re.findall(
        r'href="(/visits/[^"]*flagged[^"]*)"',
        unescape(page_of(town, "olle", f"/billing/exceptions?month={month}")),
    )
    assert len(ways(page_of(town, "olle", way))) == 2, "a coordinator sees the visits themselves"


def test_the_economists_counts_are_one_query_however_many(town: Town) -> None:
    month, economist = f"{town.today:%Y-%m}", town.actor("erik")

    def queries() -> int:
        with clock.frozen_at(town.now), CaptureQueriesContext(connection) as asked:
            visits.exceptions_by_provider(economist, month)
        return len(asked)

    town.visit(town.new_client())
    one = queries()
    for _ in range(3):
        town.visit(town.new_client())
        town.visit(town.new_client(MEADOW), "mikael")
    assert queries() == one


def test_a_carer_corrects_a_visit_of_the_own_day_from_the_phone(town: Town) -> None:
    client = town.new_client()
    town.does("demo", "register_account", username="cecilia", name="Cecilia", role="carer", organisation=EAST)
    town.visit(client, "cecilia")
    town.visit(client)
    phone = Phone(town, "carin")
    phone.client(client)
    ((way, label),) = ways(phone.page)
    assert label == "Skriv in när besöket slutade", "only for one's own"
    form = phone.goes(way)
    assert phone.status == 200 and "Rätta ett besök" in form


def test_a_visit_under_way_at_who_left_the_phone_can_be_ended(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "arrive", client=client, by="hand", reason="no_tag_yet")
    town.does("anna", "end_care", client=client, service="home_care", reason="recovered", on=str(town.today))
    town.now += timedelta(days=1)
    phone = Phone(town, "carin")
    assert "Kunden finns inte längre i telefonen." in phone.goes("/phone/")
    assert [label for _, label in ways(phone.page)] == ["Skriv in när besöket slutade"]
