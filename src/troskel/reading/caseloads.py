# SPDX-License-Identifier: EUPL-1.2
"""Whose clients one looks at. An assessor: one's own with those of whom one stands in for, the unit's, all, or
nobody's. A coordinator: the own area's, all, or those in no area."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q

from troskel.ground import clock
from troskel.people import caseloads
from troskel.people.models import Client
from troskel.people.roles import OFFICE_ROLES, Actor, Role
from troskel.reading.base import clients_within_reach
from troskel.reading.register import read


class Whose(StrEnum):
    """Whose clients are shown."""

    MINE = "mine"
    UNIT = "unit"
    ALL = "all"
    NOBODYS = "nobodys"


class StandIn(msgspec.Struct, frozen=True):
    """An assessor who is away, through which day."""

    name: str
    through: date


class Caseload(msgspec.Struct, frozen=True):
    """What one looks at, and could. `clients`: how many living ones are one's own, with the stood-in-for.

    `accounts`: whose they are. `unit`: the name of one's unit, or empty. `nobodys`: how many clients have no assessor.
    Of a coordinator: `unit` is the own area, `clients` how many in sight are in it, `nobodys` in no area, `all` in all.
    """

    chosen: Whose
    clients: int
    nobodys: int
    unit: str
    stands_in_for: list[StandIn]
    accounts: list[UUID]
    all: int = 0


class Assessor(msgspec.Struct, frozen=True):
    """An assessor, for a choice. `is_viewer`: the one who chooses."""

    username: str
    name: str
    is_viewer: bool


@read(who=[Role.ASSESSOR])
def caseload(viewer: Actor, wanted: str = "") -> Caseload:
    """The viewer's caseload. Without `wanted`: one's own, or all where one has none. Names no client. Two queries."""
    if viewer.account is None:
        return Caseload(Whose.ALL, 0, 0, "", [], [])
    away = caseloads.stands_in_for(viewer.account, clock.today())
    accounts = [viewer.account, *(one.account for one in away)]
    unit, mine, nobodys = caseloads.unit_and_counts(viewer.municipality, viewer.account, accounts)
    possible = {whose for whose in Whose if whose is not Whose.UNIT or unit}
    chosen = Whose(wanted) if wanted in possible else Whose.MINE if mine else Whose.ALL
    return Caseload(chosen, mine, nobodys, unit, [StandIn(one.name, one.through) for one in away], accounts)


@read(who=[Role.COORDINATOR])
def area_clients(viewer: Actor, wanted: str = "") -> Caseload | None:
    """The clients of the viewer's area. Without `wanted`: those, or all where there are none. None: no areas here.

    Names no client. Two queries; one where the organisation has no areas.
    """
    own = caseloads.own_area(viewer.account) if viewer.account else None
    if own is None or not own.is_any:
        return None
    numbers = caseloads.count_by_area(viewer.organisation, clients_within_reach(viewer))
    mine = numbers.get(own.name, 0) if own.name else 0
    possible = {Whose.ALL, Whose.NOBODYS, *([Whose.UNIT] if own.name else [])}
    chosen = Whose(wanted) if wanted in possible else Whose.UNIT if mine else Whose.ALL
    return Caseload(chosen, mine, numbers.get("", 0), own.name, [], [], sum(numbers.values()))


@read(who=[Role.COORDINATOR])
def areas_of_shown(viewer: Actor, cases: Iterable[str]) -> dict[str, str]:
    """The viewer's organisation's areas of clients that a recorded reading has just shown, by case number."""
    return caseloads.areas_by_case(viewer.organisation, viewer.municipality, cases)


@read(who=[Role.COORDINATOR, Role.ADMINISTRATOR])
def area_names(viewer: Actor) -> list[str]:
    """The names of the units or areas of the viewer's organisation. No client is shown, so nothing is recorded."""
    return caseloads.area_names(viewer.organisation)


@read(who=OFFICE_ROLES)
def assessors(viewer: Actor) -> list[Assessor]:
    """The municipality's assessors, for a choice. No client is shown, so nothing is recorded."""
    rows = caseloads.assessors(viewer.municipality)
    return [Assessor(row.username, row.name, row.account == viewer.account) for row in rows]


def clients_of(viewer: Actor, caseload: Caseload | None, client: str = "") -> Q:
    """Returns the condition for these clients. `client`: the prefix of a lookup through a relation; None: all."""
    if caseload is None or caseload.chosen is Whose.ALL:
        return Q()
    if viewer.role is Role.COORDINATOR:
        return _of_area(viewer, caseload, f"{client}pk")
    if caseload.chosen is Whose.NOBODYS:
        return caseloads.of_nobody(client)
    if caseload.chosen is Whose.UNIT:
        colleagues = caseloads.in_unit(viewer.municipality, caseload.unit).values("id")
        return caseloads.of_assessors(colleagues, client)
    return caseloads.of_assessors(caseload.accounts, client)


def duties_of_clients(viewer: Actor, caseload: Caseload | None) -> Q:
    """Returns the condition for duties about these clients, about a home of theirs, or taken by the viewer."""
    if caseload is None or caseload.chosen is Whose.ALL:
        return Q()
    if viewer.role is Role.COORDINATOR:
        return _duties_of_area(viewer, caseload)
    of_theirs = clients_of(viewer, caseload, "client__")
    if caseload.chosen is Whose.NOBODYS:
        return Q(client__isnull=False) & of_theirs
    residents = Client.objects.filter(clients_of(viewer, caseload), home=OuterRef("home"))
    return of_theirs | Q(Exists(residents), client=None) | Q(person=viewer.account)


def _of_area(viewer: Actor, caseload: Caseload, client: str) -> Q:
    if caseload.chosen is Whose.NOBODYS:
        return ~Q(**{f"{client}__in": caseloads.in_area(viewer.organisation).values("client")})
    return Q(**{f"{client}__in": caseloads.in_area(viewer.organisation, caseload.unit).values("client")})


def _duties_of_area(viewer: Actor, caseload: Caseload) -> Q:
    """Each duty is in somebody's list: a home where nobody is in an area, too, is among those in no area."""
    is_nobodys = caseload.chosen is Whose.NOBODYS
    placed = caseloads.in_area(viewer.organisation, None if is_nobodys else caseload.unit)
    of_client = Exists(placed.filter(client=OuterRef("client")))
    of_home = Exists(placed.filter(client__home=OuterRef("home")))
    is_placed = Q(of_client) | Q(of_home, client=None)
    return ~is_placed if is_nobodys else is_placed | Q(person=viewer.account)
