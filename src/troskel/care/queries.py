# SPDX-License-Identifier: EUPL-1.2
"""Coverage and gaps, by what is known now (exchange). `seen` is the viewer's Sight, from `permits.sight`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.db.models import (
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Least

from troskel.care.models import Allocation, Ending, Investigation
from troskel.people.models import Client

ONE_DAY = timedelta(days=1)
FOLLOWED_UP_WITHIN = timedelta(days=120)
FAR_OFF = Value(date(9999, 12, 30), output_field=DateField())


class Gap(NamedTuple):
    """The days among those asked about on which a client who is covered today is covered by nobody."""

    client: str
    case: str
    service: str
    days: list[date]


def covers(first: date, last: date) -> Q:
    """Allocation and decision both cover some day of first … last; both ends are included."""
    return (
        Q(withdrawn=False, decision__withdrawn=False)
        & Q(valid_from__lte=last, decision__valid_from__lte=last)
        & (Q(valid_through=None) | Q(valid_through__gte=first))
        & (Q(decision__valid_through=None) | Q(decision__valid_through__gte=first))
    )


def own_and_alive(municipality: str, day: date) -> Q:
    """The clients who can be on a phone: this municipality's own, not dead on `day`."""
    return Q(decision__client__home_municipality=municipality) & (
        Q(decision__client__died=None) | Q(decision__client__died__gt=day)
    )


def gaps(seen: QuerySet[Client], municipality: str, day: date, days: int) -> Iterator[Gap]:
    """The gaps of day+1 … day+days for each client and service covered on `day`. One ordered query, one sweep."""
    last = day + timedelta(days=days)
    rows = (
        Allocation.objects.filter(
            covers(day, last), own_and_alive(municipality, day), decision__client__in=seen
        )
        .annotate(client=F("decision__client__reference"), case=F("decision__client__case_number"))
        .order_by("client", "decision__service", "valid_from")
        .values_list(
            "client",
            "case",
            "decision__service",
            "valid_from",
            "valid_through",
            "decision__valid_from",
            "decision__valid_through",
        )
    )
    for (client, case, service), periods in groupby(rows.iterator(), key=lambda row: row[:3]):
        open_days = _uncovered(day, last, [_both(*row[3:]) for row in periods])
        if open_days:
            yield Gap(client, case, service, open_days)


def _both(begins: date, ends: date | None, decided: date, decided_through: date | None) -> tuple[date, date]:
    return max(begins, decided), min(ends or date.max, decided_through or date.max)


def _uncovered(day: date, last: date, periods: list[tuple[date, date]]) -> list[date]:
    """The uncovered days of day+1 … last; none where `day` itself is not covered."""
    if not any(begins <= day <= ends for begins, ends in periods):
        return []
    uncovered, following = [], day
    for begins, ends in [*sorted(periods), (last + ONE_DAY, last + ONE_DAY)]:
        while following < begins and following <= last:
            if following > day:
                uncovered.append(following)
            following += ONE_DAY
        if ends >= following:
            following = min(ends, last) + ONE_DAY
    return uncovered


class Loss(NamedTuple):
    """An allocation after whose last day nothing covers the client's service: the phone loses the client the day after.

    `again`: the day from which something does, if it is known. `investigated`: a follow-up is begun.
    """

    client: UUID
    case: str
    service: str
    decision: str
    last: date
    again: date | None
    investigated: bool


def losses(seen: QuerySet[Client], municipality: str, day: date, through: date, most: int) -> list[Loss]:
    """The first losses whose last covered day is one of day … through, the soonest first. One query.

    An ending that is confirmed is no loss: it is meant.
    """
    others = (
        Allocation.objects.filter(
            withdrawn=False,
            decision__withdrawn=False,
            decision__client=OuterRef("decision__client"),
            decision__service=OuterRef("decision__service"),
        )
        .annotate(first=Greatest("valid_from", "decision__valid_from"), ends=_last_day())
        .filter(ends__gt=OuterRef("ends"), ends__gte=F("first"))
    )
    day_after = ExpressionWrapper(OuterRef("ends") + Value(ONE_DAY), output_field=DateField())
    own = own_and_alive(municipality, day) & Q(decision__client__in=seen)
    rows = (
        Allocation.objects.filter(own, municipality=municipality, withdrawn=False, decision__withdrawn=False)
        .filter(
            Q(valid_through__range=(day, through)) | Q(decision__valid_through__range=(day, through)),
            valid_from__lte=day,
            decision__valid_from__lte=day,
        )
        .exclude(Q(decision__ending=Ending.CONFIRMED) | Q(ending=Ending.CONFIRMED))
        .annotate(ends=_last_day())
        .filter(~Exists(others.filter(first__lte=day_after)), ends__range=(day, through))
        .annotate(
            again=Subquery(others.order_by("first").values("first")[:1]),
            investigated=Exists(
                Investigation.objects.filter(
                    client=OuterRef("decision__client"), started__gte=day - FOLLOWED_UP_WITHIN
                )
            ),
        )
        .order_by("ends", "id")
    )
    named = rows.values_list(
        *("decision__client", "decision__client__case_number", "decision__service", "decision__reference"),
        *("ends", "again", "investigated"),
    )
    return [Loss(*row) for row in named[:most]]


def _last_day() -> Combinable:
    """The last day of both allocation and decision; a day far off where neither has one."""
    return Least(Coalesce("valid_through", FAR_OFF), Coalesce("decision__valid_through", FAR_OFF))


def phone_clients(seen: QuerySet[Client], municipality: str, day: date) -> dict[str, int]:
    """How many clients each organisation has with an ongoing allocation on `day`, by organisation number."""
    rows = (
        Allocation.objects.filter(
            covers(day, day), own_and_alive(municipality, day), decision__client__in=seen
        )
        .values("organisation__orgnr")
        .annotate(clients=Count("decision__client", distinct=True))
        .order_by("organisation__orgnr")
    )
    return {row["organisation__orgnr"]: row["clients"] for row in rows}
