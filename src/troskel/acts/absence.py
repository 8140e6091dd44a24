# SPDX-License-Identifier: EUPL-1.2
"""The client is in hospital or away (case 15): access rests, and nothing is removed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal

from troskel.acts.core import lookup
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.care import rules
from troskel.care.models import Suspension
from troskel.ground.refusals import Refusal
from troskel.people.roles import Role
from troskel.routine import standing

WHO = (Role.ASSESSOR, Role.COORDINATOR)


@act("A8", who=WHO, writes=["suspension.began"])
def suspend_access(
    doing: Doing,
    *,
    client: str,
    since: date,
    reason: Literal["hospital", "short_term_stay", "away"],
    through: date | None = None,
) -> dict[str, Any]:
    """The client is not at home from `since`: no phone shows the client or opens the door, and nothing is removed."""
    found = lookup.client(doing, client)
    rules.period(since, through)
    if standing.is_suspended(found.facts, max(since, doing.today)):
        raise Refusal("A8", "the client is away already: end that first, with the day the client came home")
    Suspension.objects.create(
        municipality_id=doing.actor.municipality,
        client=found.row,
        reason=reason,
        valid_from=since,
        valid_through=through,
    )
    doing.journal(
        "suspension.began",
        homes=[found.home.home],
        client=found.row.id,
        from_=since,
        through=through,
        reason_code=reason,
    )
    return {"case": found.row.case_number}


@act("A8", who=WHO, writes=["suspension.ended"])
def resume_access(doing: Doing, *, client: str, on: date) -> dict[str, Any]:
    """The client is home again from `on`: the phones show the client and open the door as before."""
    found = lookup.client(doing, client)
    last = on - timedelta(days=1)
    away = (
        Suspension.objects.filter(client=found.row, valid_from__lte=last)
        .order_by("-valid_from", "-id")
        .first()
    )
    if away is None or not (
        standing.is_suspended(found.facts, last) and standing.is_suspended(found.facts, on)
    ):
        raise Refusal(
            "A8", "the client is not written down as away until {day} and on: there is nothing to end", day=on
        )
    away.valid_through = last
    away.save(update_fields=["valid_through"])
    doing.journal("suspension.ended", homes=[found.home.home], client=found.row.id, on=on)
    return {"case": found.row.case_number}
