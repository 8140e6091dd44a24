# SPDX-License-Identifier: EUPL-1.2
"""Performs acts day by day on a simulated clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any, NamedTuple, TypeVar

from troskel.acts.chapters import REGISTER
from troskel.acts.turning_the_day import days_to_turn, turn_fully
from troskel.ground import clock
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people import queries as people
from troskel.people.roles import Actor, ActorKind
from troskel.runner.outcome import ActOutcome

T = TypeVar("T")
CLOSES_ACCOUNTS = frozenset({"succeed_organisation"})
TIME_BETWEEN_ACTS = timedelta(seconds=20)


class UnexpectedRefusal(NamedTuple):
    """A refusal that the simulator did not expect: the simulator, or the act, is wrong."""

    day: date
    who: str
    act: str
    rule: str
    message: str


class Life:
    """Lets people act on past days, one day after the other; never after `now`, the end of the simulation."""

    def __init__(
        self,
        municipality: str,
        begins: date,
        now: datetime,
        random: Random,
        tell: Callable[[str], None],
        *,
        is_rough: bool = False,
    ) -> None:
        self.municipality, self.day, self.last = municipality, begins, clock.day_of(now)
        self.random, self.tell, self.is_rough = random, tell, is_rough
        self.people: dict[str, Actor | None] = {"demo": Actor.system(municipality, ActorKind.DEMO)}
        self.acts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.faults: list[UnexpectedRefusal] = []
        self.lines = self.reads = 0
        self._now, self._end = now, now
        self.dawn()

    # -- time

    def dawn(self) -> None:
        """Sets the clock to the morning of the day. Who is still there is asked anew."""
        self.people = {"demo": self.people["demo"]}
        self._now = min(self.at(5), self._end)

    def tomorrow(self) -> None:
        """Advances to the next day, and turns it."""
        self.day += timedelta(days=1)
        self.dawn()
        self.turn()

    def turn(self) -> None:
        """Turns the day, as the worker does."""
        with self.standing():
            clock_ticks = Actor.system(self.municipality, ActorKind.CLOCK)
            for day in days_to_turn(self.municipality, self.day):
                self.lines += turn_fully(clock_ticks, day)

    def at(self, hour: int, minute: int = 0) -> datetime:
        """Returns an instant of the day."""
        return datetime.combine(self.day, time(hour, minute), clock.STOCKHOLM)

    def wait_until(self, hour: int) -> None:
        """Advances the clock to this hour, if it is earlier."""
        self._now = max(self._now, min(self.at(hour), self._end))

    @property
    def now(self) -> datetime:
        """The current instant of the simulation."""
        return self._now

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Freezes the program's clock at the current instant of the simulation."""
        with clock.frozen_at(self._now):
            yield

    # -- acts

    def does(self, who: str, act: str, **values: Any) -> ActOutcome | None:
        """Performs an act. Returns None when it was refused, which is a fault."""
        return self.tries(who, act, (), **values)

    def tries(
        self, who: str, act: str, expecting: tuple[str, ...] | None, /, **values: Any
    ) -> ActOutcome | None:
        """Performs an act that may be refused by the codes in `expecting` (None: by any). None when it was refused.

        In a rough life any refusal is expected: people do not know what has happened to others.
        """
        try:
            with self.standing():
                outcome = REGISTER[act].perform(self.actor(who), values)
        except (Refusal, NotFound, BadValue) as refusal:
            self._was_refused(who, act, refusal, expecting)
            return None
        self._now = min(self._now + TIME_BETWEEN_ACTS, self._end)
        self.acts[act] += 1
        self.lines += len(outcome.lines)
        if act in CLOSES_ACCOUNTS:
            self.people = {"demo": self.people["demo"]}
        return outcome

    def does_many(self, who: str, act: str, **values: Any) -> None:
        """Performs an act with several items; each refused item is a fault."""
        outcome = self.does(who, act, **values)
        for refused in outcome.refused if outcome else ():
            self.refused[refused["rule"]] += 1
            if self.is_rough:
                continue
            self.faults.append(UnexpectedRefusal(self.day, who, act, refused["rule"], refused["message"]))

    def _was_refused(
        self, who: str, act: str, refusal: Refusal | NotFound | BadValue, expecting: tuple[str, ...] | None
    ) -> None:
        rule = refusal.rule if isinstance(refusal, Refusal) else type(refusal).__name__
        self.refused[rule] += 1
        if expecting is not None and not self.is_rough and refusal.code not in expecting:
            self.faults.append(UnexpectedRefusal(self.day, who, act, rule, english(refusal)))

    def actor(self, who: str) -> Actor:
        """Returns the actor of this username. Raises NotFound where the account is closed (in a rough life)."""
        if who not in self.people:
            self.people[who] = people.actor_of_username(f"{self.municipality}/{who}")
        known = self.people[who]
        if known is None:
            raise NotFound("account", "username")
        return known

    def is_open(self, who: str) -> bool:
        """Is the account still open?"""
        with self.standing():
            try:
                self.actor(who)
            except NotFound:
                return False
        return True

    def looks(self, who: str, at: Callable[[Actor], T]) -> T:
        """Reads something as an account; the read is written to the chain of reads."""
        self.reads += 1
        with self.standing():
            return at(self.actor(who))

    # -- chance

    def happens(self, probability: float) -> bool:
        """Returns True with this probability."""
        return self.random.random() < probability

    def from_today(self, days: int) -> str:
        """Returns the day this many days from today, in ISO format."""
        return (self.day + timedelta(days=days)).isoformat()
