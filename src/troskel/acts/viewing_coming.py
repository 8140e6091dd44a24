# SPDX-License-Identifier: EUPL-1.2
"""What is coming for the assessor: care that ends with nothing after it, before the routine makes a duty of it (A8)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from uuid import UUID

import msgspec

from troskel.acts.viewing import note, seen
from troskel.care import queries as care
from troskel.care.models import Investigation
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.people.roles import Actor

AHEAD = timedelta(days=120)
MOST = 12
"""As many as one looks through; the soonest come first."""


class Coming(msgspec.Struct, frozen=True):
    """Care that ends. `lost`: the day on which the phone loses the client. `again`: when it has the client anew.

    `following`: a decision for that day that nobody has been given. `investigated`: a follow-up is begun.
    """

    case: str
    service: str
    decision: str
    last: date
    lost: date
    again: date | None
    following: str | None
    investigated: bool


def coming(viewer: Actor) -> list[Coming]:
    """The soonest, within four months. What is a duty already is left out: it stands among the duties."""
    today = clock.today()
    found = care.losses(seen(viewer), viewer.municipality, today, today + AHEAD, 8 * MOST)
    if not found:
        return []
    asked = _asked_already(viewer.municipality, {loss.client for loss in found})
    left = [loss for loss in found if loss.client not in asked][:MOST]
    begun = set(
        Investigation.objects.filter(
            client__in={loss.client for loss in left}, started__gte=today - AHEAD
        ).values_list("client_id", flat=True)
    )
    note(viewer, "coming.viewed", ids={loss.client for loss in left})
    return [
        Coming(
            case=loss.case,
            service=loss.service,
            decision=loss.decision,
            last=loss.last,
            lost=loss.last + timedelta(days=1),
            again=loss.again,
            following=loss.following,
            investigated=loss.client in begun,
        )
        for loss in left
    ]


def _asked_already(municipality: str, clients: Collection[UUID]) -> set[UUID]:
    """The clients about whom a duty is open that an ending decision has given rise to. One query."""
    rows = Duty.objects.filter(municipality=municipality, client__in=clients, kind="duty", state="open")
    asked = set()
    for client, version, paragraph, ask in rows.values_list("client_id", "version", "paragraph", "ask"):
        if client and "decision.ending" in routines.version(version).asks[paragraph, ask].on:
            asked.add(client)
    return asked
