# SPDX-License-Identifier: EUPL-1.2
"""What people are told of by a move: notices and e-mails. Like statement.py: what must be said, and what may be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import NamedTuple

from troskel.prover import world as of
from troskel.prover.moves import ChosenMove
from troskel.prover.statement import MAY, MUST
from troskel.prover.world import ALARM, HANDING_OVER, HOME_CARE, World, WorldClient


class Said(NamedTuple):
    """A notice or e-mail, to an organisation where that matters."""

    name: str
    to: str | None
    must: bool


CARE_MOVES = frozenset(
    {
        *(
            "decide",
            "allocate",
            "end",
            "change_decision",
            "withdraw_decision",
            "end_allocation",
            "die",
            "live",
            "wait",
        ),
        *("change_allocation", "withdraw_allocation", "change_provider", "confirm_ending", "become"),
        *("move_to_special_housing", "succeed"),
    }
)


OF_A_THING = {"lose_key": "P5.lost", "lose_tag": "P7.lost", "offer_key": "P5.offered"}


def said(step: ChosenMove, before: World, after: World) -> Iterator[Said]:
    """What must or may be said because of the move."""
    if step.name in CARE_MOVES:
        for name, p in after.people.items():
            yield from _of_care(step, before.people[name], p, name, after, before.day)
    elif step.name in OF_A_THING:
        yield Said(OF_A_THING[step.name], step.values[2] if step.name == "offer_key" else None, MUST)
    elif step.name in ("refuse", "go_away", "come_home"):
        p = after.people[step.values[0]]
        name = {"refuse": "A3.refused", "go_away": "A8.suspended", "come_home": "A8.home_again"}[step.name]
        heard = step.name != "come_home" or not of.is_away(p, after.day)
        for to in [None] if step.name == "refuse" else of.serving(p, after.day):
            if heard and p.own and (step.name != "refuse" or of.has_care(p, after.day)):
                yield Said(name, to, MUST)
    elif step.name == "form":
        yield Said("O3.email", None, MAY)
        if before.forms[step.values[0]][3] == "billed":
            yield Said("O3.email", None, MUST)
    elif step.name in ("correct_lock", "take_back"):
        if of.needing(after, after.doors[step.values[0]]):
            yield Said("S2.corrected", None, MUST)
    elif step.name in ("cancel", "report"):
        yield from _of_work(step, before, after)


def _of_work(step: ChosenMove, before: World, after: World) -> Iterator[Said]:
    order = before.doors[step.values[0]].orders[step.values[1]]
    door = after.doors[step.values[0]]
    cared_for = any(of.has_care(p, after.day) and p.died is None for p in of.needing(after, door).values())
    if step.name == "cancel":
        yield Said("L1.cancelled", None, MUST)
        if step.values[2] == "cannot_be_fitted" and of.needing(after, door):
            yield Said("P1.not_fitted", None, cared_for)
    elif order.kind == "repair":
        if of.needing(after, door):
            yield Said("L1.mended", None, cared_for)
    else:
        paragraph = "S1" if order.kind == "installation" else "S3"
        yield Said(f"{paragraph}.email", None, MUST)
        yield Said(f"{paragraph}.tell_assessor", None, MUST)
        if paragraph == "S3" and of.needing(after, after.doors[step.values[0]]):
            yield Said("P1.taken_down", None, MUST)
        people = of.needing(after, after.doors[step.values[0]]).values() if paragraph == "S1" else ()
        for to in {to for one in people for to in of.serving(one, after.day)}:
            yield Said("S1.email", to, MUST)


def _of_care(
    step: ChosenMove, was: WorldClient, p: WorldClient, name: str, w: World, before: date
) -> Iterator[Said]:
    mine = bool(step.values) and step.values[0] == name
    for a in (a for key, a in p.allocations.items() if key not in was.allocations):
        if of.last(p, a) >= a.begins:
            yield from _of_allocation(was, p, a.to, w)
    if p.own:
        yield from _of_change(step, p, w, changed=mine and step.name == "change_provider")
        yield from _of_leaving(step, was, p, w, before)
        yield from _of_ending(was, p, by_ending=mine and _is_an_ending(step))
        if was.died is not None and p.died is None:
            yield from _of_a_death_taken_back(p, w)


def _is_an_ending(step: ChosenMove) -> bool:
    return step.name == "move_to_special_housing" or (step.name == "end" and bool(step.values[3]))


def _of_allocation(was: WorldClient, p: WorldClient, to: str, w: World) -> Iterator[Said]:
    """A4, O1."""
    if not p.own:
        yield Said("O1.tell", to, MUST)
    elif of.is_new(was, w.day):
        yield Said("A4.tell" if orders(w, p, to) else "A4.tell_others", to, MUST)
        if len(of.leads(w, of.behind_home(w, p.home))) > 1:
            yield Said("A4.tell_others", to, MAY)  # of two who were allocated at once one orders


def orders(w: World, p: WorldClient, to: str) -> bool:
    """Is it this organisation's to order a lock for a door of the home (P1)?"""
    return any(
        door.lock is None
        and not door.unfit
        and of.order_at(door, "installation") is None
        and bool(of.wanting(w, door))
        and to in of.leads(w, of.behind(w, door).values())
        for _, door in of.doors_of(w, p.home)
    )


def _of_change(step: ChosenMove, p: WorldClient, w: World, *, changed: bool) -> Iterator[Said]:
    """A5, A6."""
    organisations = {a.to for a in p.allocations.values()}
    if changed:
        yield Said("A5.tell_new", step.values[2], MUST)
        yield Said("A6.tell_former", p.allocations[step.values[1]].to, MUST)
    if of.has_care(p, w.day):
        for organisation in organisations:
            if len(organisations) > 1:
                yield Said("A5.tell_new", organisation, MAY)
                yield Said("A6.tell_former", organisation, MAY)


def _of_a_death_taken_back(p: WorldClient, w: World) -> Iterator[Said]:
    """A5, A6: who read of the death takes it that nobody follows, and that the lock is to come down (P6).

    So a change of provider that the death undid is told anew (case 15), as what was asked is asked anew.
    """
    for a in (a for a in of.real_allocations(p) if a.begins > w.day):
        mine = [x for x in of.real_allocations(p) if x.to == a.to and x is not a]
        for former in of.real_allocations(p):
            follows = (former.service, of.day_after(p, former)) == (a.service, a.begins)
            if follows and former.to != a.to and not mine:
                yield Said("A5.tell_new", a.to, MUST)
                yield Said("A6.tell_former", former.to, MUST)


def _of_leaving(step: ChosenMove, was: WorldClient, p: WorldClient, w: World, before: date) -> Iterator[Said]:
    """A6: a provider has left, and the care goes on."""
    for to in dict.fromkeys(a.to for a in of.real_allocations(was)):
        mine = [a for a in of.real_allocations(p) if a.to == to and a.begins <= w.day]
        services = {a.service for a in was.allocations.values() if a.to == to}
        goes_on = any(d.service in services and of.last(p, d) >= w.day for d in of.real_decisions(p))
        left = of.provider_left(p, to, w.day) and not of.provider_left(was, to, before)
        last = max((of.last(p, a) for a in mine), default=date.max)
        follows = any(a.to != to and a.begins > last for a in of.real_allocations(p))
        if mine and left and goes_on and follows and step.name == "withdraw_allocation":
            yield Said("A6.tell_left", to, MAY)
        if mine and left and goes_on and not follows:
            alone = not any(a.to != to and a.begins >= last - HANDING_OVER for a in of.real_allocations(p))
            yield Said("A6.tell_left", to, alone)


def _of_ending(was: WorldClient, p: WorldClient, *, by_ending: bool) -> Iterator[Said]:
    """A7, P6."""
    home, alarm = _last(p, HOME_CARE), _last(p, ALARM)
    if home is not None and of.end_is_said(p, HOME_CARE) and alarm is not None and alarm > home:
        known = HOME_CARE in of.services(was) and of.end_is_said(was, HOME_CARE)
        for to in of.last_providers(p, HOME_CARE):
            yield Said("A7.tell", to, by_ending and not known)
    if of.is_ending(p):
        for to in of.last_providers(p):
            yield Said("P6.told", to, by_ending and not of.is_ending(was))


def _last(p: WorldClient, service: str) -> date | None:
    return max((of.last(p, d) for d in of.real_decisions(p, service)), default=None)


def _alarm_goes_on(p: WorldClient, to: str, day: date) -> bool:
    home, alarm = _last(p, HOME_CARE), _last(p, ALARM)
    return alarm is not None and alarm >= day and (home is None or alarm > home)


def _follows(p: WorldClient) -> bool:
    """Does one provider follow another?"""
    found = of.real_allocations(p)
    return any(
        a.service == b.service and a.to != b.to and of.last(p, a) < b.begins + HANDING_OVER
        for a in found
        for b in found
    )


STILL_SO: dict[str, Callable[[World, WorldClient, str, str], bool]] = {
    "A3.refused": lambda w, p, to, door: p.refused or not of.has_care(p, w.day),
    "A4.tell": lambda w, p, to, door: not of.provider_left(p, to, w.day) and orders(w, p, to),
    "A4.tell_others": lambda w, p, to, door: not of.provider_left(p, to, w.day),
    "A5.tell_new": lambda w, p, to, door: _follows(p),
    "A6.tell_former": lambda w, p, to, door: _follows(p),
    "O1.tell": lambda w, p, to, door: not p.own and not of.provider_left(p, to, w.day),
    "A6.tell_left": lambda w, p, to, door: to not in of.serving(p, w.day) and of.has_care(p, w.day),
    "A7.tell": lambda w, p, to, door: _alarm_goes_on(p, to, w.day),
    "A8.suspended": lambda w, p, to, door: of.is_away(p, w.day, ahead=True),
    "L1.mended": lambda w, p, to, door: bool(of.needing(w, w.doors[door])),
    "P1.not_fitted": lambda w, p, to, door: bool(of.needing(w, w.doors[door])),
    "P1.taken_down": lambda w, p, to, door: bool(of.needing(w, w.doors[door])) and w.doors[door].lock is None,
    "P6.told": lambda w, p, to, door: not p.own or all(of.end_is_said(p, s) for s in of.services(p)),
    "S2.corrected": lambda w, p, to, door: bool(of.needing(w, w.doors[door])),
}
"""Notices that say what may change: once it is no longer so, they are no longer said."""

INSTEAD = {"A4.tell": "A4.tell_others"}
"""What says the same to those for whom there is nothing to do."""
