# SPDX-License-Identifier: EUPL-1.2
"""A carer's phone as a test has it: a queue, two clocks, and a network that loses, doubles and reorders."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.town import Town
from troskel.ground.ids import new_id

UNSETTLED = ("noted", "on_the_way")


@dataclasses.dataclass
class Told:
    """An event as the phone keeps it, when it truly was, and the last answer about it."""

    id: str
    sequence: int
    noted: datetime
    true: datetime
    content: dict[str, Any]
    boot: str
    ticks: int
    clock: int
    state: str = "noted"
    answer: dict[str, Any] = dataclasses.field(default_factory=dict)

    def as_sent(self) -> dict[str, Any]:
        names = ("id", "sequence", "noted", "content", "boot", "ticks")
        return {name: getattr(self, name) for name in names}


class CarersPhone:
    """A phone in a carer's hand. `wrong`: how fast its clock is; `clock` counts how often it has been set."""

    def __init__(self, town: Town, who: str) -> None:
        self.town, self.who = town, who
        self.wrong = timedelta()
        self.clock = 0
        self.events: list[Told] = []
        self.install()

    def install(self) -> list[Told]:
        """A new installation: what was not sent is gone, and is given back."""
        self.installation = str(new_id())
        self.sequence = 0
        gone = [told for told in self.events if told.state in UNSETTLED]
        self.events = [told for told in self.events if told not in gone]
        self.boots()
        return gone

    def boots(self) -> None:
        self.boot, self.booted = new_id().hex[-8:], self.now

    def set_clock(self, wrong: timedelta) -> None:
        self.wrong = wrong
        self.clock += 1

    @property
    def now(self) -> datetime:
        """In UTC: a day is not always 24 hours."""
        return self.town.now.astimezone(UTC)

    @property
    def ticks(self) -> int:
        return int((self.now - self.booted) / timedelta(milliseconds=1))

    def notes(self, kind: str, **content: Any) -> Told:
        """Notes an arrival or a departure, now."""
        self.sequence += 1
        told = Told(
            str(new_id()), self.sequence, self.now + self.wrong, self.now, {"kind": kind, **content},
            self.boot, self.ticks, self.clock,
        )  # fmt: skip
        self.events.append(told)
        return told

    @property
    def unsent(self) -> list[Told]:
        return [told for told in self.events if told.state in UNSETTLED]

    def request(self, batch: list[Told], waiting: list[Told] | None = None) -> dict[str, Any]:
        """What the phone sends."""
        return {
            "phone": self.installation,
            "sent": self.now + self.wrong,
            "boot": self.boot,
            "ticks": self.ticks,
            "events": [told.as_sent() for told in batch],
            "waiting": [
                {"id": told.id, "sequence": told.sequence, "noted": told.noted} for told in waiting or []
            ],
        }

    def sends(self, batch: list[Told] | None = None, *, lost: bool = False) -> list[dict[str, Any]]:
        """Sends a batch (all, unless said); `lost`: the answer does not come. Gives the answers."""
        batch = self.unsent if batch is None else batch
        waiting = [told for told in self.unsent if told not in batch]
        return self.takes(
            self.town.tries(self.who, "sync_phone", self.request(batch, waiting)).answer, lost=lost
        )

    def takes(self, answer: dict[str, Any], *, lost: bool = False) -> list[dict[str, Any]]:
        """Takes the server's answer."""
        answers: list[dict[str, Any]] = answer["events"]
        if not lost:
            by_id = {told.id: told for told in self.events}
            for one in answers:
                by_id[one["id"]].state, by_id[one["id"]].answer = one["state"], one
        return answers
