# SPDX-License-Identifier: EUPL-1.2
"""Caseloads: whose cases a person looks after on a day, their own and those of whom they stand in for; areas."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery

from troskel.ground import clock
from troskel.people.models import Account, Client, ClientArea, Cover
from troskel.people.queries import is_open, open_accounts
from troskel.people.roles import OrganisationKind, Role

WITH_AREAS = (OrganisationKind.HOME_CARE, OrganisationKind.ALARM)
"""Who has areas; a unit of the office is none."""


class StandsInFor(NamedTuple):
    """Whom a person stands in for, through which day."""

    account: UUID
    name: str
    through: date


def stands_in_for(account: UUID, day: date) -> list[StandsInFor]:
    """Returns whom the person stands in for on the day, by name. One query."""
    covers = Cover.objects.filter(deputy=account, ended=None, valid_from__lte=day, valid_through__gte=day)
    rows = covers.order_by("absent__sort_key", "absent_id")
    return [StandsInFor(*row) for row in rows.values_list("absent_id", "absent__name", "valid_through")]


def of_assessors(accounts: Any, client: str = "") -> Q:
    """Returns the condition for clients of these assessors. `client`: the prefix of a lookup through a relation."""
    return Q(**{f"{client}assessor__in": accounts})


def of_nobody(client: str = "") -> Q:
    """Returns the condition for clients whom no open account answers for."""
    return Q(**{f"{client}assessor": None}) | ~is_open(clock.now(), f"{client}assessor__")


def in_unit(municipality: str, unit: str) -> QuerySet[Account]:
    """Returns the accounts of a unit, as a query."""
    return open_accounts(municipality).filter(unit=unit)


def unit_and_counts(municipality: str, account: UUID, accounts: list[UUID]) -> tuple[str, int, int]:
    """Returns the unit that an account is placed in (empty: none), and how many living clients these assessors have,
    and how many have nobody. One query.
    """
    living = Client.objects.filter(municipality=municipality, merged_into=None, died=None)
    row = (
        Account.objects.filter(id=account)
        .annotate(
            theirs=_count(living.filter(of_assessors(accounts))), nobodys=_count(living.filter(of_nobody()))
        )
        .values_list("unit", "theirs", "nobodys")
        .first()
    )
    unit, theirs, nobodys = row or ("", 0, 0)
    return unit or "", theirs or 0, nobodys or 0


def _count(rows: QuerySet[Client]) -> Subquery:
    counted = rows.order_by().values("municipality").annotate(rows=Count("id")).values("rows")
    return Subquery(counted)


class AssessorName(NamedTuple):
    """An open assessor's account, username and name."""

    account: UUID
    username: str
    name: str


def assessors(municipality: str) -> list[AssessorName]:
    """Returns each open assessor, in Swedish order. One query."""
    rows = open_accounts(municipality).filter(role=Role.ASSESSOR, of_system=False).order_by("sort_key", "id")
    columns = rows.values_list("id", "username", "name")
    return [AssessorName(account, full.partition("/")[2], name) for account, full, name in columns]


class OwnArea(NamedTuple):
    """The area that an account is placed in (empty: none), and whether its organisation has clients in any."""

    name: str
    is_any: bool


def own_area(account: UUID) -> OwnArea:
    """Returns the account's area. One query."""
    placed = ClientArea.objects.filter(organisation=OuterRef("organisation"))
    row = (
        Account.objects.filter(id=account)
        .annotate(is_any=Exists(placed))
        .values_list("unit", "is_any")
        .first()
    )
    unit, is_any = row or ("", False)
    return OwnArea(unit or "", is_any)


def in_area(organisation: UUID | None, area: str | None = None) -> QuerySet[ClientArea]:
    """Returns the placements in an area of an organisation, or in any of its areas, as a query."""
    rows = ClientArea.objects.filter(organisation=organisation)
    return rows if area is None else rows.filter(area=area)


def count_by_area(organisation: UUID | None, clients: QuerySet[Client]) -> dict[str, int]:
    """Returns how many of these clients each area has; under the empty name, those who are in none. One query."""
    placed = in_area(organisation).filter(client=OuterRef("pk"))
    rows = clients.order_by().annotate(in_area=Subquery(placed.values("area"))).values("in_area")
    return {
        area or "": number
        for area, number in rows.annotate(number=Count("id")).values_list("in_area", "number")
    }


def areas_by_case(organisation: UUID | None, municipality: str, cases: Iterable[str]) -> dict[str, str]:
    """Returns the areas of those of these clients who are in one, by case number. One query."""
    rows = in_area(organisation).filter(
        client__municipality=municipality, client__case_number__in=list(cases)
    )
    return dict(rows.values_list("client__case_number", "area"))


def area_key(name: str) -> str:
    """Returns what is equal for all spellings of one area: capitals and spaces make no other."""
    return " ".join(name.split()).casefold()


class ProviderArea(NamedTuple):
    """An area of a provider, by its id and number."""

    organisation: UUID
    orgnr: str
    name: str


def areas_of_providers(municipality: str) -> list[ProviderArea]:
    """Returns the areas of each provider, of its people and of its clients. One query."""
    of_people = Account.objects.filter(
        municipality=municipality, unit__gt="", organisation__kind__in=WITH_AREAS
    ).values_list("organisation", "organisation__orgnr", "unit")
    of_clients = ClientArea.objects.filter(municipality=municipality).values_list(
        "organisation", "organisation__orgnr", "area"
    )
    rows = of_people.order_by().union(of_clients.order_by())
    return sorted(ProviderArea(organisation, orgnr, area or "") for organisation, orgnr, area in rows)


def area_names(organisation: UUID | None) -> list[str]:
    """Returns the names of an organisation's units or areas, of its people and of its clients. One query."""
    of_people = Account.objects.filter(organisation=organisation, unit__gt="").values_list("unit")
    of_clients = in_area(organisation).values_list("area")
    return sorted(name or "" for (name,) in of_people.order_by().union(of_clients.order_by()))
