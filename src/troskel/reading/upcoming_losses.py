# SPDX-License-Identifier: EUPL-1.2
"""Upcoming losses, for the assessor: care that ends with nothing after it and has no duty in the routine yet (A8)."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from troskel.care import queries as care
from troskel.ground import clock
from troskel.people.roles import Actor, Role
from troskel.reading.base import clients_in_sight, note
from troskel.reading.register import read
from troskel.reading.worklist import WorklistItem, unnoted_worklist

LOOKAHEAD = timedelta(days=120)
MAX_LOSSES = 12
"""The soonest losses; longer lists are not read through."""


FOLLOW_UP_ACTS = frozenset({"make_decisions", "allocate"})
"""A duty that one of these fulfils already warns of the loss."""


class UpcomingLoss(msgspec.Struct, frozen=True):
    """Care that ends. `lost`: the day on which the phone loses the client. `again`: when care resumes, if known.

    `investigated`: a follow-up has begun.
    """

    case: str
    service: str
    decision: str
    last: date
    lost: date
    again: date | None
    investigated: bool


@read(who=[Role.ASSESSOR])
def worklist_and_losses(viewer: Actor) -> tuple[list[WorklistItem], list[UpcomingLoss]]:
    """The worklist, and upcoming losses that no duty warns of, the soonest first. One recorded read."""
    items = unnoted_worklist(viewer)
    cases_with_duty = {item.duty.case for item in items if FOLLOW_UP_ACTS & set(item.duty.fulfilled_by)}
    today = clock.today()
    limit = 4 * (MAX_LOSSES + len(cases_with_duty))  # up to one loss for each of two services and two patrols
    losses = care.losses(clients_in_sight(viewer), viewer.municipality, today, today + LOOKAHEAD, limit)
    upcoming = list(
        dict.fromkeys(_upcoming_loss(loss) for loss in losses if loss.case not in cases_with_duty)
    )[:MAX_LOSSES]
    cases = {item.duty.case for item in items} | {loss.case for loss in upcoming}
    note(viewer, "worklist.viewed", cases=sorted(case for case in cases if case))
    return items, upcoming


def _upcoming_loss(loss: care.Loss) -> UpcomingLoss:
    fields = loss._asdict()
    del fields["client"]
    return UpcomingLoss(**fields, lost=loss.last + timedelta(days=1))
