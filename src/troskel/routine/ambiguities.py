# SPDX-License-Identifier: EUPL-1.2
"""Wordings that read as one thing and do another: `routine check` refuses them and gives a better wording."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from troskel.routine.bases import BASES, STARTS
from troskel.routine.model import Ask, Due, Paragraph, Routine, Step
from troskel.routine.vocabulary import OF_A_DUTY

DAYS_AHEAD = 31
"""A duty that may be attested more days than this before it is due says from when."""
CALENDAR_DAYS_PER_WORKING_DAY = 7 / 5
EXCLUDING = (
    ("own_client", "other_municipality"),
    ("refused", "understood"),
    ("provider_serves", "provider_left"),
    ("has_care", "client_left"),
)
"""Conditions of which at most one holds."""


class Ambiguity(NamedTuple):
    """Which key of the ask, why, and a word to find the line by."""

    key: str
    reason: str
    word: str | None = None


def of_ask(paragraph: Paragraph, ask: Ask, routine: Routine) -> Iterator[Ambiguity]:
    """All that is ambiguous in one ask."""
    yield from _attested_far_ahead(ask)
    yield from _any_duty(paragraph, ask, routine)
    yield from _asked_again_by_its_own_end(paragraph, ask)
    yield from _never_holds(ask)
    yield from _never_due(ask)


def _attested_far_ahead(ask: Ask) -> Iterator[Ambiguity]:
    """ "In half a year" opens at once: only its last day is half a year away."""
    if not ask.by_hand or ask.due is None or ask.opens is not None or ask.attest_from is not None:
        return
    days = _days_ahead(ask.due)
    if days <= DAYS_AHEAD:
        return
    step = max(ask.due.steps, key=lambda step: step.days)
    base = next((STARTS[event] for event in ask.on if event in STARTS), "lock_mounted")
    base = step.base if step.base not in ("opened", "next_visit") else base
    unit = "working_days" if step.working else "days"
    yield Ambiguity(
        "due",
        f"it opens at once and may be attested the same day, {step.days} {unit.replace('_', ' ')} before it is due: "
        f'write due = {{ after = "{base}", {unit} = {step.days} }} and opens = {{ before = "due", days = 14 }}; '
        'or attest_from = { on = "opened" } where it may be done at once',
    )


def _days_ahead(due: Due) -> float:
    ahead = [_calendar_days(step) for step in due.steps]
    return max(ahead) if due.latest else min(ahead)


def _calendar_days(step: Step) -> float:
    return step.days * CALENDAR_DAYS_PER_WORKING_DAY if step.working else step.days


def _any_duty(paragraph: Paragraph, ask: Ask, routine: Routine) -> Iterator[Ambiguity]:
    """An event about a duty that does not say which comes for every duty of the home."""
    for key in ("on", "done_by", "moot_on"):
        for event in getattr(ask, key):
            if event in OF_A_DUTY:
                example = f"{event}:{_example(event, paragraph, ask, routine)}"
                yield Ambiguity(key, f'"{event}" comes for any duty: say which, as in "{example}"', event)


def _example(event: str, paragraph: Paragraph, ask: Ask, routine: Routine) -> str:
    """A duty (or notice) that the event may be about: of the same paragraph, else the first in the file."""
    for each in (paragraph, *routine.paragraphs):
        for other in each.asks:
            fits = other.kind == "notice" if event == "notice.read" else other.kind == "duty"
            if other is not ask and fits and (event != "duty.attested" or other.by_hand):
                return f"{each.id}.{other.ask}"
    return "P1.order"


def _asked_again_by_its_own_end(paragraph: Paragraph, ask: Ask) -> Iterator[Ambiguity]:
    """The event that ends it opens it again."""
    for event in ask.on:
        if event in (f"{name}:{paragraph.id}.{ask.ask}" for name in OF_A_DUTY):
            yield Ambiguity(
                "on", f'"{event}" is about this ask itself: it would be asked again without end', event
            )
        elif event in ask.done_by and not (ask.done_when or ask.when or ask.moot_when):
            better = "say with when or done_when which of the two it does"
            yield Ambiguity("on", f'"{event}" both opens it and is what it is done by: {better}', event)


def _never_holds(ask: Ask) -> Iterator[Ambiguity]:
    for key in ("when", "done_when"):
        if clash := _clash(getattr(ask, key)):
            yield Ambiguity(key, f'"{clash[0]}" and "{clash[1]}" never hold together', clash[1])
    over = set(ask.when) & set(ask.moot_when)
    if over:
        (name, *_) = sorted(over)
        why = "it is asked only if it has already fallen away, which is never"
        yield Ambiguity("moot_when", f'"{name}" stands in when too: {why}', name)
    if ask.done_when and set(ask.done_when) <= set(ask.when):
        why = "it is asked only if it is already done, which is never"
        yield Ambiguity("done_when", f"all of it stands in when too: {why}", ask.done_when[0])
    if clash := _opposites(ask.moot_when):
        why = "one of them always holds, so it is never asked"
        yield Ambiguity("moot_when", f'"{clash[0]}" and "{clash[1]}": {why}', clash[1])


def _clash(names: tuple[str, ...]) -> tuple[str, str] | None:
    both = (pair for pair in EXCLUDING if set(pair) <= set(names))
    return next(both, None) or _opposites(names)


def _opposites(names: tuple[str, ...]) -> tuple[str, str] | None:
    return next(((name, f"not {name}") for name in names if f"not {name}" in names), None)


def _never_due(ask: Ask) -> Iterator[Ambiguity]:
    """The day is stated by some events only, and it is asked on another."""
    for step in ask.due.steps if ask.due else ():
        told_by = BASES[step.base].told_by if step.base in BASES else ()
        for event in ask.on:
            if told_by and event not in told_by:
                known = " or ".join(f'"{name}"' for name in told_by)
                yield Ambiguity(
                    "due", f'"{event}" does not say the day "{step.base}": that stands in {known}'
                )
