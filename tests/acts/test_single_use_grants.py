# SPDX-License-Identifier: EUPL-1.2
"""A lock that has lost its clock is opened with a grant for its challenge alone: by the same right as every opening."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.acts.door_street import Handset, mounted, uncoded
from tests.acts.examples import ActExample
from tests.phone.simulated_phone import Phone
from tests.town import ALARM, CODE, Town
from troskel.access.grant_rules import Denial, denial_once
from troskel.access.issuing import issuers_of
from troskel.access.models import IssuedGrant, LockKey, Opening, PhoneKey
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.messages import DoorGrant, Hello, Scope, TurnOutcome
from troskel.doorproto.verify import read_grant
from troskel.journal.models import Line
from troskel.simulator.door_locks import FaultOnDemand, LockThing

NONCE = "5a" * 16


def asked_once(town: Town) -> dict[str, Any]:
    client, _lock, phone = at_the_door(town)
    return {"key": phone.point, "client": client, "serial": "L1", "nonce": NONCE}


EXAMPLES = {
    "take_single_use_grant": ActExample("carin", asked_once, "rule 4", by="mikael"),
}
"""`test_every_act.py` refuses it, previews it, does it, and repeats it."""


def at_the_door(town: Town) -> tuple[str, LockThing, Handset]:
    client = town.locked()
    lock = mounted(town)
    phone = Handset(town)
    phone.enrols()
    phone.takes()
    return client, lock, phone


def read(told: dict[str, Any]) -> DoorGrant:
    return read_grant(uncoded(told["grant"]), issuers_of(CODE))


# --- what it is for


def test_a_lock_that_lost_its_clock_is_opened_and_knows_the_time_again(town: Town) -> None:
    client, lock, phone = at_the_door(town)
    lock.fault = FaultOnDemand.CLOCK_LOST
    assert not Hello.of_bytes(lock.hello()).sure
    assert phone.opens_once(lock, client).outcome is TurnOutcome.DONE
    told = Hello.of_bytes(lock.hello())
    issued = IssuedGrant.objects.exclude(nonce="").get().issued
    assert told.sure and told.clock == int(issued.timestamp())
    assert phone.tells()[0]["state"] == "acknowledged"
    opening = Opening.objects.get()
    assert (opening.outcome, opening.client.reference) == ("opened", client)
    body = json.loads(Line.objects.get(event="door.opened").body)
    assert body["grade"] == "A"


def test_a_clock_a_month_ahead_refuses_the_days_grant_and_is_put_right(town: Town) -> None:
    client, lock, phone = at_the_door(town)
    phone.opens_once(lock, client)
    lock.seconds += 30 * 24 * 3600
    refused = phone.opens(lock)
    assert (refused.outcome, refused.reason) == (TurnOutcome.REFUSED, Code.GRANT_EXPIRED)
    assert phone.opens_once(lock, client).outcome is TurnOutcome.DONE
    assert phone.opens(lock).outcome is TurnOutcome.DONE, "the day's grant holds again"


# --- what it is bound to


def test_it_is_good_for_one_challenge_of_one_lock_by_one_phone(town: Town) -> None:
    client, lock, phone = at_the_door(town)
    hello = lock.hello()
    told = phone.once(hello, client)
    grant = read(told)
    assert grant.nonce == Hello.of_bytes(hello).nonce and grant.lock == lock.number
    assert grant.ends - grant.issued == 120
    later = phone.presents(lock, lock.hello(), told)
    assert (later.outcome, later.reason) == (TurnOutcome.REFUSED, Code.GRANT_OTHER_NONCE)
    thief = Handset(town, "carin", "another phone")
    thief.since["L1"] = 0
    with pytest.raises(DoorError) as refused:
        thief.presents(lock, lock.hello(), told)
    assert refused.value.code is Code.REQUEST_SIGNATURE
    assert lock.turns == []


def test_it_is_never_given_as_the_days_grant(town: Town) -> None:
    client, lock, phone = at_the_door(town)
    IssuedGrant.objects.all().delete()
    once = phone.once(lock.hello(), client)
    (taken,) = phone.takes()
    assert taken["grant"] != once["grant"] and read(taken).nonce == b""
    assert read(taken).ends - read(taken).issued > 3600


def test_the_same_challenge_gets_the_same_grant(town: Town) -> None:
    client, lock, phone = at_the_door(town)
    hello = lock.hello()
    first = phone.once(hello, client)
    town.now += timedelta(seconds=5)
    assert phone.once(hello, client) == first
    lines = [json.loads(line.body) for line in Line.objects.filter(event="grants.issued").order_by("number")]
    assert [line.get("single_use", False) for line in lines] == [False, True]
    assert phone.once(lock.hello(), client) != first


# --- who gets it: exactly who may open


def test_only_who_may_open_the_door_now_gets_one(town: Town) -> None:
    client, _lock, phone = at_the_door(town)
    asked = {"client": client, "serial": "L1", "nonce": NONCE}
    town.refused(
        "carin", "take_single_use_grant", "NotFound", key=phone.point, **asked | {"client": "2026-0099"}
    )
    town.refused("carin", "take_single_use_grant", "S2", key=phone.point, **asked | {"serial": "L2"})
    unknown = town.refused(
        "carin", "take_single_use_grant", "rule 4", key=Handset(town, "carin", "x").point, **asked
    )
    assert unknown.code == "phone.not_enrolled"
    town.end(client)
    town.days_pass(1)
    town.refused("carin", "take_single_use_grant", "NotFound", key=phone.point, **asked)
    assert IssuedGrant.objects.exclude(nonce="").count() == 0


def test_a_patrol_gets_one_by_its_alarm_and_as_long_as_that(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    lock, phone = mounted(town), Handset(town, "rut")
    phone.enrols()
    asked = {"key": phone.point, "client": client, "serial": "L1", "nonce": NONCE}
    town.refused("rut", "take_single_use_grant", "NotFound", **asked)
    alarm = town.does("rut", "raise_alarm", client=client).answer["alarm"]
    town.refused("rut", "take_single_use_grant", "NotFound", **asked)
    town.does("rut", "accept_alarm", alarm=alarm)
    told = phone.once(lock.hello(), client)
    assert Scope.EMERGENCY in read(told).scope
    assert str(IssuedGrant.objects.get().alarm_id) == alarm
    town.does("rut", "close_alarm", alarm=alarm, outcome="helped")
    town.refused("rut", "take_single_use_grant", "NotFound", **asked)


def test_a_lost_phone_gets_none_and_a_lock_without_a_key_has_none(town: Town) -> None:
    client, lock, phone = at_the_door(town)
    LockKey.objects.update(ended=town.now)
    asked = {"key": phone.point, "client": client, "serial": "L1", "nonce": NONCE}
    assert town.refused("carin", "take_single_use_grant", "S2", **asked).code == "lock.no_key"
    LockKey.objects.update(ended=None)
    town.does("olle", "report_lost_phone", username="carin")
    assert town.refused("carin", "take_single_use_grant", "rule 4", **asked).code == "phone.not_enrolled"
    new = Handset(town, "carin", "new phone")
    new.enrols()
    assert [name.hex() for name in read(new.once(lock.hello(), client)).denied] == [
        PhoneKey.objects.get(lost=True).name
    ]
    new.opens_once(lock, client)
    assert phone.opens(lock).reason == Code.GRANT_DENIED, "it carries the denial too"


def test_of_more_lost_phones_than_it_has_room_for_it_denies_the_one_whose_grants_end_last(town: Town) -> None:
    until = {"aa": town.now, "cc": town.now + timedelta(hours=2), "bb": town.now + timedelta(hours=1)}
    assert denial_once(Denial(until, 7)) == Denial({"cc": until["cc"]}, 7)
    assert denial_once(Denial({}, 8)) == Denial({}, 8)


# --- the phone's page


def test_the_phones_page_answers_with_a_grant_or_a_code(town: Town, settings: Any) -> None:
    settings.DEMO = True
    client, lock, phone = at_the_door(town)
    page, nonce = Phone(town, "carin"), Hello.of_bytes(lock.hello()).nonce.hex()
    asked = {"key": phone.point, "client": client, "serial": "L1", "nonce": nonce}
    answers = []
    for values in (asked, asked | {"serial": "L2"}, asked | {"client": "2026-0099"}, asked | {"nonce": "5a"}):
        with town.standing():
            body: Any = json.dumps(values)
            answers.append(page.browser.post("/phone/grants/once", body, content_type="application/json"))
    assert [answer.status_code for answer in answers] == [200, 409, 409, 422]
    assert read(answers[0].json()).nonce.hex() == nonce
    assert [answer.json()["code"] for answer in answers[1:3]] == ["link.missing", "client.not_found"]
