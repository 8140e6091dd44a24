# SPDX-License-Identifier: EUPL-1.2
"""Whom the rows of a screen are about: name, birth year and street, for those who may see them.

URLs, e-mails, logs and the API's lists hold case numbers alone (design, rule 8); a screen shows people. A protected
client's name stands on the client's own page, and in a row only for those to whom the client is entrusted (case 14).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, QuerySet, Subquery

from troskel.care.models import Allocation, Decision
from troskel.duties import queries as duties
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.orders.models import Order
from troskel.people import caseloads
from troskel.people.identity import birth_day
from troskel.people.models import Client, Identifier
from troskel.people.roles import EVERY_ROLE, Actor, Role
from troskel.permits.sight import entrustments_of
from troskel.reading.base import clients_in_sight, clients_within_reach, note, readable_clients
from troskel.reading.register import read
from troskel.visits.models import Visit


class ClientName(msgspec.Struct, frozen=True):
    """A client as a row shows one. `born`: the year, where the number tells it.

    `hidden`: protected, so that name, year and address are empty. `blanked`: erased, the same.
    """

    case: str
    first_name: str = ""
    last_name: str = ""
    born: int | None = None
    street: str = ""
    apartment: str = ""
    hidden: bool = False
    blanked: bool = False


class FormSubjects(NamedTuple):
    """What a form names: cases, numbers of orders, references of decisions and of allocations, its duty, and visits."""

    cases: list[str] = []
    orders: list[str] = []
    decisions: list[str] = []
    allocations: list[str] = []
    duty: UUID | None = None
    visits: list[UUID] = []


@read(who=EVERY_ROLE)
def clients_of_form(viewer: Actor, subjects: FormSubjects, *, recorded: str = "") -> list[ClientName]:
    """Whom a form is about, as far as its values tell, by case number. One query, and the recorded read.

    `recorded`: what shows the case has been recorded by the form's own reading.
    """
    if not any(subjects):
        return []
    own = {"municipality": viewer.municipality}
    asked = duties.asked_of(viewer, clock.today())
    named = [
        Client.objects.filter(**own, case_number__in=subjects.cases).values("id"),
        Order.objects.filter(**own, number__in=subjects.orders).values("client"),
        Decision.objects.filter(**own, reference__in=subjects.decisions).values("client"),
        Allocation.objects.filter(**own, reference__in=subjects.allocations).values("decision__client"),
        Duty.objects.filter(asked, **own, id__in=[subjects.duty]).values("client"),
        Visit.objects.filter(**own, id__in=subjects.visits).values("client"),
    ]
    first, *others = [rows for rows, names in zip(named, subjects, strict=True) if names]
    rows = _annotated(viewer, readable_clients(viewer).filter(id__in=first.union(*others)))
    if {row.case_number for row in rows} - {recorded}:
        note(viewer, "clients.named", ids=[row.id for row in rows])
    return sorted(_names(rows).values(), key=lambda client: client.case)


@read(who=EVERY_ROLE)
def names_of_shown(viewer: Actor, cases: Iterable[str | None]) -> dict[str, ClientName]:
    """The clients that a recorded reading has just shown, by case number: those in the viewer's sight, brief or not.

    Records nothing, since the reading has recorded who was shown to whom.
    """
    wanted = set(filter(None, cases))
    rows = readable_clients(viewer).filter(case_number__in=wanted)
    return _names(_annotated(viewer, rows)) if wanted else {}


def names_of(viewer: Actor, clients: QuerySet[Client]) -> dict[str, ClientName]:
    """The names of clients that another reading shows and records, by case number. One query."""
    return _names(_annotated(viewer, clients))


MAX_TO_CHOOSE = 200
"""Clients to choose among by name; of more, their case numbers are written."""


@read(who=[Role.ASSESSOR, Role.COORDINATOR])
def clients_to_choose(viewer: Actor, *, nobodys: bool = False) -> list[ClientName]:
    """One's own clients and those of whom one stands in for, or `nobodys`, by name; none where they are too many.

    For a coordinator: those in no area, the oldest cases first where they are many; or all, where each is in one. Also
    the dead in sight: something is left to do about them.
    """
    if viewer.role is Role.COORDINATOR:
        return _named_to_choose(viewer, _of_no_area(viewer) or _in_sight(viewer))
    away = caseloads.stands_in_for(viewer.account, clock.today()) if viewer.account else []
    accounts = [viewer.account, *(one.account for one in away)]
    of_whom = caseloads.of_nobody() if nobodys else caseloads.of_assessors(accounts)
    living = clients_in_sight(viewer).filter(of_whom, merged_into=None, died=None)
    rows = _annotated(viewer, living.order_by("sort_key", "id")[: MAX_TO_CHOOSE + 1])
    return _named_to_choose(viewer, [] if len(rows) > MAX_TO_CHOOSE else rows)


def _of_no_area(viewer: Actor) -> list[Any]:
    """The first of them by case number: places among names would tell of those whose names are protected."""
    placed = caseloads.in_area(viewer.organisation).values("client")
    rows = clients_within_reach(viewer).exclude(pk__in=placed)
    first = _annotated(viewer, rows.order_by("case_number")[:MAX_TO_CHOOSE])
    return sorted(first, key=lambda row: (row.sort_key, row.id))


def _in_sight(viewer: Actor) -> list[Any]:
    in_order = clients_within_reach(viewer).order_by("sort_key", "id")
    rows = _annotated(viewer, in_order[: MAX_TO_CHOOSE + 1])
    return [] if len(rows) > MAX_TO_CHOOSE else rows


def _named_to_choose(viewer: Actor, rows: list[Any]) -> list[ClientName]:
    if not rows:
        return []
    note(viewer, "clients.named", ids=[row.id for row in rows])
    names = list(_names(rows).values())
    hidden = [client for client in names if client.hidden]  # a place among names would tell
    return [
        *(client for client in names if not client.hidden),
        *sorted(hidden, key=lambda client: client.case),
    ]


def _annotated(viewer: Actor, clients: QuerySet[Client]) -> list[Any]:
    mine = entrustments_of(viewer).filter(client=OuterRef("pk"))
    rows = clients.select_related("home").annotate(number=current_number(), entrusted_to_viewer=Exists(mine))
    return list(rows)


def current_number() -> Subquery:
    """Returns the identity number of a Client row, to annotate it with."""
    return Subquery(Identifier.objects.filter(client=OuterRef("pk"), until=None).values("number")[:1])


def birth_year(number: str | None) -> int | None:
    """Returns the year of birth that an identity number tells, if it does."""
    born = birth_day(number or "")
    return born.year if born else None


def _names(rows: Iterable[Any]) -> dict[str, ClientName]:
    return {row.case_number: _name(row) for row in rows}


def _name(row: Any) -> ClientName:
    if row.is_erased:
        return ClientName(row.case_number, blanked=True)
    if row.protection and not row.entrusted_to_viewer:
        return ClientName(row.case_number, hidden=True)
    return ClientName(
        row.case_number,
        row.first_name,
        row.last_name,
        birth_year(row.number),
        row.home.street,
        row.home.apartment,
    )
