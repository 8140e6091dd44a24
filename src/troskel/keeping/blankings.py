# SPDX-License-Identifier: EUPL-1.2
"""Blanked details against the lines that tell of it: who blanked, by which line, and whether the text was due."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from troskel.ground.clock import STOCKHOLM, day_of
from troskel.ground.refusals import Refusal
from troskel.journal.form import CLOCK_TOLERANCE, Fault
from troskel.journal.models import Blanking, ChainKind, Detail, Line
from troskel.people.models import Account
from troskel.retention import plans
from troskel.retention.locations import NON_ENTRY_EVENTS

KIND = "free_text"
ACT = "blank_details"


class Erasure(NamedTuple):
    """A line that tells of blanked details. `by`: the account, or the kind of actor; `on`: the day they were due by."""

    line: int
    recorded: datetime
    act: str
    by: str
    on: date
    blanked: frozenset[int]


class _BlankedLine(NamedTuple):
    number: int
    recorded: datetime
    client: UUID | None
    at: datetime
    has_detail: bool


def erasures(municipality: str) -> list[Erasure]:
    """Returns the lines that tell of blanked details, in order. One query."""
    rows = Line.objects.filter(municipality=municipality, kind=ChainKind.ACTS, event="details.blanked")
    columns = ("number", "recorded", "act", "actor_kind", "actor", "body")
    found = []
    for number, recorded, act, kind, actor, text in rows.order_by("number").values_list(*columns):
        body = json.loads(text)
        if body.get("kind") == KIND:
            by = str(actor) if actor else kind
            on = date.fromisoformat(body["on"])
            found.append(Erasure(number, recorded, act, by, on, frozenset(body["rows"])))
    return found


def faults(municipality: str) -> Iterator[Fault]:
    """Yields what is wrong with each detail that is blanked. Some queries, and one for each line that tells of it."""
    told: dict[int, Erasure] = {}
    lines = erasures(municipality)
    accounts = set(map(str, Account.objects.filter(municipality=municipality).values_list("id", flat=True)))
    for erasure in lines:
        if erasure.act != ACT or (len(erasure.by) == 36 and erasure.by not in accounts):
            yield Fault(erasure.line, "tells of blanked details, and was written by nobody who may blank")
        for number in erasure.blanked:
            told.setdefault(number, erasure)
    by_erasure: dict[int, list[_BlankedLine]] = {}
    for row in _blanked(municipality):
        erasure_of = told.get(row.number)
        if row.has_detail:
            yield Fault(row.number, "is named as blanked, and has its detail")
        elif erasure_of is None:
            yield Fault(row.number, "has lost its detail: it is named as blanked, but no line tells by whom")
        elif abs(row.at - erasure_of.recorded) > CLOCK_TOLERANCE:
            yield Fault(row.number, f"was blanked at another time than line {erasure_of.line} tells")
        else:
            by_erasure.setdefault(erasure_of.line, []).append(row)
    for erasure in lines:
        yield from _not_due(municipality, erasure, by_erasure.get(erasure.line, []))


def _blanked(municipality: str) -> Iterator[_BlankedLine]:
    rows = Blanking.objects.filter(municipality=municipality).annotate(
        has_detail=Exists(Detail.objects.filter(line=OuterRef("line")))
    )
    columns = ("line__number", "line__recorded", "line__client", "recorded", "has_detail")
    for row in rows.order_by("line__number").values_list(*columns).iterator():
        yield _BlankedLine(*row)


def _not_due(municipality: str, erasure: Erasure, rows: list[_BlankedLine]) -> Iterator[Fault]:
    """Lines whose text was not due: their file had an entry that the plan of the day still kept."""
    if not rows:
        return
    try:
        plan = plans.in_force(erasure.on)
    except Refusal:
        yield Fault(erasure.line, f"blanks by the plan of {erasure.on}, and none was in force")
        return
    kind = plan.kind(KIND)
    if kind is None or erasure.on > day_of(erasure.recorded):
        yield Fault(erasure.line, f"blanks what the plan of {erasure.on} did not let go")
        return
    last = plan.basis_on(kind, erasure.on).last_due_day(erasure.on)
    before = datetime.combine(last + timedelta(days=1), time(), STOCKHOLM)
    entries = Line.objects.filter(
        municipality=municipality,
        kind=ChainKind.ACTS,
        client__in={row.client for row in rows if row.client},
        number__lt=erasure.line,
    ).exclude(event__in=NON_ENTRY_EVENTS)
    last_entries = dict(entries.values_list("client").annotate(last=Max("recorded")).order_by())
    for row in rows:
        if max(row.recorded, last_entries.get(row.client, row.recorded)) >= before:
            yield Fault(
                row.number,
                f"was blanked by line {erasure.line}, and was not due: its file has entries after {last}",
            )
