# SPDX-License-Identifier: EUPL-1.2
"""Versions of the routine (D): proposed by somebody, approved by another, in force from a day."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db.models import Max

from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.duties import routines, rules
from troskel.duties.models import RoutineVersion
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people.roles import Role
from troskel.routine import RoutineRefused, reading

WHO = (Role.ADMINISTRATOR, Role.MANAGER)
FileName = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^[A-Za-z0-9._-]{1,50}$",
        description="letters a-z, digits, full stop, hyphen and low line, 50 at most",
    ),
]
FileText = Annotated[str, msgspec.Meta(min_length=1, max_length=500_000)]


@act("D", who=WHO, writes=["routine.proposed"])
def propose_routine(doing: Doing, *, name: FileName, text: FileText) -> dict[str, Any]:
    """Propose another version of the routine, as the text of its file. Nothing changes until another approves it.

    A file that can't be used is refused with every fault and its line.
    """
    try:
        routine = reading.parse_routine(text.encode(), name)
    except RoutineRefused as refused:
        raise BadValue("text", "{faults}", faults=str(refused)) from None
    known = RoutineVersion.objects.filter(municipality=doing.actor.municipality, withdrawn=None)
    if known.filter(digest=routine.version).exists():
        raise Refusal(
            "D", "this very file has been proposed already, or is in force: there is nothing to change"
        )
    before = routines.approved_last(doing.actor.municipality)
    rules.is_not_older(routine.header.changed, before.header.changed if before else None)
    row = RoutineVersion(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        name=name.removesuffix(".toml"),
        digest=routine.version,
        text=text,
        proposed_by_id=doing.actor.account,
        proposed_at=doing.now,
    )
    row.save(force_insert=True)
    doing.journal("routine.proposed", version=row.digest, name=row.name, proposal=row.id)
    return {"version": row.id, "digest": row.digest}


@act("D", who=WHO, writes=["routine.withdrawn"])
def withdraw_proposal(doing: Doing, *, version: UUID) -> dict[str, Any]:
    """Withdraw a proposed version of the routine. What has been approved stands."""
    row = _proposal(doing, version)
    row.withdrawn = doing.now
    row.save(update_fields=["withdrawn"])
    doing.journal("routine.withdrawn", version=row.digest, proposal=row.id)
    return {"version": row.id}


@act("D", who=WHO, writes=["routine.in_force"])
def approve_routine(doing: Doing, *, version: UUID, in_force_from: date) -> dict[str, Any]:
    """Approve a version that another has proposed: it is in force from a day.

    Open duties keep the version that they were born with.
    """
    row = _proposal(doing, version)
    rules.is_approved_by_another(row.proposed_by_id, doing.actor)
    approved = RoutineVersion.objects.filter(municipality=doing.actor.municipality, sequence__isnull=False)
    last = approved.aggregate(sequence=Max("sequence"), begins=Max("in_force_from"))
    rules.comes_into_force(in_force_from, doing.today, last["begins"])
    row.approved_by_id, row.approved_at = doing.actor.account, doing.now
    row.sequence, row.in_force_from = 1 + (last["sequence"] or 0), in_force_from
    row.save(update_fields=["approved_by", "approved_at", "sequence", "in_force_from"])
    doing.use_new_routine()
    doing.journal("routine.in_force", version=row.digest, name=row.name, from_=in_force_from, proposal=row.id)
    return {"version": row.id, "in_force_from": in_force_from}


def _proposal(doing: Doing, version: UUID) -> RoutineVersion:
    rows = RoutineVersion.objects.select_for_update().filter(municipality=doing.actor.municipality)
    row = rows.filter(id=version).first()
    if row is None:
        raise NotFound("version of the routine", "version")
    rules.is_a_proposal(row.approved_at, row.withdrawn)
    return row
