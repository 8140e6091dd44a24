# SPDX-License-Identifier: EUPL-1.2
"""The invented municipality as it is outside the computer: who lives where and gets which care, what lies in stock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from typing import NamedTuple

from troskel.simulator.life import Life
from troskel.simulator.organisations import ASSESSORS

HOME_CARE, ALARM_SERVICE = "home_care", "safety_alarm"


@dataclass
class Care:
    """One kind of care that a person has, and who gives it: `also` at night. `ends`: somebody has said that it does."""

    provider: str
    decision: str
    begins: date
    through: date | None
    allocated: bool = False
    also: str | None = None
    next_provider: str | None = None
    ends: date | None = None


@dataclass
class Person:
    """A client, and what the client is like."""

    reference: str
    case: str
    address: int
    own: bool = True
    wants_a_lock: bool = True
    is_forgotten: bool = False
    dead: bool = False
    care: dict[str, Care] = field(default_factory=dict)
    visited_by: set[str] = field(default_factory=set)
    tags: dict[str, str] = field(default_factory=dict)
    lock: str | None = None

    def has(self, kind: str) -> bool:
        """Does the person have this care, with no end in sight?"""
        return not self.dead and kind in self.care and self.care[kind].ends is None

    def is_in_care_of(self, provider: str, day: date) -> bool:
        """Does the provider have the person on this day?"""
        return not self.dead and any(
            provider in (care.provider, care.also)
            and care.allocated
            and care.begins <= day <= (care.through or day)
            for care in self.care.values()
        )

    def providers(self) -> list[str]:
        """Who gives the person care of any kind."""
        return [one for care in self.care.values() for one in (care.provider, care.also) if one is not None]

    def needs_nothing(self, day: date) -> bool:
        """Has all care ended?"""
        return self.dead or all(c.ends is not None and c.ends < day for c in self.care.values())


class Task(NamedTuple):
    """A duty in somebody's hands: who does it, for which organisation, about whom, and since when it is asked."""

    who: str
    organisation: str
    person: Person | None
    opened: date


class Pace(NamedTuple):
    """How quickly life passes: how often things happen, and how long decisions last. In two years as in life."""

    often: float = 1.0
    shortest: int = 90
    longest: int = 365


BRISK = Pace(often=8.0, shortest=12, longest=45)
"""For lives of some weeks, in which everything is still to happen."""


class Town:
    """What the invented people know without asking a computer."""

    def __init__(self, life: Life, clients: int, days: int, pace: Pace, *, is_shown: bool = False) -> None:
        self.life, self.wanted, self.days, self.pace = life, clients, days, pace
        self.is_shown = is_shown
        self.begins = life.day
        self.people: list[Person] = []
        self.by_case: dict[str, Person] = {}
        self.agenda: dict[date, list[Callable[[], None]]] = {}
        self.booked: dict[str, date] = {}
        self.ordered: dict[str, tuple[str, str]] = {}
        self.investigated: set[str] = set()
        self.identities: set[str] = set()
        self.locks: dict[str, list[str]] = {}
        self.tags: dict[str, list[str]] = {}
        self._numbers = count(1)
        self._addresses = count(1)

    def add(self, person: Person) -> None:
        """One more client."""
        self.people.append(person)
        self.by_case[person.case] = person

    def number(self) -> int:
        """A number that nothing has had: for references."""
        return next(self._numbers)

    def new_address(self) -> int:
        """An address where no client lives."""
        return next(self._addresses)

    def in_care(self) -> Iterator[Person]:
        """The people who have care, or are about to get it."""
        return (person for person in self.people if not person.needs_nothing(self.life.day))

    def later(self, days: int, errand: Callable[[], None]) -> None:
        """Somebody means to do something in some days."""
        self.agenda.setdefault(self.day(days), []).append(errand)

    def run_errands(self) -> None:
        """What was put off until today is done."""
        for errand in self.agenda.pop(self.life.day, []):
            errand()

    def assessor_of(self, person: Person) -> str:
        """The assessor who has the case."""
        return ASSESSORS[int(person.reference[1:]) % len(ASSESSORS)]

    def wanted_today(self) -> float:
        """How many clients there should be by now: few at first, all after a quarter of the time."""
        lived = (self.life.day - self.begins).days + 1
        return self.wanted * min(1.0, 4 * lived / self.days)

    def days_of_a_decision(self) -> int:
        """How long a decision lasts, in days."""
        return self.life.random.randint(self.pace.shortest, self.pace.longest)

    def is_last_day(self) -> bool:
        """Is this the day that the life is lived to?"""
        return self.life.day >= self.life.last

    def days_left(self) -> int:
        """How many days are left after this one."""
        return (self.life.last - self.life.day).days

    def day(self, after: int) -> date:
        """The day so many days from today."""
        return self.life.day + timedelta(days=after)
