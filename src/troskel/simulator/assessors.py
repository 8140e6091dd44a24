# SPDX-License-Identifier: EUPL-1.2
"""The duties of assessors: inform, follow up, allocate (A1 to A8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from troskel.offers.duty_actions import Suggestion
from troskel.simulator.decisions import allocate_to, another_provider
from troskel.simulator.town import Care, InventedPerson, Task, Town

RETRY_DAYS = 3


def confirm_understanding(town: Town, task: Task, options: Sequence[Suggestion]) -> int | None:
    """Records that the client has understood, or refuses (A3, case 10)."""
    says_yes, says_no = options
    assert task.person is not None
    if task.person.wants_a_lock:
        town.life.does(task.who, says_yes.act, **says_yes.with_answers())
    else:
        reason = "does_not_want" if town.life.happens(0.7) else "does_not_understand"
        town.life.does(task.who, says_no.act, **says_no.with_answers(reason=reason, text="Vill vänta."))
    return None


def confirm_refusal(town: Town, task: Task, options: Sequence[Suggestion]) -> int | None:
    """The client is asked once more: the lock turner goes, or the client has understood."""
    way = town.life.random.choice(options)
    town.life.does(task.who, way.act, **way.with_answers())
    return None


def follow_up(town: Town, task: Task, options: Sequence[Suggestion]) -> int | None:
    """Makes a new decision after an investigation, or lets the care end as planned (A8)."""
    by_act = {way.act: way for way in options}
    decide = by_act["make_decisions"]
    person, care = task.person, _care(task.person, decide.values["replaces"])
    if care is None and person is not None and town.life.is_rough:
        today = town.life.day
        care = Care(another_provider(town, ""), decide.values["replaces"], today, today)
    if person is None or care is None or care.ends is not None:
        return None
    if care.decision not in town.investigated:
        investigate = by_act["start_investigations"].with_answers(reference=f"U{town.number():05}")
        town.life.does(task.who, "start_investigations", **investigate)
        town.investigated.add(care.decision)
        return town.life.random.randint(1, 10)
    if town.life.happens(0.06):
        return _end_as_planned(town, task, by_act["end_care"], care)
    begins = date.fromisoformat(decide.values["valid_from"])
    through = begins + timedelta(days=town.days_of_a_decision())
    reference = f"B{town.number():05}"
    values = {"reference": reference, "valid_through": max(through, town.day(30)).isoformat()}
    if town.life.does(task.who, decide.act, **decide.with_answers(**values)) is not None:
        care.decision, care.begins, care.through = reference, begins, max(through, town.day(30))
        care.allocated = False
    return None


def _end_as_planned(town: Town, task: Task, way: Suggestion, care: Care) -> int | None:
    if town.life.does(task.who, way.act, **way.with_answers(reason="behövs ej")) is not None:
        care.ends = date.fromisoformat(way.values["on"])
    return None


def allocate(town: Town, task: Task, options: Sequence[Suggestion]) -> int | None:
    """Allocates the decision to the chosen provider, or to the previous decision's provider."""
    way = next((way for way in options if way.act == "allocate"), None)
    if way is None:
        return RETRY_DAYS
    care = _care(task.person, way.values["decision"])
    if task.person is None:
        return None
    if care is None:
        return _allocate_to_anyone(town, task, way) if town.life.is_rough else None
    values = {"reference": f"F{town.number():05}", "organisation": care.provider}
    if town.life.does(task.who, way.act, **way.with_answers(**values)) is not None:
        care.allocated = True
        if care.also:
            allocate_to(town, task.person, care, care.also, care.begins)
    return None


def _allocate_to_anyone(town: Town, task: Task, way: Suggestion) -> int | None:
    """For a decision that is no longer, or not yet, the person's latest."""
    values = {"reference": f"F{town.number():05}", "organisation": another_provider(town, "")}
    outcome = town.life.does(task.who, way.act, **way.with_answers(**values))
    return None if outcome is not None else RETRY_DAYS


def _care(person: InventedPerson | None, decision: str) -> Care | None:
    """Returns the person's care that the decision is about."""
    return next((c for c in person.care.values() if c.decision == decision), None) if person else None
