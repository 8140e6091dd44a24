# SPDX-License-Identifier: EUPL-1.2
"""What needs a look about the visits of a page. Four queries, however many visits there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from troskel.care.models import Suspension
from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.ground import clock
from troskel.reading.paging import Row
from troskel.visits.exceptions import Circumstances, KnownVisit, exceptions_of
from troskel.visits.models import Visit
from troskel.visits.rules import MAX_DURATION, Span, grade

COLUMNS = ("account_id", "client__home_id")
"""What a row of a visit has, beside what is shown of it."""
_VISIT = ("id", "client_id", "client__home_id", "account_id", "arrived", "departed", "evidence",
          "departed_evidence", "reason", "open", "flags", "departed_reason")  # fmt: skip


def of_rows(municipality: str, rows: Sequence[Row]) -> dict[UUID, list[str]]:
    """The exceptions of each visit, by its id."""
    if not rows:
        return {}
    clients = {row["client_id"] for row in rows}
    first = min(row["arrived"] for row in rows)
    last = max(row["departed"] or row["arrived"] for row in rows)
    others: dict[UUID | None, list[KnownVisit]] = defaultdict(list)
    accounts = {row["account_id"] for row in rows} - {None}
    beside = Visit.objects.filter(
        municipality=municipality,
        account__in=accounts,
        arrived__gte=first - MAX_DURATION - timedelta(days=1),
        arrived__lte=last + timedelta(days=1),
    )
    for row in beside.values(*_VISIT):
        others[row["account_id"]].append(_known(row))
    known = _circumstances(municipality, clients, first, last)
    now = clock.now()
    return {
        row["id"]: [one.value for one in exceptions_of(_known(row), others[row["account_id"]], known, now)]
        for row in rows
    }


def grades(row: Row) -> dict[str, Any]:
    """How strong the evidence of the arrival is, and of the departure; None where it is not told."""
    departed, flags = row["departed_evidence"], row["flags"].split()
    return {
        "grade": grade(row["evidence"], is_corrected="arrival_corrected" in flags).value,
        "departed_grade": grade(departed).value if departed else None,
    }


def _known(row: Row) -> KnownVisit:
    return KnownVisit(
        row["id"],
        row["client_id"],
        row["client__home_id"],
        row["account_id"],
        Span(row["arrived"], row["departed"]),
        row["evidence"],
        row["departed_evidence"],
        row["reason"],
        row["open"],
        row["flags"].split(),
        row["departed_reason"],
    )


def _circumstances(
    municipality: str, clients: Iterable[UUID], first: datetime, last: datetime
) -> Circumstances:
    during: Any = Q(municipality=municipality, since__lte=last) & (Q(until=None) | Q(until__gte=first))
    links = Link.objects.filter(during, client__in=clients).values_list("client_id", "since", "until")
    tags = Holding.objects.filter(
        during, kind=HolderKind.CLIENT, holder__in=clients, thing__kind=ThingKind.TAG
    ).values_list("holder", "since", "until")
    absences: dict[UUID, list[Any]] = defaultdict(list)
    rows = Suspension.objects.filter(municipality=municipality, client__in=clients, withdrawn=False)
    for client, begins, through in rows.values_list("client_id", "valid_from", "valid_through"):
        absences[client].append((begins, through))
    return Circumstances(_spans(links), _spans(tags), absences)


def _spans(rows: Iterable[tuple[Any, datetime, datetime | None]]) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = defaultdict(list)
    for client, since, until in rows:
        found[client].append(Span(since, until))
    return found
