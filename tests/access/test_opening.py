# SPDX-License-Identifier: EUPL-1.2
"""Rule 4: may this door be opened now, and by which paragraph; openings with every answer of a lock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.town import CODE, ELSEWHERE, MEADOW, Town
from troskel.access.drivers import BareDriver, BoltPosition, Grant, LockAnswer, LockAt, LockState, NoLocks
from troskel.access.models import Opening, SimulatedLock
from troskel.access.rules import GRANT_LIFETIME, LockOutcome
from troskel.access.simulated import SimulatedFault, SimulatedLocks
from troskel.acts import opening
from troskel.acts.opening import Opened
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import NotFound
from troskel.journal.models import Line
from troskel.reading import access
from troskel.reading.paging import PageRequest

LOCK = LockAt(CODE, "L1")


def opens(town: Town, client: str, driver: Any = None, who: str = "carin", key: str | None = None) -> Opened:
    with town.standing():
        values = {"client": client, "serial": "L1"}
        return opening.open_the_door(town.actor(who), driver or SimulatedLocks(), values, key=key)


def asks(town: Town, who: str, serial: str = "L1") -> list[access.DoorAsked]:
    with town.standing():
        return access.ask_door(town.actor(who), serial)


def events(*names: str) -> list[str]:
    rows = Line.objects.filter(kind="acts", event__in=names or OPENING_EVENTS).order_by("number")
    return list(rows.values_list("event", flat=True))


OPENING_EVENTS = ("opening.allowed", "door.opened", "opening.failed", "lock.fault_told")


class FailingDriver(BareDriver):
    """A driver that raises after the request may have reached the lock."""

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        raise TimeoutError("10.0.0.7 did not answer")

    def lock(self, lock: LockAt) -> LockAnswer:
        raise TimeoutError

    def state(self, lock: LockAt) -> LockState:
        return LockState()


# --- may it be opened, and why


def test_rule_4_answer_has_paragraph_and_last_day(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(20))
    town.mount(town.order(client))
    town.link(client)
    (answer,) = asks(town, "carin")
    facts = (answer.may, answer.paragraph, answer.link_paragraph, str(answer.through), answer.rule)
    assert facts == (True, "A4", "S2", town.day(20), "")
    town.grant(client, begins=town.day(1))
    assert str(asks(town, "carin")[0].through) == town.day(20), "what begins tomorrow gives no right today"
    town.grant(client)
    assert asks(town, "carin")[0].through is None, "until further notice"
    allowed = town.does("carin", "open_door", client=client, serial="L1").answer
    assert allowed["why"]["by"]["paragraph"] == "A4"
    line = Line.objects.get(event="opening.allowed")
    assert line.paragraph == "A4" and allowed["grant"] not in line.body


def test_rule_4_refusal_is_explained_for_client_in_sight(town: Town) -> None:
    client = town.new_client()
    town.mount(town.order(client))
    (answer,) = asks(town, "carin")
    assert (answer.may, answer.rule, answer.code, answer.paragraph) == (False, "S2", "link.missing", "")
    town.link(client)
    assert asks(town, "carin")[0].may
    town.end(client)
    town.days_pass(1)
    town.removed(client)
    town.grant(client)
    (answer,) = asks(town, "carin")
    assert (answer.may, answer.rule, answer.code) == (False, "rule 2", "lock.not_at_door"), (
        "the lock has been taken down, the link is there still"
    )
    assert Line.objects.filter(kind="reads", event="door.asked").count() == 3


def test_rule_7_lock_out_of_sight_is_404(town: Town) -> None:
    town.locked(MEADOW)
    before = Line.objects.filter(kind="reads").count()
    answers = set()
    for who, serial in (("carin", "L1"), ("carin", "L2"), ("carin", "no such"), ("rut", "L1")):
        with pytest.raises(NotFound) as error:
            asks(town, who, serial)
        answers.add((error.value.code, english(error.value)))
    assert len(answers) == 1
    assert Line.objects.filter(kind="reads").count() == before


def test_case_1_couple_is_answered_per_client_in_sight(town: Town) -> None:
    first, second = town.locked(address=7), town.new_client(MEADOW, address=7)
    assert len(asks(town, "carin")) == 1
    (answer,) = asks(town, "mikael")
    assert (answer.may, answer.rule) == (False, "S2"), "the lock hangs there, and the other is not linked"
    town.link(second)
    assert asks(town, "mikael")[0].may
    assert first != second


def test_o1_other_municipalitys_client_has_no_lock(town: Town) -> None:
    client = town.locked()
    town.does("anna", "change_clients", changes=[{"client": client, "home_municipality": ELSEWHERE}])
    with pytest.raises(NotFound):
        asks(town, "carin")
    town.refused("carin", "open_door", "NotFound", client=client, serial="L1")


# --- openings


def test_rule_4_opening_is_allowed_then_noted(town: Town) -> None:
    client = town.locked()
    opened = opens(town, client)
    assert (opened.outcome, opened.paragraph, opened.battery) == ("opened", "A4", 100)
    assert events() == ["opening.allowed", "door.opened"]
    row = Opening.objects.get()
    assert (row.outcome, row.battery, row.alarm) == ("opened", 100, None)
    assert row.not_after - row.not_before == GRANT_LIFETIME
    assert SimulatedLocks().state(LOCK).bolt is BoltPosition.UNLOCKED
    town.is_sound()


def test_rule_4_refused_opening_reaches_no_lock(town: Town) -> None:
    client = town.locked()
    town.end(client)
    town.days_pass(1)
    with pytest.raises(NotFound):
        opens(town, client)
    assert not Opening.objects.exists() and not SimulatedLock.objects.exists()


def test_opening_without_outcome_is_unknown(town: Town) -> None:
    client = town.locked()
    town.does("carin", "open_door", client=client, serial="L1")
    with town.standing():
        page = access.openings(town.actor("olle"), PageRequest())
        assert [(row.outcome, row.noted) for row in page.items] == [("unknown", None)]
        assert access.openings(town.actor("moa"), PageRequest()).items == []


def test_same_key_is_the_same_opening(town: Town) -> None:
    client = town.locked()
    first = opens(town, client, key="k")
    SimulatedLocks().lock(LOCK)
    assert opens(town, client, key="k") == first
    assert SimulatedLocks().state(LOCK).bolt is BoltPosition.LOCKED, "the lock did not turn again"
    assert Opening.objects.count() == 1 and events() == ["opening.allowed", "door.opened"]
    assert opens(town, client, key="other").opening != first.opening


def test_repeat_after_a_crash_opens_or_is_unknown(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "TRIES", 2)  # nobody comes back with the first one's outcome
    client = town.locked()
    values = {"client": client, "serial": "L1"}
    town.tries("carin", "open_door", values, key="died before")
    assert opens(town, client, key="died before").outcome == "opened"

    allowed = town.tries("carin", "open_door", values, key="died after").answer
    row = Opening.objects.get(id=allowed["opening"])
    grant = Grant(row.grant, CODE, "L1", row.door_id, row.account_id, row.not_before, row.not_after)
    with town.standing():
        assert SimulatedLocks().unlock(LOCK, row.account_id, grant).outcome is LockOutcome.OPENED
    assert opens(town, client, key="died after").outcome == "unknown"
    assert Opening.objects.get(id=row.id).noted is None, "and whoever knows may note it still"
    town.does("carin", "note_opening", opening=row.id, outcome="opened")

    town.tries("carin", "open_door", values, key="too late")
    town.now += timedelta(minutes=2)
    assert opens(town, client, key="too late").outcome == "unknown"
    town.is_sound()


@pytest.mark.parametrize(
    ("fault", "outcome", "fault_codes"),
    [
        (SimulatedFault.JAM, "jammed", ["jammed"]),
        (SimulatedFault.SILENT, "no_answer", ["no_answer"]),
        (SimulatedFault.LOST_ANSWER, "unknown", []),
    ],
)
def test_lock_answer_and_fault_are_journalled(
    town: Town, fault: SimulatedFault, outcome: str, fault_codes: list[str]
) -> None:
    client = town.locked()
    SimulatedLocks().break_down(LOCK, fault)
    assert opens(town, client).outcome == outcome
    assert events() == ["opening.allowed", "opening.failed", *("lock.fault_told" for _ in fault_codes)]
    faults = Line.objects.filter(event="lock.fault_told")
    assert [code in line.body for line, code in zip(faults, fault_codes, strict=True)] == [
        True for _ in fault_codes
    ]
    town.is_sound()


def test_failing_driver_leaves_outcome_unknown(town: Town, caplog: pytest.LogCaptureFixture) -> None:
    client = town.locked()
    assert opens(town, client, FailingDriver()).outcome == "unknown"
    assert Opening.objects.get().outcome == "unknown"
    assert "TimeoutError" in caplog.text and "10.0.0.7" not in caplog.text


def test_no_locks_driver_refuses_without_fault(town: Town) -> None:
    client = town.locked()
    opened = opens(town, client, NoLocks())
    assert (opened.outcome, opened.code) == ("refused", "no_lock")
    assert events() == ["opening.allowed", "opening.failed"]


def test_low_battery_is_reported_once_a_day(town: Town) -> None:
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


def test_rule_6_outcome_is_noted_once_and_replaces_unknown(town: Town) -> None:
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


def test_system_opens_no_door(town: Town) -> None:
    town.refused("demo", "open_door", "rule 4", client=town.locked(), serial="L1")


# --- a fault reported by hand


def test_fault_reported_by_hand_has_text_in_detail(town: Town) -> None:
    client, theirs = town.locked(), town.locked(MEADOW, serial="L2")
    report = {"code": "loose", "text": "Skruvarna har lossnat."}
    town.does("carin", "tell_fault", client=client, serial="L1", **report)
    town.does("olle", "tell_fault", client=client, serial="L1", code="damaged")
    line = Line.objects.filter(event="lock.fault_told").order_by("number")[0]
    assert "loose" in line.body and "Skruvarna" not in line.body
    town.refused("carin", "tell_fault", "rule 2", client=client, serial="L2", code="loose")
    town.refused("carin", "tell_fault", "NotFound", client=theirs, serial="L2", code="loose")
    town.is_sound()
