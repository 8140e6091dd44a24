# SPDX-License-Identifier: EUPL-1.2
"""Moves: decisions, allocations, endings, deaths; what is said to the client; visits and the calendar."""

from __future__ import annotations

from datetime import date, timedelta

from troskel.prover import house_moves, quiet
from troskel.prover import world as of
from troskel.prover.moves import ToldLine, about, move, need
from troskel.prover.world import ONE_DAY, TOLD, World, WorldAllocation, WorldDecision


def _in(w: World, days: int | None) -> date | None:
    return None if days is None else w.day + timedelta(days=days)


@move
def decide(w: World, client: str, service: str, begins: int, through: int | None) -> list[ToldLine]:
    """A decision is made, from a day and through a day (None: until further notice)."""
    p = w.people[client]
    need(p.died is None, "dead")
    first = w.day + timedelta(days=begins)
    for d in of.real_decisions(p, service):
        need(d.through is not None and d.through < first, "decided already")
    new = p.own and of.is_new(p, w.day)
    if of.is_over(p, w.day):
        p.told = p.told if p.links else []
        p.refused, p.unwanted, p.visited, p.begun = False, False, [], first
        p.came, p.taken_over = [], False
    name = f"~B{client[1:]}{service[0]}{sum(d.service == service for d in p.decisions.values()) + 1}"
    p.decisions[name] = WorldDecision(service, first, _in(w, through), of_new=new)
    _is_home_again(p, p.decisions[name])
    body = {"from": first, "through": _in(w, through), "replaces": None}
    return [about(w, "decision.made", client, decision=name, service=service, **body)]


def _is_home_again(p: of.WorldClient, d: WorldDecision) -> None:
    """Care at home after the move to special housing: the client is back, or never moved there."""
    if p.home_through is not None and (
        d.through is None or d.through >= max(d.begins, p.home_through + ONE_DAY)
    ):
        p.home_through = None


@move
def allocate(w: World, client: str, decision: str, to: str, late: int, through: int | None) -> list[ToldLine]:
    """The decision is given to an organisation, `late` days after it begins."""
    p = w.people[client]
    need(decision in p.decisions and p.died is None, "no decision")
    d = p.decisions[decision]
    begins = d.begins + timedelta(days=late)
    ends = begins + timedelta(days=through) if through is not None else d.through
    ends = (
        ends if ends is None or ends >= begins else None
    )  # outside the decision: accepted, and without effect
    need(of.last(p, d) >= max(d.begins, w.day), "the decision has ended")
    need(not any(a.to == to and of.last(p, a) >= begins for a in _of(p, decision)), "allocated")
    need(to not in w.closing, "it closes")
    name = f"~F{decision[2:]}{to[1:]}{len(p.allocations) + 1}"
    p.allocations[name] = WorldAllocation(decision, d.service, to, begins, ends, made=w.day)
    return [_allocated(w, client, name)]


def _of(p: of.WorldClient, decision: str) -> list[WorldAllocation]:
    return [a for a in of.real_allocations(p) if a.decision == decision]


def _allocated(w: World, client: str, name: str) -> ToldLine:
    a = w.people[client].allocations[name]
    body = {"from": a.begins, "through": a.through, "decision": a.decision, "service": a.service}
    return about(w, "allocation.made", client, allocation=name, organisation=a.to, **body)


@move
def end(w: World, client: str, decision: str, on: int, confirmed: bool) -> list[ToldLine]:
    """The decision ends on a day; confirmed by a person, or an extract has stopped mentioning it."""
    d = _decision(w, client, decision)
    through = w.day + timedelta(days=on)
    need(d.begins <= through and (d.through is None or through <= d.through), "not within it")
    d.through, d.confirmed = through, confirmed
    body = {"through": through, "confirmed": confirmed, "reason": "x"}
    return [about(w, "decision.ended", client, decision=decision, **body)]


def _decision(w: World, client: str, name: str) -> WorldDecision:
    p = w.people[client]
    need(name in p.decisions and p.died is None, "no decision")
    need(of.last(p, p.decisions[name]) >= w.day, "over already")
    return p.decisions[name]


@move
def change_decision(w: World, client: str, decision: str, through: int | None) -> list[ToldLine]:
    """The decision gets another last day."""
    p = w.people[client]
    need(decision in p.decisions and p.died is None, "no decision")
    d, new = p.decisions[decision], _in(w, through)
    need(d.through is None or d.through >= d.begins, "withdrawn")
    need(d.through != new and (new is None or new >= d.begins), "no change")
    later = [x.begins for x in p.decisions.values() if x.service == d.service and x.begins > d.begins]
    need(not later or (new is not None and new < min(later)), "another follows")
    d.through, d.confirmed = new, False
    _is_home_again(p, d)
    return [
        about(w, "decision.changed", client, decision=decision, **{"from": d.begins, "through": d.through})
    ]


@move
def withdraw_decision(w: World, client: str, decision: str) -> list[ToldLine]:
    """The decision is withdrawn before it begins."""
    d = _decision(w, client, decision)
    need(d.begins > w.day, "it has begun")
    d.through, d.confirmed = min(d.through or w.day, w.day - ONE_DAY), True
    return [about(w, "decision.withdrawn", client, decision=decision)]


@move
def end_allocation(w: World, client: str, allocation: str, on: int, confirmed: bool) -> list[ToldLine]:
    """The organisation has the client through a day."""
    a = _allocation(w, client, allocation)
    through = w.day + timedelta(days=on)
    need(a.begins <= through < of.last(w.people[client], a), "not within it")
    a.through, a.confirmed = through, confirmed
    return [
        about(
            w, "allocation.ended", client, allocation=allocation, decision=a.decision, organisation=a.to,
            through=through, confirmed=confirmed,
        )
    ]  # fmt: skip


def _allocation(w: World, client: str, name: str) -> WorldAllocation:
    p = w.people[client]
    need(name in p.allocations and p.died is None, "no allocation")
    need(of.last(p, p.allocations[name]) >= w.day, "over already")
    return p.allocations[name]


@move
def change_allocation(w: World, client: str, allocation: str, through: int | None) -> list[ToldLine]:
    """The allocation gets another last day. One that closes has nobody from that day on."""
    a = _allocation(w, client, allocation)
    new = _in(w, through)
    need(a.through != new and (new is None or new >= a.begins), "no change")
    need(a.to not in w.closing or (new is not None and new < w.closing[a.to]), "it closes")
    a.through, a.confirmed = new, False
    days = {"from": a.begins, "through": new, "decision": a.decision}
    return [about(w, "allocation.changed", client, allocation=allocation, organisation=a.to, **days)]


@move
def withdraw_allocation(w: World, client: str, allocation: str) -> list[ToldLine]:
    """The allocation is withdrawn before it begins."""
    a = _allocation(w, client, allocation)
    need(a.begins > w.day, "it has begun")
    a.through, a.confirmed = min(a.through or w.day, w.day - ONE_DAY), True
    ids = {"allocation": allocation, "decision": a.decision, "organisation": a.to}
    return [about(w, "allocation.withdrawn", client, **ids)]


@move
def change_provider(w: World, client: str, allocation: str, to: str, on: int) -> list[ToldLine]:
    """Another provider has the client from a day on."""
    p, a = w.people[client], _allocation(w, client, allocation)
    need(a.to != to and on > 0 and to not in of.serving(p, w.day), "it has the client")
    mine = [x for x in of.real_allocations(p) if (x.to, x.service) == (a.to, a.service)]
    need(sum(of.last(p, x) >= w.day for x in mine) == 1, "it has the client by two decisions")
    day = w.day + timedelta(days=on)
    need(a.begins < day <= of.last(p, a), "not within it")
    through = a.through
    lines = end_allocation(w, client, allocation, on - 1, confirmed=True)
    name = f"~F{a.decision[2:]}{to[1:]}{len(p.allocations) + 1}"
    p.allocations[name] = WorldAllocation(a.decision, a.service, to, day, through, made=w.day)
    return [*lines, _allocated(w, client, name)]


@move
def confirm_ending(w: World, client: str) -> list[ToldLine]:
    """A person says that what has run out has ended."""
    p = w.people[client]
    run_out = [d for d in p.decisions.values() if d.through is not None and d.through < w.day]
    need(p.died is None and any(not d.confirmed for d in run_out), "nothing has run out")
    for d in run_out:
        d.confirmed = True
    return [about(w, "ending.confirmed", client)]


@move
def die(w: World, client: str) -> list[ToldLine]:
    """The client dies today."""
    p = w.people[client]
    need(p.died is None, "dead")
    p.died = w.day
    of.pass_letters_on(w)
    return [about(w, "client.died", client, on=w.day)]


@move
def live(w: World, client: str) -> list[ToldLine]:
    """The death was written down by mistake. A letter that was dropped with it is not asked for again."""
    p = w.people[client]
    need(p.died is not None, "alive")
    p.died = None
    return [about(w, "client.died", client, on=None)]


@move
def become(w: World, client: str, own: bool) -> list[ToldLine]:
    """The client becomes the municipality's own, or another's."""
    p = w.people[client]
    need(p.own != own and p.died is None, "so already")
    p.own, p.way_in = own, False
    if own:
        p.told = []
        p.elsewhere[-1] = (p.elsewhere[-1][0], w.day - ONE_DAY)
    else:
        p.elsewhere.append((w.day, None))
        for d in p.decisions.values():
            d.of_new = False
        of.pass_letters_on(w)
    return [about(w, "client.municipality_changed", client, own=own)]


# -- what is said


@move
def tell(w: World, client: str, what: str) -> list[ToldLine]:
    """The client is told (orally, in writing, about keys), or has understood."""
    p = w.people[client]
    need(what not in p.told and p.own and of.has_care(p, w.day), "nothing to tell")
    p.told = [*p.told, what]
    if what == "understood":
        p.refused = p.unwanted = p.way_in = False
        return [about(w, "client.understood", client)]
    if what == "keys":
        return [about(w, "client.told_about_keys", client)]
    return [about(w, "client.informed", client, way=what)]


@move
def tell_all(w: World, client: str) -> list[ToldLine]:
    """The client is told everything, and has understood."""
    missing = [what for what in TOLD if what not in w.people[client].told]
    need(missing, "told already")
    return [line for what in missing for line in tell(w, client, what)]


@move
def refuse(w: World, client: str) -> list[ToldLine]:
    """The client does not want a lock turner."""
    p = w.people[client]
    need(not p.refused and p.own and p.died is None, "refused")
    p.refused, p.way_in = True, of.has_care(p, w.day)
    p.told = [what for what in p.told if what != "understood"]
    return [about(w, "client.refused", client, reason_code="no")]


@move
def confirm_refusal(w: World, client: str) -> list[ToldLine]:
    """It is confirmed that the client wants no lock: one that hangs there is to be taken down."""
    p = w.people[client]
    need(p.refused and not p.unwanted and p.own and of.has_care(p, w.day) and p.died is None, "no refusal")
    p.unwanted = True
    return [about(w, "client.refusal_confirmed", client)]


@move
def decide_way_in(w: World, client: str) -> list[ToldLine]:
    """It is decided how staff get in without a lock turner."""
    p = w.people[client]
    need(p.way_in and p.died is None, "no need")
    p.way_in = False
    return [about(w, "way_in.decided", client)]


@move
def visit(w: World, client: str, by: str) -> list[ToldLine]:
    """The organisation's first visit."""
    p = w.people[client]
    need(by not in p.visited and any(of.covered(p, s, w.day, by) for s in of.services(p)), "not its client")
    p.visited = [*p.visited, by]
    return _visited(w, client, by)


@move
def visit_again(w: World, client: str, by: str) -> list[ToldLine]:
    """The organisation's visit on another day."""
    p = w.people[client]
    need(w.day not in p.came, "somebody has come today")
    need(any(of.covered(p, s, w.day, by) for s in of.services(p)), "not its client")
    p.visited = list(dict.fromkeys([*p.visited, by]))
    return _visited(w, client, by)


def _visited(w: World, client: str, by: str) -> list[ToldLine]:
    p = w.people[client]
    p.came = sorted({*p.came, w.day})
    return [about(w, "visit.registered", client, visit=w.next("V"), organisation=by)]


@move
def wait(w: World, days: int | None = None) -> list[ToldLine]:
    """To the next day on which something begins, ends or nears its end; or so many days."""
    w.day = w.day + timedelta(days=days) if days else _next_day(w)
    moves = [line for name, p in w.people.items() for line in house_moves.carried_out(w, name, p)]
    of.pass_letters_on(w)
    return [*moves, ToldLine("day.turned", (), None, {"day": w.day})]


def _next_day(w: World) -> date:
    days = [p.died + ONE_DAY for p in w.people.values() if p.died is not None]
    days += w.closing.values()
    for p in w.people.values():
        days += [p.coming[1]] if p.coming is not None else []
        days += [p.home_through + ONE_DAY] if p.home_through is not None else []
        for first, last in p.absences:
            days += [first, (last or first) + ONE_DAY]
        if "silence" in w.also and (silent := quiet.next_day(p, w.day)) is not None:
            days.append(silent)
        for granted in of.granted(p):
            days.append(granted.begins)
            ends = of.last(p, granted)
            if ends != of.FOREVER:
                days += [ends - timedelta(days=2), ends + ONE_DAY]
        if not p.own:
            days.append((w.day.replace(day=28) + timedelta(days=4)).replace(day=1))
    for door in w.doors.values():
        days += [order.carer_on for order in door.orders.values() if order.carer_on is not None]
    return min((day for day in days if day > w.day), default=w.day + timedelta(days=14))
