# SPDX-License-Identifier: EUPL-1.2
"""What needs a look about the visits of a page, and how strong their evidence is.

Seven queries at most, however many visits there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from troskel.care.models import Suspension
from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.ground import clock
from troskel.reading import visit_signatures
from troskel.reading.paging import Row
from troskel.reading.visit_signatures import Signatures
from troskel.visits.exceptions import Circumstances, KnownVisit, exceptions_of
from troskel.visits.models import Visit
from troskel.visits.rules import MAX_DURATION, Span, grade

COLUMNS = ("account_id", "client__home_id")
"""What a row of a visit has, beside what is shown of it."""
_VISIT = ("id", "client_id", "client__home_id", "account_id", "arrived", "departed", "evidence",
          "departed_evidence", "reason", "open", "flags", "departed_reason")  # fmt: skip


class JudgedVisit(NamedTuple):
    """What needs a look about a visit, and the grades of its arrival and departure; None where that is not told."""

    exceptions: list[str]
    grade: str
    departed_grade: str | None


def of_rows(municipality: str, rows: Sequence[Row]) -> dict[UUID, JudgedVisit]:
    """The judgement of each visit, by its id."""
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
    signatures = visit_signatures.of_rows(municipality, rows)
    known = _circumstances(municipality, clients, first, last, signatures.copied)
    now = clock.now()
    return {
        row["id"]: JudgedVisit(
            [one.value for one in exceptions_of(_known(row), others[row["account_id"]], known, now)],
            *_grades(row, signatures),
        )
        for row in rows
    }


def _grades(row: Row, signatures: Signatures) -> tuple[str, str | None]:
    """How strong the evidence of the arrival is, and of the departure."""
    departed, flags = row["departed_evidence"], row["flags"].split()
    arrival = grade(
        row["evidence"],
        is_signed=(row["id"], "arrive") in signatures.signed,
        is_corrected="arrival_corrected" in flags,
    )
    departure = grade(departed, is_signed=(row["id"], "depart") in signatures.signed) if departed else None
    return arrival.value, departure and departure.value


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
    municipality: str, clients: Iterable[UUID], first: datetime, last: datetime, copied: Collection[UUID]
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
    return Circumstances(_spans(links), _spans(tags), absences, copied)


def _spans(rows: Iterable[tuple[Any, datetime, datetime | None]]) -> dict[UUID, list[Span]]:
    found: dict[UUID, list[Span]] = defaultdict(list)
    for client, since, until in rows:
        found[client].append(Span(since, until))
    return found
