# SPDX-License-Identifier: EUPL-1.2
"""The retention plan with the number of due rows of each kind; and the detail of one journal line."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import msgspec
from django.db.models import Exists, OuterRef, Q

from troskel.ground.refusals import NotFound
from troskel.journal.models import ChainKind, Line
from troskel.people.roles import OFFICE_ROLES, Actor, Role
from troskel.permits.sight import entrustments_of
from troskel.reading.base import clients_in_sight, note
from troskel.reading.discretion import Words
from troskel.reading.register import read
from troskel.retention import locations, plans
from troskel.routine.model import LocalizedText
from troskel.routine.retention import DEEDS, EVENTS, PlanHeader


class KindShown(msgspec.Struct, frozen=True):
    """A kind of data on a day: legal basis, retention time, and number of due rows.

    `last_due_day`: data from that day or earlier are due. `exempt_days`: days of birth whose files are kept.
    """

    id: str
    what: LocalizedText
    basis: str
    basis_text: LocalizedText
    years: int
    days: int
    counted_from: LocalizedText
    done: LocalizedText
    last_due_day: date
    exempt_days: list[int]
    lawyer: LocalizedText | None
    due: int


class RetentionShown(msgspec.Struct, frozen=True):
    """The plan in force on a day."""

    version: str
    name: str
    header: PlanHeader
    on: date
    kinds: list[KindShown]


class DetailShown(msgspec.Struct, frozen=True):
    """The free text and personal details of a line; null where it has none, or where they are erased (`blanked`)."""

    line: int
    occurred: datetime
    event: str
    blanked: datetime | None
    detail: dict[str, Any] | None


@read(
    who=[Role.ADMINISTRATOR],
    title="The retention plan in force on a day, and how many rows of each kind are due by then",
)
def retention(viewer: Actor, on: date) -> RetentionShown:
    """The plan in force on a day, and the number of due rows of each kind. One query per kind; no client is shown."""
    plan = plans.in_force(on)
    kinds = []
    for kind in plan.kinds:
        basis, due = plan.basis_on(kind, on), locations.due_filter(plan, kind, viewer.municipality, on)
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
                exempt_days=sorted(due.exempt_days),
                lawyer=basis.lawyer,
                due=locations.LOCATIONS[kind.id].rows(due).count(),
            )
        )
    return RetentionShown(plan.version, plan.name, plan.header, on, kinds)


@read(who=OFFICE_ROLES, title="The free text of a line of the journal; the read is journalled")
def detail(viewer: Actor, number: int) -> DetailShown:
    """The detail of a line about a client in sight, or about no client; the read is recorded. Raises NotFound."""
    mine = entrustments_of(viewer).filter(client=OuterRef("pk"))
    clients: Any = clients_in_sight(viewer).annotate(entrusted_to_viewer=Exists(mine))
    about = Q(client=None) | Q(client__in=clients.values("pk"))
    lines = Line.objects.filter(about, municipality=viewer.municipality, kind=ChainKind.ACTS, number=number)
    line = lines.select_related("detail", "blanking").first()
    if line is None:
        raise NotFound("line", "number")
    note(viewer, "detail.read", client=line.client, line=number)
    client = clients.filter(pk=line.client).first() if line.client else None
    entrusted = client is not None and client.entrusted_to_viewer
    detail_row, blanking = getattr(line, "detail", None), getattr(line, "blanking", None)
    return DetailShown(
        line=number,
        occurred=line.occurred,
        event=line.event,
        blanked=blanking.recorded if blanking else None,
        detail=Words(viewer).about(json.loads(detail_row.text), client, entrusted=entrusted)
        if detail_row
        else None,
    )
