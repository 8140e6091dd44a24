# SPDX-License-Identifier: EUPL-1.2
"""Coverage and gaps by current data (exchange). `clients`: those in the viewer's sight, from `permits.sight`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Count,
    DateField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Greatest, Least

from troskel.care.models import Allocation, Decision, Ending, Investigation, Suspension
from troskel.people.models import Client
from troskel.routine import coverage
from troskel.routine.client_state import FOREVER, HANDING_OVER

ONE_DAY = timedelta(days=1)
FOLLOW_UP_WINDOW = timedelta(days=120)
STATED = (Ending.CONFIRMED, Ending.CLOSED)
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
    """Days on which a client is covered by nobody or, of an organisation, no longer by it (its number, else empty)."""

    client: str
    case: str
    service: str
    organisation: str
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


class _DayBefore(Func):
    """The day before, reckoned by the database itself: on SQLite Django would call Python for each row."""

    output_field = DateField()
    template = "(%(expressions)s - 1)"

    def as_sqlite(self, compiler: Any, connection: Any, **extra_context: Any) -> Any:
        return self.as_sql(compiler, connection, template="date(%(expressions)s, '-1 day')")


def last_day_on_phone() -> Combinable:
    """The last day of an allocation, its decision, and before the client's death; FAR_FUTURE where none has an end."""
    return Least(
        Coalesce("valid_through", FAR_FUTURE),
        Coalesce("decision__valid_through", FAR_FUTURE),
        Coalesce(_DayBefore("decision__client__died"), FAR_FUTURE),
    )


def gaps(clients: QuerySet[Client], municipality: str, day: date, days: int) -> Iterator[CoverageGap]:
    """Gaps in day+1 … day+days, by any provider, for each client and service covered on `day`. Two queries.

    An ending that a person has confirmed here leaves none.
    """
    last = day + timedelta(days=days)
    for (client, case, service), granted, held in _care(clients, municipality, day, last):
        if any(one.first <= day <= one.last for one in held):
            by_anyone = [one._replace(provider="") for one in held]
            found = coverage.losses(granted, by_anyone)
            uncovered = sorted({on for loss in found for on in _days(loss, day, last)})
            if uncovered:
                yield CoverageGap(client, case, service, "", uncovered)


def provider_gaps(
    clients: QuerySet[Client], municipality: str, day: date, days: int
) -> Iterator[CoverageGap]:
    """The days in day+1 … day+days on which an organisation has lost a client, or a decision is given to nobody.

    As A8 asks, for each client, service and organisation: whether others go on or not. Two queries.
    """
    last = day + timedelta(days=days)
    for (client, case, service), granted, held in _care(clients, municipality, day, last):
        lost: dict[str, set[date]] = {"": set()}
        for loss in coverage.losses(granted, held):
            if loss.provider is not None and loss.first > day:
                lost.setdefault(loss.provider, set()).update(_days(loss, day, last))
            else:
                lost[""].update(on for on in _days(loss, day, last) if _is_given_to_nobody(granted, held, on))
        lost[""] -= {on for organisation, found in lost.items() if organisation for on in found}
        for organisation, uncovered in sorted(lost.items()):
            if uncovered:
                yield CoverageGap(client, case, service, organisation, sorted(uncovered))


def _is_given_to_nobody(granted: list[coverage.Granted], held: list[coverage.Held[str]], day: date) -> bool:
    return any(one.first <= day <= one.last for one in granted) and not any(
        one.first <= day <= one.last for one in held
    )


def _days(loss: coverage.Loss[str], day: date, last: date) -> list[date]:
    """The days of a loss after `day`, up to `last`."""
    first, through = max(loss.first, day + ONE_DAY), min(loss.through, last)
    return [first + timedelta(days=n) for n in range((through - first).days + 1)]


Care = tuple[tuple[str, str, str], list[coverage.Granted], list[coverage.Held[str]]]


def _care(clients: QuerySet[Client], municipality: str, day: date, last: date) -> Iterator[Care]:
    """What is granted and held in day … last, and shortly before, by client and service, by current data."""
    since = day - HANDING_OVER - ONE_DAY  # so long may two providers hand over
    care: dict[tuple[str, str, str], Care] = {}

    def of(client: str, case: str, service: str) -> Care:
        return care.setdefault((client, case, service), ((client, case, service), [], []))

    period = Q(valid_from__lte=last) & (Q(valid_through=None) | Q(valid_through__gte=since))
    alive = Q(client__died=None) | Q(client__died__gt=day)
    columns = ("client__reference", "client__case_number", "service")
    decided = ("valid_from", "valid_through", "ending")
    decisions = Decision.objects.filter(
        period, alive, withdrawn=False, client__home_municipality=municipality, client__in=clients
    ).order_by("client__reference", "service", "valid_from", "id")
    for *of_whom, decision, first, through, ending in decisions.values_list(*columns, "id", *decided):
        of(*of_whom)[1].append(
            coverage.Granted(decision, first, through or FOREVER, ending == Ending.CONFIRMED)
        )
    allocations = Allocation.objects.filter(
        covers(since, last), own_and_alive(municipality, day), decision__client__in=clients
    ).order_by("valid_from", "id")
    values = allocations.values_list(
        *(f"decision__{name}" for name in (*columns, "id", *decided)), "organisation__orgnr", *decided
    )
    for (
        *of_whom,
        decision,
        decided_from,
        decided_through,
        end,
        organisation,
        first,
        through,
        ending,
    ) in values:
        ends = min(through or FOREVER, decided_through or FOREVER)
        meant = Ending.CONFIRMED in (
            end if decided_through == ends else "",
            ending if through == ends else "",
        )
        begins = max(first, decided_from)
        of(*of_whom)[2].append(coverage.Held(organisation, decision, begins, ends, meant))
    yield from care.values()


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
        .exclude(Q(decision__ending__in=STATED) | Q(ending__in=STATED))
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
