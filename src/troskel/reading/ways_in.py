# SPDX-License-Identifier: EUPL-1.2
"""How whoever is sent gets in at each client: what acts have left, gathered once, judged by `way_in_rules`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, Subquery

from troskel.access import queries as access
from troskel.access import way_in_rules as rules
from troskel.access.models import LockKey
from troskel.access.rules import ClientDoors
from troskel.access.way_in_rules import DoorOnTheWay, KeyHolder, LastAnswer, Sent, WayJudged
from troskel.care import queries as care
from troskel.care.models import Allocation, Service
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground import clock
from troskel.people.login_queries import PersonWithPhone, people_with_phones
from troskel.people.models import AccessNote, HomeDoor, Organisation
from troskel.people.roles import PROVIDER_ROLES, Actor, OrganisationKind, Role
from troskel.permits import doors as permits
from troskel.reading.base import clients_within_reach
from troskel.routine.duty import home_snapshot


class SendingOrganisation(NamedTuple):
    id: UUID
    orgnr: str
    name: str
    kind: str

    @property
    def sends(self) -> Role:
        return Role.RESPONDER if self.kind == OrganisationKind.ALARM else Role.CARER


class VisitedClient(NamedTuple):
    """A client whom an organisation has today, with the service that lasts longest."""

    client: UUID
    case: str
    home: UUID
    organisation: SendingOrganisation
    services: tuple[str, ...]
    sent: Sent


class KeyAtDoor(NamedTuple):
    number: str
    kind: str
    holder: UUID | None
    orgnr: str


def visited_today(viewer: Actor) -> list[VisitedClient]:
    """The clients who are at home today, by organisation: those whom its phones have. One query."""
    day = clock.today()
    allocations = Allocation.objects.filter(
        care.covers(day, day),
        care.own_and_alive(viewer.municipality, day),
        ~Exists(care.absences_on(day, "decision__client")),
        decision__client__in=clients_within_reach(viewer),
    )
    if viewer.role in PROVIDER_ROLES:
        allocations = allocations.filter(organisation=viewer.organisation)
    client, organisation = "decision__client__", "organisation__"
    rows = (
        allocations.annotate(ends=care.last_day_on_phone())
        .order_by(f"{client}case_number", f"{organisation}orgnr", "-ends", "id")
        .values_list(
            *("decision__client_id", f"{client}case_number", f"{client}home_id"),
            *("organisation_id", f"{organisation}orgnr", f"{organisation}name", f"{organisation}kind"),
            *("decision__service", "ends"),
        )
    )
    held: dict[tuple[UUID, str, UUID, SendingOrganisation], list[tuple[str, date]]] = {}
    for client_id, case, home, org, orgnr, name, kind, service, ends in rows:
        whose = (client_id, case, home, SendingOrganisation(org, orgnr, name, kind))
        held.setdefault(whose, []).append((service, ends))
    return [
        VisitedClient(
            *whose,
            tuple(dict.fromkeys(service for service, _ in found)),
            Sent(
                whose[-1].sends,
                whose[-1].id,
                *found[0],
                alarm=any(service == Service.SAFETY_ALARM for service, _ in found),
            ),
        )
        for whose, found in held.items()
    ]


def people_by_organisation(viewer: Actor) -> dict[UUID, list[PersonWithPhone]]:
    people: dict[UUID, list[PersonWithPhone]] = {}
    for person in people_with_phones(viewer.municipality, clock.now() - rules.SIGNED_IN_LATELY):
        people.setdefault(person.organisation, []).append(person)
    return people


class AroundClients(NamedTuple):
    """What is known around the clients: their homes' doors, the locks' last answers, keys by door, doors on phones."""

    doors: dict[UUID, list[DoorOnTheWay]]
    answers: Mapping[UUID, LastAnswer]
    keys: dict[UUID, list[KeyAtDoor]]
    phones: Mapping[UUID, ClientDoors]


def around(viewer: Actor, visited: list[VisitedClient]) -> AroundClients:
    """Gathers it. Four queries, however many clients."""
    doors = _doors(viewer, {one.home for one in visited})
    here = {door.door: door for of_home in doors.values() for door in of_home}
    return AroundClients(
        doors,
        access.last_answers(viewer.municipality, {door.lock for door in here.values() if door.lock}),
        _keys(viewer, here),
        permits.doors_of_all(viewer.municipality, {one.client for one in visited}, clock.now()),
    )


def judge(
    one: VisitedClient,
    known: AroundClients,
    people: Mapping[UUID, list[PersonWithPhone]],
    works: Callable[[DoorOnTheWay], bool] = lambda door: True,
) -> tuple[ClientDoors, WayJudged]:
    """Returns the doors as a phone of those who are sent has them, and the way in. `works`: does its lock turn?"""
    phone = rules.phone_of(known.phones[one.client], one.sent, clock.now())
    on_the_way = [
        door._replace(
            lock=door.lock if works(door) else None,
            answer=known.answers.get(door.lock) if door.lock else None,
            keys=[holder_of(key, one.organisation.id) for key in known.keys.get(door.door, [])],
        )
        for door in known.doors.get(one.home, [])
    ]
    signed_in = sum(person.signed_in for person in people.get(one.organisation.id, []))
    return phone, rules.judge_way(phone, on_the_way, signed_in=signed_in)


def _doors(viewer: Actor, homes: Iterable[UUID]) -> dict[UUID, list[DoorOnTheWay]]:
    """The doors of the homes, each with its lock and fault by the facts of its home."""
    notes = AccessNote.objects.filter(home=OuterRef("home"))
    rows = HomeDoor.objects.filter(municipality=viewer.municipality, home__in=list(homes))
    hanging = Holding.objects.filter(kind=HolderKind.DOOR, until=None, holder=OuterRef(OuterRef("door_id")))
    own_keys = LockKey.objects.filter(
        municipality=viewer.municipality, ended=None, lock__in=hanging.values("thing")
    )
    columns = ("home_id", "door_id", "door__kind", "noted", "own", "home__state__state")
    found: dict[UUID, list[DoorOnTheWay]] = {}
    facts: dict[UUID, Any] = {}
    for home, door, kind, noted, own, state in rows.annotate(
        noted=Exists(notes), own=Exists(own_keys)
    ).values_list(*columns):
        if home not in facts:
            facts[home] = home_snapshot(state).facts.doors if state else {}
        known = facts[home].get(door)
        lock, fault = (known.lock, known.fault) if known else (None, "")
        found.setdefault(home, []).append(
            DoorOnTheWay(door, kind, lock=lock, fault=fault if lock else "", has_note=noted, own_key=own)
        )
    return found


def _keys(viewer: Actor, doors: Iterable[UUID]) -> dict[UUID, list[KeyAtDoor]]:
    holder = Organisation.objects.filter(id=OuterRef("holder"))
    rows = Holding.objects.filter(
        municipality=viewer.municipality,
        thing__kind=ThingKind.KEY,
        thing__door__in=list(doors),
        until=None,
    ).annotate(orgnr=Subquery(holder.values("orgnr")[:1]))
    keys: dict[UUID, list[KeyAtDoor]] = {}
    columns = ("thing__door_id", "thing__number", "kind", "holder", "orgnr")
    for door, number, kind, held_by, orgnr in rows.order_by("thing__number").values_list(*columns):
        keys.setdefault(door, []).append(KeyAtDoor(number, kind, held_by, orgnr or ""))
    return keys


def holder_of(key: KeyAtDoor, organisation: UUID) -> KeyHolder:
    if key.kind == HolderKind.ORGANISATION:
        return KeyHolder.OURS if key.holder == organisation else KeyHolder.ANOTHER
    return KeyHolder.CLIENT if key.kind == HolderKind.CLIENT else KeyHolder.LOST
