# SPDX-License-Identifier: EUPL-1.2
"""A municipality where anything happens in any order, for properties that hold whatever happens."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.routine.story import ALARM, ALARMS, HOME_CARE, NIGHT, NORTH, ROUTINE, SMITH, SOUTH, START, Story
from troskel.routine import Routine

SEEDS = st.integers(0, 2**32)
EVERY = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))


class Muddle:
    """A municipality where things happen in any order, some of them late, some of them senseless."""

    def __init__(
        self,
        seed: int,
        steps: int,
        turning: bool = True,
        stored: bool = False,
        routine: Routine = ROUTINE,
        more: Sequence[str] = (),
    ) -> None:
        self.chance, self.s = random.Random(seed), Story(stored=stored, routine=routine)
        self.steps = [*STEPS, *more]
        s = self.s
        first, second = s.home(), s.home()
        s.door(first, second, kind="gate")
        self.free_home = s.home()
        self.clients = [
            s.client(first),
            s.client(first, take_over=START),
            s.client(second),
            s.client(own=False),
            s.client(take_over="2026-02-01", settling=True),
        ]
        self.decisions: list[tuple[Any, Any, str]] = []
        self.allocations: list[tuple[Any, Any]] = []
        self.orders: list[tuple[Any, Any, Any, str, Any]] = []
        self.tags: list[tuple[Any, Any, Any]] = []
        self.keys: list[tuple[Any, Any, Any, Any]] = []
        self.links: list[tuple[Any, Any, Any, Any]] = []
        for _ in range(steps):
            self.step()
            if self.chance.random() < 0.3:
                s.until(s.today + timedelta(days=self.chance.choice([1, 1, 2, 7, 30])), turning)

    def day(self, back: int = 40, ahead: int = 120) -> date:
        return self.s.today + timedelta(days=self.chance.randint(-back, ahead))

    def through(self) -> date | None:
        return self.chance.choice([None, self.day(5, 200)])

    def step(self) -> None:
        getattr(self, self.chance.choice(self.steps))(self.chance.choice(self.clients))

    def decides(self, c: Any) -> None:
        service = self.chance.choice([HOME_CARE, HOME_CARE, ALARM])
        begins = self.day(20, 20)
        decision = self.s.decision(c, begins, self.through(), service)
        self.decisions.append((c, decision, service))
        if self.chance.random() < 0.8:
            self.allocates(c, self.decisions[-1])

    def allocates(self, c: Any, which: Any = None) -> None:
        mine = [d for d in self.decisions if d[0] == c]
        if which or mine:
            _, decision, service = which or self.chance.choice(mine)
            to = ALARMS if service == ALARM else self.chance.choice([NORTH, SOUTH, NIGHT])
            self.allocations.append(
                (c, self.s.allocation(c, decision, to, self.day(10, 20), self.through(), service))
            )

    def ends(self, c: Any) -> None:
        mine = [d for d in self.decisions if d[0] == c]
        if mine:
            decision, how = self.chance.choice(mine)[1], self.chance.random()
            if how < 0.6:
                self.s.ends(c, decision, self.day(10, 30), confirmed=self.chance.random() < 0.7)
            elif how < 0.8:
                self.s.about(
                    "decision.changed",
                    c,
                    decision=decision,
                    through=self.through(),
                    **{"from": self.day(30, 5)},
                )
            elif how < 0.9:
                self.s.about("decision.withdrawn", c, decision=decision)
            else:
                self.s.about("ending.confirmed", c)

    def leaves(self, c: Any) -> None:
        mine = [a for a in self.allocations if a[0] == c]
        if mine:
            event = self.chance.choice(["allocation.ended", "allocation.ended", "allocation.withdrawn"])
            body = {"through": self.day(5, 30), "confirmed": self.chance.random() < 0.7}
            self.s.about(event, c, allocation=self.chance.choice(mine)[1], **body)

    def says(self, c: Any) -> None:
        event = self.chance.choice(
            [
                "client.informed",
                "client.told_about_keys",
                "client.understood",
                "client.refused",
                "client.municipality_changed",
            ]
        )
        own = self.chance.random() < 0.5
        self.s.about(event, c, way=self.chance.choice(["oral", "written"]), reason_code="no", own=own)

    def is_away(self, c: Any) -> None:
        if self.chance.random() < 0.5:
            self.s.about("suspension.began", c, through=self.through(), **{"from": self.day(3, 3)})
        else:
            self.s.about("suspension.ended", c, on=self.day(1, 1))

    def goes_wrong(self, c: Any) -> None:
        """A tag or a key is lost, a lock breaks, an owner changes their mind."""
        s, door = self.s, self.chance.choice(self.s.doors_of[self.s.home_of[c]])
        what = self.chance.choice(
            ["tag.lost", "key.lost", "lock.fault_told", "consent.given", "consent.withdrawn"]
        )
        if what == "tag.lost" and self.tags:
            who, of, tag = self.tags.pop()
            s.about(what, who, tag=tag, organisation=of)
        elif what == "key.lost" and self.keys:
            who, at, of, key = self.keys.pop()
            s.at_door(what, who, at, key=key, organisation=of)
        elif what == "lock.fault_told":
            lock = next((lock for _, lock, at, _ in self.links if at == door), None)
            s.at_door(what, c, door, lock=lock, code="jammed")
        elif what.startswith("consent"):
            s.at_door(what, c, door)

    def orders_(self, c: Any) -> None:
        s, door = self.s, self.chance.choice(self.s.doors_of[self.s.home_of[c]])
        kind = self.chance.choice(["installation", "installation", "removal", "repair"])
        lock = s.id("lock") if kind != "installation" else None
        self.orders.append((c, s.order(c, door, NORTH, kind, lock), door, kind, lock))

    def works(self, c: Any) -> None:
        if self.orders:
            s, (who, order, door, kind, lock) = self.s, self.chance.choice(self.orders)
            how = self.chance.random()
            if how < 0.15:
                s.about_order(
                    "order.cancelled",
                    who,
                    order,
                    NORTH,
                    reason_code=self.chance.choice(["x", "cannot_be_fitted"]),
                )
            elif how < 0.3:
                s.about_order("order.failed", who, order, NORTH, code="nobody_home")
            elif how < 0.5:
                starts = f"{self.day(0, 9)}T10:00:00+02:00"
                s.about_order("order.booked", who, order, NORTH, starts=starts, ends=starts, presence="carer")
            elif kind == "installation":
                self.links.append((who, s.mounted(who, order, NORTH), door, None))
            else:
                s.about_order(f"{kind}.reported", who, order, NORTH, lock=lock, serial="S")

    def links_(self, c: Any) -> None:
        if self.links:
            index = self.chance.randrange(len(self.links))
            who, lock, door, link = self.links[index]
            if link is None:
                self.links[index] = (who, lock, door, self.s.linked(who, lock, door))
            else:
                self.s.at_door("link.removed", who, door, link=link, lock=lock)
                self.links[index] = (who, lock, door, None)

    def tags_(self, c: Any) -> None:
        of = self.chance.choice([NORTH, SOUTH])
        if self.tags and self.chance.random() < 0.5:
            self.s.tag_from(*self.tags.pop())
        else:
            self.tags.append((c, of, self.s.tag_to(c, of)))

    def keys_(self, c: Any) -> None:
        of, door = self.chance.choice([NORTH, SOUTH]), self.chance.choice(self.s.doors_of[self.s.home_of[c]])
        if self.keys and self.chance.random() < 0.5:
            self.s.key_back(*self.keys.pop())
        else:
            self.keys.append((c, door, of, self.s.key_to(c, door, of)))

    def visits(self, c: Any) -> None:
        self.s.visit(c, self.chance.choice([NORTH, SOUTH]), on=self.day(12, 0))

    def bills(self, c: Any) -> None:
        month, by = f"{self.day(60, 0):%Y-%m}", self.chance.choice([NORTH, SOUTH, NIGHT])
        self.s.billed(c, by, month)
        for event in ("made", "signed", "sent", "received")[: self.chance.randrange(5)]:
            self.s.form(event, c, by, month)

    def becomes_whose(self, c: Any) -> None:
        self.s.about("client.changed", c, own=self.chance.random() < 0.5, fields=["home_municipality"])

    def reads(self, c: Any) -> None:
        notices = self.s.open(kind="notice")
        if notices:
            self.s.line("notice.read", [notices[0].home], notices[0].client, duty=notices[0].id)

    def shares_out(self, c: Any) -> None:
        duties = self.s.open(kind="duty")
        if duties:
            duty = self.chance.choice(duties)
            named = {"person": self.chance.choice([SMITH, NIGHT])} if self.chance.random() < 0.7 else {}
            event = "duty.assigned" if named else "duty.released"
            self.s.line(event, [duty.home], duty.client, duty=duty.id, **named)

    def settles(self, c: Any) -> None:
        self.s.taken_over(self.s.today)

    def dies_or_moves(self, c: Any) -> None:
        if self.chance.random() < 0.15:
            self.s.about("client.died", c, on=self.day(3, 0))
        elif self.chance.random() < 0.3 and self.s.home_of[c] != self.free_home:
            self.s.moves(c, self.free_home, self.day(2, 10))


STEPS = [
    *("is_away", "goes_wrong", "goes_wrong"),
    *(
        "decides",
        "decides",
        "decides",
        "allocates",
        "ends",
        "ends",
        "leaves",
        "says",
        "says",
        "orders_",
        "orders_",
    ),
    *(
        "works",
        "works",
        "works",
        "links_",
        "tags_",
        "tags_",
        "keys_",
        "visits",
        "visits",
        "reads",
        "shares_out",
        "dies_or_moves",
        "settles",
        "bills",
        "becomes_whose",
    ),
]


def plain(thing: Any) -> Any:
    return msgspec.to_builtins(thing)


def fates(history: Any) -> Any:
    return plain({str(k): v for k, v in history.duties.items()})
