# SPDX-License-Identifier: EUPL-1.2
"""Erasure by the retention plan, one kind of data at a time; and holds that exempt a client's file."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.db.models import Count, F, Window

from troskel.ground.choices import Choice
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.journal.models import Hold
from troskel.people.roles import Role
from troskel.retention import locations, plans
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, Code, Day, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Bevara")


class HoldReason(Choice, question=_("Varför ska akten bevaras?")):
    """Why a client's file is kept."""

    DISPUTE = "dispute", _("Tvist")
    INSPECTION = "inspection", _("Tillsyn")
    CLIENT_ASKED = "client_asked", _("Kunden har bett om det")
    OTHER = "other", _("Annat")


RowLimit = Annotated[int, msgspec.Meta(ge=1, le=5000)]
"""The most rows in one act. A large municipality repeats the act until none remain."""


@act("D", who=(Role.ADMINISTRATOR,), writes=["details.blanked"])
def blank_details(
    ctx: ActContext, *, kind: Code, on: Day | None = None, limit: RowLimit = 1000
) -> dict[str, Any]:
    """Erase the rows of a kind that are due by the retention plan of the day. Answers how many remain.

    `on`: the day whose plan and legal basis apply; today or earlier, default today. A file is never due while the
    client has care, an open duty, order or link, or a thing, nor while the file is held.
    """
    day = on or ctx.today
    if day > ctx.today:
        raise BadValue(
            "on",
            "erasure.day_in_the_future",
            _("{day} har inte kommit än. Det som ska gallras till dess går att visa, men inte att gallra."),
            day=day,
        )
    plan = plans.in_force(day)
    plan_kind = plan.kind(kind)
    if plan_kind is None:
        kind_ids = [item.id for item in plan.kinds]
        raise BadValue(
            "kind",
            "erasure.kind_not_in_plan",
            _("Slaget finns inte i planen från {day}. Den har {plan_kinds}."),
            day=plan.header.valid_from,
            plan_kinds=kind_ids,
        )
    location, due = (
        locations.LOCATIONS[kind],
        locations.due_filter(plan, plan_kind, ctx.actor.municipality, day),
    )
    rows, total = _lock_due_rows(ctx, location, due, limit)
    if rows:
        location.erase(ctx.actor.municipality, [row["pk"] for row in rows])
        ctx.journal(
            "details.blanked",
            kind=kind,
            plan=plan.version,
            basis=plan.basis_on(plan_kind, day).sfs,
            on=day,
            count=len(rows),
            rows=sorted(row["row_name"] for row in rows),
        )
    return {"kind": kind, "on": day, "blanked": len(rows), "remain": total - len(rows)}


def _lock_due_rows(
    ctx: ActContext, location: locations.DataLocation, due: locations.DueFilter, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Returns at most `limit` due rows (`pk`, `row_name`), with their homes locked, and the number of due rows in all.

    The rows are read again once the homes are locked: one that another act has just opened is no longer due.
    """
    rows = location.rows(due).annotate(
        row_name=F(location.name_field), owner=locations.owner_expression(location)
    )
    candidates = list(
        rows.annotate(total=Window(Count("*")))
        .order_by("pk")
        .values("pk", "row_name", "owner", "total")[:limit]
    )
    if not candidates:
        return [], 0
    total = candidates[0]["total"]
    homes = locations.homes_of(location, candidates)
    if homes is None:
        return candidates, total
    ctx.lock_homes(homes)
    still_due = rows.filter(pk__in=[row["pk"] for row in candidates]).values("pk", "row_name")
    due_rows = list(still_due)
    return due_rows, total - (len(candidates) - len(due_rows))


@act(
    "D",
    who=(Role.ASSESSOR, Role.ADMINISTRATOR),
    writes=["file.held"],
    title=_("Bevara en kunds akt"),
    lead=_("Akten gallras inte så länge ett skäl finns kvar."),
    corrected_by="release_file",
)
def hold_file(ctx: ActContext, *, client: CaseNumber, reason: HoldReason) -> dict[str, Any]:
    """Hold a client's file, so that it is not erased: a dispute, an inspection, or the client's request."""
    subject = lookup.find_client(ctx, client)
    Hold.objects.create(
        municipality=ctx.actor.municipality, client=subject.row.id, reason=reason, since=ctx.occurred
    )
    ctx.journal("file.held", homes=[subject.home.home], client=subject.row.id, reason=reason)
    return {"case": subject.row.case_number, "reason": reason}


@act(
    "D",
    who=(Role.ASSESSOR, Role.ADMINISTRATOR),
    writes=["file.released"],
    title=_("Akten får gallras igen"),
    lead=_("Finns ett annat skäl att bevara den gäller det ändå."),
    corrected_by="hold_file",
)
def release_file(
    ctx: ActContext,
    *,
    client: CaseNumber,
    reason: Annotated[HoldReason, field(_("Vilket skäl finns inte längre?"))],
) -> dict[str, Any]:
    """Release the hold of a client's file for one reason. Other reasons still hold it."""
    subject = lookup.find_client(ctx, client)
    open_holds = Hold.objects.filter(
        municipality=ctx.actor.municipality, client=subject.row.id, reason=reason, until=None
    )
    if not open_holds.update(until=ctx.occurred):
        raise Refusal(
            "D",
            "hold.missing",
            _("Skälet ”{reason}” gäller inte för akten. Se i loggen varför den bevaras."),
            reason=reason,
        )
    ctx.journal("file.released", homes=[subject.home.home], client=subject.row.id, reason=reason)
    return {"case": subject.row.case_number, "reason": reason}
