# SPDX-License-Identifier: EUPL-1.2
"""The owners that a routine file may name: each gives a role and, where it has one, an organisation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import NamedTuple
from uuid import UUID

from troskel.routine import charges, client_state, door_state
from troskel.routine.charges import Charge
from troskel.routine.facts import ClientFacts, OrderFacts
from troskel.routine.line import uid_in
from troskel.routine.subjects import Case

ASSESSOR, PROVIDER, ADMINISTRATOR, LOCKSMITH = "assessor", "provider", "administrator", "locksmith"
ECONOMIST = "economist"


class Assignee(NamedTuple):
    """Whose it is. `client`: for whom this provider answers at the door, where that decides whose it is."""

    role: str
    organisation: UUID | None = None
    client: ClientFacts | None = None


FALLBACK = Assignee(ADMINISTRATOR)


def _of(organisation: UUID | None, client: ClientFacts | None = None) -> Assignee:
    return Assignee(PROVIDER, organisation, client) if organisation else FALLBACK


def _of_those_there(organisation: UUID | None, case: Case, client: ClientFacts | None = None) -> Assignee:
    """A provider that has, or has had, a client behind the door; what the office ordered is the administrator's."""
    clients = (one for home in case.homes.values() for one in home.clients.values())
    had = {allocation.organisation for one in clients for allocation in one.allocations.values()}
    return _of(organisation if organisation in had else None, client)


def _of_charge(charge: Charge | None, otherwise: Assignee, case: Case) -> Assignee:
    """Who is about to close orders nothing any more, as the one who takes over does: else the administrator."""
    if charge is not None and charge.organisation in case.closed:
        return FALLBACK
    return _of(charge.organisation, charge.client) if charge is not None else otherwise


def _clients(case: Case) -> list[ClientFacts]:
    """The own clients concerned, else the client who has become another municipality's."""
    return case.clients() or ([case.client] if case.client else [])


def _order(case: Case) -> OrderFacts | None:
    number = uid_in(case.about, "order")
    return next((door.orders[number] for door in case.doors() if number in door.orders), None)


def _locksmith(case: Case) -> Assignee:
    """The firm that has the order; once it is done, the one that had it."""
    order = _order(case)
    return Assignee(LOCKSMITH, (order.locksmith if order else None) or uid_in(case.about, "locksmith"))


def _organisation(case: Case) -> Assignee:
    """The organisation that a person has left; the administrator, where nobody is left there."""
    role = case.about.get("owner")
    return Assignee(role, case.organisation) if role in (PROVIDER, LOCKSMITH) else FALLBACK


def owner(name: str, case: Case) -> Assignee:
    """Whose the duty is. What would be asked of a closed organisation is asked of the administrator."""
    found = ASSIGNEES[name](case)
    return FALLBACK if is_closed(found.organisation, case) else found


def is_closed(organisation: UUID | None, case: Case) -> bool:
    """Has the organisation closed, as this home knows, by the day?"""
    closed = case.closed.get(organisation) if organisation is not None else None
    return closed is not None and closed <= case.day


def _lead_provider(case: Case) -> Assignee:
    charge = charges.lead_provider(_clients(case), case.day, case.closed)
    return _of_charge(charge, _of_those_there(case.organisation, case), case)


def _last_provider(case: Case) -> Assignee:
    """Where no allocation came into effect: one with an order at the door, in the name of the order's client."""
    ordered = FALLBACK
    for door in case.doors():
        for order in door_state.open_orders(door)[:1]:
            copies = [home.clients.get(order.client) for home in door_state.homes_behind(door, case.homes)]
            ordered = _of_those_there(order.organisation, case, next(filter(None, copies), None))
    return _of_charge(charges.last_provider(_clients(case), case.closed), ordered, case)


def _ordering_provider(case: Case) -> Assignee:
    """Who ordered, as long as it has a client there; then who would order now (P4)."""
    orderer = uid_in(case.about, "organisation") or case.organisation
    for client in _clients(case):
        if orderer in client_state.providers_of(client, case.day):
            return _of(orderer, client)
    lead = charges.lead_provider(_clients(case), case.day, case.closed)
    otherwise = _of_those_there(orderer, case)
    return _of_charge(lead or charges.last_provider(_clients(case), case.closed), otherwise, case)


def _every_provider(case: Case) -> list[Assignee]:
    """Those who have the client, now or soon; where nobody has, the one who ordered."""
    having = client_state.providers_of(case.client, case.day) if case.client is not None else []
    return [_of(one) for one in having] or [_of_those_there(case.organisation, case)]


ASSIGNEES: dict[str, Callable[[Case], Assignee]] = {
    "assessor": lambda case: Assignee(ASSESSOR),
    "administrator": lambda case: Assignee(ADMINISTRATOR),
    "economist": lambda case: Assignee(ECONOMIST),
    "locksmith": _locksmith,
    "organisation": _organisation,
    "provider": lambda case: _of(case.organisation),
    "former_provider": lambda case: _of(uid_in(case.about, "former")),
    "ordering_provider": _ordering_provider,
    "lead_provider": _lead_provider,
    "last_provider": _last_provider,
}
# Owners that may change while the duty is open: it is then reassigned.
REASSIGNABLE = frozenset({"lead_provider", "last_provider", "ordering_provider", "locksmith"})
EVERY: dict[str, Callable[[Case], list[Assignee]]] = {"every_provider": _every_provider}
"""Owners in the plural: only an e-mail goes to several."""


def addressees(names: Iterable[str], case: Case) -> list[Assignee]:
    """To whom an e-mail goes: each once."""
    found = [
        one for name in names for one in (EVERY[name](case) if name in EVERY else [ASSIGNEES[name](case)])
    ]
    open_ones = [FALLBACK if is_closed(one.organisation, case) else one for one in found]
    return list({(one.role, one.organisation): one for one in open_ones}.values())


NAMED_BY_OWNER = frozenset({"door", "order"})
"""Subjects behind which several clients may live."""


def client_of(owner: Assignee, case: Case) -> ClientFacts | None:
    """In whose name a duty about a door stands: a client of its owner, who needs the door where anyone does.

    Nobody is asked to act in the name of a client whom they may not know (rule 7), or who has left.
    """
    if owner.client is not None:
        return owner.client
    here = case.client
    if here is not None and here.own and here.died is None and client_state.needs_the_door(here, case.day):
        return here
    living = [client for client in case.clients() if client.died is None]
    at_home = [c for c in living if not c.coming and client_state.lives_here(c, case.day)]
    if owner.role == LOCKSMITH:  # who comes to the door meets who lives there
        lead = charges.lead_provider(at_home, case.day)
        return lead.client if lead is not None else _who_it_is_ordered_for(case)
    if owner.role == ADMINISTRATOR:  # a letter goes to who lives there, not to who is to move in
        living = at_home or living
    lead = charges.lead_provider(living or case.clients(), case.day)
    return lead.client if lead is not None else _who_has_lived_there(case)


def _who_it_is_ordered_for(case: Case) -> ClientFacts | None:
    """The client of the order; of an order that is done, the case's."""
    order = _order(case)
    if order is None or case.door is None:
        return case.client
    behind = door_state.homes_behind(case.door, case.homes)
    return next((home.clients[order.client] for home in behind if order.client in home.clients), case.client)


def _who_has_lived_there(case: Case) -> ClientFacts | None:
    """The case's client; of one whose move there was called off, the last who did live behind the door."""
    if case.client is None or case.door is None or client_state.has_lived_here(case.client):
        return case.client
    behind = door_state.homes_behind(case.door, case.homes)
    lived = [c for home in behind for c in home.clients.values() if client_state.has_lived_here(c)]
    return max(lived, key=client_state.here_through, default=case.client)
