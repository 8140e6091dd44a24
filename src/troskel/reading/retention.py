# SPDX-License-Identifier: EUPL-1.2
"""The retention plan with how much of each kind is due; and the detail of one line of the journal."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import msgspec
from django.db.models import Q

from troskel.ground.refusals import NotFound
from troskel.journal.models import Kind, Line
from troskel.people.roles import Actor
from troskel.reading.base import note, seen
from troskel.retention import locations, plans
from troskel.routine.model import Words
from troskel.routine.retention import DEEDS, EVENTS, PlanHeader


class KindShown(msgspec.Struct, frozen=True):
    """A kind of data on a day: its legal basis, its time, and how many rows are due.

    `last_due_day`: what happened then or earlier is due. `exempt_days`: days of birth whose files are kept.
    """

    id: str
    what: Words
    basis: str
    basis_text: Words
    years: int
    days: int
    counted_from: Words
    done: Words
    last_due_day: date
    exempt_days: list[int]
    lawyer: Words | None
    due: int


class RetentionShown(msgspec.Struct, frozen=True):
    """The plan in force on a day."""

    version: str
    name: str
    header: PlanHeader
    on: date
    kinds: list[KindShown]


class DetailShown(msgspec.Struct, frozen=True):
    """The free text and personal details of a line; none where it has none, or where it is `blanked`."""

    line: int
    occurred: datetime
    event: str
    blanked: datetime | None
    detail: dict[str, Any] | None


def retention(viewer: Actor, on: date) -> RetentionShown:
    """The plan in force on a day, and how much of each kind is due by then. One query a kind; it shows no client."""
    plan = plans.in_force(on)
    kinds = []
    for kind in plan.kinds:
        basis, due = plan.basis_on(kind, on), locations.due_of(plan, kind, viewer.municipality, on)
        kinds.append(
            KindShown(
                id=kind.id,
                what=kind.what,
                basis=basis.sfs,
                basis_text=basis.text,
                years=basis.years,
                days=basis.days,
                counted_from=EVENTS[kind.counted_from],
                done=DEEDS[kind.done],
                last_due_day=basis.last_due_day(on),
                exempt_days=sorted(due.exempt),
                lawyer=basis.lawyer,
                due=locations.PLACES[kind.id].rows(due).count(),
            )
        )
    return RetentionShown(plan.version, plan.name, plan.header, on, kinds)


def detail(viewer: Actor, number: int) -> DetailShown:
    """Read the detail of a line about a client whom the viewer sees, or about nobody. Who read it is written."""
    about = Q(client=None) | Q(client__in=seen(viewer).values("pk"))
    lines = Line.objects.filter(about, municipality=viewer.municipality, kind=Kind.ACTS, number=number)
    line = lines.select_related("detail", "blanking").first()
    if line is None:
        raise NotFound("line", "number")
    note(viewer, "detail.read", client=line.client, line=number)
    held, blanking = getattr(line, "detail", None), getattr(line, "blanking", None)
    return DetailShown(
        line=number,
        occurred=line.occurred,
        event=line.event,
        blanked=blanking.recorded if blanking else None,
        detail=json.loads(held.text) if held else None,
    )
