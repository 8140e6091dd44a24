# SPDX-License-Identifier: EUPL-1.2
"""A phone opens doors without the server: what it may take with it, what locks answer, and a phone that is lost."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.acts.door_street import Handset, coded, key_of, mounted, uncoded
from tests.acts.examples import ActExample
from tests.town import ALARM, CODE, EAST, Town
from troskel.access.issuing import issuers_of
from troskel.access.models import IssuedGrant, LockKey, LockLogLine, Opening, PhoneKey
from troskel.doorproto.cose import point_of
from troskel.doorproto.errors import Code
from troskel.doorproto.messages import Scope, TurnOutcome
from troskel.doorproto.verify import read_grant
from troskel.journal.models import Line
from troskel.reading.lost_phones import PhonesOfAccount, phones_of_account
from troskel.simulator.door_locks import FaultOnDemand, OutOfPower

POINT = point_of(key_of("example").public_key()).hex()
NOT_ON_CURVE = "02" + "f" * 64


def enrolled(town: Town) -> dict[str, Any]:
    Handset(town, "carin", "example").enrols()
    return {"key": POINT}


EXAMPLES = {
    "enrol_lock": ActExample(
        "siri",
        lambda town: {"serial": "L1", "number": "00" * 8, "key": POINT},
        "BadValue key",
        {"key": NOT_ON_CURVE},
    ),
    "enrol_phone": ActExample("carin", lambda town: {"key": POINT}, "BadValue key", {"key": NOT_ON_CURVE}),
    "take_grants": ActExample("carin", enrolled, "rule 4", {"key": "02" + POINT[2:-2] + "00"}),
    "tell_lock_answers": ActExample(
        "carin", lambda town: {"answers": []}, "BadValue answers", {"answers": [{}] * 51}
    ),
    "report_lost_phone": ActExample(
        "olle", lambda town: {"username": "carin"}, "NotFound", {"username": "nobody"}
    ),
}
"""`test_every_act.py` refuses each, previews it, does it, and repeats it."""


def granted(town: Town, phone: Handset, serial: str = "L1") -> Any:
    return read_grant(uncoded(phone.grants[serial]["grant"]), issuers_of(CODE))


def opened_home(town: Town) -> tuple[str, Any, Handset]:
    client = town.locked()
    lock = mounted(town)
    phone = Handset(town)
    phone.enrols()
    phone.takes()
    return client, lock, phone


# --- who may open follows from decisions and allocations alone; grants last a shift at most


def test_a_phone_takes_grants_for_exactly_what_it_may_open(town: Town) -> None:
    _client, _lock, phone = opened_home(town)
    assert [(grant["case"], grant["serial"]) for grant in phone.takes()] == [("2026-0001", "L1")]
    stranger = Handset(town, "mikael")
    stranger.enrols()
    assert stranger.takes() == [], "of the other provider"


def test_an_accepted_alarm_gives_a_grant_for_that_door_and_two_hours(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    lock, phone = mounted(town), Handset(town, "rut")
    phone.enrols()
    assert phone.takes() == []
    alarm = town.does("rut", "raise_alarm", client=client).answer["alarm"]
    until = datetime.fromisoformat(town.does("rut", "accept_alarm", alarm=alarm).answer["until"])
    phone.takes()
    grant = granted(town, phone)
    assert grant.ends == int(until.timestamp()) and until <= town.now + timedelta(hours=2)
    assert Scope.EMERGENCY in grant.scope
    phone.opens(lock)
    phone.tells()
    assert str(Opening.objects.get().alarm_id) == alarm
    town.does("rut", "close_alarm", alarm=alarm, outcome="helped")
    assert phone.takes() == []


def test_a_grant_lasts_a_shift_at_most_and_ends_with_the_day(town: Town) -> None:
    town.days_pass(1, hour=6)
    _client, _lock, phone = opened_home(town)
    grant = granted(town, phone)
    assert grant.ends - grant.issued == 14 * 3600
    town.now = town.at(21)
    phone.takes()
    grant = granted(town, phone)
    assert grant.ends - grant.issued == 3 * 3600


def test_grants_end_when_the_decision_does(town: Town) -> None:
    client = town.client()
    decision = town.grant(client, through=town.day(0))
    assert decision
    town.mount(town.order(client))
    town.link(client)
    mounted(town)
    phone = Handset(town)
    phone.enrols()
    assert len(phone.takes()) == 1
    town.days_pass(1)
    assert phone.takes() == [], "the decision's last day was yesterday"


def test_a_lock_without_a_key_opens_through_the_server_alone(town: Town) -> None:
    town.locked()
    phone = Handset(town)
    phone.enrols()
    assert phone.takes() == []


def test_a_phone_that_is_not_enrolled_gets_nothing(town: Town) -> None:
    town.refused("carin", "take_grants", "rule 4", key=POINT)
    Handset(town, "carin", "example").enrols()
    town.refused("mikael", "take_grants", "rule 4", key=POINT)
    town.refused("mikael", "enrol_phone", "rule 4", key=POINT)


def test_the_same_grant_is_given_again_until_something_changes(town: Town) -> None:
    _client, lock, phone = opened_home(town)
    (first,) = phone.takes()
    town.now += timedelta(minutes=5)
    assert phone.takes() == [first]
    phone.opens(lock)
    phone.tells()
    (later,) = phone.takes()
    assert later["lines"] == 1 and later["grant"] != first["grant"], "the server has a line more"
    assert granted(town, phone).acknowledged == 1


def test_a_constant_number_of_statements(town: Town) -> None:
    for n in range(1, 5):
        town.locked(serial=f"L{n}")
        mounted(town, f"L{n}")
    few = Handset(town)
    few.enrols()
    counts = []
    for serials in (2, 4):
        LockKey.objects.filter(lock__number__in=[f"L{n}" for n in range(1, 5)]).update(ended=town.now)
        LockKey.objects.filter(lock__number__in=[f"L{n}" for n in range(1, serials + 1)]).update(ended=None)
        IssuedGrant.objects.all().delete()
        few.takes()
        IssuedGrant.objects.all().delete()
        with CaptureQueriesContext(connection) as captured:
            assert len(few.takes()) == serials
        counts.append(len(captured))
    assert counts[0] == counts[1]


# --- what locks answer


def test_an_opening_without_the_server_is_journalled_when_it_is_told(town: Town) -> None:
    client, lock, phone = opened_home(town)
    assert phone.opens(lock).outcome is TurnOutcome.DONE
    assert Opening.objects.count() == 0
    town.now += timedelta(hours=2)
    (answer,) = phone.tells(keep=True)
    assert (answer["state"], answer["code"]) == ("acknowledged", "")
    opening = Opening.objects.get()
    assert (opening.outcome, opening.client.reference, opening.battery) == ("opened", client, 100)
    line = Line.objects.get(event="door.opened")
    body = json.loads(line.body)
    assert (body["grade"], body["line"], line.paragraph) == ("A", 1, "A4")
    for again in (phone.tells(keep=True), phone.tells()):
        assert again[0]["state"] == "acknowledged"
    assert Opening.objects.count() == 1 and Line.objects.filter(event="door.opened").count() == 1


def test_what_is_not_signed_proves_nothing(town: Town) -> None:
    _client, lock, phone = opened_home(town)
    phone.opens(lock)
    (true,) = phone.unsent
    changed = bytearray(uncoded(true["result"]))
    changed[12] ^= 1
    phone.unsent = [true | {"result": coded(bytes(changed))}]
    assert phone.tells()[0] | {"id": ""} == {"id": "", "state": "refused", "code": Code.RESULT_SIGNATURE.word}
    phone.unsent = [true | {"hello": coded(b"\x80")}]
    assert phone.tells()[0]["code"] == Code.HELLO_FORM.word
    assert Opening.objects.count() == LockLogLine.objects.count() == 0


def test_an_opening_whose_answer_was_lost_comes_with_the_next_phone(town: Town) -> None:
    _client, lock, phone = opened_home(town)
    lock.fault = FaultOnDemand.POWER_LOST_IN_TURN
    with pytest.raises(OutOfPower):
        phone.opens(lock)
    lock.power_on()
    other = Handset(town, "carin", "other phone")
    other.enrols()
    other.takes()
    other.opens(lock)
    other.tells()
    outcomes = Opening.objects.order_by("grant").values_list("outcome", flat=True)
    assert sorted(outcomes) == ["opened", "unknown"]
    assert LockKey.objects.get().head == 2


def test_a_jam_and_a_low_battery_are_told_as_faults(town: Town) -> None:
    _client, lock, phone = opened_home(town)
    lock.battery, lock.fault = 15, FaultOnDemand.JAM
    phone.opens(lock)
    phone.opens(lock)
    phone.tells()
    codes = [
        json.loads(line.body)["code"]
        for line in Line.objects.filter(event="lock.fault_told").order_by("number")
    ]
    assert codes == ["jammed", "low_battery"]


def test_a_gap_in_the_log_is_told_and_another_phone_fills_it(town: Town) -> None:
    _client, lock, phone = opened_home(town)
    phone.opens(lock)
    lost = phone.unsent
    phone.unsent = []
    phone.opens(lock)
    assert phone.tells()[0]["state"] == "acknowledged"
    assert LockKey.objects.get().gap is not None and Opening.objects.count() == 0
    assert Line.objects.filter(event="lock.log_gap").count() == 1
    phone.unsent = lost
    phone.takes()
    phone.opens(lock)
    phone.tells()
    assert LockKey.objects.get().gap is None and LockKey.objects.get().head == 3
    assert Opening.objects.count() == 3


def test_a_log_that_contradicts_itself_is_an_alarm(town: Town) -> None:
    _client, lock, phone = opened_home(town)
    phone.opens(lock)
    phone.opens(lock)
    phone.tells()
    reset = type(lock)(lock.number, lock.key, issuers_of(CODE))
    reset.battery = 50
    reset.seconds = 5
    phone.since["L1"] = 0
    phone.opens(reset)
    phone.tells()
    assert LockKey.objects.get().broken is not None
    assert Line.objects.filter(event="lock.log_broken").count() == 1
    assert Opening.objects.count() == 2


# --- a lost phone: one act


def test_a_lost_phone_gets_nothing_more_and_colleagues_carry_its_denial(town: Town) -> None:
    _client, lock, stolen = opened_home(town)
    town.does("olle", "report_lost_phone", username="carin")
    town.refused("carin", "take_grants", "rule 4", key=stolen.point)
    assert stolen.opens(lock).outcome is TurnOutcome.DONE, "until a colleague has been at the door"
    new = Handset(town, "carin", "new phone")
    new.enrols()
    new.takes()
    assert [name.hex() for name in granted(town, new).denied] == [PhoneKey.objects.get(lost=True).name]
    new.opens(lock)
    refused = stolen.opens(lock)
    assert (refused.outcome, refused.reason) == (TurnOutcome.REFUSED, Code.GRANT_DENIED)


def test_the_page_says_which_doors_still_accept_a_lost_phone_and_until_when(town: Town) -> None:
    _client, lock, stolen = opened_home(town)
    (taken,) = stolen.takes()

    def told(who: str = "olle") -> PhonesOfAccount:
        with town.standing():
            account = town.actor("carin").account
            assert account is not None
            return phones_of_account(town.actor(who), account)

    assert (told().enrolled, told().lost, told().locks) == (1, None, [])
    town.does("olle", "report_lost_phone", username="carin")
    (still,) = told().locks
    assert (told().enrolled, told().lost is not None, still.serial) == (0, True, "L1")
    assert still.until.isoformat() == taken["ends"].replace("Z", "+00:00")
    assert told("moa").locks == [], "of another organisation"
    colleague = Handset(town, "carin", "new phone")
    colleague.enrols()
    colleague.takes()
    assert told().locks == [still], "nobody has been there yet"
    colleague.opens(lock)
    assert told().locks == [still], "the server has not heard of it"
    colleague.tells()
    assert told().locks == []
    assert stolen.opens(lock).reason == Code.GRANT_DENIED


def test_whoever_has_left_is_denied_too(town: Town) -> None:
    _client, lock, left = opened_home(town)
    staff = {"role": "carer", "organisation": EAST}
    town.does("siri", "register_account", username="ny", name="Ny", **staff)
    town.does("siri", "close_account", username="carin")
    colleague = Handset(town, "ny")
    colleague.enrols()
    colleague.takes()
    assert len(granted(town, colleague).denied) == 1
    colleague.opens(lock)
    assert left.opens(lock).reason == Code.GRANT_DENIED


def test_what_a_lost_phone_could_open_ends_by_itself(town: Town) -> None:
    _client, _lock, stolen = opened_home(town)
    town.does("olle", "report_lost_phone", username="carin")
    town.days_pass(1)
    account = town.actor("carin").account
    assert account is not None
    with town.standing():
        assert phones_of_account(town.actor("olle"), account).locks == []
    assert stolen.grants


def test_more_lost_phones_than_a_grant_carries_begin_a_new_epoch(town: Town) -> None:
    _client, lock, first = opened_home(town)
    stolen = [first]
    for n in range(3):
        phone = Handset(town, "carin", f"phone {n}")
        phone.enrols()
        phone.takes()
        stolen.append(phone)
    town.does("olle", "report_lost_phone", username="carin")
    new = Handset(town, "carin", "new phone")
    new.enrols()
    new.takes()
    grant = granted(town, new)
    assert (grant.epoch, dict(grant.denied)) == (1, {})
    new.opens(lock)
    assert {stolen_one.opens(lock).reason for stolen_one in stolen} == {Code.GRANT_EPOCH}
    new.takes()
    assert granted(town, new).epoch == 1


# --- keys


def test_a_person_has_five_phone_keys_and_the_oldest_ends(town: Town) -> None:
    phones = [Handset(town, "carin", f"phone {n}") for n in range(6)]
    for phone in phones:
        phone.enrols()
    town.refused("carin", "take_grants", "rule 4", key=phones[0].point)
    assert phones[1].takes() == [] and PhoneKey.objects.filter(ended=None).count() == 5
    assert town.does("olle", "report_lost_phone", username="carin").answer["phones"] == 6


def test_a_locksmith_enrols_a_lock_of_the_own_stock_only(town: Town) -> None:
    values = {"serial": "L1", "number": "00" * 8, "key": POINT}
    town.refused("nina", "enrol_lock", "NotFound", **values)
    answer = town.does("laban", "enrol_lock", **values).answer
    assert answer["issuers"] == [point_of(issuer).hex() for issuer in issuers_of(CODE).values()]
    town.does("laban", "enrol_lock", **values)
    assert LockKey.objects.count() == 1


def test_a_number_or_key_that_is_taken_is_refused_in_words(town: Town) -> None:
    """Also on PostgreSQL, where the name of the constraint begins with that of another."""
    number, other_point = "00" * 8, point_of(key_of("other").public_key()).hex()
    town.does("siri", "enrol_lock", serial="L1", number=number, key=POINT)
    taken = {"number": {"number": number, "key": other_point}, "key": {"number": "11" * 8, "key": POINT}}
    told = {
        what: town.refused("siri", "enrol_lock", "P1", serial="L2", **values)
        for what, values in taken.items()
    }
    assert {what: refusal.code for what, refusal in told.items()} == {
        "number": "lock.number_taken",
        "key": "lock.key_taken",
    }
    assert LockKey.objects.count() == 1
    town.does("siri", "enrol_lock", serial="L1", number=number, key=other_point)
    refusal = town.refused("siri", "enrol_lock", "P1", serial="L1", number=number, key=POINT)
    assert refusal.code == "lock.key_taken", "not a key that it had before either"


def test_the_secret_that_was_changed_still_verifies(town: Town, settings: Any) -> None:
    _client, lock, phone = opened_home(town)
    phone.opens(lock)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret, as long as it has to be, and longer"
    assert phone.tells()[0]["state"] == "acknowledged"
