# SPDX-License-Identifier: EUPL-1.2
"""The turn of the day: changes caused by the calendar alone. Once a day; day by day after a standstill."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any

from troskel.acts.housing import end_plan
from troskel.duties.days import last_turned, waits
from troskel.duties.models import DayConfirmed, DayTurned
from troskel.ground import clock, waiting
from troskel.ground.compiled_query import CompiledQuery
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.journal import operations as journal
from troskel.journal.models import ChainKind
from troskel.people import operations as people
from troskel.people.models import Municipality, PlannedMove, Residence
from troskel.people.roles import Actor, ActorKind, Role
from troskel.runner.fields import Day, field
from troskel.runner.parts import PART_SIZE
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Klockan")
ONE_DAY = timedelta(days=1)
WhichDay = Annotated[Day, field(_("Vilken dag är det?"))]


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
    due = [plan for (plan,) in _MOVES_DUE(ctx.actor.municipality, day)]
    if not due:
        return False
    rows = PlannedMove.objects.select_related("client", "home").in_bulk(due[:PART_SIZE])
    plans = [rows[plan] for plan in due[:PART_SIZE]]
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
    return len(due) > PART_SIZE


_MOVES_DUE = CompiledQuery(
    lambda municipality, day: (
        PlannedMove.objects.filter(municipality=municipality, outcome="", on__lte=day)
        .order_by("on", "client__case_number")
        .values_list("id")
    )
)


@act(
    "D",
    who=(Role.ADMINISTRATOR,),
    writes=["day.confirmed"],
    title=_("Bekräfta vilken dag det är"),
    lead=_("När klockan har hoppat mer än en vecka vänds inga dygn förrän någon har sagt att dagen stämmer."),
)
def confirm_day(ctx: ActContext, *, day: WhichDay) -> dict[str, Any]:
    """Confirm which day it is, so that the days since the last one that was turned are turned."""
    _check_the_clock(ctx, day)
    DayConfirmed.objects.update_or_create(municipality_id=ctx.actor.municipality, defaults={"day": day})
    ctx.journal("day.confirmed", day=day)
    last = last_turned(ctx.actor.municipality)
    return {"day": day, "to_turn": max(0, (day - last).days) if last else 0}


@act(
    "D",
    who=(Role.ADMINISTRATOR,),
    writes=["days.taken_back"],
    title=_("Ta tillbaka dygn som inte har varit"),
    lead=_("När klockan har gått för långt fram: det som dygnen ledde till prövas om, ur loggen."),
)
def take_back_days(ctx: ActContext, *, day: WhichDay) -> dict[str, Any]:
    """Take back the days that were turned though they have not come: duties are judged anew, from the journal.

    What those days did beside duties stays, and is told: planned moves that were carried out, and e-mails.
    """
    _check_the_clock(ctx, day)
    ahead = DayTurned.objects.filter(municipality=ctx.actor.municipality, day__gt=ctx.today)
    days = list(ahead.order_by("day").values_list("day", flat=True))
    if not days:
        raise Refusal(
            "D",
            "day.none_ahead",
            _("Inget dygn efter {today} är vänt. Det finns inget att ta tillbaka."),
            today=ctx.today,
        )
    moved = PlannedMove.objects.filter(
        municipality=ctx.actor.municipality, outcome="moved", on__gt=ctx.today
    ).values_list("client__case_number", flat=True)
    ahead.delete()
    DayConfirmed.objects.filter(municipality=ctx.actor.municipality, day__gt=ctx.today).delete()
    changed = ctx.judge_anew(ctx.today)
    ctx.journal("days.taken_back", after=ctx.today, through=days[-1])
    _tell_the_chain_of_reads(ctx, days[-1])
    return {"days": len(days), "through": days[-1], "duties": changed, "moved": sorted(moved)}


def _check_the_clock(ctx: ActContext, day: date) -> None:
    """Both the person and the clock say which day it is: where they differ, nothing is done."""
    if day != ctx.today:
        raise Refusal(
            "D",
            "day.is_another",
            _("Systemets klocka säger {today}. Stämmer inte det, ställ klockan först."),
            today=ctx.today,
        )


def _tell_the_chain_of_reads(ctx: ActContext, through: date) -> None:
    """There too lines were recorded by the clock that was ahead: whoever checks that chain alone is told as well."""
    entry = journal.Entry(
        event="days.taken_back",
        body={"after": ctx.today, "through": through},
        act=take_back_days.name,
        paragraph="D",
        actor_kind=ctx.actor.kind.value,
        actor=ctx.actor.account,
    )
    journal.append([entry], municipality=ctx.actor.municipality, kind=ChainKind.READS)


def days_to_turn(municipality: str, through: date) -> list[date]:
    """Returns the days to turn, through `through`: that day alone the first time, none without municipality."""
    if not Municipality.objects.filter(code=municipality).exists():
        return []
    last = last_turned(municipality)
    if last is None:
        return [through]
    return [last + timedelta(days=n) for n in range(1, (through - last).days + 1)]


def catch_up(municipality: str, *, however_long: bool = False) -> int:
    """Turns every day not yet turned, through today, and returns how many. Safe to call at any time.

    Raises Refusal where more than a week is left to turn and nobody has confirmed the day: the clock may be wrong.
    `however_long`: turns them all the same, where the clock is moved on purpose (plays, demo, simulator).
    """
    actor = Actor.system(municipality, ActorKind.CLOCK)
    today = clock.today()
    days = days_to_turn(municipality, today)
    if days and not however_long and waits(municipality, days[0] - ONE_DAY, today):
        raise Refusal(
            "D",
            "day.not_confirmed",
            _(
                "Klockan har hoppat {count} dygn, från {first_day} till {today}. Inga dygn vänds förrän en "
                "systemförvaltare har bekräftat vilken dag det är."
            ),
            count=len(days),
            first_day=days[0] - ONE_DAY,
            today=today,
        )
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
