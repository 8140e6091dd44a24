# SPDX-License-Identifier: EUPL-1.2
"""The turn of the day: what time alone changes. Once a day; after a standstill, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.duties.models import DayTurned
from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.people.models import Municipality
from troskel.people.roles import Actor, ActorKind


@act("A8", writes=["day.turned"])
def turn_the_day(doing: Doing, *, day: date) -> dict[str, Any]:
    """Wake the homes where care began or ended by the calendar, a deadline nears, or a gap lies ahead.

    A day that has already been turned is let be.
    """
    if day > doing.today:
        raise BadValue("day", "{day} has not begun: it is {today}", day=day, today=doing.today)
    turned = DayTurned(municipality_id=doing.actor.municipality, day=day)
    DayTurned.objects.bulk_create(
        [turned], ignore_conflicts=True
    )  # waits for one who turns it at this moment
    if not DayTurned.objects.filter(id=turned.id).exists():
        return {"day": day, "turned": False}
    doing.lock_homes_to_wake(day)
    doing.journal("day.turned", day=day)
    return {"day": day, "turned": True}


def days_to_turn(municipality: str, through: date) -> list[date]:
    """The days after the last one turned, through `through`. The first time: that day alone; no municipality: none."""
    if not Municipality.objects.filter(code=municipality).exists():
        return []
    last = (
        DayTurned.objects.filter(municipality=municipality)
        .order_by("-day")
        .values_list("day", flat=True)
        .first()
    )
    if last is None:
        return [through]
    return [last + timedelta(days=n) for n in range(1, (through - last).days + 1)]


def catch_up(municipality: str) -> int:
    """Turn every day that has not been turned, through today; gives how many. Safe to call at any time."""
    actor = Actor.system(municipality, ActorKind.CLOCK)
    days = days_to_turn(municipality, clock.today())
    for day in days:
        turn_the_day(actor, day=day)
    return len(days)
