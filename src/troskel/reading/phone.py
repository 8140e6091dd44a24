# SPDX-License-Identifier: EUPL-1.2
"""The phone's client list (a carer's by day, a responder's by alarm: rule 4) with ways in.

Also one client at the door: today's visits, and the locks that the viewer has opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, time
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, F, OuterRef, Q

from troskel.access.models import Opening
from troskel.access.rules import ClientDoors, LockOutcome
from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.custody.signed_tags import SignedTags, TagSignature
from troskel.ground import clock
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.spelling import thing_number
from troskel.people.roles import PHONE_ROLES, Actor, Role
from troskel.permits import doors
from troskel.permits.sight import entrustments_of
from troskel.reading.base import clients_within_reach, note, remaining
from troskel.reading.discretion import PersonShown, Words, visible_person
from troskel.reading.register import read
from troskel.visits.models import Visit
from troskel.visits.queries import searches_of


class WayIn(msgspec.Struct, frozen=True):
    """A way in: a linked lock that the phone opens, or a key that the provider holds; and its door."""

    by: str
    number: str
    door: UUID
    door_kind: str
    door_label: str


class OnThePhone(msgspec.Struct, frozen=True):
    """A client whom the phone shows today. With no `ways_in` the client opens the door.

    `access_note`: door code and the like.
    """

    case: str
    protected: bool
    person: PersonShown | None
    ways_in: list[WayIn]
    tags: list[str]
    access_note: str


class PhoneVisit(msgspec.Struct, frozen=True):
    """A visit by the viewer's organisation. `open`: begun on a phone and not ended; `mine`: by the viewer."""

    id: UUID
    case: str
    arrived: datetime
    departed: datetime | None
    open: bool
    mine: bool


class PhoneToday(msgspec.Struct, frozen=True):
    """The phone's clients, today's visits by case number, and the viewer's open visit."""

    clients: list[OnThePhone]
    visits: dict[str, list[PhoneVisit]]
    under_way: PhoneVisit | None


class TagOfClient(msgspec.Struct, frozen=True):
    """A tag by its number, and the client on the viewer's phone who has it."""

    number: str
    case: str


class PhoneStep(msgspec.Struct, frozen=True):
    """What somebody of the viewer's organisation has done where nobody opened, and when."""

    step: str
    at: datetime


class ClientAtDoor(msgspec.Struct, frozen=True):
    """One client on the phone: today's visits, and the viewer's open visit (here or elsewhere).

    `opened`: serial numbers that the viewer has opened here today since their last ended visit.
    `unanswered`: the steps since nobody opened, until somebody knows where the client is.
    `answering_until`: when a responder's acceptance of an alarm ends.
    """

    client: OnThePhone
    visits: list[PhoneVisit]
    under_way: PhoneVisit | None
    opened: list[str]
    answering_until: datetime | None
    unanswered: list[PhoneStep]


@read(who=PHONE_ROLES, title="Your own list for today: addresses, and ways in")
def phone_list(viewer: Actor) -> list[OnThePhone]:
    """The clients on the viewer's phone today, those with names first. Four queries and one recorded read."""
    rows = _noted_rows(viewer)
    return _phone_clients(viewer, rows, _lock_ways(rows))


@read(who=PHONE_ROLES)
def phone_today(viewer: Actor) -> PhoneToday:
    """The same with today's visits. One query more."""
    rows = _noted_rows(viewer)
    clients = _phone_clients(viewer, rows, _lock_ways(rows))
    visits = _visits(viewer, Q(client__in=[row.id for row in rows]))
    by_case: dict[str, list[PhoneVisit]] = {}
    for visit in _todays_visits(visits):
        by_case.setdefault(visit.case, []).append(visit)
    return PhoneToday(clients, by_case, _visit_under_way(visits))


@read(who=PHONE_ROLES)
def client_at_door(viewer: Actor, case: str) -> ClientAtDoor:
    """One client on the viewer's phone now. Raises NotFound for others. Eight queries and one recorded read."""
    rows = _rows(viewer, Q(case_number=case)) or _rows(viewer, Q(case_number=remaining(viewer, case)))
    if not rows:
        raise NotFound("client", "client")
    (row,) = rows
    note(viewer, "phone.opened", client=row.id, case=row.case_number)
    found = doors.doors_of(viewer, row.case_number, clock.now(), client_id=row.id)
    (client,) = _phone_clients(viewer, rows, {row.id: _openable(found)})
    visits = _visits(viewer, Q(client=row.id))
    visits_here = [visit for visit in _todays_visits(visits) if visit.case == client.case]
    return ClientAtDoor(
        client=client,
        visits=visits_here,
        under_way=_visit_under_way(visits),
        opened=_opened_locks(viewer, row.id, visits_here),
        answering_until=found.client.until,
        unanswered=_unanswered(viewer, row.id),
    )


@read(who=(Role.CARER,))
def tag_of_client(viewer: Actor, number: str, picc_data: str = "", cmac: str = "") -> TagOfClient:
    """Whose tag was read, by its number or by its chip, as it stands in its address. Raises NotFound for others.

    Two queries at most; what is shown of the client is another reading's (`client_at_door`).
    """
    number, signature = thing_number(number), TagSignature.of(picc_data, cmac)
    if not number and signature:
        tags = SignedTags.of(viewer.municipality, (), every=True)
        (number,) = tags.serials_of([(signature, clock.now())])
    holdings = Holding.objects.filter(
        municipality=viewer.municipality,
        thing__kind=ThingKind.TAG,
        thing__number=number,
        kind=HolderKind.CLIENT,
        holder=OuterRef("pk"),
        until=None,
    )
    rows = _rows(viewer, Q(Exists(holdings))) if number else []
    if not rows:
        raise NotFound("tag", "tag")
    return TagOfClient(number, rows[0].case_number)


def _unanswered(viewer: Actor, client: UUID) -> list[PhoneStep]:
    if viewer.role is not Role.CARER:
        return []
    found = searches_of(viewer.municipality, clients=[client], organisation=viewer.organisation)
    return [PhoneStep(noted.step, noted.at) for one in found if not one.is_known for noted in one.steps]


def _opened_locks(viewer: Actor, client: UUID, visits_here: Sequence[PhoneVisit]) -> list[str]:
    departures = [visit.departed for visit in visits_here if visit.mine and visit.departed]
    rows = Opening.objects.filter(
        municipality=viewer.municipality,
        client=client,
        account=viewer.account,
        outcome=LockOutcome.OPENED,
        not_before__gte=max(departures, default=_midnight()),
    )
    return sorted(set(rows.values_list("lock__number", flat=True)))


def _noted_rows(viewer: Actor) -> list[Any]:
    rows = _rows(viewer)
    note(viewer, "phone.listed", ids=[row.id for row in rows])
    return rows


def _rows(viewer: Actor, condition: Q | None = None) -> list[Any]:
    entrusted = entrustments_of(viewer).filter(client=OuterRef("pk"))
    with_home = (
        clients_within_reach(viewer)
        .select_related("home__access_note")
        .annotate(entrusted_to_viewer=Exists(entrusted))
    )
    return list(with_home.filter(condition or Q()))


def _openable(found: ClientDoors) -> list[WayIn]:
    """The locks that the viewer may open for the client now."""
    ways = []
    for row in found.rows:
        with suppress(Refusal):
            basis, _ = found.may_open(row.serial or "")
            ways.append(
                WayIn("lock", row.serial or "", basis.door, row.door_kind or "", row.door_label or "")
            )
    return ways


def _phone_clients(
    viewer: Actor, rows: Sequence[Any], lock_ways: Mapping[UUID, list[WayIn]]
) -> list[OnThePhone]:
    """Clients by name in Swedish order; then those without a visible name by case: their place would reveal it."""
    ids = [row.id for row in rows]
    ways = {client: list(of_client) for client, of_client in lock_ways.items()}
    for client, *way in _key_ways(viewer, ids):
        ways.setdefault(client, []).append(WayIn("key", *way))
    tags: dict[UUID, list[str]] = {}
    for client, number in _tags(ids):
        tags.setdefault(client, []).append(number)
    words = Words(viewer)
    phone_clients = [_phone_client(row, words, ways.get(row.id, []), tags.get(row.id, [])) for row in rows]
    names = {row.case_number: row.sort_key for row in rows}
    return sorted(
        phone_clients,
        key=lambda phone_client: (
            not phone_client.person,
            names[phone_client.case] if phone_client.person else "",
            phone_client.case,
        ),
    )


def _visits(viewer: Actor, clients: Q) -> list[PhoneVisit]:
    """The organisation's visits today to these clients, and the viewer's open visit anywhere."""
    mine = Q(account=viewer.account)
    rows = Visit.objects.filter(
        (clients & Q(arrived__gte=_midnight())) | (mine & Q(open=True)),
        municipality=viewer.municipality,
        organisation=viewer.organisation,
    )
    visits = rows.order_by("arrived", "id").annotate(case=F("client__case_number"))
    return [
        PhoneVisit(row.id, row.case, row.arrived, row.departed, row.open, row.account_id == viewer.account)
        for row in visits
    ]


def _todays_visits(visits: Sequence[PhoneVisit]) -> list[PhoneVisit]:
    return [visit for visit in visits if visit.arrived >= _midnight()]


def _visit_under_way(visits: Sequence[PhoneVisit]) -> PhoneVisit | None:
    return next((visit for visit in visits if visit.open and visit.mine), None)


def _midnight() -> datetime:
    return datetime.combine(clock.today(), time(), clock.STOCKHOLM)


def _lock_ways(rows: Sequence[Any]) -> dict[UUID, list[WayIn]]:
    """Links to locks that are mounted at doors of the client's present home."""
    mounted = Holding.objects.filter(
        thing=OuterRef("lock"), until=None, kind=HolderKind.DOOR, holder=OuterRef("door")
    )
    links = Link.objects.filter(
        Exists(mounted),
        client__in=[row.id for row in rows],
        until=None,
        door__ways__home=F("client__home"),
    )
    ways: dict[UUID, list[WayIn]] = {}
    columns = ("client_id", "lock__number", "door_id", "door__kind", "door__label")
    for client, serial, door, kind, label in links.values_list(*columns):
        ways.setdefault(client, []).append(WayIn("lock", serial, door, kind, label))
    return ways


def _key_ways(viewer: Actor, clients: list[UUID]) -> Any:
    keys = Holding.objects.filter(
        thing__kind="key", until=None, kind="organisation", holder=viewer.organisation
    )
    keys_by_client = keys.annotate(client=F("thing__door__ways__home__clients")).filter(client__in=clients)
    return keys_by_client.values_list(
        "client", "thing__number", "thing__door_id", "thing__door__kind", "thing__door__label"
    )


def _tags(clients: list[UUID]) -> Any:
    tags = Holding.objects.filter(Q(thing__kind="tag", kind="client", holder__in=clients), until=None)
    return tags.values_list("holder", "thing__number")


def _phone_client(row: Any, words: Words, ways: list[WayIn], tags: list[str]) -> OnThePhone:
    entrusted = row.entrusted_to_viewer
    person = visible_person(words.viewer, row, entrusted=entrusted)
    labelled = [
        msgspec.structs.replace(way, door_label=words.label(way.door_label, row, entrusted=entrusted))
        for way in ways
    ]
    access_note = words.access_note(row, entrusted=entrusted)
    return OnThePhone(row.case_number, bool(row.protection), person, labelled, tags, access_note)
