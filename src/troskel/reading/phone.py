# SPDX-License-Identifier: EUPL-1.2
"""The phone's own list: who is on it now (a carer's by day, a responder's by alarm: rule 4), and how to get in.

And one client of it, as one stands before the door: today's visits, and what this person has opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, F, OuterRef, Q

from troskel.access import queries as access
from troskel.access.models import Opening
from troskel.access.rules import Outcome
from troskel.custody.models import HolderKind, Holding, Link
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.people.roles import Actor
from troskel.permits.sight import entrusted_to
from troskel.reading.base import note, seen_in_all
from troskel.reading.client_record import PersonShown, person_shown
from troskel.visits.models import Visit


class WayIn(msgspec.Struct, frozen=True):
    """How to get in: a linked lock that the phone opens, or a key in the provider's keeping; and which door it is."""

    by: str
    number: str
    door: UUID
    door_kind: str
    door_label: str


class OnThePhone(msgspec.Struct, frozen=True):
    """A client whom the phone shows today. Without a way in, the client opens."""

    case: str
    protected: bool
    person: PersonShown | None
    ways_in: list[WayIn]
    tags: list[str]


class PhoneVisit(msgspec.Struct, frozen=True):
    """A visit of the viewer's organisation. `open`: begun on a phone, and not ended yet; `mine`: by the viewer."""

    id: UUID
    case: str
    arrived: datetime
    departed: datetime | None
    open: bool
    mine: bool


class PhoneToday(msgspec.Struct, frozen=True):
    """The clients on the phone with their visits of today by case, and the visit that the viewer has under way."""

    clients: list[OnThePhone]
    visits: dict[str, list[PhoneVisit]]
    under_way: PhoneVisit | None


class AtTheDoor(msgspec.Struct, frozen=True):
    """One client of the phone: today's visits, and what the viewer has under way (here or elsewhere).

    `opened`: the locks that the viewer has opened here today, since the last visit of theirs ended.
    `answering_until`: how long a responder's accepted alarm lasts.
    """

    client: OnThePhone
    visits: list[PhoneVisit]
    under_way: PhoneVisit | None
    opened: list[str]
    answering_until: datetime | None


def phone_list(viewer: Actor) -> list[OnThePhone]:
    """Who is on the viewer's phone today, the named in Swedish order first. Four queries, and the line of reads."""
    return _with_ways(viewer, _listed(viewer))


def phone_today(viewer: Actor) -> PhoneToday:
    """The same with today's visits: one query more."""
    rows = _listed(viewer)
    clients = _with_ways(viewer, rows)
    visits = _visits(viewer, Q(client__in=[row.id for row in rows]))
    by_case: dict[str, list[PhoneVisit]] = {}
    for visit in _of_today(visits):
        by_case.setdefault(visit.case, []).append(visit)
    return PhoneToday(clients, by_case, _under_way(visits))


def at_the_door(viewer: Actor, case: str) -> AtTheDoor:
    """One client on the viewer's phone now. Raises NotFound for any other. Seven queries, and the line of the read."""
    rows = _rows(viewer, Q(case_number=case))
    if not rows:
        raise NotFound("client", "client")
    (row,) = rows
    note(viewer, "phone.opened", client=row.id, case=row.case_number)
    (client,) = _with_ways(viewer, rows)
    visits = _visits(viewer, Q(client=row.id))
    here = [visit for visit in _of_today(visits) if visit.case == client.case]
    answering = access.answering(viewer, [row.id], clock.now()).get(row.id)
    return AtTheDoor(
        client=client,
        visits=here,
        under_way=_under_way(visits),
        opened=_opened(viewer, row.id, here),
        answering_until=answering.until if answering else None,
    )


def _opened(viewer: Actor, client: UUID, here: Sequence[PhoneVisit]) -> list[str]:
    ended = [visit.departed for visit in here if visit.mine and visit.departed]
    rows = Opening.objects.filter(
        municipality=viewer.municipality,
        client=client,
        account=viewer.account,
        outcome=Outcome.OPENED,
        not_before__gte=max(ended, default=_midnight()),
    )
    return sorted(set(rows.values_list("lock__number", flat=True)))


def _listed(viewer: Actor) -> list[Any]:
    rows = _rows(viewer)
    note(viewer, "phone.listed", ids=[row.id for row in rows])
    return rows


def _rows(viewer: Actor, which: Q | None = None) -> list[Any]:
    mine = entrusted_to(viewer).filter(client=OuterRef("pk"))
    with_home = seen_in_all(viewer).select_related("home").annotate(entrusted_to_viewer=Exists(mine))
    return list(with_home.filter(which or Q()))


def _with_ways(viewer: Actor, rows: Sequence[Any]) -> list[OnThePhone]:
    """The named by name, in Swedish order; then those without a name by case: a place among names would tell theirs."""
    found = [row.id for row in rows]
    ways: dict[UUID, list[WayIn]] = {}
    for client, *way in _linked(found):
        ways.setdefault(client, []).append(WayIn("lock", *way))
    for client, *way in _keys(viewer, found):
        ways.setdefault(client, []).append(WayIn("key", *way))
    tags: dict[UUID, list[str]] = {}
    for client, number in _tags(found):
        tags.setdefault(client, []).append(number)
    shown = [_shown(row, viewer, ways.get(row.id, []), tags.get(row.id, [])) for row in rows]
    names = {row.case_number: row.sort_key for row in rows}
    return sorted(shown, key=lambda one: (not one.person, names[one.case] if one.person else "", one.case))


def _visits(viewer: Actor, clients: Q) -> list[PhoneVisit]:
    """The organisation's visits of today to these clients, and the one that the viewer has open anywhere."""
    mine = Q(account=viewer.account)
    rows = Visit.objects.filter(
        (clients & Q(arrived__gte=_midnight())) | (mine & Q(open=True)),
        municipality=viewer.municipality,
        organisation=viewer.organisation,
    )
    told = rows.order_by("arrived", "id").annotate(case=F("client__case_number"))
    return [
        PhoneVisit(row.id, row.case, row.arrived, row.departed, row.open, row.account_id == viewer.account)
        for row in told
    ]


def _of_today(visits: Sequence[PhoneVisit]) -> list[PhoneVisit]:
    return [visit for visit in visits if visit.arrived >= _midnight()]


def _under_way(visits: Sequence[PhoneVisit]) -> PhoneVisit | None:
    return next((visit for visit in visits if visit.open and visit.mine), None)


def _midnight() -> datetime:
    return datetime.combine(clock.today(), time(), clock.STOCKHOLM)


def _linked(clients: list[UUID]) -> Any:
    """Links at doors of where the client lives now, whose locks hang there."""
    hangs = Holding.objects.filter(
        thing=OuterRef("lock"), until=None, kind=HolderKind.DOOR, holder=OuterRef("door")
    )
    linked = Link.objects.filter(
        Exists(hangs), client__in=clients, until=None, door__ways__home=F("client__home")
    )
    return linked.values_list("client_id", "lock__number", "door_id", "door__kind", "door__label")


def _keys(viewer: Actor, clients: list[UUID]) -> Any:
    held = Holding.objects.filter(
        thing__kind="key", until=None, kind="organisation", holder=viewer.organisation
    )
    behind = held.annotate(client=F("thing__door__ways__home__clients")).filter(client__in=clients)
    return behind.values_list(
        "client", "thing__number", "thing__door_id", "thing__door__kind", "thing__door__label"
    )


def _tags(clients: list[UUID]) -> Any:
    held = Holding.objects.filter(Q(thing__kind="tag", kind="client", holder__in=clients), until=None)
    return held.values_list("holder", "thing__number")


def _shown(row: Any, viewer: Actor, ways: list[WayIn], tags: list[str]) -> OnThePhone:
    person = person_shown(viewer, row, entrusted=row.entrusted_to_viewer)
    return OnThePhone(row.case_number, bool(row.protection), person, ways, tags)
