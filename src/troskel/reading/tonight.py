# SPDX-License-Identifier: EUPL-1.2
"""Who can get in tonight: each client's doors from the street inwards, by each organisation that would be sent.

The facts are those that acts have left; `access.way_in_rules` judges them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q, Subquery

from troskel.access import queries as access
from troskel.access import way_in_rules as rules
from troskel.access.rules import FAR_AWAY
from troskel.access.way_in_rules import DoorJudged, DoorOnTheWay, KeyHolder, Sent, WayVerdict
from troskel.care import queries as care
from troskel.care.models import Allocation, Service
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.people.login_queries import PersonWithPhone, people_with_phones
from troskel.people.models import AccessNote, HomeDoor, Organisation
from troskel.people.roles import OFFICE_ROLES, PROVIDER_ROLES, Actor, OrganisationKind, Role
from troskel.permits import doors as permits
from troskel.reading.base import clients_matching, clients_within_reach, note
from troskel.reading.register import read
from troskel.routine.duty import home_snapshot

SIGNED_IN_DAYS = rules.SIGNED_IN_LATELY.days
"""How many days back somebody has signed in lately."""


KEPT_SECONDS = 60
"""How many seconds the count on the start page is kept at most."""


class KeyTonight(msgspec.Struct, frozen=True):
    """A key to a door and who has it, as those see it who would be sent.

    A provider is told the numbers of its own keys alone, and of no other provider.
    """

    held_by: str
    number: str
    organisation: str


class DoorTonight(msgspec.Struct, frozen=True):
    """A door on the way in: whether it opens, and why. `lock`: what is linked to the client; empty: nothing is.

    `outcome`, `battery`, `noted`: what the lock answered last.
    """

    kind: str
    verdict: str
    reasons: list[str]
    lock: str
    fault: str
    outcome: str
    battery: int | None
    noted: datetime | None
    keys: list[KeyTonight]


class WayTonight(msgspec.Struct, frozen=True):
    """How an organisation gets in at a client tonight: as its worst door. `reasons`: where no door is known."""

    case: str
    organisation: str
    services: list[str]
    verdict: str
    reasons: list[str]
    doors: list[DoorTonight]


class PeopleTonight(msgspec.Struct, frozen=True):
    """Those of an organisation with an open account and a phone: who has signed in lately, and who has not."""

    organisation: str
    name: str
    role: str
    signed_in: list[str]
    not_signed_in: list[str]


class Tonight(msgspec.Struct, frozen=True):
    """The ways in at all clients who are at home, the worst first; and who could go there."""

    day: date
    ways: list[WayTonight]
    people: list[PeopleTonight]


class _Organisation(NamedTuple):
    id: UUID
    orgnr: str
    name: str
    kind: str

    @property
    def sends(self) -> Role:
        return Role.RESPONDER if self.kind == OrganisationKind.ALARM else Role.CARER


class _Visited(NamedTuple):
    """A client whom an organisation has today, with the service that lasts longest."""

    client: UUID
    case: str
    home: UUID
    organisation: _Organisation
    services: tuple[str, ...]
    sent: Sent


class _Key(NamedTuple):
    number: str
    kind: str
    holder: UUID | None
    orgnr: str


@read(
    who=[Role.COORDINATOR, Role.ADMINISTRATOR],
    title="Who can get in tonight: the doors at each client who is at home, and why one would not open",
)
def tonight(viewer: Actor) -> Tonight:
    """The ways in at all clients in care today, the worst first. A coordinator: of the own organisation.

    Six queries, however many clients, and one recorded read.
    """
    visited = _visited(viewer)
    people = _people(viewer)
    ways = _ways(viewer, visited, people)
    note(viewer, "ways_in.viewed", ids={one.client for one in visited})
    ways.sort(key=lambda way: (-rules.severity(way.verdict), way.case))
    return Tonight(clock.today(), ways, _shown_people(visited, people))


@read(who=[Role.COORDINATOR])
def shut_out_tonight(viewer: Actor) -> int | None:
    """At how many clients nobody gets in tonight; None until the afternoon. No client is shown: nothing is recorded."""
    if not rules.is_afternoon(clock.now().astimezone(clock.STOCKHOLM)):
        return None
    ways = _ways(viewer, _visited(viewer), _people(viewer))
    return len({way.case for way in ways if way.verdict == WayVerdict.NOBODY})


@read(who=[Role.COORDINATOR])
def kept_shut_out(viewer: Actor) -> int | None:
    """The same, a minute old at most: each start page of an afternoon asks, and it reads every home."""
    key = f"shut-out-{viewer.municipality}-{viewer.organisation}"
    found: int | None = cache.get(key)
    if found is None and (found := shut_out_tonight(viewer)) is not None:
        cache.set(key, found, KEPT_SECONDS)
    return found


@read(who=OFFICE_ROLES)
def way_in_for_alarm(viewer: Actor, case: str) -> list[WayTonight]:
    """Whether responders would get in, before a safety alarm is granted: by each organisation that answers alarms.

    Those who have the client's alarm already, or else all. Raises NotFound or BadValue outside the viewer's sight.
    """
    row = clients_matching(viewer, case).first() if case else None
    if row is None:
        raise NotFound("client", "client")
    note(viewer, "ways_in.viewed", client=row.id, case=row.case_number)
    alarm = Service.SAFETY_ALARM
    answering = Allocation.objects.filter(
        care.covers(clock.today(), clock.today()),
        decision__service=alarm,
        decision__client=row,
        organisation=OuterRef("pk"),
    )
    standing = Organisation.objects.filter(
        Q(closed=None) | Q(closed__gt=clock.today()),
        municipality=viewer.municipality,
        kind=OrganisationKind.ALARM,
    )
    rows: Any = standing.annotate(answers=Exists(answering)).order_by("name", "id")
    found = [
        (answers, _Organisation(*columns))
        for answers, *columns in rows.values_list("answers", "id", "orgnr", "name", "kind")
    ]
    have_it = any(answers for answers, _ in found)
    visited = [
        _Visited(
            row.id,
            row.case_number,
            row.home_id,
            organisation,
            (str(alarm),),
            Sent(organisation.sends, organisation.id, str(alarm), FAR_AWAY, alarm=True),
        )
        for answers, organisation in found
        if answers or not have_it
    ]
    return _ways(viewer, visited, _people(viewer))


def _visited(viewer: Actor) -> list[_Visited]:
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
    held: dict[tuple[UUID, str, UUID, _Organisation], list[tuple[str, date]]] = {}
    for client_id, case, home, org, orgnr, name, kind, service, ends in rows:
        whose = (client_id, case, home, _Organisation(org, orgnr, name, kind))
        held.setdefault(whose, []).append((service, ends))
    return [
        _Visited(
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


def _people(viewer: Actor) -> dict[UUID, list[PersonWithPhone]]:
    people: dict[UUID, list[PersonWithPhone]] = {}
    for person in people_with_phones(viewer.municipality, clock.now() - rules.SIGNED_IN_LATELY):
        people.setdefault(person.organisation, []).append(person)
    return people


def _shown_people(
    visited: Iterable[_Visited], people: Mapping[UUID, list[PersonWithPhone]]
) -> list[PeopleTonight]:
    organisations = {one.organisation.id: one.organisation for one in visited}
    return [
        PeopleTonight(
            organisation.orgnr,
            organisation.name,
            str(organisation.sends),
            [person.name for person in people.get(organisation.id, []) if person.signed_in],
            [person.name for person in people.get(organisation.id, []) if not person.signed_in],
        )
        for organisation in sorted(organisations.values(), key=lambda one: one.orgnr)
    ]


def _ways(
    viewer: Actor, visited: list[_Visited], people: Mapping[UUID, list[PersonWithPhone]]
) -> list[WayTonight]:
    """Each client's way in by each organisation. Four queries."""
    now = clock.now()
    doors = _doors(viewer, {one.home for one in visited})
    here = {door.door: door for of_home in doors.values() for door in of_home}
    answers = access.last_answers(viewer.municipality, {door.lock for door in here.values() if door.lock})
    keys = _keys(viewer, here)
    phones = permits.doors_of_all(viewer.municipality, {one.client for one in visited}, now)
    ways = []
    for one in visited:
        phone = rules.phone_of(phones[one.client], one.sent, now)
        on_the_way = [
            door._replace(
                answer=answers.get(door.lock) if door.lock else None,
                keys=[_key_holder(key, one.organisation.id) for key in keys.get(door.door, [])],
            )
            for door in doors.get(one.home, [])
        ]
        signed_in = sum(person.signed_in for person in people.get(one.organisation.id, []))
        judged = rules.judge_way(phone, on_the_way, signed_in=signed_in)
        serials = {row.lock: row.serial or "" for row in phone.rows}
        ways.append(
            WayTonight(
                one.case,
                one.organisation.orgnr,
                list(one.services),
                str(judged.verdict),
                [str(reason) for reason in judged.reasons],
                [
                    _door_shown(viewer, door, serials, keys.get(door.door.door, []), one.organisation.id)
                    for door in judged.doors
                ],
            )
        )
    return ways


def _doors(viewer: Actor, homes: Iterable[UUID]) -> dict[UUID, list[DoorOnTheWay]]:
    """The doors of the homes, each with its lock and fault by the facts of its home."""
    notes = AccessNote.objects.filter(home=OuterRef("home"))
    rows = HomeDoor.objects.filter(municipality=viewer.municipality, home__in=list(homes))
    columns = ("home_id", "door_id", "door__kind", "noted", "home__state__state")
    found: dict[UUID, list[DoorOnTheWay]] = {}
    facts: dict[UUID, Any] = {}
    for home, door, kind, noted, state in rows.annotate(noted=Exists(notes)).values_list(*columns):
        if home not in facts:
            facts[home] = home_snapshot(state).facts.doors if state else {}
        known = facts[home].get(door)
        lock, fault = (known.lock, known.fault) if known else (None, "")
        found.setdefault(home, []).append(
            DoorOnTheWay(door, kind, lock=lock, fault=fault if lock else "", has_note=noted)
        )
    return found


def _keys(viewer: Actor, doors: Iterable[UUID]) -> dict[UUID, list[_Key]]:
    holder = Organisation.objects.filter(id=OuterRef("holder"))
    rows = Holding.objects.filter(
        municipality=viewer.municipality,
        thing__kind=ThingKind.KEY,
        thing__door__in=list(doors),
        until=None,
    ).annotate(orgnr=Subquery(holder.values("orgnr")[:1]))
    keys: dict[UUID, list[_Key]] = {}
    columns = ("thing__door_id", "thing__number", "kind", "holder", "orgnr")
    for door, number, kind, held_by, orgnr in rows.order_by("thing__number").values_list(*columns):
        keys.setdefault(door, []).append(_Key(number, kind, held_by, orgnr or ""))
    return keys


def _key_holder(key: _Key, organisation: UUID) -> KeyHolder:
    if key.kind == HolderKind.ORGANISATION:
        return KeyHolder.OURS if key.holder == organisation else KeyHolder.ANOTHER
    return KeyHolder.CLIENT if key.kind == HolderKind.CLIENT else KeyHolder.LOST


def _door_shown(
    viewer: Actor,
    judged: DoorJudged,
    serials: Mapping[UUID | None, str],
    keys: Iterable[_Key],
    organisation: UUID,
) -> DoorTonight:
    door = judged.door
    answer = door.answer
    return DoorTonight(
        door.kind,
        str(judged.verdict),
        [str(reason) for reason in judged.reasons],
        serials.get(door.lock, "") if door.lock else "",
        door.fault,
        answer.outcome if answer else "",
        answer.battery if answer else None,
        answer.noted if answer else None,
        [_key_shown(viewer, key, organisation) for key in keys],
    )


def _key_shown(viewer: Actor, key: _Key, organisation: UUID) -> KeyTonight:
    holder = _key_holder(key, organisation)
    if viewer.role in PROVIDER_ROLES and holder is not KeyHolder.OURS:
        return KeyTonight(str(holder), "", "")
    return KeyTonight(str(holder), key.number, key.orgnr)
