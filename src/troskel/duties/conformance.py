# SPDX-License-Identifier: EUPL-1.2
"""How well the routine is followed: of what was asked in a period, what was done in time. Counted, never listed.

The database counts the duties by paragraph, fate and number of days; the few lines that come back are laid together
here. So a median is exact on both databases, and it costs one query however many duties there are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Case, Count, DateField, F, Func, IntegerField, Q, QuerySet, Value, When

from troskel.duties.models import Duty

FEW = 5
"""Of fewer than this, a figure for one organisation could point at a client."""


class DaysBetween(Func):
    """The days from one day to another; empty where one of them is."""

    arity = 2
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "CAST(julianday(%(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, arg_joiner=") - julianday(", template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, arg_joiner=" - ", template="(%(expressions)s)", **context)


@dataclass
class Figures:
    """What was asked by one ask of a paragraph (of one organisation), and what became of it."""

    paragraph: str
    ask: str
    kind: str
    organisation: UUID | None = None
    in_time: int = 0
    late: int = 0
    open: int = 0
    open_late: int = 0
    moot: int = 0
    days: dict[int, int] = field(default_factory=dict)

    @property
    def asked(self) -> int:
        """All that was asked."""
        return self.in_time + self.late + self.open + self.moot

    @property
    def share_in_time(self) -> float | None:
        """Of what was done, or should have been by now; None where there is nothing to judge yet."""
        judged = self.in_time + self.late + self.open_late
        return self.in_time / judged if judged else None

    @property
    def longest_days(self) -> int | None:
        """From asked to done, the longest."""
        return max(self.days, default=None)

    @property
    def median_days(self) -> float | None:
        """From asked to done, the one in the middle; between two, their mean."""
        total = sum(self.days.values())
        if not total:
            return None
        return (self._nth((total - 1) // 2) + self._nth(total // 2)) / 2

    def _nth(self, place: int) -> int:
        for days, count in sorted(self.days.items()):
            place -= count
            if place < 0:
                return days
        raise IndexError(place)

    def add(self, fate: str, days: int | None, count: int) -> None:
        """So many more with this fate. Done before it was asked, as when a visit is told late, is done in 0 days."""
        setattr(self, fate, getattr(self, fate) + count)
        if fate == "open_late":
            self.open += count
        if days is not None:
            self.days[max(0, days)] = self.days.get(max(0, days), 0) + count

    def take_in(self, other: Figures) -> None:
        """Count the other's with these, as of one whole."""
        for name in ("in_time", "late", "open", "open_late", "moot"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for days, count in other.days.items():
            self.days[days] = self.days.get(days, 0) + count


def figures(
    municipality: str,
    first: date,
    last: date,
    today: date,
    *,
    by_organisation: bool,
    paragraph: str | None = None,
) -> list[Figures]:
    """The figures of the duties and notices asked from `first` through `last`, as they are `today`. One query."""
    named = ("paragraph", "ask", "kind", *(["organisation"] if by_organisation else []))
    found: dict[tuple[Any, ...], Figures] = {}
    asked = Duty.objects.filter(municipality=municipality, opened__gte=first, opened__lte=last)
    if paragraph is not None:
        asked = asked.filter(paragraph=paragraph)
    for row in _counted(asked, today, named):
        key = tuple(row[name] for name in named)
        if key not in found:
            found[key] = Figures(*key)
        found[key].add(row["fate"], row["days"], row["count"])
    return list(found.values())


def by_period(
    municipality: str, periods: Sequence[tuple[date, date]], today: date
) -> dict[str, list[Figures]]:
    """The figures of each paragraph's duties in each of the periods, which lie in order. One query."""
    which = Case(
        *(
            When(opened__gte=first, opened__lte=last, then=Value(at))
            for at, (first, last) in enumerate(periods)
        ),
        output_field=IntegerField(),
    )
    asked = Duty.objects.filter(
        municipality=municipality, kind="duty", opened__gte=periods[0][0], opened__lte=periods[-1][1]
    )
    found: dict[str, list[Figures]] = {}
    for row in _counted(asked.annotate(period=which), today, ("paragraph", "period")):
        name = row["paragraph"]
        of_paragraph = found.setdefault(name, [Figures(name, "", "duty") for _ in periods])
        if row["period"] is not None:
            of_paragraph[row["period"]].add(row["fate"], row["days"], row["count"])
    return found


def by_organisation(municipality: str, first: date, last: date, today: date) -> list[Figures]:
    """The figures of all duties of each organisation, asked from `first` through `last`. One query."""
    asked = Duty.objects.filter(
        municipality=municipality,
        kind="duty",
        opened__gte=first,
        opened__lte=last,
        organisation__isnull=False,
    )
    found: dict[UUID, Figures] = {}
    for row in _counted(asked, today, ("organisation",)):
        each = found.setdefault(row["organisation"], Figures("", "", "duty", row["organisation"]))
        each.add(row["fate"], row["days"], row["count"])
    return list(found.values())


def _counted(rows: QuerySet[Duty], today: date, named: Iterable[str]) -> QuerySet[Any, dict[str, Any]]:
    done = Q(state="done")
    fate = Case(
        When(done & (Q(due=None) | Q(closed__lte=F("due"))), then=Value("in_time")),
        When(done, then=Value("late")),
        When(state="moot", then=Value("moot")),
        When(due__lt=today, then=Value("open_late")),
        default=Value("open"),
    )
    days = DaysBetween(Case(When(done, then=F("closed")), output_field=DateField()), F("opened"))
    counted: QuerySet[Any, dict[str, Any]] = (
        rows.annotate(fate=fate, days=days)
        .order_by()
        .values(*named, "fate", "days")
        .annotate(count=Count("*"))
    )
    return counted


def withheld(of_one_ask: Iterable[Figures]) -> Iterator[Figures]:
    """Of one ask, the organisations whose figures are not told to one who may know of no client.

    Fewer than FEW are not told. Nor is the smallest of the others, as long as the untold together are so few that they
    could be reckoned from the whole.
    """
    total = 0
    for each in sorted(of_one_ask, key=lambda figures: figures.asked):
        if each.asked >= FEW and (total == 0 or total >= FEW):
            return
        total += each.asked
        yield each
