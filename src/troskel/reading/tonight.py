# SPDX-License-Identifier: EUPL-1.2
"""Who can get in tonight: each client's doors from the street inwards, by each organisation that would be sent.

The facts are those that acts have left; `access.way_in_rules` judges them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec
from django.core.cache import cache
from django.db.models import Exists, OuterRef, Q

from troskel.access import way_in_rules as rules
from troskel.access.rules import FAR_AWAY
from troskel.access.way_in_rules import DoorJudged, KeyHolder, Sent, WayVerdict
from troskel.care import queries as care
from troskel.care.models import Allocation, Service
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.people.login_queries import PersonWithPhone
from troskel.people.models import Organisation
from troskel.people.roles import OFFICE_ROLES, PROVIDER_ROLES, Actor, OrganisationKind, Role
from troskel.reading import ways_in
from troskel.reading.base import clients_matching, note
from troskel.reading.register import read
from troskel.reading.ways_in import KeyAtDoor, SendingOrganisation, VisitedClient

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


@read(
    who=[Role.COORDINATOR, Role.ADMINISTRATOR],
    title="Who can get in tonight: the doors at each client who is at home, and why one would not open",
)
def tonight(viewer: Actor) -> Tonight:
    """The ways in at all clients in care today, the worst first. A coordinator: of the own organisation.

    Six queries, however many clients, and one recorded read.
    """
    visited = ways_in.visited_today(viewer)
    people = ways_in.people_by_organisation(viewer)
    ways = _ways(viewer, visited, people)
    note(viewer, "ways_in.viewed", ids={one.client for one in visited})
    ways.sort(key=lambda way: (-rules.severity(way.verdict), way.case))
    return Tonight(clock.today(), ways, _shown_people(visited, people))


@read(who=[Role.COORDINATOR])
def shut_out_tonight(viewer: Actor) -> int | None:
    """At how many clients nobody gets in tonight; None until the afternoon. No client is shown: nothing is recorded."""
    if not rules.is_afternoon(clock.now().astimezone(clock.STOCKHOLM)):
        return None
    ways = _ways(viewer, ways_in.visited_today(viewer), ways_in.people_by_organisation(viewer))
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
        (answers, SendingOrganisation(*columns))
        for answers, *columns in rows.values_list("answers", "id", "orgnr", "name", "kind")
    ]
    have_it = any(answers for answers, _ in found)
    visited = [
        VisitedClient(
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
    return _ways(viewer, visited, ways_in.people_by_organisation(viewer))


def _shown_people(
    visited: Iterable[VisitedClient], people: Mapping[UUID, list[PersonWithPhone]]
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
    viewer: Actor, visited: list[VisitedClient], people: Mapping[UUID, list[PersonWithPhone]]
) -> list[WayTonight]:
    """Each client's way in by each organisation. Four queries."""
    around = ways_in.around(viewer, visited)
    ways = []
    for one in visited:
        phone, judged = ways_in.judge(one, around, people)
        serials = {row.lock: row.serial or "" for row in phone.rows}
        ways.append(
            WayTonight(
                one.case,
                one.organisation.orgnr,
                list(one.services),
                str(judged.verdict),
                [str(reason) for reason in judged.reasons],
                [
                    _door_shown(
                        viewer, door, serials, around.keys.get(door.door.door, []), one.organisation.id
                    )
                    for door in judged.doors
                ],
            )
        )
    return ways


def _door_shown(
    viewer: Actor,
    judged: DoorJudged,
    serials: Mapping[UUID | None, str],
    keys: Iterable[KeyAtDoor],
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


def _key_shown(viewer: Actor, key: KeyAtDoor, organisation: UUID) -> KeyTonight:
    holder = ways_in.holder_of(key, organisation)
    if viewer.role in PROVIDER_ROLES and holder is not KeyHolder.OURS:
        return KeyTonight(str(holder), "", "")
    return KeyTonight(str(holder), key.number, key.orgnr)
