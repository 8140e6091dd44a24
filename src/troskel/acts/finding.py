# SPDX-License-Identifier: EUPL-1.2
"""From the names that people use (case number, order number, serial) to rows, within the actor's sight.

What is not there and what is not for the actor answer alike. Each finds in one query, and locks in one more.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from troskel.custody.models import Holding
from troskel.ground.refusals import NotFound, Refusal
from troskel.orders.models import Order, OrderState
from troskel.people.models import Client, HomeDoor, Organisation, Residence
from troskel.people.roles import PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import visible_clients

if TYPE_CHECKING:
    from troskel.acts.doing import Doing
    from troskel.routine.facts import ClientFacts, DoorFacts, HomeFacts

BATCH = 5000


class FoundClient(NamedTuple):
    """A client with its home locked, and those it has moved from: lock, link and keys may still be there."""

    row: Client
    home: HomeFacts
    facts: ClientFacts
    left: tuple[HomeFacts, ...]


class FoundOrder(NamedTuple):
    """An order with the homes behind its door locked."""

    row: Order
    homes: tuple[UUID, ...]


def client(doing: Doing, named: str) -> FoundClient:
    """A client by case number, or by the case system's reference."""
    row = client_row(doing, named)
    doing.lock_homes(Residence.objects.filter(client=row).values("home_id"))
    lived_in = [home for _, home in sorted(doing.facts.items()) if row.id in home.clients]
    left = tuple(home for home in lived_in if home.clients[row.id].moved_to is not None)
    home = doing.facts[row.home_id]
    if home not in lived_in or home in left:
        raise Refusal("rule 6", "the client is just being moved by someone else: try again")
    return FoundClient(row, home, home.clients[row.id], left)


def client_row(doing: Doing, named: str) -> Client:
    """The client's row alone, nothing locked."""
    by_name = Q(case_number=named) | Q(reference=named)
    row = Client.objects.filter(by_name, visible_clients(doing.actor, doing.today)).first()
    if row is None:
        raise NotFound("client", "client")
    return row


def order(doing: Doing, number: str) -> FoundOrder:
    """An order by its number: the orderer's, the locksmith's it was given to, or any for the municipality."""
    behind = HomeDoor.objects.filter(
        door__orders__number=number, door__orders__municipality=doing.actor.municipality
    )
    doing.lock_homes(behind.values("home_id"))
    row = (
        _open_order(doing, number)
        or Order.objects.filter(municipality=doing.actor.municipality, number=number).first()
    )
    if row is None or not _is_theirs(doing.actor, row):
        raise NotFound("order", "order")
    return FoundOrder(row, homes_of_door(doing, row.door_id))


def _open_order(doing: Doing, number: str) -> Order | None:
    """An order that is not closed stands in the facts already: no need to ask the database again."""
    for home in doing.facts.values():
        for door in home.doors.values():
            for identifier, known in door.orders.items():
                if known.number == number and known.organisation and known.locksmith:
                    return Order(
                        id=identifier,
                        municipality_id=doing.actor.municipality,
                        number=number,
                        kind=known.kind,
                        state=OrderState.BOOKED if known.booked else OrderState.PLACED,
                        client_id=known.client,
                        door_id=door.door,
                        organisation_id=known.organisation,
                        locksmith_id=known.locksmith,
                    )
    return None


def _is_theirs(actor: Actor, row: Order) -> bool:
    if actor.role is Role.LOCKSMITH:
        return row.locksmith_id == actor.organisation
    if actor.role in PROVIDER_ROLES:
        return row.organisation_id == actor.organisation
    return True


def homes_of_door(doing: Doing, door: UUID) -> tuple[UUID, ...]:
    """The homes that the door serves, as the locked facts tell."""
    return tuple(sorted(home for home, facts in doing.facts.items() if door in facts.doors))


def door_of(home: HomeFacts, door: UUID | None, left: Iterable[HomeFacts] = ()) -> DoorFacts:
    """One door of a home: the named one, or the only one there is. Named, it may be of a home that was `left`."""
    if door is None:
        if len(home.doors) != 1:
            raise Refusal("P1", f"the home has {len(home.doors)} doors: say which with 'door'")
        return next(iter(home.doors.values()))
    for one in (home, *left):
        if door in one.doors:
            return one.doors[door]
    raise NotFound("door", "door")


def home_of_link(found: FoundClient, lock: UUID) -> HomeFacts:
    """The home where the client is linked to the lock: a home that was left, until S3 is done there; else its own."""
    for home in found.left:
        if any(link.lock == lock for link in home.clients[found.row.id].links.values()):
            return home
    return found.home


def organisation(doing: Doing, orgnr: str, field: str = "organisation") -> Organisation:
    """An organisation of the municipality by its number."""
    row = Organisation.objects.filter(municipality=doing.actor.municipality, orgnr=orgnr).first()
    if row is None:
        raise NotFound("organisation", field)
    return row


def held_thing(doing: Doing, kind: str, number: str) -> Holding:
    """A thing's open holding, by the number on the thing; the thing comes along."""
    held = (
        Holding.objects.select_related("thing")
        .filter(municipality=doing.actor.municipality, thing__kind=kind, thing__number=number, until=None)
        .first()
    )
    if held is None:
        raise NotFound(kind, kind)
    return held


def clients(doing: Doing, named: list[str]) -> dict[str, Client]:
    """Many clients by reference or case number, their homes locked. Raises NotFound for the first that is not there."""
    found = clients_there(doing, named)
    if any(name not in found for name in named):
        raise NotFound("client", "client")
    return found


def clients_there(doing: Doing, named: list[str]) -> dict[str, Client]:
    """Many clients by reference or case number, their homes locked; a name that finds none is absent."""
    seen = Client.objects.filter(visible_clients(doing.actor, doing.today))
    found: dict[str, Client] = {row.reference: row for row in in_batches(seen, "reference", named)}
    left = [name for name in named if name not in found]
    found |= {row.case_number: row for row in in_batches(seen, "case_number", left)}
    doing.lock_homes({row.home_id for row in found.values()})
    return found


def in_batches(rows: QuerySet[Any], field: str, values: Sequence[str]) -> Iterator[Any]:
    """The rows whose field is one of the values, asked for some thousands at a time."""
    for start in range(0, len(values), BATCH):
        yield from rows.filter(**{f"{field}__in": values[start : start + BATCH]})
