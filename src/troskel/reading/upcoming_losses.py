# SPDX-License-Identifier: EUPL-1.2
"""Upcoming losses, for the assessor: care that ends with nothing after it and has no duty in the routine yet (A8)."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

import msgspec

from troskel.care import queries as care
from troskel.ground import clock
from troskel.people.roles import Actor, Role
from troskel.reading.base import clients_in_sight, note
from troskel.reading.caseloads import Caseload, clients_of, duties_of_clients
from troskel.reading.client_names import ClientName, names_of_shown
from troskel.reading.register import read
from troskel.reading.worklist import WorklistItem, unnoted_worklist, with_clients
from troskel.routine.client_state import FOREVER

LOOKAHEAD = timedelta(days=120)
MAX_LOSSES = 12
"""The soonest losses; longer lists are not read through."""


FOLLOW_UP_ACTS = frozenset({"make_decisions", "allocate"})
"""A duty that one of these fulfils already warns of the loss."""


class UpcomingLoss(msgspec.Struct, frozen=True):
    """Care that ends with a provider. `lost`: the day on which its phones lose the client.

    `again`: when care goes on, if known. `decided`: a decision covers that day, and is not allocated. `investigated`: a
    follow-up has begun.
    """

    case: str
    client: ClientName | None
    service: str
    decision: str
    lost: date
    again: date | None
    decided: bool
    investigated: bool


@read(who=[Role.ASSESSOR])
def worklist_and_losses(
    viewer: Actor, caseload: Caseload | None = None
) -> tuple[list[WorklistItem], list[UpcomingLoss]]:
    """The worklist, and upcoming losses that no duty warns of, the soonest first. One recorded read.

    `caseload`: only what concerns these clients.
    """
    items = unnoted_worklist(viewer, duties_of_clients(viewer, caseload))
    with_duty = {item.duty.case for item in items if FOLLOW_UP_ACTS & set(item.duty.fulfilled_by)}
    today = clock.today()
    clients_shown = clients_in_sight(viewer).filter(clients_of(viewer, caseload))
    ahead = care.losses_ahead(clients_shown, viewer.municipality, today, today + LOOKAHEAD)
    unasked = list(islice((one for one in ahead if one.case not in with_duty), MAX_LOSSES))
    cases = {item.duty.case for item in items if item.duty.case} | {one.case for one in unasked}
    note(viewer, "worklist.viewed", cases=sorted(cases), whose=caseload.chosen if caseload else "")
    clients = names_of_shown(viewer, cases)
    return with_clients(items, clients), [_upcoming_loss(one, clients.get(one.case)) for one in unasked]


def _upcoming_loss(one: care.LossAhead, client: ClientName | None) -> UpcomingLoss:
    first, through = one.loss.first, one.loss.through
    again = None if through == FOREVER else through + timedelta(days=1)
    return UpcomingLoss(
        one.case, client, one.service, one.decision, first, again, one.decided, one.investigated
    )
