# SPDX-License-Identifier: EUPL-1.2
"""Worklists: which duties stood open on a day, for whom."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from troskel.duties.models import Duty, HomeState
from troskel.duties.rules import ROLES_OF
from troskel.people.roles import Actor
from troskel.routine import duty as asked
from troskel.routine.facts import HomeFacts

FIELDS = (
    "id",
    "kind",
    "paragraph",
    "ask",
    "version",
    "client__case_number",
    "client__reference",
    "organisation__orgnr",
    "organisation__name",
    "role",
    "opened",
    "due",
    "state",
    "closed",
    "about",
    "home_id",
    "door_id",
)


def known_on(day: date) -> Q:
    """The duties that had been opened by `day`."""
    return Q(opened__lte=day)


def open_on(day: date) -> Q:
    """The duties that stood open on `day`: one closed that same day no longer does."""
    return known_on(day) & (Q(closed=None) | Q(closed__gt=day))


def duties(viewer: Actor, condition: Q, *, all_of_them: bool) -> QuerySet[Any, dict[str, Any]]:
    """The duties asked of the viewer's own role and organisation; `all_of_them` for an office that sees everybody."""
    asked = Q() if all_of_them else _asked_of(viewer)
    return _in_order(Duty.objects.filter(asked, condition, municipality=viewer.municipality))


def worklist(viewer: Actor, day: date) -> QuerySet[Any, dict[str, Any]]:
    """What the viewer must do: open duties and unread notices of the viewer's role and organisation, latest first."""
    return duties(viewer, open_on(day), all_of_them=False)


def _asked_of(viewer: Actor) -> Q:
    return Q(role__in=_roles(viewer)) & (Q(organisation=None) | Q(organisation=viewer.organisation))


def _in_order(rows: QuerySet[Duty]) -> QuerySet[Any, dict[str, Any]]:
    ordered: QuerySet[Any, dict[str, Any]] = rows.order_by("due", "opened", "id").values(*FIELDS)
    return ordered


def state_on(row: dict[str, Any], day: date) -> str:
    """open, late, done or moot, as it stood on `day`."""
    if row["closed"] is not None and row["closed"] <= day:
        return str(row["state"])
    return "late" if row["due"] is not None and row["due"] < day else "open"


def _roles(viewer: Actor) -> list[str]:
    return [role for role, accounts in ROLES_OF.items() if viewer.role in accounts]


def facts_of(municipality: str, homes: Collection[UUID]) -> dict[UUID, HomeFacts]:
    """What is known of these homes, as it is stored; nothing is locked. One query."""
    rows = HomeState.objects.filter(municipality=municipality, home__in=homes)
    stored = rows.values_list("home_id", "state")
    return {home: msgspec.json.decode(state, type=asked.HomeState).facts for home, state in stored}
