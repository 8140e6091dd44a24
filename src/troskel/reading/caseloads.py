# SPDX-License-Identifier: EUPL-1.2
"""Whose clients an assessor looks at: one's own with those of whom one stands in for, the unit's, all, or nobody's."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q

from troskel.ground import clock
from troskel.people import caseloads
from troskel.people.models import Client
from troskel.people.roles import OFFICE_ROLES, Actor, Role
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
    """What an assessor looks at, and could. `clients`: how many living ones are one's own, with the stood-in-for.

    `accounts`: whose they are. `unit`: the name of one's unit, or empty. `nobodys`: how many clients have no assessor.
    """

    chosen: Whose
    clients: int
    nobodys: int
    unit: str
    stands_in_for: list[StandIn]
    accounts: list[UUID]


class Assessor(msgspec.Struct, frozen=True):
    """An assessor, for a choice."""

    username: str
    name: str


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


@read(who=OFFICE_ROLES)
def assessors(viewer: Actor) -> list[Assessor]:
    """The municipality's assessors, for a choice. No client is shown, so nothing is recorded."""
    return [Assessor(*row) for row in caseloads.assessors(viewer.municipality)]


def clients_of(viewer: Actor, caseload: Caseload | None, client: str = "") -> Q:
    """Returns the condition for these clients. `client`: the prefix of a lookup through a relation; None: all."""
    if caseload is None or caseload.chosen is Whose.ALL:
        return Q()
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
    of_theirs = clients_of(viewer, caseload, "client__")
    if caseload.chosen is Whose.NOBODYS:
        return Q(client__isnull=False) & of_theirs
    residents = Client.objects.filter(clients_of(viewer, caseload), home=OuterRef("home"))
    return of_theirs | Q(Exists(residents), client=None) | Q(person=viewer.account)
