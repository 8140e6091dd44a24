# SPDX-License-Identifier: EUPL-1.2
"""The owners that a routine file may name: each gives a role and, where it has one, an organisation."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from troskel.routine import client_state
from troskel.routine.line import uid_in
from troskel.routine.subjects import Case

Assignee = tuple[str, UUID | None]
ASSESSOR, PROVIDER, ADMINISTRATOR, LOCKSMITH = "assessor", "provider", "administrator", "locksmith"
ECONOMIST = "economist"
FALLBACK: Assignee = (ADMINISTRATOR, None)


def _provider(case: Case) -> Assignee:
    return (PROVIDER, case.organisation) if case.organisation else FALLBACK


def _former_provider(case: Case) -> Assignee:
    former = uid_in(case.about, "former")
    return (PROVIDER, former) if former else FALLBACK


def _locksmith(case: Case) -> Assignee:
    """The firm that has the order; once it is done, the one that had it."""
    number = uid_in(case.about, "order")
    order = next((door.orders[number] for door in case.doors() if number in door.orders), None)
    return LOCKSMITH, (order.locksmith if order else None) or uid_in(case.about, "locksmith")


def _organisation(case: Case) -> Assignee:
    """The organisation that a person has left; the administrator, where nobody is left there."""
    role = case.about.get("owner")
    return (role, case.organisation) if role in (PROVIDER, LOCKSMITH) else FALLBACK


def owner(name: str, case: Case) -> Assignee:
    """Whose the duty is. What would be asked of a closed organisation is asked of the administrator."""
    found = ASSIGNEES[name](case)
    return FALLBACK if is_closed(found[1], case) else found


def is_closed(organisation: UUID | None, case: Case) -> bool:
    """Has the organisation closed, as this home knows, by the day?"""
    closed = case.home.closed.get(organisation) if organisation is not None else None
    return closed is not None and closed <= case.day


def _lead_provider(case: Case) -> Assignee:
    lead = client_state.lead_provider(case.clients(), case.day) or case.organisation
    return (PROVIDER, lead) if lead else FALLBACK


def _last_provider(case: Case) -> Assignee:
    """The provider whose care ended last; where no allocation came into effect, one with an order at the door."""
    orders = (order.organisation for door in case.doors() for order in client_state.open_orders(door))
    last = client_state.last_provider(case.clients()) or next(orders, None)
    return (PROVIDER, last) if last else FALLBACK


ASSIGNEES: dict[str, Callable[[Case], Assignee]] = {
    "assessor": lambda case: (ASSESSOR, None),
    "administrator": lambda case: (ADMINISTRATOR, None),
    "economist": lambda case: (ECONOMIST, None),
    "locksmith": _locksmith,
    "organisation": _organisation,
    "provider": _provider,
    "former_provider": _former_provider,
    "lead_provider": _lead_provider,
    "last_provider": _last_provider,
}
# Owners that may change while the duty is open: it is then reassigned.
REASSIGNABLE = frozenset({"lead_provider", "last_provider", "locksmith"})
