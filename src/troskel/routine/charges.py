# SPDX-License-Identifier: EUPL-1.2
"""Which provider answers for a door behind which several have clients: the lead provider (P1), and the last (P6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from troskel.routine import client_state
from troskel.routine.facts import HOME_CARE, AllocationFacts, ClientFacts


class Charge(NamedTuple):
    """A provider, and the client for whom it answers at the door."""

    organisation: UUID
    client: ClientFacts


def lead_provider(clients: Iterable[ClientFacts], day: date, closing: Collection[UUID] = ()) -> Charge | None:
    """The home-care provider allocated first, else the alarm organisation (P1). Who wants no lock counts last.

    `closing`: organisations that are about to close, and order nothing any more; they count last of all.
    """
    found = [
        (a.organisation in closing, c.refused, a.service != HOME_CARE, *_since(a), place, a.organisation, c)
        for place, (c, a) in enumerate(_allocations(clients))
        if client_state.last_day(c, a) >= max(day, a.begins)
    ]
    return Charge(*min(found)[-2:]) if found else None


def last_provider(clients: Iterable[ClientFacts], closing: Collection[UUID] = ()) -> Charge | None:
    """The provider whose care ended last (P6, case 7); on the same day home care before alarm, then as for P1."""
    found = [
        (
            a.organisation in closing,
            date.max - client_state.last_day(c, a),
            a.service != HOME_CARE,
            *_since(a),
            place,
            a.organisation,
            c,
        )
        for place, (c, a) in enumerate(_allocations(clients))
        if client_state.came_to_hold(c, a)
    ]
    return Charge(*min(found)[-2:]) if found else None


def _allocations(clients: Iterable[ClientFacts]) -> list[tuple[ClientFacts, AllocationFacts]]:
    return [(c, a) for c in clients for a in c.allocations.values()]


def _since(a: AllocationFacts) -> tuple[date, float, int]:
    """Who was allocated first: by the first day, wherever the client lived then, when it was written, and its line."""
    return a.begins, a.made.timestamp() if a.made is not None else 0.0, a.line
