# SPDX-License-Identifier: EUPL-1.2
"""May the viewer open this door now, and by which paragraph? (Design, rule 4.)

One compiled query reads what decides it, and `ClientDoors.may_open` judges. The act, its preview, the phone and the
page about a lock all get their answer here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, FilteredRelation, OuterRef, Q, QuerySet, Subquery
from django.db.models import Value as Constant

from troskel.access import queries as access
from troskel.access.models import Alarm
from troskel.access.rules import ClientDoors, DoorRow
from troskel.care import queries as care
from troskel.care.models import Allocation
from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.ground import clock
from troskel.ground.compiled_query import CompiledQuery
from troskel.ground.refusals import NotFound
from troskel.people.models import Account, Client, HomeDoor
from troskel.people.queries import is_open, name_of_remaining
from troskel.people.roles import PHONE_ROLES, Actor, Role
from troskel.permits.sight import visible_clients

NEVER = Constant(value=False, output_field=BooleanField())


def doors_of(viewer: Actor, client: str, now: datetime, *, client_id: UUID | None = None) -> ClientDoors:
    """Returns what decides about the doors of a client in sight, by reference or case number. Raises NotFound.

    `client_id`: the id, where it is known: one's reference may be another's case number. One query.
    """
    values = _viewer_values(viewer, now)
    found = _by_client(viewer, _OF_CLIENT[viewer.role](*values, client))
    if not found and (remaining := name_of_remaining(viewer.municipality, client)):
        found = _by_client(viewer, _OF_CLIENT[viewer.role](*values, remaining))
    if client_id is not None:
        found = [doors for doors in found if doors.client.client == client_id]
    for doors in found:
        if doors.client.reference == client or len(found) == 1:
            return doors
    raise NotFound("client", "client")


def doors_with(viewer: Actor, serial: str, now: datetime) -> list[ClientDoors]:
    """The same for each client in sight who is linked to a lock, or lives behind the door where it is mounted."""
    return _by_client(viewer, _WITH_LOCK[viewer.role](*_viewer_values(viewer, now), serial))


def doors_on_phone(viewer: Actor, now: datetime) -> list[ClientDoors]:
    """The same for every client on the viewer's phone now. One query."""
    return _by_client(viewer, _ON_PHONE[viewer.role](*_viewer_values(viewer, now), ""))


def doors_of_all(municipality: str, clients: Collection[UUID], now: datetime) -> dict[UUID, ClientDoors]:
    """Returns the doors of clients whom a reading shows, by client, without anybody's right to them. One query.

    For what would be if somebody were sent there: `way_in_rules.phone_of` gives them the right that they would have.
    """
    nobody = Actor(municipality, Role.CARER)
    rows = _columns(Client.objects.filter(id__in=clients), nobody, clock.day_of(now), now)
    return {found.client.client: found for found in _by_client(nobody, list(rows))}


def _viewer_values(viewer: Actor, now: datetime) -> tuple[Any, ...]:
    return viewer.municipality, viewer.organisation, viewer.account, clock.day_of(now), now


def _by_client(viewer: Actor, records: list[Any]) -> list[ClientDoors]:
    clients: dict[UUID, list[DoorRow]] = {}
    for row in (DoorRow(*record) for record in records):
        clients.setdefault(row.client, []).append(row)
    return [ClientDoors(viewer, rows) for rows in clients.values()]


def _query(
    role: Role,
    condition: Callable[[str, str], Q],
    reach: Callable[[Actor, datetime], Q] = lambda viewer, now: Q(),
) -> CompiledQuery:
    def build(
        municipality: str,
        organisation: UUID | None,
        account: UUID | None,
        day: date,
        now: datetime,
        name: str,
    ) -> QuerySet[Any, Any]:
        viewer = Actor(municipality, role, account=account, organisation=organisation)
        rows = Client.objects.filter(visible_clients(viewer, day, now), condition(municipality, name))
        rows = rows.filter(reach(viewer, now))
        if role in PHONE_ROLES:  # whoever has left opens nothing, however long ago the phone was unlocked
            rows = rows.filter(Exists(Account.objects.filter(is_open(now) & Q(id=account))))
        return _columns(rows, viewer, day, now)

    return CompiledQuery(build)


def _columns(rows: QuerySet[Client], viewer: Actor, day: date, now: datetime) -> QuerySet[Any, Any]:
    """The columns of a `DoorRow`, in their order."""
    longest = _ongoing_allocations(viewer, day)
    alarms = Alarm.objects.filter(access.accepted_by(viewer, now), client=OuterRef("pk"))
    if viewer.role is not Role.RESPONDER:  # alarms give access to responders only (A4)
        alarms = alarms.none()
    mounted = Holding.objects.filter(thing=OuterRef("link__lock"), kind=HolderKind.DOOR, until=None)
    return (
        rows.annotate(
            link=FilteredRelation("links", condition=Q(links__until=None)),
            own=Q(home_municipality=viewer.municipality),
            suspended=NEVER
            if viewer.role is Role.CARER
            else Exists(care.absences_on(day)),  # their sight ends then
            service=Subquery(longest.values("decision__service")[:1]),
            last=Subquery(longest.values("last")[:1]),
            alarm=Subquery(alarms.values("id")[:1]),
            until=Subquery(alarms.values("until")[:1]),
            on_the_way=Exists(HomeDoor.objects.filter(home=OuterRef("home"), door=OuterRef("link__door"))),
            mounted=Subquery(mounted.values("holder")[:1]),
        )
        .order_by("case_number", "link__lock__number")
        .values_list(
            *(
                "id",
                "case_number",
                "reference",
                "home",
                "own",
                "suspended",
                "service",
                "last",
                "alarm",
                "until",
            ),
            *("link__id", "link__lock", "link__lock__number", "link__door", "on_the_way", "mounted"),
            *("link__door__kind", "link__door__label"),
        )
    )


def _ongoing_allocations(viewer: Actor, day: date) -> QuerySet[Any, Any]:
    """The viewer's allocations to the client that cover the day, the one with the latest `last` day first."""
    return (
        Allocation.objects.filter(
            care.covers(day, day),
            care.is_alive(day),
            decision__client=OuterRef("pk"),
            organisation=viewer.organisation,
        )
        .annotate(last=care.last_day_on_phone())
        .order_by("-last", "id")
    )


def _is_named(_: str, name: str) -> Q:
    return Q(case_number=name) | Q(reference=name)


def _is_within_reach(role: Role) -> Callable[[Actor, datetime], Q]:
    """A cheap condition that a right to open implies, so that not every client is looked at."""
    if role is Role.RESPONDER:
        return lambda viewer, now: Q(
            pk__in=Alarm.objects.filter(access.accepted_by(viewer, now)).values("client")
        )
    return lambda viewer, now: Q(
        pk__in=Allocation.objects.filter(organisation=viewer.organisation).values("decision__client")
    )


def _is_behind(municipality: str, serial: str) -> Q:
    """Is the client linked to the lock, or behind the door where it is mounted?"""
    lock = {"municipality": municipality, "kind": ThingKind.LOCK, "number": serial}
    of_lock = {f"lock__{name}": value for name, value in lock.items()}
    linked = Link.objects.filter(client=OuterRef("pk"), until=None, **of_lock)
    mounted = Holding.objects.filter(
        **{f"thing__{name}": value for name, value in lock.items()}, kind=HolderKind.DOOR, until=None
    )
    behind = HomeDoor.objects.filter(home=OuterRef("home"), door__in=mounted.values("holder"))
    return Q(Exists(linked)) | Q(Exists(behind))


_OF_CLIENT = {role: _query(role, _is_named) for role in Role}
_WITH_LOCK = {role: _query(role, _is_behind) for role in Role}
_ON_PHONE = {
    role: _query(role, lambda municipality, name: Q(), _is_within_reach(role)) for role in PHONE_ROLES
}
