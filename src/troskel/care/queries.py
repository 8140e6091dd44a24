# SPDX-License-Identifier: EUPL-1.2
"""Coverage and gaps by current data (exchange). `clients`: those in the viewer's sight, from `permits.sight`."""

from __future__ import annotations

from collections.abc import Container, Iterator
from datetime import date, timedelta
from itertools import count, groupby
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Count,
    DateField,
    Exists,
    FilteredRelation,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Least

from troskel.care.models import Allocation, Decision, Ending, Investigation, Suspension
from troskel.people.models import Client
from troskel.routine import coverage
from troskel.routine.client_state import FOREVER, HANDING_OVER

ONE_DAY = timedelta(days=1)
PART = 60
"""Clients read at a time, where a page asks for the first few."""
TOLD_BY_A_PERSON = frozenset({Ending.CONFIRMED})
STATED = frozenset({Ending.CONFIRMED, Ending.CLOSED})
"""Endings that ask for no more work (A8): the case system's too."""
FOLLOW_UP = timedelta(days=120)
"""So long ago may an investigation have begun that is this follow-up."""
_NOT_ASKED = Value(value=False)
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


def lasts_through(day: date, of: str = "") -> Q:
    """Returns the condition that a period lasts through the day or longer. `of`: a relation, as "decision__"."""
    return Q(**{f"{of}valid_through": None}) | Q(**{f"{of}valid_through__gte": day})


def covers(first: date, last: date) -> Q:
    """Returns the condition that allocation and decision both cover some day of first … last, both included."""
    return (
        Q(withdrawn=False, decision__withdrawn=False)
        & Q(valid_from__lte=last, decision__valid_from__lte=last)
        & lasts_through(first)
        & lasts_through(first, "decision__")
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
    """Gaps in day+1 … day+days, by any provider, for each client and service covered on `day`. One query.

    An ending that a person has confirmed here leaves none.
    """
    last = day + timedelta(days=days)
    for care in _care(clients, municipality, day, last):
        if any(one.first <= day <= one.last for one in care.held):
            by_anyone = [one._replace(provider="") for one in care.held]
            found = coverage.losses(care.granted, by_anyone)
            uncovered = sorted({on for loss in found for on in _days(loss, day, last)})
            if uncovered:
                yield CoverageGap(care.client, care.case, care.service, "", uncovered)


def provider_gaps(
    clients: QuerySet[Client], municipality: str, day: date, days: int
) -> Iterator[CoverageGap]:
    """The days in day+1 … day+days on which an organisation has lost a client, or a decision is given to nobody.

    As A8 asks, for each client, service and organisation: whether others go on or not. One query.
    """
    last = day + timedelta(days=days)
    for care in _care(clients, municipality, day, last):
        lost: dict[str, set[date]] = {"": set()}
        for loss in coverage.losses(care.granted, care.held):
            if loss.provider is not None and loss.first > day:
                lost.setdefault(loss.provider, set()).update(_days(loss, day, last))
            else:
                lost[""].update(on for on in _days(loss, day, last) if _is_given_to_nobody(care, on))
        lost[""] -= {on for organisation, found in lost.items() if organisation for on in found}
        for organisation, uncovered in sorted(lost.items()):
            if uncovered:
                yield CoverageGap(care.client, care.case, care.service, organisation, sorted(uncovered))


def _is_given_to_nobody(care: _Care, day: date) -> bool:
    is_held = any(one.first <= day <= one.last for one in care.held)
    return not is_held and any(one.first <= day <= one.last for one in care.granted)


def _days(loss: coverage.Loss[str], day: date, last: date) -> list[date]:
    """The days of a loss after `day`, up to `last`."""
    first, through = max(loss.first, day + ONE_DAY), min(loss.through, last)
    return [first + timedelta(days=n) for n in range((through - first).days + 1)]


class _Care(NamedTuple):
    """What is granted and held of a service of a client. `references`: of the decisions."""

    client: str
    case: str
    service: str
    investigated: bool
    granted: list[coverage.Granted]
    held: list[coverage.Held[str]]
    references: dict[UUID, str]


def _care(
    clients: QuerySet[Client],
    municipality: str,
    day: date,
    last: date,
    stated: Container[str] = TOLD_BY_A_PERSON,
    investigated: Exists | Value = _NOT_ASKED,
) -> Iterator[_Care]:
    """What is granted and held in day … last, and shortly before, by client and service, by current data. One query.

    `stated`: the endings that are meant.
    """
    since = day - HANDING_OVER - ONE_DAY  # so long may two providers hand over
    decisions = (
        Decision.objects.filter(
            lasts_through(since), is_alive(day, "client__"), withdrawn=False, valid_from__lte=last
        )
        .filter(client__home_municipality=municipality, client__in=clients)
        .annotate(
            investigated=investigated,
            allocation=FilteredRelation(
                "allocations",
                condition=Q(lasts_through(since, "allocations__"), allocations__withdrawn=False),
            ),
        )
        .order_by(
            "client__reference", "service", "valid_from", "id", "allocation__valid_from", "allocation__id"
        )
    )
    period = ("valid_from", "valid_through", "ending")
    values = decisions.values_list(
        *("client__reference", "client__case_number", "service", "investigated", "id", "reference"),
        *(*period, "allocation__organisation__orgnr", *(f"allocation__{name}" for name in period)),
    )
    for of_whom, rows in groupby(values.iterator(), lambda row: row[:4]):
        client, case, service, is_investigated = of_whom
        care = _Care(client, case, service, is_investigated, [], [], {})
        for *_, decision, reference, first, through, ending, organisation, from_, until, end in rows:
            if decision not in care.references:
                care.references[decision] = reference
                care.granted.append(coverage.Granted(decision, first, through or FOREVER, ending in stated))
            if organisation is not None and from_ <= last:
                ends = min(until or FOREVER, through or FOREVER)
                meant = (through == ends and ending in stated) or (until == ends and end in stated)
                care.held.append(coverage.Held(organisation, decision, max(from_, first), ends, meant))
        care.held.sort(key=lambda one: one.first)
        yield care


class LossAhead(NamedTuple):
    """The first loss ahead of a client and a service. `decided`: a decision goes on, and is not allocated.

    `decision`: its reference. `investigated`: a follow-up has begun.
    """

    case: str
    service: str
    decision: str
    loss: coverage.Loss[str]
    decided: bool
    investigated: bool


def losses_ahead(
    clients: QuerySet[Client], municipality: str, day: date, through: date
) -> Iterator[LossAhead]:
    """Providers' losses (A8) whose last covered day is in day … through, about the soonest first.

    One query for each part that is read of the clients for whom something ends by then.
    """
    ending = Allocation.objects.filter(covers(day, through), decision__client=OuterRef("pk")).annotate(
        ends=last_day_on_phone()
    )
    soonest = ending.filter(ends__range=(day, through)).order_by("ends").values("ends")[:1]
    concerned = clients.annotate(ends=Subquery(soonest)).exclude(ends=None).order_by("ends", "id")
    begun = Investigation.objects.filter(client=OuterRef("client"), started__gte=day - FOLLOW_UP)
    for start in count(0, PART):
        part = Client.objects.filter(id__in=concerned.values("id")[start : start + PART])
        found = list(_care(part, municipality, day, FAR_AWAY, STATED, Exists(begun)))
        losses = (_first_loss(care, day, through + ONE_DAY) for care in found)
        yield from sorted((one for one in losses if one), key=lambda one: one.loss.first)
        if len({care.client for care in found}) < PART:
            return


def _first_loss(care: _Care, after: date, last: date) -> LossAhead | None:
    for loss in coverage.losses(care.granted, care.held):
        if loss.provider is not None and after < loss.first <= last:
            decided = any(one.first <= loss.first <= one.last for one in care.granted)
            decision = care.references[loss.decision]
            return LossAhead(care.case, care.service, decision, loss, decided, care.investigated)
    return None


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
