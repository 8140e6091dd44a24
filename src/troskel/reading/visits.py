# SPDX-License-Identifier: EUPL-1.2
"""Visits with their evidence, and what about them needs a look: in a list, and counted by provider."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, Q

from troskel.billing import rules as billing
from troskel.ground import clock
from troskel.people.roles import CARE_ROLES, Actor, Role
from troskel.reading import visit_conditions, visit_exceptions
from troskel.reading.base import about_clients, between, note
from troskel.reading.lists import own_allocations
from troskel.reading.paging import Page, PageRequest, Row, rows_of
from troskel.reading.register import read
from troskel.reading.visit_exceptions import JudgedVisit
from troskel.visits.models import Visit

EXCEPTION_ROLES = frozenset({Role.ECONOMIST, Role.ADMINISTRATOR, Role.COORDINATOR})
LOOKS_BACK = timedelta(days=62)
"""How far back `flagged` looks where no first day is chosen: every visit that might be one is weighed."""


class ListedVisit(msgspec.Struct, frozen=True):
    """A visit and its evidence."""

    id: UUID
    case: str
    organisation: str
    arrived: datetime
    departed: datetime | None
    evidence: str
    reason: str
    open: bool
    departed_evidence: str
    departed_reason: str
    flags: list[str]
    grade: str
    departed_grade: str | None
    exceptions: list[str]


class ProvidersExceptions(msgspec.Struct, frozen=True):
    """A provider's visits of a month: how many, how many need a look, and by which exception. No client is told."""

    organisation: str
    visits: int
    flagged: int
    exceptions: dict[str, int]


COLUMNS = ("id", "client_id", "client__case_number", "organisation__orgnr", "arrived", "departed", "evidence",
           "reason", "open", "departed_evidence", "departed_reason", "flags",
           *visit_exceptions.COLUMNS)  # fmt: skip


@read(who=CARE_ROLES, title="Visits, with their evidence")
def visits(
    viewer: Actor,
    page_request: PageRequest,
    client: str = "",
    *,
    state: str = "",
    provider: str = "",
    evidence: str = "",
    first: date | None = None,
    last: date | None = None,
) -> Page[ListedVisit]:
    """Visits to clients in the viewer's sight, with arrival from `first` to `last`; a provider sees only its own.

    `state`: `open`, `ended`, or `flagged`: what has `exceptions` now, of the last 62 days where no `first` is chosen.
    """
    filters = {"organisation__orgnr": provider, "evidence": evidence}
    chosen = {field: value for field, value in filters.items() if value}
    since = clock.today() - LOOKS_BACK if state == "flagged" and first is None else first
    about = about_clients(viewer, client) & between("arrived", since, last)
    rows = visit_conditions.with_days(Visit.objects.filter(own_allocations(viewer), about, **chosen))
    page_rows, next_cursor = rows_of(rows.filter(_in_state(state)).values(*COLUMNS), page_request)
    asked: dict[str, Any] = {"case": client, "state": state, "provider": provider, "evidence": evidence}
    note(
        viewer,
        "visits.exported" if page_request.export else "visits.listed",
        ids={row["client_id"] for row in page_rows},
        limit=page_request.limit,
        after=page_request.after,
        **{name: value for name, value in (asked | {"first": first, "last": last}).items() if value},
    )
    found = visit_exceptions.of_rows(viewer.municipality, page_rows)
    return Page([_visit(row, found[row["id"]]) for row in page_rows], next_cursor)


@read(
    who=EXCEPTION_ROLES, title="Visits of a month (default: last month) that need a look, counted by provider"
)
def exceptions_by_provider(viewer: Actor, month: str = "") -> list[ProvidersExceptions]:
    """How many of a month's visits need a look, by provider; a coordinator's own. No client is read. One query."""
    first, following = billing.month_bounds(month or billing.month_before(clock.today()))
    rows = Visit.objects.filter(
        between("arrived", first, following - timedelta(days=1)),
        own_allocations(viewer),
        municipality=viewer.municipality,
    )
    conditions = visit_conditions.by_exception(clock.now())
    counts = {exception.value: Count("id", filter=condition) for exception, condition in conditions.items()}
    counts["flagged"] = Count("id", filter=visit_conditions.needs_a_look(clock.now()))
    by_provider = visit_conditions.with_days(rows).values("organisation__orgnr")
    return [
        ProvidersExceptions(
            row["organisation__orgnr"],
            row["visits"],
            row["flagged"],
            {exception.value: row[exception.value] for exception in conditions if row[exception.value]},
        )
        for row in by_provider.annotate(visits=Count("id"), **counts).order_by("organisation__orgnr")
    ]


def _in_state(state: str) -> Q:
    if state == "open":
        return Q(open=True)
    if state == "ended":
        return Q(departed__isnull=False)
    return visit_conditions.needs_a_look(clock.now()) if state == "flagged" else Q()


def _visit(row: Row, judged: JudgedVisit) -> ListedVisit:
    shown = {*ListedVisit.__struct_fields__} - {"flags"}
    fields: dict[str, Any] = {name: row[name] for name in COLUMNS if name in shown}
    return ListedVisit(
        case=row["client__case_number"],
        organisation=row["organisation__orgnr"],
        flags=row["flags"].split(),
        **judged._asdict(),
        **fields,
    )
