# SPDX-License-Identifier: EUPL-1.2
"""Coverage and gaps by current data (exchange). `clients`: those in the viewer's sight, from `permits.sight`."""

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
from django.db.models.functions import Cast, Coalesce, Greatest, Least

from troskel.care.models import Allocation, Ending, Investigation, Suspension
from troskel.people.models import Client

ONE_DAY = timedelta(days=1)
FOLLOW_UP_WINDOW = timedelta(days=120)
FAR_AWAY = date(9999, 12, 30)
FAR_FUTURE = Value(FAR_AWAY, output_field=DateField())
"""Where no end is set: one day before the last, so that a day can be added."""


class Absence(NamedTuple):
    """In hospital or away. Both days are included; None: until somebody says that the client is home."""

    id: UUID
    reason: str
    first: date
    last: date | None


def absences(client: UUID, day: date) -> list[Absence]:
    """The client's absences of `day` and later, the earliest first. One query."""
    rows = Suspension.objects.filter(lasts_through(day), client=client, withdrawn=False)
    columns = ("id", "reason", "valid_from", "valid_through")
    return [Absence(*values) for values in rows.order_by("valid_from", "id").values_list(*columns)]


class CoverageGap(NamedTuple):
    """Days in the requested period on which a client who is covered today is covered by nobody."""

    client: str
    case: str
    service: str
    days: list[date]


def lasts_through(day: date) -> Q:
    """Returns the condition that a period lasts through the day or longer."""
    return Q(valid_through=None) | Q(valid_through__gte=day)


def covers(first: date, last: date) -> Q:
    """Returns the condition that allocation and decision both cover some day of first … last, both included."""
    return (
        Q(withdrawn=False, decision__withdrawn=False)
        & Q(valid_from__lte=last, decision__valid_from__lte=last)
        & (Q(valid_through=None) | Q(valid_through__gte=first))
        & (Q(decision__valid_through=None) | Q(decision__valid_through__gte=first))
    )


def is_alive(day: date, client: str = "decision__client__") -> Q:
    """Returns the condition that the client is alive the whole day: from the day of death on they are on no phone."""
    return Q(**{f"{client}died": None}) | Q(**{f"{client}died__gt": day})


def own_and_alive(municipality: str, day: date, client: str = "decision__client__") -> Q:
    """Returns the condition on allocations of clients who can be on a phone: own, and alive on `day`."""
    return Q(**{f"{client}home_municipality": municipality}) & is_alive(day, client)


def absences_on(day: date, client: str = "pk") -> QuerySet[Suspension]:
    """Returns the client's absences that cover the day, for a subquery: in hospital or away."""
    return Suspension.objects.filter(
        lasts_through(day), client=OuterRef(client), valid_from__lte=day, withdrawn=False
    )


def on_phone(municipality: str, organisation: UUID, day: date) -> Q:
    """Returns the condition on clients whom the organisation's phones show: `routine.coverage.on_phone` in SQL."""
    allocations = Allocation.objects.filter(
        covers(day, day), decision__client=OuterRef("pk"), organisation=organisation
    )
    at_home = ~Q(Exists(absences_on(day)))
    return own_and_alive(municipality, day, "") & Q(Exists(allocations)) & at_home


def last_day_on_phone() -> Combinable:
    """The last day of an allocation, its decision, and before the client's death; FAR_FUTURE where none has an end."""
    day_before_death = Cast(  # PostgreSQL makes an instant of a date less an interval
        ExpressionWrapper(F("decision__client__died") - Value(ONE_DAY), output_field=DateField()), DateField()
    )
    return Least(
        Coalesce("valid_through", FAR_FUTURE),
        Coalesce("decision__valid_through", FAR_FUTURE),
        Coalesce(day_before_death, FAR_FUTURE),
    )


def gaps(clients: QuerySet[Client], municipality: str, day: date, days: int) -> Iterator[CoverageGap]:
    """Gaps in day+1 … day+days for each client and service covered on `day`. One ordered query."""
    last = day + timedelta(days=days)
    rows = (
        Allocation.objects.filter(
            covers(day, last), own_and_alive(municipality, day), decision__client__in=clients
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
        open_days = _uncovered(day, last, [_intersection(*row[3:]) for row in periods])
        if open_days:
            yield CoverageGap(client, case, service, open_days)


def _intersection(
    begins: date, ends: date | None, decided: date, decided_through: date | None
) -> tuple[date, date]:
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
    """An allocation after whose `last` day nothing covers the service: the phone loses the client the day after.

    `again`: first day of later care, if known. `investigated`: a follow-up has begun.
    """

    client: UUID
    case: str
    service: str
    decision: str
    last: date
    again: date | None
    investigated: bool


def losses(clients: QuerySet[Client], municipality: str, day: date, through: date, limit: int) -> list[Loss]:
    """The first losses whose last covered day is in day … through, the soonest first. One query.

    A confirmed ending is intended, so it is no loss.
    """
    others = (
        Allocation.objects.filter(
            withdrawn=False,
            decision__withdrawn=False,
            decision__client=OuterRef("decision__client"),
            decision__service=OuterRef("decision__service"),
        )
        .annotate(first=Greatest("valid_from", "decision__valid_from"), ends=last_day_on_phone())
        .filter(ends__gt=OuterRef("ends"), ends__gte=F("first"))
    )
    day_after = ExpressionWrapper(OuterRef("ends") + Value(ONE_DAY), output_field=DateField())
    own = own_and_alive(municipality, day) & Q(decision__client__in=clients)
    rows = (
        Allocation.objects.filter(own, municipality=municipality, withdrawn=False, decision__withdrawn=False)
        .filter(
            Q(valid_through__range=(day, through)) | Q(decision__valid_through__range=(day, through)),
            valid_from__lte=day,
            decision__valid_from__lte=day,
        )
        .exclude(Q(decision__ending=Ending.CONFIRMED) | Q(ending=Ending.CONFIRMED))
        .annotate(ends=last_day_on_phone())
        .filter(~Exists(others.filter(first__lte=day_after)), ends__range=(day, through))
        .annotate(
            again=Subquery(others.order_by("first").values("first")[:1]),
            investigated=Exists(
                Investigation.objects.filter(
                    client=OuterRef("decision__client"), started__gte=day - FOLLOW_UP_WINDOW
                )
            ),
        )
        .order_by("ends", "id")
    )
    values = rows.values_list(
        *("decision__client", "decision__client__case_number", "decision__service", "decision__reference"),
        *("ends", "again", "investigated"),
    )
    return [Loss(*row) for row in values[:limit]]


def phone_clients(clients: QuerySet[Client], municipality: str, day: date) -> dict[str, int]:
    """How many clients each organisation's phones have on `day` (`on_phone`), by organisation number."""
    rows = (
        Allocation.objects.filter(
            covers(day, day),
            own_and_alive(municipality, day),
            ~Exists(absences_on(day, "decision__client")),
            decision__client__in=clients,
        )
        .values("organisation__orgnr")
        .annotate(clients=Count("decision__client", distinct=True))
        .order_by("organisation__orgnr")
    )
    return {row["organisation__orgnr"]: row["clients"] for row in rows}
