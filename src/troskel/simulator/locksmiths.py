# SPDX-License-Identifier: EUPL-1.2
"""What locksmiths do: book, go there, mount or take down, and report it (L1); some trips are in vain (case 11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from troskel.offers.duty_actions import Way
from troskel.simulator.organisations import HABITS
from troskel.simulator.town import Task, Town

IN_VAIN = (
    "nobody_home",
    "nobody_home",
    "nobody_home",
    "carer_missing",
    "parts_missing",
    "client_refused",
    "other",
)
PRESENCE = ("none", "none", "client", "carer")
LOCKS_TRIED = 3


def goes_to_the_door(town: Town, task: Task, found: Sequence[Way]) -> int | None:
    """First a time is booked; on that day the work is done and reported, or the trip was in vain."""
    report, book, fail = found
    order = report.values["order"]
    booked = town.booked.get(order)
    if booked is None:
        return _books(town, task, book)
    if booked > town.life.day:
        return (booked - town.life.day).days
    if town.is_shown and town.is_last_day() and town.life.happens(0.5):
        return 1  # the day is not over yet
    if town.life.happens(0.10):
        return _in_vain(town, task, fail)
    if town.life.happens(HABITS[task.who].forgotten):
        return town.life.random.randint(3, 12)
    if report.act == "report_installation":
        _mounts(town, task, report)
    else:
        _takes_down(town, task, report)
    return None


def _books(town: Town, task: Task, way: Way) -> int | None:
    random, days = town.life.random, town.life.random.randint(2, 10)
    if 0 < town.days_left() <= 10 and town.life.happens(0.4):
        days = town.days_left()
    starts = town.life.at(random.randint(8, 15)) + timedelta(days=days)
    told = {
        "starts": starts.isoformat(),
        "ends": (starts + timedelta(hours=1)).isoformat(),
        "presence": random.choice(PRESENCE),
    }
    if town.life.tries(task.who, way.act, ("rule 1",), **way.filled(**told)) is None:
        return 4  # care has been granted again: somebody will cancel the removal
    town.booked[way.values["order"]] = town.day(days)
    return days


def _in_vain(town: Town, task: Task, way: Way) -> int | None:
    """Nobody opened, or the door can't take a lock: then the provider cancels."""
    order = way.values["order"]
    code = "door_does_not_fit" if town.life.happens(0.08) else town.life.random.choice(IN_VAIN)
    town.life.does(task.who, way.act, **way.filled(code=code))
    town.booked.pop(order)
    if code == "door_does_not_fit" and order in town.ordered:
        town.later(town.life.random.randint(1, 4), lambda: _cancels(town, order))
        return 9
    return town.life.random.randint(1, 3)


def _cancels(town: Town, order: str) -> None:
    who, kind = town.ordered[order]
    if kind == "order_installation":
        told = {"order": order, "reason": "cannot_be_fitted"}
        town.life.tries(who, "cancel_order", ("L1",), **told)  # it may be done, or cancelled, by now


def _mounts(town: Town, task: Task, way: Way) -> None:
    """A lock from the firm's own stock; one that was taken down may not have been unlinked yet (S3)."""
    stock = town.locks[task.organisation]
    for _ in range(LOCKS_TRIED):
        serial = stock.pop(0)
        if town.life.tries(task.who, way.act, ("S3",), **way.filled(serial=serial)) is not None:
            return
        stock.append(serial)


def _takes_down(town: Town, task: Task, way: Way) -> None:
    values = way.filled(serial=way.values["serial"])
    if town.life.tries(task.who, way.act, ("rule 1",), **values) is not None:
        town.locks[task.organisation].append(values["serial"])
