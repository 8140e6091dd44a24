# SPDX-License-Identifier: EUPL-1.2
"""Brief sight (rule 7): an hour to read one client, a typed reason, the manager told at once, each reading a line."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.acts.examples import ActExample, Values
from tests.town import ALARM, CODE, EAST, Town
from troskel.access import mailing
from troskel.access.models import BriefSight
from troskel.ground import formatting
from troskel.ground.refusals import NotFound
from troskel.journal.models import Detail, Line
from troskel.outbox.models import OutboxMessage
from troskel.people.login_models import Login
from troskel.people.models import Account, Client
from troskel.reading import access, brief_sights, client_record, lists, outbox, phone
from troskel.reading.client_page import client_page
from troskel.reading.paging import PageRequest

REASON = {"reason": "Hon ringde hit och har ramlat, och Ängen svarar inte"}


def elses_client(town: Town, **more: Any) -> Values:
    """A client whom the other provider has: Moa's people can't see them."""
    return {"client": town.new_client(**more), **REASON}


def taken(town: Town) -> Values:
    return {"sight": town.does("moa", "take_brief_sight", **elses_client(town)).answer["sight"]}


EXAMPLES = {
    "take_brief_sight": ActExample("moa", elses_client, "rule 7", by="olle"),
    "review_brief_sight": ActExample(
        "maria", lambda town: taken(town) | {"verdict": "justified"}, "rule 7", again=True
    ),
}


def case_of(client: str) -> str:
    return Client.objects.get(reference=client).case_number


def reads(town: Town, who: str) -> list[tuple[str, str]]:
    """The reads that this person's account has left, and the client's case number."""
    cases = dict(Client.objects.values_list("id", "case_number"))
    lines = Line.objects.filter(kind="reads", actor=town.actor(who).account).order_by("number")
    return [(line.event, cases.get(line.client, "")) for line in lines]


def opened(town: Town, who: str, case: str) -> client_record.RecordShown:
    with town.standing():
        return client_record.record(town.actor(who), case)


def test_an_hour_to_read_one_client_and_each_reading_is_a_line(town: Town) -> None:
    values, other = elses_client(town), town.new_client()
    case = case_of(values["client"])
    with pytest.raises(NotFound):
        opened(town, "moa", case)
    answer = town.does("moa", "take_brief_sight", **values).answer
    until = town.now - timedelta(minutes=1) + timedelta(hours=1)
    assert datetime.fromisoformat(answer["until"]) == until
    assert opened(town, "moa", case).person is not None
    with town.standing():
        page = client_page(town.actor("moa"), case, visits_since=town.today)
        seen_anyhow = client_page(town.actor("olle"), case, visits_since=town.today)
    assert (page.brief_until, seen_anyhow.brief_until) == (until, None)
    assert page.case == case
    assert reads(town, "moa") == [("client.opened", case)] * 2
    with pytest.raises(NotFound):
        opened(town, "moa", case_of(other))
    with pytest.raises(NotFound):
        opened(town, "mikael", case)  # a colleague
    town.now = until - timedelta(seconds=1)
    opened(town, "moa", case)
    town.now = until
    with pytest.raises(NotFound):
        opened(town, "moa", case)


def test_it_is_sight_of_a_record_not_of_lists_the_phone_doors_or_acts(town: Town) -> None:
    client = town.locked()
    town.does("mikael", "take_brief_sight", client=client, **REASON)
    town.does("moa", "take_brief_sight", client=client, **REASON)
    with town.standing():
        assert phone.phone_list(town.actor("mikael")) == []
        assert lists.clients(town.actor("moa"), PageRequest()).items == []
        with pytest.raises(NotFound):
            access.ask_door(town.actor("mikael"), "L1")
    town.refused("mikael", "open_door", "NotFound", client=client, serial="L1")
    town.refused("moa", "suspend_access", "NotFound", client=client, since=town.day(0), reason="hospital")


def test_the_manager_is_told_at_once_and_another_person_reviews_it(town: Town) -> None:
    values = elses_client(town)
    preview = town.tries("moa", "take_brief_sight", values, preview=True)
    assert [mail.to for mail in preview.mailed] == [["manager", "provider"]], (
        "who takes it knows that it is told"
    )
    assert not OutboxMessage.objects.filter(key__startswith="brief_sight").exists()
    town.now += timedelta(minutes=1)
    sight = town.does("moa", "take_brief_sight", **values).answer["sight"]
    opened(town, "moa", case_of(values["client"]))
    message = OutboxMessage.objects.get(key=f"brief_sight/{sight}")
    email = mailing.compose(json.loads(message.payload))
    assert {one.address for one in email.to} == {"lasvred@office.example", "samordnare@angen.example"}
    assert REASON["reason"] not in email.text and "Moa" not in email.text
    swedish, between, english = email.text.partition("\n-----\nIn English\n\n")
    assert between and f"{mailing.site_address()}/brief-sights/" in swedish.splitlines()
    until = town.now + timedelta(minutes=59)
    assert f"Insynen gäller till: {formatting.long_instant(until, 'sv')}" in swedish
    assert f"The sight lasts until: {formatting.long_instant(until, 'en')}" in english
    assert "Case:" not in swedish and not {"Ärende:", "insyn", "till"} & set(english.split())
    with town.standing():
        maria = town.actor("maria")
        assert brief_sights.unreviewed_brief_sights(maria) == 1
        (shown,) = brief_sights.brief_sights(maria, PageRequest(), state="open").items
    assert (shown.account, shown.reason, shown.readings) == ("moa", REASON["reason"], 1)
    assert shown.case == case_of(values["client"])
    login = Login.objects.create(issuer="x", subject="y")
    Account.objects.filter(username__in=[f"{CODE}/moa", f"{CODE}/maria"]).update(login=login)
    review = {"sight": sight, "verdict": "unjustified"}
    assert town.refused("maria", "review_brief_sight", "rule 7", **review).code == "brief_sight.own"
    town.does("siri", "review_brief_sight", **review, text="Ängen hade svarat")
    with town.standing():
        assert brief_sights.unreviewed_brief_sights(maria) == 0
    line = Line.objects.get(event="brief_sight.taken")
    assert REASON["reason"] not in line.body and REASON["reason"] in Detail.objects.get(line=line).text


@pytest.mark.parametrize("reason", ["", "x", "...........", "akut"])
def test_a_reason_says_something(town: Town, reason: str) -> None:
    values = elses_client(town) | {"reason": reason}
    town.refused("moa", "take_brief_sight", "BadValue reason", **values)


def test_while_it_lasts_a_repeat_is_the_same_and_a_protected_name_stays_hidden(town: Town) -> None:
    values = elses_client(town, protection="S")
    first = town.does("moa", "take_brief_sight", **values).answer
    again = town.does("moa", "take_brief_sight", **values).answer
    assert (first["sight"], first["until"]) == (again["sight"], again["until"])
    assert BriefSight.objects.count() == 1
    assert opened(town, "moa", case_of(values["client"])).person is None


def test_a_failed_email_about_it_is_told(town: Town) -> None:
    town.does("moa", "take_brief_sight", **elses_client(town))
    OutboxMessage.objects.filter(key__startswith="brief_sight/").update(
        parked_at=town.now, last_error="nobody to send it to"
    )
    with town.standing():
        (email,) = outbox.failed_emails(town.actor("siri"), PageRequest()).items
    assert email.texts.duty.sv == mailing.SUBJECT and email.paragraph == ""


# --- previews and refusals


def with_alarm(town: Town) -> tuple[str, str]:
    """A client whose alarm the responders answer, and one whose they don't."""
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    return case_of(client), case_of(town.new_client(EAST))


def test_who_has_an_alarm_is_not_told_by_previews_without_a_line(town: Town) -> None:
    has, has_not = with_alarm(town)
    for case in (has, has_not, "2026-9999"):
        with pytest.raises(NotFound) if case != has else town.standing():
            town.tries("rut", "raise_alarm", {"client": case}, preview=True)
    assert reads(town, "rut") == [("act.previewed", has)]
    alarm = town.does("lars", "raise_alarm", client=has).answer["alarm"]
    town.tries("rut", "accept_alarm", {"alarm": alarm}, preview=True)
    assert reads(town, "rut") == [("act.previewed", has)] * 2
    town.does("rut", "accept_alarm", alarm=alarm)
    town.tries("rut", "accept_alarm", {"alarm": alarm}, preview=True)  # now in sight: nothing new is told
    assert reads(town, "rut") == [("act.previewed", has)] * 2


def test_a_refusal_that_tells_of_a_client_out_of_sight_is_a_line(town: Town) -> None:
    has, _ = with_alarm(town)
    alarm = town.does("lars", "raise_alarm", client=has).answer["alarm"]
    town.does("lars", "close_alarm", alarm=alarm, outcome="helped")
    town.refused("rut", "accept_alarm", "rule 6", alarm=alarm)
    assert reads(town, "rut") == [("act.refused", has)]
    preview = {"client": has, **REASON}
    town.tries("mikael", "take_brief_sight", preview, preview=True)
    assert reads(town, "mikael") == [("act.previewed", has)]
    assert not BriefSight.objects.exists()
