# SPDX-License-Identifier: EUPL-1.2
"""Visits: by tag until the lock is there (P2), by lock, or by hand with a reason."""

from __future__ import annotations

from typing import Any, Literal

from troskel.acts import finding
from troskel.acts.doing import Doing
from troskel.acts.register import act
from troskel.acts.values import Instant
from troskel.custody.models import ThingKind
from troskel.ground.clock import day_of
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, Refusal
from troskel.people.roles import Role
from troskel.visits import rules
from troskel.visits.models import Visit


@act("P2", who=(Role.CARER, Role.COORDINATOR), writes=["visit.registered"])
def register_visit(
    doing: Doing,
    *,
    client: str,
    arrived: Instant,
    by: Literal["tag", "lock", "hand"],
    departed: Instant | None = None,
    tag: str = "",
    serial: str = "",
    reason: str = "",
) -> dict[str, Any]:
    """Register a visit, and what proves it (P2). A phone may be days late: the visit counts from when it was."""
    found = finding.client(doing, client, on=min(day_of(arrived), doing.today))
    if arrived > doing.now or (departed or arrived) > doing.now:
        raise BadValue("arrived", "lies ahead of now: a visit is registered when it has been made")
    rules.departs_after_arrival(arrived, departed)
    rules.by_hand_with_reason(by, reason)
    organisation = rules.covered(found.facts, doing.actor.organisation, arrived)
    if by == "tag":
        rules.tag_with_client(found.facts, finding.held_thing(doing, ThingKind.TAG, tag).thing_id)
    if by == "lock":
        lock = finding.held_thing(doing, ThingKind.LOCK, serial).thing_id
        if lock not in {link.lock for link in found.facts.links.values()}:
            raise Refusal("rule 4", f"the client is not linked to lock {serial}")
    visit = Visit(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        client=found.row,
        organisation_id=organisation,
        account_id=doing.actor.account,
        arrived=arrived,
        departed=departed,
        evidence=by,
        reason=reason if by == "hand" else "",
    )
    visit.save(force_insert=True)
    doing.journal(
        "visit.registered",
        homes=[found.home.home],
        client=found.row.id,
        occurred=arrived,
        visit=visit.id,
        organisation=visit.organisation_id,
        account=visit.account_id,
        by=by,
        arrived=arrived,
        departed=departed,
        reason_code=visit.reason,
    )
    return {"case": found.row.case_number, "visit": visit.id}
