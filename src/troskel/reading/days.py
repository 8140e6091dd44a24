# SPDX-License-Identifier: EUPL-1.2
"""The days that are turned: the last one, and whether a person has to say something about the clock."""

from __future__ import annotations

from datetime import date

import msgspec

from troskel.duties import days
from troskel.ground import clock
from troskel.people.roles import Actor, Role
from troskel.reading.register import read


class DayStatus(msgspec.Struct, frozen=True):
    """The last day that was turned (null: none yet), and today. `ahead`: it has not come. `waits`: for a person."""

    last: date | None
    today: date
    ahead: bool
    waits: bool


@read(who=[Role.ADMINISTRATOR])
def day_status(viewer: Actor) -> DayStatus:
    """The last day turned, and whether the clock waits for a person."""
    today, last = clock.today(), days.last_turned(viewer.municipality)
    ahead = last is not None and last > today
    return DayStatus(last, today, ahead, days.waits(viewer.municipality, last, today))
