# SPDX-License-Identifier: EUPL-1.2
"""Caseloads: whose cases a person looks after on a day, their own and those of whom they stand in for."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Subquery

from troskel.ground import clock
from troskel.people.models import Account, Client, Cover
from troskel.people.queries import is_open, open_accounts
from troskel.people.roles import Role


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


def assessors(municipality: str) -> list[tuple[str, str]]:
    """Returns the username and name of each open assessor, in Swedish order. One query."""
    rows = open_accounts(municipality).filter(role=Role.ASSESSOR, of_system=False).order_by("sort_key", "id")
    return [(full.partition("/")[2], name) for full, name in rows.values_list("username", "name")]
