# SPDX-License-Identifier: EUPL-1.2
"""Keeps what an earlier version of the engine judged otherwise than today's does, to tell it from tampering."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, time
from typing import NamedTuple
from uuid import UUID

import msgspec

from troskel.duties import kept_judgements, replay
from troskel.duties.models import Duty, HomeState, KeptJudgement
from troskel.routine import duty as routine_duty
from troskel.routine.replay import DutyOutcome, KeptHome


class Kept(NamedTuple):
    """What was kept: how many homes and duties, and the digest for the line; empty where there was nothing to keep."""

    homes: int
    duties: int
    digest: str


def keep_judgements(municipality: str) -> Kept:
    """Stores the homes that today's engine judges otherwise than they are stored. Replays the whole journal.

    Locks every home of the municipality. A home whose facts differ is not kept: facts follow from the lines alone, and
    `journal verify` goes on telling of it.
    """
    states = {
        row.home_id: routine_duty.home_snapshot(row.state)
        for row in HomeState.objects.select_for_update().filter(municipality=municipality).order_by("home_id")
    }
    again = replay.history(municipality)
    rows: dict[UUID, list[Duty]] = {}
    for row in Duty.objects.filter(municipality=municipality).order_by("id"):
        rows.setdefault(row.home_id, []).append(row)
    lived: dict[UUID, dict[UUID, DutyOutcome]] = {}
    for duty, outcome in again.duties.items():
        lived.setdefault(outcome.duty.home, {})[duty] = outcome
    kept: dict[UUID, KeptHome] = {}
    duties = 0
    for home, state in sorted(states.items()):
        judged = again.homes.get(home)
        if judged is None or not replay.same_facts(state.facts, judged.facts):
            continue
        differing = _differing(rows.get(home, []), lived.get(home, {}))
        if differing or replay.duties_in(state) != replay.duties_in(judged) or state.seen != judged.seen:
            duties += differing
            kept[home] = _kept_home(state, rows.get(home, []))
    if not kept:
        return Kept(0, 0, "")
    text = msgspec.json.encode(kept).decode()
    digest = kept_judgements.digest_of(text)
    KeptJudgement.objects.update_or_create(
        digest=digest, defaults={"municipality_id": municipality, "homes": text}
    )
    return Kept(len(kept), duties, digest)


def _differing(stored: list[Duty], lived: dict[UUID, DutyOutcome]) -> int:
    """How many duties are only stored, only lived, or stored otherwise than lived."""
    both = [row for row in stored if row.id in lived]
    otherwise = sum(replay.differs(row, lived[row.id]) for row in both)
    return otherwise + len(stored) + len(lived) - 2 * len(both)


def _kept_home(state: routine_duty.HomeSnapshot, rows: Iterable[Duty]) -> KeptHome:
    ended = [_ended(row) for row in rows if row.state != "open"]
    return KeptHome(open=state.open, planned=state.planned, seen=state.seen, wake=state.wake, ended=ended)


def _ended(row: Duty) -> DutyOutcome:
    """A duty that has ended, as its row tells: enough to compare it by."""
    duty = routine_duty.OpenDuty(
        id=row.id,
        kind=row.kind,
        paragraph=row.paragraph,
        ask=row.ask,
        version=row.version,
        home=row.home_id,
        role=row.role,
        opened=row.opened,
        since=datetime.combine(row.opened, time(), UTC),
        organisation=row.organisation_id,
        client=row.client_id,
        door=row.door_id,
        about=json.loads(row.about),
        opened_line=row.opened_line,
        due=row.due,
        person=row.person_id,
        escalated=row.escalated,
    )
    return DutyOutcome(duty, row.state, row.closed, row.closed_line)
