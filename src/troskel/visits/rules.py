# SPDX-License-Identifier: EUPL-1.2
"""What a visit must be able to show. Pure Python."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from troskel.ground import clock
from troskel.ground.refusals import BadValue, Refusal
from troskel.routine import standing
from troskel.routine.facts import ClientFacts

REASONS = {
    "no_tag_yet": "the tag has not been placed yet",
    "tag_missing": "the tag could not be found or read",
    "phone_failed": "the phone did not work",
    "lock_failed": "the lock did not answer",
    "other_municipality": "the client is from another municipality (O1) and has neither lock nor tag",
    "forgotten": "registering was forgotten at the visit",
}


def departs_after_arrival(arrived: datetime, departed: datetime | None) -> None:
    """A visit ends after it begins."""
    if departed is not None and departed < arrived:
        raise BadValue("departed", "is before 'arrived': check the two instants")


def by_hand_with_reason(evidence: str, reason: str) -> None:
    """A visit entered by hand says why."""
    if evidence == "hand" and reason not in REASONS:
        raise BadValue("reason", f"a visit by hand needs a reason: one of {', '.join(sorted(REASONS))}")


def covered(client: ClientFacts, organisation: UUID | None, arrived: datetime) -> UUID:
    """A visit is made on a day when an ongoing decision is allocated to the provider (rule 4)."""
    day = clock.day_of(arrived)
    if organisation is None or not standing.covered_by(client, organisation, day):
        raise Refusal("rule 4", f"no ongoing decision was allocated to your organisation on {day}")
    return organisation


def tag_with_client(client: ClientFacts, tag: UUID) -> None:
    """The tag that proves the visit is the one left with this client (P2)."""
    if tag not in client.tags:
        raise Refusal("P2", "the tag does not belong with this client: check the number")
