# SPDX-License-Identifier: EUPL-1.2
"""Rule 4: may this door be opened now, by which paragraph; and the way of an opening, whatever the lock answers."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.town import CODE, ELSEWHERE, MEADOW, Town
from troskel.access.drivers import Grant, LockAt, LockState, NoLocks, Said
from troskel.access.models import Opening, SimulatedLock
from troskel.access.rules import GRANT_LASTS, Outcome
from troskel.access.simulated import Fault, SimulatedLocks
from troskel.acts import opening
from troskel.acts.opening import Opened
from troskel.ground.refusals import NotFound
from troskel.journal.models import Line
from troskel.reading import access
from troskel.reading.paging import Asked

LOCK = LockAt(CODE, "L1")


def opens(town: Town, client: str, driver: Any = None, who: str = "carin", key: str | None = None) -> Opened:
    with town.standing():
        values = {"client": client, "serial": "L1"}
        return opening.open_the_door(town.actor(who), driver or SimulatedLocks(), values, key=key)


def asks(town: Town, who: str, serial: str = "L1") -> list[access.DoorAsked]:
    with town.standing():
        return access.ask_door(town.actor(who), serial)


def events(*names: str) -> list[str]:
    rows = Line.objects.filter(kind="acts", event__in=names or OPENING).order_by("number")
    return list(rows.values_list("event", flat=True))


OPENING = ("opening.allowed", "door.opened", "opening.failed", "lock.fault_told")


class Broken:
    """A driver that breaks, once the lock has perhaps heard it."""

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> Said:
        raise TimeoutError("10.0.0.7 did not answer")

    def lock(self, lock: LockAt) -> Said:
        raise TimeoutError

    def state(self, lock: LockAt) -> LockState | None:
        return None


# --- may it be opened, and why


def test_rule_4_the_answer_says_by_which_paragraph_and_through_which_day(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(20))
    town.mount(town.order(client))
    town.link(client)
    (asked,) = asks(town, "carin")
    told = (asked.may, asked.paragraph, asked.link_paragraph, str(asked.through), asked.rule)
    assert told == (True, "A4", "S2", town.day(20), "")
    town.grant(client, begins=town.day(1))
    assert str(asks(town, "carin")[0].through) == town.day(20), "what begins tomorrow gives no right today"
    town.grant(client)
    assert asks(town, "carin")[0].through is None, "until further notice"
    allowed = town.does("carin", "open_door", client=client, serial="L1").answer
    assert allowed["why"]["by"]["paragraph"] == "A4"
    line = Line.objects.get(event="opening.allowed")
    assert line.paragraph == "A4" and allowed["grant"] not in line.body


def test_rule_4_why_not_is_told_of_one_whom_the_phone_shows(town: Town) -> None:
    client = town.new_client()
    town.mount(town.order(client))
    (asked,) = asks(town, "carin")
    assert (asked.may, asked.rule, asked.paragraph) == (False, "S2", "")
    town.link(client)
    assert asks(town, "carin")[0].may
    town.end(client)
    town.days_pass(1)
    town.removed(client)
    town.grant(client)
    (asked,) = asks(town, "carin")
    assert (asked.may, asked.rule) == (False, "rule 2"), (
        "the lock has been taken down, the link is there still"
    )
    assert Line.objects.filter(kind="reads", event="door.asked").count() == 3


def test_rule_7_of_a_lock_behind_which_one_sees_nobody_it_is_told_as_if_it_were_not_there(town: Town) -> None:
    town.locked(MEADOW)
    before = Line.objects.filter(kind="reads").count()
    said = set()
    for who, serial in (("carin", "L1"), ("carin", "L2"), ("carin", "no such"), ("rut", "L1")):
        with pytest.raises(NotFound) as caught:
            asks(town, who, serial)
        said.add(caught.value.message)
    assert len(said) == 1
    assert Line.objects.filter(kind="reads").count() == before


def test_case_1_of_a_couple_each_is_told_who_is_on_the_phone(town: Town) -> None:
    one, other = town.locked(address=7), town.new_client(MEADOW, address=7)
    assert len(asks(town, "carin")) == 1
    (asked,) = asks(town, "mikael")
    assert (asked.may, asked.rule) == (False, "S2"), "the lock hangs there, and the other is not linked"
    town.link(other)
    assert asks(town, "mikael")[0].may
    assert one != other


def test_o1_another_municipalitys_client_is_behind_no_lock_of_ours(town: Town) -> None:
    client = town.locked()
    town.does("anna", "change_clients", changes=[{"client": client, "home_municipality": ELSEWHERE}])
    with pytest.raises(NotFound):
        asks(town, "carin")
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")


# --- the way of an opening


def test_rule_4_a_door_is_opened_allowed_first_and_noted_afterwards(town: Town) -> None:
    client = town.locked()
    opened = opens(town, client)
    assert (opened.outcome, opened.paragraph, opened.battery) == ("opened", "A4", 100)
    assert events() == ["opening.allowed", "door.opened"]
    row = Opening.objects.get()
    assert (row.outcome, row.battery, row.alarm) == ("opened", 100, None)
    assert row.not_after - row.not_before == GRANT_LASTS
    state = SimulatedLocks().state(LOCK)
    assert state is not None and state.unlocked
    town.is_sound()


def test_rule_4_what_is_refused_reaches_no_lock(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    with pytest.raises(NotFound):
        opens(town, client)
    assert not Opening.objects.exists() and not SimulatedLock.objects.exists()


def test_an_opening_of_which_nothing_is_noted_is_unknown(town: Town) -> None:
    client = town.locked()
    town.does("carin", "open_door", client=client, serial="L1")
    with town.standing():
        page = access.openings(town.actor("olle"), Asked())
        assert [(row.outcome, row.noted) for row in page.items] == [("unknown", None)]
        assert access.openings(town.actor("moa"), Asked()).items == []


def test_a_repeat_with_the_same_key_is_the_same_opening(town: Town) -> None:
    client = town.locked()
    first = opens(town, client, key="k")
    SimulatedLocks().lock(LOCK)
    assert opens(town, client, key="k") == first
    state = SimulatedLocks().state(LOCK)
    assert state is not None and not state.unlocked, "the lock did not turn again"
    assert Opening.objects.count() == 1 and events() == ["opening.allowed", "door.opened"]
    assert opens(town, client, key="other").opening != first.opening


def test_a_repeat_of_what_never_reached_the_lock_opens_it_and_of_what_did_knows_nothing(town: Town) -> None:
    client = town.locked()
    values = {"client": client, "serial": "L1"}
    town.tries("carin", "open_door", values, key="died before")
    assert opens(town, client, key="died before").outcome == "opened"

    allowed = town.tries("carin", "open_door", values, key="died after").answer
    row = Opening.objects.get(id=allowed["opening"])
    grant = Grant(row.grant, CODE, "L1", row.door_id, row.account_id, row.not_before, row.not_after)
    with town.standing():
        assert SimulatedLocks().unlock(LOCK, row.account_id, grant).outcome is Outcome.OPENED
    assert opens(town, client, key="died after").outcome == "unknown"
    assert Opening.objects.get(id=row.id).noted is None, "and whoever knows may note it still"
    town.does("carin", "note_opening", opening=row.id, outcome="opened")

    town.tries("carin", "open_door", values, key="too late")
    town.now += timedelta(minutes=2)
    assert opens(town, client, key="too late").outcome == "unknown"
    town.is_sound()


@pytest.mark.parametrize(
    ("fault", "outcome", "told"),
    [
        (Fault.JAM, "jammed", ["jammed"]),
        (Fault.SILENT, "no_answer", ["no_answer"]),
        (Fault.LOST_ANSWER, "unknown", []),
    ],
)
def test_what_a_lock_answers_is_noted_and_a_fault_is_told(
    town: Town, fault: Fault, outcome: str, told: list[str]
) -> None:
    client = town.locked()
    SimulatedLocks().break_down(LOCK, fault)
    assert opens(town, client).outcome == outcome
    assert events() == ["opening.allowed", "opening.failed", *("lock.fault_told" for _ in told)]
    faults = Line.objects.filter(event="lock.fault_told")
    assert [code in line.body for line, code in zip(faults, told, strict=True)] == [True for _ in told]
    town.is_sound()


def test_a_driver_that_breaks_leaves_the_outcome_unknown(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    client = town.locked()
    assert opens(town, client, Broken()).outcome == "unknown"
    assert Opening.objects.get().outcome == "unknown"
    assert "TimeoutError" in caplog.text and "10.0.0.7" not in caplog.text


def test_where_no_lock_is_spoken_to_the_opening_is_refused_and_no_fault_is_told(town: Town) -> None:
    client = town.locked()
    opened = opens(town, client, NoLocks())
    assert (opened.outcome, opened.code) == ("refused", "no_lock")
    assert events() == ["opening.allowed", "opening.failed"]


def test_a_low_battery_is_told_once_a_day(town: Town) -> None:
    client = town.locked()
    SimulatedLocks().charge(LOCK, 19)
    for _ in range(3):
        assert opens(town, client).outcome == "opened"
        town.now += timedelta(minutes=1)
    assert events("lock.fault_told") == ["lock.fault_told"]
    town.days_pass(2)
    opens(town, client)
    assert len(events("lock.fault_told")) == 2
    SimulatedLocks().charge(LOCK, 100)
    opens(town, client)
    assert len(events("lock.fault_told")) == 2


def test_rule_6_an_outcome_is_noted_once_and_unknown_gives_way(town: Town) -> None:
    client = town.locked()
    allowed = town.does("carin", "open_door", client=client, serial="L1").answer["opening"]
    for outcome in ("unknown", "unknown", "jammed", "jammed", "unknown"):
        town.does("carin", "note_opening", opening=allowed, outcome=outcome)
    town.refused("carin", "note_opening", "rule 6", opening=allowed, outcome="opened")
    assert events() == ["opening.allowed", "opening.failed", "opening.failed", "lock.fault_told"]
    town.refused("olle", "note_opening", "rule 7", opening=allowed, outcome="jammed")
    town.refused("mikael", "note_opening", "NotFound", opening=allowed, outcome="jammed")
    town.refused("carin", "note_opening", "BadValue battery", opening=allowed, outcome="jammed", battery=101)
    town.is_sound()


def test_the_system_itself_opens_no_door(town: Town) -> None:
    town.refused("demo", "open_door", "rule 4", client=town.locked(), serial="L1")


# --- a fault told by hand


def test_a_fault_is_told_by_hand_with_a_code_and_words_in_the_detail(town: Town) -> None:
    client, theirs = town.locked(), town.locked(MEADOW, serial="L2")
    told = {"code": "loose", "text": "Skruvarna har lossnat."}
    town.does("carin", "tell_fault", client=client, serial="L1", **told)
    town.does("olle", "tell_fault", client=client, serial="L1", code="damaged")
    line = Line.objects.filter(event="lock.fault_told").order_by("number")[0]
    assert "loose" in line.body and "Skruvarna" not in line.body
    town.refused("carin", "tell_fault", "rule 2", client=client, serial="L2", code="loose")
    town.refused("carin", "tell_fault", "NotFound", client=theirs, serial="L2", code="loose")
    town.is_sound()
