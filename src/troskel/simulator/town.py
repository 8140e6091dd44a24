# SPDX-License-Identifier: EUPL-1.2
"""The invented municipality outside the program: homes, care and stock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import count
from typing import NamedTuple

from troskel.simulator.life import Life
from troskel.simulator.organisations import ASSESSORS

HOME_CARE, ALARM_SERVICE = "home_care", "safety_alarm"


@dataclass
class Care:
    """One kind of care that a person has, with its providers: `also` at night. `ends`: its announced last day."""

    provider: str
    decision: str
    begins: date
    through: date | None
    allocated: bool = False
    also: str | None = None
    next_provider: str | None = None
    ends: date | None = None


@dataclass
class InventedPerson:
    """A client, with preferences and things."""

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
        """Does the provider care for the person on this day?"""
        return not self.dead and any(
            provider in (care.provider, care.also)
            and care.allocated
            and care.begins <= day <= (care.through or day)
            for care in self.care.values()
        )

    def providers(self) -> list[str]:
        """Returns the providers of any kind of the person's care."""
        return [
            name for care in self.care.values() for name in (care.provider, care.also) if name is not None
        ]

    def needs_nothing(self, day: date) -> bool:
        """Has all care ended?"""
        return self.dead or all(c.ends is not None and c.ends < day for c in self.care.values())


class Task(NamedTuple):
    """A duty to perform: by which account, for which organisation, about whom, and since when it is open."""

    who: str
    organisation: str
    person: InventedPerson | None
    opened: date


class Pace(NamedTuple):
    """The frequency of life events (1.0: realistic), and the length of decisions in days."""

    often: float = 1.0
    shortest: int = 90
    longest: int = 365


BRISK = Pace(often=8.0, shortest=12, longest=45)
"""For simulations of some weeks, in which everything should still happen."""


class Town:
    """What the invented people know apart from the program."""

    def __init__(self, life: Life, clients: int, days: int, pace: Pace, *, is_shown: bool = False) -> None:
        self.life, self.wanted, self.days, self.pace = life, clients, days, pace
        self.is_shown = is_shown
        self.begins = life.day
        self.people: list[InventedPerson] = []
        self.by_case: dict[str, InventedPerson] = {}
        self.agenda: dict[date, list[Callable[[], None]]] = {}
        self.booked: dict[str, date] = {}
        self.hours_taken: dict[tuple[str, date], set[int]] = {}
        self.ordered: dict[str, tuple[str, str]] = {}
        self.investigated: set[str] = set()
        self.identities: set[str] = set()
        self.made_today: dict[str, list[tuple[datetime, datetime]]] = {}
        self.first_visits_today: set[tuple[str, str]] = set()
        self.foreign_visits_until = life.day - timedelta(days=1)
        self.closed: set[str] = set()
        self.is_stopped = False
        self.locks: dict[str, list[str]] = {}
        self.tags: dict[str, list[str]] = {}
        self._numbers = count(1)
        self._addresses = count(1)

    def add(self, person: InventedPerson) -> None:
        """Adds a client."""
        self.people.append(person)
        self.by_case[person.case] = person

    def number(self) -> int:
        """Returns an unused number for a reference."""
        return next(self._numbers)

    def new_address(self) -> int:
        """Returns the number of an address where no client lives."""
        return next(self._addresses)

    def in_care(self) -> Iterator[InventedPerson]:
        """Returns the people who have care, or are about to get it."""
        return (person for person in self.people if not person.needs_nothing(self.life.day))

    def later(self, days: int, errand: Callable[[], None]) -> None:
        """Schedules an errand this many days ahead."""
        self.agenda.setdefault(self.day(days), []).append(errand)

    def run_errands(self) -> None:
        """Runs the errands scheduled for today."""
        for errand in self.agenda.pop(self.life.day, []):
            errand()

    def assessor_of(self, person: InventedPerson) -> str:
        """Returns the assessor who has the case."""
        return ASSESSORS[int(person.reference[1:]) % len(ASSESSORS)]

    def wanted_today(self) -> float:
        """Returns how many clients there should be by now: few at first, all after a quarter of the time."""
        days_done = (self.life.day - self.begins).days + 1
        return self.wanted * min(1.0, 4 * days_done / self.days)

    def days_of_a_decision(self) -> int:
        """Returns the length of a new decision, in days."""
        return self.life.random.randint(self.pace.shortest, self.pace.longest)

    def is_last_day(self) -> bool:
        """Is this the last day of the simulation?"""
        return self.life.day >= self.life.last

    def days_left(self) -> int:
        """Returns how many days are left after this one."""
        return (self.life.last - self.life.day).days

    def day(self, after: int) -> date:
        """Returns the day this many days from today."""
        return self.life.day + timedelta(days=after)
