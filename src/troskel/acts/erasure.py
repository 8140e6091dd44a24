# SPDX-License-Identifier: EUPL-1.2
"""What is kept no longer than its time, by the retention plan: blanked kind by kind; and files that are held."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

import msgspec
from django.db.models import Count, F, Window

from troskel.acts.core import lookup
from troskel.acts.core.fields import Code
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.refusals import BadValue, Refusal
from troskel.journal import operations as journal
from troskel.people.roles import Role
from troskel.retention import locations, plans

Batch = Annotated[int, msgspec.Meta(ge=1, le=5000)]
"""How many rows at most in one act: a large municipality repeats it until none remain."""

HoldReason = Literal["dispute", "inspection", "client_asked", "other"]


@act("D", who=(Role.ADMINISTRATOR,), writes=["details.blanked"])
def blank_details(doing: Doing, *, kind: Code, on: date | None = None, limit: Batch = 1000) -> dict[str, Any]:
    """Blank or delete what is due of a kind by the retention plan of the day; tells how many remain.

    `on` is the day whose plan and legal basis hold: today, unless an earlier one is said. A file of a client with
    care, or with a duty, an order, a link or a thing that is open, is never due, nor is one that is held.
    """
    day = on or doing.today
    if day > doing.today:
        raise BadValue(
            "on", "{day} lies ahead: what is due by then can be shown, and not blanked yet", day=day
        )
    plan = plans.in_force(day)
    asked = plan.kind(kind)
    if asked is None:
        named = [each.id for each in plan.kinds]
        raise BadValue(
            "kind",
            "is not in the plan of {day}, which names {plan_kinds}",
            day=plan.header.valid_from,
            plan_kinds=named,
        )
    place, due = locations.PLACES[kind], locations.due_of(plan, asked, doing.actor.municipality, day)
    found, there = _found(doing, place, due, limit)
    if found:
        place.blank(doing.actor.municipality, [row["pk"] for row in found])
        doing.journal(
            "details.blanked",
            kind=kind,
            plan=plan.version,
            basis=plan.basis_on(asked, day).sfs,
            on=day,
            count=len(found),
            rows=sorted(row["named"] for row in found),
        )
    return {"kind": kind, "on": day, "blanked": len(found), "remain": there - len(found)}


def _found(
    doing: Doing, place: locations.Place, due: locations.Due, limit: int
) -> tuple[list[dict[str, Any]], int]:
    """Some of the rows that are due, their homes locked, and how many there are in all.

    They are asked for once more when the homes are locked: what another act has just opened is no longer due.
    """
    rows = place.rows(due).annotate(named=F(place.told), whose=locations.whose(place))
    first = list(
        rows.annotate(there=Window(Count("*"))).order_by("pk").values("pk", "named", "whose", "there")[:limit]
    )
    if not first:
        return [], 0
    there = first[0]["there"]
    homes = locations.homes_of(place, first)
    if homes is None:
        return first, there
    doing.lock_homes(homes)
    again = rows.filter(pk__in=[row["pk"] for row in first]).values("pk", "named")
    found = list(again)
    return found, there - (len(first) - len(found))


@act("D", who=(Role.ASSESSOR, Role.ADMINISTRATOR), writes=["file.held"])
def hold_file(doing: Doing, *, client: str, reason: HoldReason) -> dict[str, Any]:
    """Keep a client's file from retention: a dispute, an inspection, or because the client has asked for it."""
    found = lookup.client(doing, client)
    journal.hold(doing.actor.municipality, found.row.id, reason, doing.occurred)
    doing.journal("file.held", homes=[found.home.home], client=found.row.id, reason=reason)
    return {"case": found.row.case_number, "reason": reason}


@act("D", who=(Role.ASSESSOR, Role.ADMINISTRATOR), writes=["file.released"])
def release_file(doing: Doing, *, client: str, reason: HoldReason) -> dict[str, Any]:
    """Let a client's file go the way of the others again; other reasons to hold it stand."""
    found = lookup.client(doing, client)
    if not journal.release(doing.actor.municipality, found.row.id, reason, doing.occurred):
        raise Refusal(
            "D",
            "the file is not held for {reason}: look in the journal for what it is held for",
            reason=reason,
        )
    doing.journal("file.released", homes=[found.home.home], client=found.row.id, reason=reason)
    return {"case": found.row.case_number, "reason": reason}
