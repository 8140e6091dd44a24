# SPDX-License-Identifier: EUPL-1.2
"""The turn of the day: changes caused by the calendar alone. Once a day; day by day after a standstill."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from troskel.acts.housing import end_plan
from troskel.duties.models import DayTurned
from troskel.ground import clock, waiting
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.people import operations as people
from troskel.people.models import Municipality, PlannedMove, Residence
from troskel.people.roles import Actor, ActorKind
from troskel.runner.parts import PART_SIZE
from troskel.runner.register import act
from troskel.runner.transaction import ActContext


@act("A8", "P6", writes=["client.moved", "day.turned", "move.called_off"])
def turn_the_day(ctx: ActContext, *, day: date) -> dict[str, Any]:
    """Turn the day: wake the homes where care begins or ends, a deadline nears, or a gap lies ahead.

    Of many homes a part is woken, and `left` says that the day has to be turned again (`turn_fully`). A repeat for a
    day that has been turned changes nothing.
    """
    if day > ctx.today:
        raise BadValue(
            "day", "day.not_begun", _("{day} har inte börjat. Det är {today}."), day=day, today=ctx.today
        )
    row = DayTurned(municipality_id=ctx.actor.municipality, day=day)
    DayTurned.objects.bulk_create([row], ignore_conflicts=True)  # waits for one who turns it at this moment
    if not DayTurned.objects.filter(id=row.id).exists():
        return {"day": day, "turned": False, "left": False}
    homes_left = ctx.lock_homes_to_wake(day)
    moves_left = _carry_out_moves(ctx, day)
    ctx.journal("day.turned", day=day)
    left = homes_left or moves_left
    if left:
        row.delete()  # until it has been turned to its end, and whoever waits for the row goes on with the rest
    return {"day": day, "turned": True, "left": left}


def _carry_out_moves(ctx: ActContext, day: date) -> bool:
    """Moves the clients whose planned day has come; a plan of somebody who has died is called off.

    Returns whether others are left.
    """
    plans = list(
        PlannedMove.objects.select_related("client", "home")
        .filter(municipality=ctx.actor.municipality, outcome="", on__lte=day)
        .order_by("on", "client__case_number")
    )
    plans, later = plans[:PART_SIZE], plans[PART_SIZE:]
    ctx.lock_homes({home for plan in plans for home in (plan.home_id, plan.client.home_id)})
    residences = []
    for plan in plans:
        row, former_home = plan.client, plan.client.home_id
        dead = row.died is not None and row.died < plan.on
        end_plan(ctx, plan, former_home, "called_off" if dead else "moved")
        if not dead:
            residences.append(
                Residence(municipality_id=row.municipality_id, client=row, home=plan.home, valid_from=plan.on)
            )
            ctx.journal(
                "client.moved",
                homes=[former_home, plan.home_id],
                client=row.id,
                paragraph="P6",
                from_home=former_home,
                to_home=plan.home_id,
                on=plan.on,
            )
    people.move(residences)
    return bool(later)


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
        turn_fully(actor, day)
    return len(days)


def turn_fully(actor: Actor, day: date) -> int:
    """Turns the day to its end, in parts, and returns the number of lines. Stopped midway, it may be called again."""
    lines, left = 0, True
    while left:
        outcome = turn_the_day(actor, day=day)
        lines, left = lines + len(outcome.lines), outcome.answer["left"]
        waiting.let_others_in()
    return lines
