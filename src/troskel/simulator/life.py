# SPDX-License-Identifier: EUPL-1.2
"""A life that is lived through acts, day by day, with the clock standing where the story is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any

from troskel.acts.chapters import REGISTER
from troskel.acts.outcome import Outcome
from troskel.acts.turning_the_day import catch_up
from troskel.ground import clock
from troskel.ground.refusals import Refusal
from troskel.people import queries as people
from troskel.people.roles import Actor, ActorKind


class Life:
    """Lets people act on days gone by, one after the other."""

    def __init__(self, municipality: str, begins: date, tell: Callable[[str], None], seed: int = 7) -> None:
        self.municipality = municipality
        self.day = begins
        self.tell = tell
        self.random = Random(seed)
        self.people: dict[str, Actor] = {"demo": Actor.system(municipality, ActorKind.DEMO)}
        self.acts = 0

    def at(self, hour: int, minute: int = 0) -> datetime:
        """An instant of the present day of this life."""
        return datetime.combine(self.day, time(hour, minute), clock.STOCKHOLM)

    def does(self, who: str, act: str, hour: int = 9, **values: Any) -> Outcome:
        """Somebody does something today at this hour."""
        self.acts += 1
        with clock.standing_at(self.at(hour)):
            return REGISTER[act].perform(self.actor(who), values)

    def actor(self, who: str) -> Actor:
        """The person of this name."""
        if who not in self.people:
            actor = people.actor_of_username(f"{self.municipality}/{who}")
            assert actor is not None, who
            self.people[who] = actor
        return self.people[who]

    def is_refused(self, who: str, act: str, rule: str, **values: Any) -> None:
        """Somebody tries what the routine does not allow. Raises AssertionError where it is allowed."""
        try:
            self.does(who, act, **values)
        except Refusal as refusal:
            if refusal.rule == rule:
                return
            raise
        raise AssertionError(f"{act} was not refused by {rule}")

    def live_to(self, day: date) -> None:
        """Let the days pass, each one turned."""
        while self.day < day:
            self.day += timedelta(days=1)
            with clock.standing_at(self.at(5)):
                catch_up(self.municipality)
