# SPDX-License-Identifier: EUPL-1.2
"""The duties of locksmiths: book, install or remove, and report (L1); some trips fail (case 11)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from troskel.offers.duty_actions import Suggestion
from troskel.simulator.organisations import HABITS
from troskel.simulator.town import Task, Town

FAILURE_CODES = (
    "nobody_home",
    "nobody_home",
    "nobody_home",
    "carer_missing",
    "parts_missing",
    "client_refused",
    "other",
)
PRESENCE_CODES = ("none", "none", "client", "carer")
MAX_LOCKS_TRIED = 3
SATURDAY = 5


def carry_out_order(town: Town, task: Task, options: Sequence[Suggestion]) -> int | None:
    """Books a time first; on that day does and reports the work, or reports a failed trip."""
    report, book, fail = options
    order = report.values["order"]
    booked_day = town.booked.get(order)
    if booked_day is None:
        return _book(town, task, book)
    if booked_day > town.life.day:
        return (booked_day - town.life.day).days
    if town.is_shown and town.is_last_day() and town.life.happens(0.5):
        return 1  # the day is not over yet
    if town.life.happens(0.10):
        return _fail(town, task, fail)
    if town.life.happens(HABITS[task.who].forgotten):
        return town.life.random.randint(3, 12)
    if report.act == "report_installation":
        _mount(town, task, report)
    else:
        _take_down(town, task, report)
    return None


def _book(town: Town, task: Task, way: Suggestion) -> int | None:
    random, days = town.life.random, town.life.random.randint(2, 10)
    if 0 < town.days_left() <= 10 and town.life.happens(0.4):
        days = town.days_left()
    while town.day(days).weekday() >= SATURDAY:
        days += 1
    taken = town.hours_taken.setdefault((task.organisation, town.day(days)), set())
    free = [hour for hour in range(8, 16) if hour not in taken]
    if not free:
        return 1  # the day is full: it is tried again tomorrow
    hour = random.choice(free)
    starts = town.life.at(hour) + timedelta(days=days)
    values = {
        "starts": starts.isoformat(),
        "ends": (starts + timedelta(hours=1)).isoformat(),
        "presence": random.choice(PRESENCE_CODES),
    }
    expected = ("lock.needed", "booking.taken")
    if town.life.tries(task.who, way.act, expected, **way.with_answers(**values)) is None:
        return 4  # care has been granted again: the removal will be cancelled
    taken.add(hour)
    town.booked[way.values["order"]] = town.day(days)
    return days


def _fail(town: Town, task: Task, way: Suggestion) -> int | None:
    """Reports a failed trip; when the door does not fit a lock, the provider cancels."""
    order = way.values["order"]
    code = "door_does_not_fit" if town.life.happens(0.08) else town.life.random.choice(FAILURE_CODES)
    town.life.does(task.who, way.act, **way.with_answers(code=code))
    town.booked.pop(order)
    if code == "door_does_not_fit" and order in town.ordered:
        town.later(town.life.random.randint(1, 4), lambda: _cancel(town, order))
        return 9
    return town.life.random.randint(1, 3)


def _cancel(town: Town, order: str) -> None:
    who, kind = town.ordered[order]
    if kind == "order_installation":
        values = {"order": order, "reason": "cannot_be_fitted"}
        town.life.tries(
            who, "cancel_order", ("order.not_open",), **values
        )  # it may be done, or cancelled, by now


def _mount(town: Town, task: Task, way: Suggestion) -> None:
    """Installs a lock from the firm's stock; one that was removed may still be linked (S3)."""
    stock = town.locks[task.organisation]
    for _ in range(MAX_LOCKS_TRIED):
        serial = stock.pop(0)
        if (
            town.life.tries(task.who, way.act, ("lock.still_linked",), **way.with_answers(serial=serial))
            is not None
        ):
            return
        stock.append(serial)


def _take_down(town: Town, task: Task, way: Suggestion) -> None:
    values = way.with_answers(serial=way.values["serial"])
    if town.life.tries(task.who, way.act, ("lock.needed",), **values) is not None:
        town.locks[task.organisation].append(values["serial"])
