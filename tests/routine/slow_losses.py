# SPDX-License-Identifier: EUPL-1.2
"""Who loses a client on which day, counted day by day from rows alone: an oracle that shares no line with the program.

A8: a provider loses the client on the phone when no ongoing decision is allocated to it. That is asked about unless
another follows, or a person has said that it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

NOBODY = ""
DAY = timedelta(days=1)


@dataclass
class Row:
    """A decision, or (with an organisation) an allocation of one. Both days are included; no last day: it goes on."""

    first: date
    through: date | None = None
    stated: bool = False
    ended: bool = False
    decision: Row | None = None
    organisation: str = ""

    def covers(self, day: date) -> bool:
        return self.first <= day and (self.through is None or day <= self.through)


@dataclass
class Care:
    """One service of one client."""

    decisions: list[Row] = field(default_factory=list)
    allocations: list[Row] = field(default_factory=list)

    def decided(self, day: date) -> bool:
        return any(one.covers(day) for one in self.decisions)

    def having(self, day: date) -> set[str]:
        return {
            one.organisation
            for one in self.allocations
            if one.covers(day) and one.decision in self.decisions and one.decision.covers(day)
        }

    def stated(self, organisation: str, last: date) -> bool:
        """Has a person said that the organisation has the client no longer than this day?"""
        for one in self.allocations:
            decision = one.decision
            if one.organisation != organisation or decision is None or decision not in self.decisions:
                continue
            if one.covers(last) and decision.covers(last):
                ends = [row for row in (one, decision) if row.through == last]
                if not any(row.stated for row in ends):
                    return False
        return True

    def care_is_over(self, day: date) -> bool:
        """Has a person said that the decisions end whose last day is the latest before this one?"""
        ended = [row for row in self.decisions if row.through is not None and row.first <= row.through < day]
        latest = max((row.through for row in ended if row.through), default=None)
        return all(row.stated for row in ended if row.through == latest)

    def loses(self, organisation: str, day: date, since: date) -> bool:
        """Is this a day on which the organisation has lost the client? It never had it before `since`."""
        last = day
        while organisation not in self.having(last):
            last -= DAY
            if last < since:
                return False
        began = {one: self.began(one, last) for one in self.having(last)}
        recent = last - 7 * DAY
        beside = {one for one, begun in began.items() if begun <= max(recent, began[organisation])}
        stated = self.stated(organisation, last)
        while last < day:
            last += DAY
            having = self.having(last)
            if having - beside or (stated if having else not self.decided(last) and self.care_is_over(last)):
                return False
        return last > since and organisation not in self.having(day)

    def began(self, organisation: str, day: date) -> date:
        """The first day of the organisation's unbroken time with the client."""
        while organisation in self.having(day - DAY):
            day -= DAY
        return day

    def lost_on(self, day: date, since: date) -> set[str]:
        """The organisations that have lost the client on this day; NOBODY where it is decided, and was never given."""
        organisations = {one.organisation for one in self.allocations}
        lost = {one for one in organisations if self.loses(one, day, since)}
        return lost or ({NOBODY} if self.decided(day) and not self.having(day) else set())

    def runs(self, first: date, last: date) -> Iterator[tuple[str, date, date]]:
        """The losses in first … last: whose, the first day and the last."""
        open_runs: dict[str, date] = {}
        for number in range((last - first).days + 2):
            day = first + timedelta(days=number)
            lost = self.lost_on(day, first) if day <= last else set()
            for one in set(open_runs) - lost:
                yield one, open_runs.pop(one), day - DAY
            for one in lost - set(open_runs):
                open_runs[one] = day
