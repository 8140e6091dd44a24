# SPDX-License-Identifier: EUPL-1.2
"""From the names that people use (case number, order number, serial) to rows, within the actor's sight.

What is not there and what is not for the actor answer alike. Each finds in one query, and locks in one more.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from troskel.custody.models import Holding, Link, ThingKind
from troskel.duties import queries as duties
from troskel.duties.models import Duty
from troskel.ground.prepared import Prepared
from troskel.ground.refusals import NotFound, Refusal
from troskel.orders.models import Order, OrderState
from troskel.people.models import Client, HomeDoor, Organisation, Residence
from troskel.people.roles import PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import visible_clients
from troskel.routine import standing

if TYPE_CHECKING:
    from troskel.acts.core.transaction import Doing
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


def client(doing: Doing, named: str, *, on: date | None = None) -> FoundClient:
    """A client by the case system's reference, or by case number, in the actor's sight today (or on a day gone by)."""
    row = client_row(doing, named, on or doing.today)
    doing.lock_homes_by(_lived_in, row.id)
    return of_row(doing, row)


def _lived_in(municipality: str, client: UUID) -> QuerySet[Any, Any]:
    return Residence.objects.filter(municipality=municipality, client=client).values("home_id")


def _all_lived_in(municipality: str, clients: list[UUID]) -> QuerySet[Any, Any]:
    return Residence.objects.filter(municipality=municipality, client__in=clients).values("home_id")


def of_row(doing: Doing, row: Client) -> FoundClient:
    """A client's row with the facts of its homes, which are locked by now."""
    lived_in = [home for _, home in sorted(doing.facts.items()) if row.id in home.clients]
    left = tuple(home for home in lived_in if home.clients[row.id].moved_to is not None)
    home = doing.facts.get(row.home_id)
    if home is None or home not in lived_in or home in left:
        raise Refusal("rule 6", "the client is just being moved by someone else: try again")
    return FoundClient(row, home, home.clients[row.id], left)


def clients_seen_on(doing: Doing, days: Mapping[date, Collection[str]]) -> dict[str, FoundClient | Refusal]:
    """Clients by the names asked for on each day, in the actor's sight that day or today; their homes locked.

    Three queries at most, whatever the count. One who is just being moved has the refusal instead; who is not seen
    is absent.
    """
    viewer = doing.actor
    named = sorted({name for names in days.values() for name in names})
    rows = list(
        _SEEN[viewer.role](viewer.municipality, named, viewer.organisation, viewer.account, doing.today)
    )
    earlier = [(day, names) for day, names in days.items() if day != doing.today]
    if earlier:
        wanted = Q(pk__in=[])
        for day, names in earlier:
            wanted |= (Q(case_number__in=names) | Q(reference__in=names)) & visible_clients(viewer, day)
        rows += Client.objects.filter(wanted).exclude(pk__in=[row.id for row in rows])
    doing.lock_homes_by(_all_lived_in, [row.id for row in rows])
    found: dict[str, FoundClient | Refusal] = {}
    for row in rows:
        try:
            one: FoundClient | Refusal = of_row(doing, row)
        except Refusal as refusal:
            one = refusal
        found[row.reference] = one
        found.setdefault(row.case_number, one)
    return found


def client_row(doing: Doing, named: str, day: date, *, seen: Q | None = None) -> Client:
    """The client's row alone, nothing locked. `seen`: another condition than the actor's sight on the day."""
    viewer = doing.actor
    if seen is None:
        rows = _SEEN[viewer.role](viewer.municipality, [named], viewer.organisation, viewer.account, day)
    else:
        rows = list(Client.objects.filter(Q(case_number=named) | Q(reference=named), seen))
    for row in rows:
        if row.reference == named or len(rows) == 1:
            found: Client = row
            return found
    raise NotFound("client", "client")


def order(doing: Doing, number: str) -> FoundOrder:
    """An order by its number: the orderer's, the locksmith's it was given to, or any for the municipality."""
    doing.lock_homes_by(_behind_order, number)
    row = (
        _open_order(doing, number)
        or Order.objects.filter(municipality=doing.actor.municipality, number=number).first()
    )
    if row is None:
        raise NotFound("order", "order")
    found = FoundOrder(row, homes_of_door(doing, row.door_id))
    if not _is_theirs(doing, found):
        raise NotFound("order", "order")
    return found


def _behind_order(municipality: str, number: str) -> QuerySet[Any, Any]:
    ordered = HomeDoor.objects.filter(door__orders__number=number, door__orders__municipality=municipality)
    return ordered.values("home_id")


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
                        presence=known.presence,
                    )
    return None


def _is_theirs(doing: Doing, found: FoundOrder) -> bool:
    """The locksmith's to whom it was given; the provider's who placed it, or who has, or had last, the care there."""
    actor, row = doing.actor, found.row
    if actor.role is Role.LOCKSMITH:
        return row.locksmith_id == actor.organisation
    if actor.role not in PROVIDER_ROLES:
        return True
    behind = [client for home in found.homes for client in doing.facts[home].clients.values()]
    theirs = {one for client in behind for one in standing.providers_of(client, doing.today)}
    had_last = standing.last_provider(behind)  # of whom P6 may ask that the order be cancelled
    return actor.organisation is not None and actor.organisation in theirs | {row.organisation_id, had_last}


def door_of_order(doing: Doing, found: FoundOrder) -> DoorFacts:
    """The facts of the door that the order is about."""
    return doing.facts[found.homes[0]].doors[found.row.door_id]


def client_of_order(doing: Doing, found: FoundOrder) -> ClientFacts:
    """The facts of the client whom the order was placed for."""
    for home in found.homes:
        if found.row.client_id in doing.facts[home].clients:
            return doing.facts[home].clients[found.row.client_id]
    raise NotFound("client", "order")


def homes_of_door(doing: Doing, door: UUID) -> tuple[UUID, ...]:
    """The homes that the door serves, as the locked facts tell."""
    return tuple(sorted(home for home, facts in doing.facts.items() if door in facts.doors))


def door_of(home: HomeFacts, door: UUID | None, left: Iterable[HomeFacts] = ()) -> DoorFacts:
    """One door of a home: the named one, or the only one there is. Named, it may be of a home that was `left`."""
    if door is None:
        if len(home.doors) != 1:
            raise Refusal("P1", "the home has {count} doors: say which with 'door'", count=len(home.doors))
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


def asked_duty(doing: Doing, identifier: UUID, kind: str = "duty") -> Duty:
    """An open duty or notice that is asked of the actor; of a carer about who is on the phone alone. Locks its home."""
    viewer = doing.actor
    told = (identifier, kind, viewer.organisation, viewer.account, doing.today)
    doing.lock_homes_by(_HOME_OF_ASKED[viewer.role], *told)
    for row in _ASKED[viewer.role](viewer.municipality, *told):
        if row.home_id in doing.facts:
            found: Duty = row
            return found
    raise NotFound(kind, kind)


def _asked_of(role: Role) -> Callable[..., QuerySet[Duty]]:
    """The open duty of this id and kind, where it is asked of a viewer of this role."""

    def asked(
        municipality: str,
        identifier: UUID,
        kind: str,
        organisation: UUID | None,
        account: UUID | None,
        day: date,
    ) -> QuerySet[Duty]:
        viewer = Actor(municipality, role, account=account, organisation=organisation)
        rows = Duty.objects.filter(
            duties.asked_of(viewer, day), id=identifier, municipality=municipality, kind=kind, state="open"
        )
        if role is Role.CARER:
            rows = rows.filter(client__in=Client.objects.filter(visible_clients(viewer, day)))
        return rows

    return asked


def held_thing(doing: Doing, kind: str, number: str, *, and_linked: bool = False) -> Holding:
    """A thing's open holding, by the number on the thing; the thing comes along, and whether a client is `linked`."""
    held = held_if_known(doing, kind, number, and_linked=and_linked)
    if held is None:
        raise NotFound(kind, kind)
    return held


def held_if_known(doing: Doing, kind: str, number: str, *, and_linked: bool = False) -> Holding | None:
    """As `held_thing`; None where no thing has the number."""
    rows: list[Holding] = (_HELD_AND_LINKED if and_linked else _HELD)(doing.actor.municipality, kind, number)
    return rows[0] if rows else None


def held_things(doing: Doing, kind: str, numbers: Sequence[str]) -> list[Holding]:
    """The open holdings of many things, by the numbers on them. One query. Raises NotFound where one is not there."""
    municipality = doing.actor.municipality
    rows = Holding.objects.select_related("thing").filter(
        municipality=municipality,
        thing__municipality=municipality,
        thing__kind=kind,
        thing__number__in=numbers,
        until=None,
    )
    found = sorted(rows, key=lambda held: held.thing.number)
    if {held.thing.number for held in found} != set(numbers):
        raise NotFound(kind, "numbers")
    return found


def homes_of_clients(clients: Iterable[UUID | None]) -> QuerySet[Any, Any]:
    """The homes that these clients live in, as a subquery."""
    return Client.objects.filter(id__in=list(clients)).values("home_id")


def lock_to_mount(doing: Doing, serial: str) -> tuple[Holding, bool]:
    """A lock's open holding, and whether a client is still linked to the lock. One query."""
    held = held_thing(doing, ThingKind.LOCK, serial, and_linked=True)
    return held, bool(getattr(held, "linked", False))


def _held(municipality: str, kind: str, number: str) -> QuerySet[Holding]:
    return Holding.objects.select_related("thing").filter(
        municipality=municipality,
        thing__municipality=municipality,
        thing__kind=kind,
        thing__number=number,
        until=None,
    )


_LINKED = Exists(Link.objects.filter(lock=OuterRef("thing"), until=None))
_HELD = Prepared(_held)
_HELD_AND_LINKED = Prepared(
    lambda municipality, kind, number: _held(municipality, kind, number).annotate(linked=_LINKED)
)


def clients(doing: Doing, named: list[str]) -> dict[str, Client]:
    """Many clients by reference or case number, their homes locked. Raises NotFound for the first that is not there."""
    found = clients_there(doing, named)
    if any(name not in found for name in named):
        raise NotFound("client", "client")
    return found


def clients_there(doing: Doing, named: list[str]) -> dict[str, Client]:
    """Many clients by reference or case number; a name that finds none is absent.

    Their homes are locked first, and then they are read: what another act has just written is seen.
    """
    viewer = doing.actor
    wanted, rows = set(named), []
    for start in range(0, len(named), BATCH):
        some = named[start : start + BATCH]
        told = (some, viewer.organisation, viewer.account, doing.today)
        if viewer.role in MINUTES:
            doing.lock_homes(_HOMES_OF_SEEN[viewer.role](viewer.municipality, *told))
        else:
            doing.lock_homes_by(_HOMES_OF_SEEN[viewer.role], *told)
        rows += _SEEN[viewer.role](viewer.municipality, *told)
    found = {row.case_number: row for row in rows if row.case_number in wanted}
    found |= {row.reference: row for row in rows if row.reference in wanted}
    still_there(doing, found.values())
    return found


def _seen_by(role: Role) -> Callable[..., QuerySet[Client]]:
    """The clients of these names that a viewer of this role may see."""

    def seen(
        municipality: str, names: list[str], organisation: UUID | None, account: UUID | None, day: date
    ) -> QuerySet[Client]:
        viewer = Actor(municipality, role, account=account, organisation=organisation)
        by_name = Q(reference__in=names) | Q(case_number__in=names)
        return Client.objects.filter(by_name, visible_clients(viewer, day))

    return seen


def _homes_of(found: Callable[..., QuerySet[Any]]) -> Callable[..., QuerySet[Any, Any]]:
    return lambda *named: found(*named).values("home_id")


def _asked_anew(build: Callable[..., QuerySet[Client]]) -> Callable[..., list[Client]]:
    return lambda *named: list(build(*named))


MINUTES = frozenset({Role.RESPONDER})
"""Whose sight is a matter of minutes: a query that is kept would keep the hour too."""

_SEEN: dict[Role, Callable[..., list[Any]]] = {
    role: _asked_anew(_seen_by(role)) if role in MINUTES else Prepared(_seen_by(role)) for role in Role
}
_HOMES_OF_SEEN = {role: _homes_of(_seen_by(role)) for role in Role}
_ASKED = {role: Prepared(_asked_of(role)) for role in Role}
_HOME_OF_ASKED = {role: _homes_of(_asked_of(role)) for role in Role}


def still_there(doing: Doing, rows: Iterable[Client]) -> None:
    """Raises Refusal where a client has moved to a home that is not locked, since its home was looked up."""
    if any(row.home_id not in doing.facts for row in rows):
        raise Refusal("rule 6", "a client is just being moved by someone else: try again")


def in_batches(rows: QuerySet[Any], field: str, values: Sequence[str]) -> Iterator[Any]:
    """The rows whose field is one of the values, asked for some thousands at a time."""
    for start in range(0, len(values), BATCH):
        yield from rows.filter(**{f"{field}__in": values[start : start + BATCH]})
