# SPDX-License-Identifier: EUPL-1.2
"""Look-ups of rows by the names people use, in sight: the same NotFound for what is out of it. One query each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db.models import Q, QuerySet

from troskel.duties import queries as duties
from troskel.duties.models import Duty
from troskel.ground.compiled_query import CompiledQuery
from troskel.ground.refusals import NotFound, Refusal
from troskel.people import queries as people
from troskel.people.models import Client, HomeDoor, Organisation, PlannedMove, Residence
from troskel.people.roles import PROVIDER_ROLES, Actor, Role
from troskel.people.rules import organisation_is_open
from troskel.permits.sight import visible_clients
from troskel.routine import charges, client_state
from troskel.runner.found_order import FoundOrder, open_order_in, stored_order
from troskel.runner.lookup_of_things import find_holding as find_holding
from troskel.runner.lookup_of_things import find_holding_or_none as find_holding_or_none
from troskel.runner.lookup_of_things import find_holdings as find_holdings
from troskel.runner.lookup_of_things import find_lock as find_lock
from troskel.runner.lookup_refusals import door_not_said_which, ensure_not_moved, just_being_moved

if TYPE_CHECKING:
    from troskel.routine.facts import ClientFacts, DoorFacts, HomeFacts
    from troskel.runner.transaction import ActContext

BATCH_SIZE = 5000


class ClientSubject(NamedTuple):
    """The client that an act is about, its homes locked; lock, link and keys may still be in `former_homes`."""

    row: Client
    home: HomeFacts
    facts: ClientFacts
    former_homes: tuple[HomeFacts, ...]


class OrderSubject(NamedTuple):
    """The order that an act is about, with the homes behind its door locked."""

    row: FoundOrder
    homes: tuple[UUID, ...]


def find_client(ctx: ActContext, name: str, *, on: date | None = None) -> ClientSubject:
    """Returns a client by reference or case number, in sight today or `on` a day; homes locked. Raises NotFound."""
    return lock_client(ctx, find_client_row(ctx, name, on or ctx.today))


def lock_client(ctx: ActContext, row: Client) -> ClientSubject:
    """Returns a client's row with the facts of its homes, which it locks. Raises Refusal if it just moved."""
    ctx.lock_homes_by(_all_homes_of_client, row.id)
    return subject_of(ctx, row)


def _all_homes_of_client(municipality: str, client: UUID) -> QuerySet[Any, Any]:
    return Residence.objects.filter(municipality=municipality, client=client).values("home_id")


def _all_homes_of_clients(municipality: str, clients: list[UUID]) -> QuerySet[Any, Any]:
    return Residence.objects.filter(municipality=municipality, client__in=clients).values("home_id")


def subject_of(ctx: ActContext, row: Client) -> ClientSubject:
    """Returns a client's row with the facts of its homes, which must be locked. Raises Refusal if it just moved."""
    homes = [home for home in ctx.facts.values() if row.id in home.clients]
    left = [(home.clients[row.id].moved_out or date.max, home) for home in homes
            if home.clients[row.id].moved_to is not None]  # fmt: skip
    former_homes = tuple(home for _day, home in sorted(left, key=lambda one: one[0]))
    home = current_home(ctx, row.id, row.home_id)
    return ClientSubject(row, home, home.clients[row.id], former_homes)


def current_home(ctx: ActContext, client: UUID, home: UUID) -> HomeFacts:
    """Returns the client's home, which must be locked. Raises Refusal if the client has just moved from it."""
    facts = ctx.facts.get(home)
    if facts is None or client not in facts.clients or facts.clients[client].moved_to is not None:
        raise just_being_moved()
    return facts


def find_clients_by_day(
    ctx: ActContext, days: Mapping[date, Collection[str]]
) -> dict[str, ClientSubject | Refusal]:
    """Returns clients by the names given for each day, in the actor's sight that day or today; homes locked.

    At most three queries. A client who is just being moved has a Refusal instead; clients out of sight are absent.
    """
    found = _clients_by_day(ctx, days)
    merged = _merged(ctx, {name for names in days.values() for name in names} - found.keys())
    if merged:
        again = {day: {merged[name] for name in names if name in merged} for day, names in days.items()}
        remaining = _clients_by_day(ctx, again)
        found |= {name: remaining[case] for name, case in merged.items() if case in remaining}
    return found


def _clients_by_day(
    ctx: ActContext, days: Mapping[date, Collection[str]]
) -> dict[str, ClientSubject | Refusal]:
    viewer = ctx.actor
    all_names = sorted({name for names in days.values() for name in names})
    rows = list(
        _VISIBLE_CLIENTS[viewer.role](
            viewer.municipality, all_names, viewer.organisation, viewer.account, ctx.today
        )
    )
    earlier = [(day, names) for day, names in days.items() if day != ctx.today]
    if earlier:
        condition = Q(pk__in=[])
        for day, names in earlier:
            condition |= (Q(case_number__in=names) | Q(reference__in=names)) & visible_clients(viewer, day)
        rows += Client.objects.filter(condition).exclude(pk__in=[row.id for row in rows])
    ctx.lock_homes_by(_all_homes_of_clients, [row.id for row in rows])
    subjects: dict[str, ClientSubject | Refusal] = {}
    for row in rows:
        try:
            subject: ClientSubject | Refusal = subject_of(ctx, row)
        except Refusal as refusal:
            subject = refusal
        subjects[row.reference] = subject
        subjects.setdefault(row.case_number, subject)
    return subjects


def find_client_row(ctx: ActContext, name: str, day: date, *, condition: Q | None = None) -> Client:
    """Returns the client's row, nothing locked. `condition`: used instead of the actor's sight on the day.

    By the name of an entry that was merged, the one that remains.
    """
    row = _client_row(ctx, name, day, condition)
    if row is None and (remaining := people.name_of_remaining(ctx.actor.municipality, name)):
        row = _client_row(ctx, remaining, day, condition)
    if row is None:
        raise NotFound("client", "client")
    return row


def _client_row(ctx: ActContext, name: str, day: date, condition: Q | None) -> Client | None:
    viewer = ctx.actor
    if condition is None:
        rows = _VISIBLE_CLIENTS[viewer.role](
            viewer.municipality, [name], viewer.organisation, viewer.account, day
        )
    else:
        rows = list(Client.objects.filter(Q(case_number=name) | Q(reference=name), condition))
        ctx.told.update(row.id for row in rows)
    for row in rows:
        if row.reference == name or len(rows) == 1:
            client: Client = row
            return client
    return None


def find_order(ctx: ActContext, number: str) -> OrderSubject:
    """Returns an order that the actor may handle, by its number, homes locked. Raises NotFound."""
    ctx.lock_homes_by(_homes_of_order, number)
    row = open_order_in(ctx.facts, number) or stored_order(ctx.actor.municipality, number)
    if row is None:
        raise NotFound("order", "order")
    subject = OrderSubject(row, homes_of_door(ctx, row.door_id))
    if not _may_handle_order(ctx, subject):
        raise NotFound("order", "order")
    return subject


def _homes_of_order(municipality: str, number: str) -> QuerySet[Any, Any]:
    ways = HomeDoor.objects.filter(door__orders__number=number, door__orders__municipality=municipality)
    return ways.values("home_id")


def _may_handle_order(ctx: ActContext, subject: OrderSubject) -> bool:
    """A locksmith: orders placed with the firm. A provider: orders it placed, or where it has, or had last, care.

    And where it is asked to do something at the door: what is asked can be done (rule 9).
    """
    actor, row = ctx.actor, subject.row
    if actor.role is Role.LOCKSMITH:
        return row.locksmith_id == actor.organisation
    if actor.role not in PROVIDER_ROLES:
        return True
    residents = [client for home in subject.homes for client in ctx.facts[home].clients.values()]
    providers = {
        provider for client in residents for provider in client_state.providers_of(client, ctx.today)
    }
    last = charges.last_provider(residents)  # P6 may ask them to cancel the order
    handling = providers | {row.organisation_id, last.organisation if last is not None else None}
    if actor.organisation is None:
        return False
    return actor.organisation in handling or _is_asked_at(ctx, row.door_id)


def _is_asked_at(ctx: ActContext, door: UUID) -> bool:
    asked = Duty.objects.filter(duties.asked_of(ctx.actor, ctx.today), municipality=ctx.actor.municipality)
    return asked.filter(door=door, kind="duty", state="open", organisation=ctx.actor.organisation).exists()


def door_of_order(ctx: ActContext, subject: OrderSubject) -> DoorFacts:
    """Returns the facts of the order's door."""
    return ctx.facts[subject.homes[0]].doors[subject.row.door_id]


def client_of_order(ctx: ActContext, subject: OrderSubject) -> ClientFacts:
    """Returns the facts of the order's client. Raises NotFound."""
    for home in subject.homes:
        if subject.row.client_id in ctx.facts[home].clients:
            return ctx.facts[home].clients[subject.row.client_id]
    raise NotFound("client", "order")


def homes_of_door(ctx: ActContext, door: UUID) -> tuple[UUID, ...]:
    """Returns the homes that the door serves, from the locked facts, in the order in which it came to serve them."""
    serves = next((facts.doors[door].homes for facts in ctx.facts.values() if door in facts.doors), [])
    return tuple(home for home in serves if home in ctx.facts)


def homes_ahead(ctx: ActContext, subject: ClientSubject) -> list[HomeFacts]:
    """Locks the home to which the client is to move, and returns it; empty where no move is planned."""
    ahead = subject.facts.moving_to
    return [ctx.lock_homes([ahead])[ahead]] if ahead else []


def homes_ever_planned(ctx: ActContext, subject: ClientSubject) -> Iterator[HomeFacts]:
    """Locks the homes to which the client has planned to move, and yields them: a lock may hang where nobody came."""
    plans = PlannedMove.objects.filter(client=subject.row).order_by("on", "id").values_list("home", flat=True)
    lived_in = {subject.home.home, *(home.home for home in subject.former_homes)}
    homes = [home for home in dict.fromkeys(plans) if home not in lived_in]
    locked = ctx.lock_homes(homes) if homes else {}
    yield from (locked[home] for home in homes)  # not the neighbours behind a gate


def find_door(home: HomeFacts, door: UUID | None, others: Iterable[HomeFacts] = ()) -> DoorFacts:
    """Returns the given door, of the home or of its `others`; with None, the home's only door, else Refusal."""
    if door is None:
        if len(home.doors) != 1:
            raise door_not_said_which(len(home.doors))
        return next(iter(home.doors.values()))
    for candidate in chain([home], others):
        if door in candidate.doors:
            return candidate.doors[door]
    raise NotFound("door", "door")


def home_of_link(subject: ClientSubject, lock: UUID) -> HomeFacts:
    """Returns the home where the client is linked to the lock: a former home, until S3 is done there; else its own."""
    for home in subject.former_homes:
        if any(link.lock == lock for link in home.clients[subject.row.id].links.values()):
            return home
    return subject.home


def find_organisation(
    ctx: ActContext, orgnr: str, field: str = "organisation", *, may_be_closed: bool = False
) -> Organisation:
    """Returns an organisation of the municipality by its number. Raises NotFound, or Refusal where it is closed."""
    rows: list[Organisation] = _ORGANISATION(ctx.actor.municipality, orgnr)
    if not rows:
        raise NotFound("organisation", field)
    row = rows[0]
    organisation_is_open(None if may_be_closed else row.closed)
    return row


_ORGANISATION = CompiledQuery(
    lambda municipality, orgnr: Organisation.objects.filter(municipality=municipality, orgnr=orgnr)
)


def find_duty(ctx: ActContext, identifier: UUID, kind: str = "duty") -> Duty:
    """Returns an open duty or notice asked of the actor (a carer: in sight), its home locked. Raises NotFound."""
    viewer = ctx.actor
    arguments = (identifier, kind, viewer.organisation, viewer.account, ctx.today)
    ctx.lock_homes_by(_HOME_OF_OPEN_DUTY[viewer.role], *arguments)
    for row in _OPEN_DUTY[viewer.role](viewer.municipality, *arguments):
        if row.home_id in ctx.facts:
            duty: Duty = row
            return duty
    raise NotFound(kind, kind)


def _open_duty_query(role: Role) -> Callable[..., QuerySet[Duty]]:
    """Returns the query for an open duty by id and kind, for viewers of a role."""

    def build(
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

    return build


def find_clients(ctx: ActContext, names: list[str]) -> dict[str, Client]:
    """Returns clients by reference or case number, homes locked. Raises NotFound if any is missing."""
    clients = find_existing_clients(ctx, names)
    if any(name not in clients for name in names):
        raise NotFound("client", "client")
    return clients


def find_existing_clients(ctx: ActContext, names: list[str]) -> dict[str, Client]:
    """Returns clients by reference or case number; names without a client are absent.

    Locks the homes before it reads the clients, so that rows another act has just written are read.
    """
    clients = _existing_clients(ctx, names)
    if merged := _merged(ctx, set(names) - clients.keys()):
        remaining = _existing_clients(ctx, sorted(set(merged.values())))
        clients |= {name: remaining[case] for name, case in merged.items() if case in remaining}
    return clients


def _merged(ctx: ActContext, missing: set[str]) -> dict[str, str]:
    return people.names_of_remaining(ctx.actor.municipality, missing) if missing else {}


def _existing_clients(ctx: ActContext, names: list[str]) -> dict[str, Client]:
    viewer = ctx.actor
    names_sought, rows = set(names), []
    for start in range(0, len(names), BATCH_SIZE):
        batch = names[start : start + BATCH_SIZE]
        arguments = (batch, viewer.organisation, viewer.account, ctx.today)
        if viewer.role in ROLES_WITH_BRIEF_ACCESS:
            ctx.lock_homes(_HOMES_OF_VISIBLE_CLIENTS[viewer.role](viewer.municipality, *arguments))
        else:
            ctx.lock_homes_by(_HOMES_OF_VISIBLE_CLIENTS[viewer.role], *arguments)
        rows += _VISIBLE_CLIENTS[viewer.role](viewer.municipality, *arguments)
    clients = {row.case_number: row for row in rows if row.case_number in names_sought}
    clients |= {row.reference: row for row in rows if row.reference in names_sought}
    ensure_not_moved(ctx, clients.values())
    return clients


def _visible_clients_query(role: Role) -> Callable[..., QuerySet[Client]]:
    """Returns the query for clients by name, in the sight of viewers of a role."""

    def build(
        municipality: str, names: list[str], organisation: UUID | None, account: UUID | None, day: date
    ) -> QuerySet[Client]:
        viewer = Actor(municipality, role, account=account, organisation=organisation)
        by_name = Q(reference__in=names) | Q(case_number__in=names)
        return Client.objects.filter(by_name, visible_clients(viewer, day))

    return build


def _homes_query(query: Callable[..., QuerySet[Any]]) -> Callable[..., QuerySet[Any, Any]]:
    return lambda *arguments: query(*arguments).values("home_id")


def _uncompiled(build: Callable[..., QuerySet[Client]]) -> Callable[..., list[Client]]:
    return lambda *arguments: list(build(*arguments))


ROLES_WITH_BRIEF_ACCESS = frozenset({Role.RESPONDER})
"""Roles whose sight lasts minutes: a compiled query would keep the time of its compilation."""

_VISIBLE_CLIENTS: dict[Role, Callable[..., list[Any]]] = {
    role: _uncompiled(_visible_clients_query(role))
    if role in ROLES_WITH_BRIEF_ACCESS
    else CompiledQuery(_visible_clients_query(role))
    for role in Role
}
_HOMES_OF_VISIBLE_CLIENTS = {role: _homes_query(_visible_clients_query(role)) for role in Role}
_OPEN_DUTY = {role: CompiledQuery(_open_duty_query(role)) for role in Role}
_HOME_OF_OPEN_DUTY = {role: _homes_query(_open_duty_query(role)) for role in Role}


def fetch_in_batches(rows: QuerySet[Any], field: str, values: Sequence[str]) -> Iterator[Any]:
    """Yields the rows whose field is one of the values, `BATCH_SIZE` values per query."""
    for start in range(0, len(values), BATCH_SIZE):
        yield from rows.filter(**{f"{field}__in": values[start : start + BATCH_SIZE]})
