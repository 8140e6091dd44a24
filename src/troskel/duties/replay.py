# SPDX-License-Identifier: EUPL-1.2
"""Replays the journal: to verify what is stored, and to compare with another version of the routine."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec

from troskel.duties import kept_judgements, routines
from troskel.duties.models import Duty, HomeState
from troskel.journal import queries as journal
from troskel.people.models import Client
from troskel.routine import duty as routine_duty
from troskel.routine.facts import HomeFacts
from troskel.routine.line import LineFacts
from troskel.routine.model import Routine
from troskel.routine.replay import Difference, DutyOutcome, History, replay
from troskel.routine.replay import compare as compare_histories

Tell = Callable[[str], None]
TOLD_LINES = 20_000
"""After so many lines a replay tells how far it is: some seconds."""


def silent(_words: str) -> None:
    """Tells nobody."""


class Fate(msgspec.Struct, frozen=True):
    """A duty's days and state, as it was or would have been."""

    opened: date
    due: date | None
    escalated: date | None
    role: str
    state: str
    closed: date | None


class DutyDifference(msgspec.Struct, frozen=True):
    """A duty as it was, and as it would have been; null: not asked."""

    paragraph: str
    ask: str
    case: str | None
    before: Fate | None
    after: Fate | None


def lines(municipality: str, not_after: date | None = None, tell: Tell = silent) -> Iterator[LineFacts]:
    """Every line of the municipality's acts, in order, but for the turn of days that were taken back.

    `not_after`: as if the days after this one were taken back now. `tell`: gets how far it is, each some seconds.
    """
    head = journal.head(municipality)
    ends = kept_judgements.taken_back(municipality, not_after)
    for told in journal.lines_after(municipality):
        if told.number % TOLD_LINES == 0 and head is not None:
            tell(f"replayed: {told.number} of {head.number} lines")
        if told.event == "day.turned":
            day = date.fromisoformat(told.body["day"])
            if any(told.number < number and day > after for number, after in ends):
                continue
        yield LineFacts(**told._asdict())


def history(municipality: str, *, not_after: date | None = None, tell: Tell = silent) -> History:
    """All duties of the journal, as they were judged; `not_after` as of `lines`."""
    versions = routines.of_municipality(municipality, routines.newest(municipality))
    kept = kept_judgements.kept(municipality, not_after)
    return replay(versions, lines(municipality, not_after, tell), kept=kept)


def judged_today(municipality: str, instead: Routine | None = None, tell: Tell = silent) -> History:
    """All duties as today's engine judges every line, under the versions in force or under another."""
    versions = routines.of_municipality(municipality, routines.newest(municipality))
    return replay(versions, lines(municipality, tell=tell), instead=instead)


def compare(municipality: str, proposed: Routine, tell: Tell = silent) -> list[DutyDifference]:
    """The duties that would differ under the proposed version; clients by case number. Replays the journal twice."""
    before = judged_today(municipality, tell=tell)
    found = compare_histories(before, judged_today(municipality, proposed, tell))
    cases = dict(Client.objects.filter(municipality=municipality).values_list("id", "case_number"))
    return [_duty_difference(difference, cases) for difference in found]


def _duty_difference(difference: Difference, cases: Mapping[UUID, str]) -> DutyDifference:
    outcome = difference.before or difference.after
    assert outcome is not None
    return DutyDifference(
        outcome.duty.paragraph,
        outcome.duty.ask,
        cases.get(outcome.duty.client) if outcome.duty.client else None,
        _fate(difference.before),
        _fate(difference.after),
    )


def _fate(outcome: DutyOutcome | None) -> Fate | None:
    if outcome is None:
        return None
    duty = outcome.duty
    return Fate(duty.opened, duty.due, duty.escalated, duty.role, outcome.state, outcome.day)


def discrepancies(municipality: str, again: History | None = None) -> list[str]:
    """Where the stored duties and states differ from the journal (`again`: replayed already). Must be empty."""
    again = again or history(municipality)
    wrong = kept_judgements.faults(municipality)
    stored = {row.id: row for row in Duty.objects.filter(municipality=municipality)}
    for identifier, outcome in again.duties.items():
        row = stored.pop(identifier, None)
        if row is None:
            wrong.append(f"duty {outcome.duty.paragraph} {outcome.duty.ask} {identifier} is not stored")
        elif differs(row, outcome):
            wrong.append(f"duty {row.paragraph} {row.ask} {identifier} is stored otherwise than it was lived")
    wrong += [
        f"duty {row.paragraph} {row.ask} {row.id} is stored but does not follow" for row in stored.values()
    ]
    for state in HomeState.objects.filter(municipality=municipality):
        known = routine_duty.home_snapshot(state.state)
        lived_state = again.homes.get(state.home_id)
        if (
            lived_state is None
            or not same_facts(known.facts, lived_state.facts)
            or duties_in(known) != duties_in(lived_state)
        ):
            wrong.append(f"the state of home {state.home_id} is not what the journal gives")
    return wrong


def differs(row: Duty, outcome: DutyOutcome) -> bool:
    """Is the duty stored otherwise than it was lived?"""
    return _stored_outcome(row) != _replayed_outcome(outcome)


def _stored_outcome(row: Duty) -> tuple[Any, ...]:
    owner = (row.role, row.organisation_id, row.person_id)
    return (
        *owner,
        row.home_id,
        json.loads(row.about),
        row.due,
        row.escalated,
        row.state,
        row.closed,
        row.closed_line,
    )


def _replayed_outcome(outcome: DutyOutcome) -> tuple[Any, ...]:
    duty = outcome.duty
    owner = (duty.role, duty.organisation, duty.person)
    about = json.loads(json.dumps(duty.about))
    return (*owner, duty.home, about, duty.due, duty.escalated, outcome.state, outcome.day, outcome.line)


def duties_in(state: routine_duty.HomeSnapshot) -> list[Any]:
    planned = sorted(state.planned, key=lambda plan: (plan.paragraph, plan.ask, plan.since, str(plan.door)))
    return msgspec.to_builtins([*sorted(state.open, key=lambda duty: duty.id), *planned])  # type: ignore[no-any-return]


def same_facts(stored: HomeFacts, outcome: HomeFacts) -> bool:
    """Are they the same?

    A copy stored before a fact was known of (the day of a key, of a replaced lock) lacks it, and is not wrong.
    """
    if stored == outcome:
        return True
    as_stored = msgspec.convert(msgspec.to_builtins(outcome), HomeFacts)
    for door_id, door in as_stored.doors.items():
        known = stored.doors.get(door_id, door)
        door.replaced = door.replaced if known.replaced else None
        for key_id, key in door.keys.items():
            key.since = key.since if known.keys.get(key_id, key).since else None
    return stored == as_stored
