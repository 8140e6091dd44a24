# SPDX-License-Identifier: EUPL-1.2
"""The turn of the day: changes caused by the calendar alone. Once a day; day by day after a standstill."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from troskel.duties.models import DayTurned
from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.people.models import Municipality
from troskel.people.roles import Actor, ActorKind
from troskel.runner.register import act
from troskel.runner.transaction import ActContext


@act("A8", writes=["day.turned"])
def turn_the_day(ctx: ActContext, *, day: date) -> dict[str, Any]:
    """Turn the day: wake the homes where care begins or ends, a deadline nears, or a gap lies ahead.

    A repeat for the same day changes nothing.
    """
    if day > ctx.today:
        raise BadValue(
            "day", "day.not_begun", _("{day} har inte börjat. Det är {today}."), day=day, today=ctx.today
        )
    row = DayTurned(municipality_id=ctx.actor.municipality, day=day)
    DayTurned.objects.bulk_create([row], ignore_conflicts=True)  # waits for one who turns it at this moment
    if not DayTurned.objects.filter(id=row.id).exists():
        return {"day": day, "turned": False}
    ctx.lock_homes_to_wake(day)
    ctx.journal("day.turned", day=day)
    return {"day": day, "turned": True}


def days_to_turn(municipality: str, through: date) -> list[date]:
    """Returns the days to turn, through `through`: that day alone the first time, none without municipality."""
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
    """Turns every day not yet turned, through today, and returns how many. Safe to call at any time."""
    actor = Actor.system(municipality, ActorKind.CLOCK)
    days = days_to_turn(municipality, clock.today())
    for day in days:
        turn_the_day(actor, day=day)
    return len(days)
