# SPDX-License-Identifier: EUPL-1.2
"""What assessors do of what the routine asks: tell, follow up, allocate (A1 to A8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from troskel.offers.duty_actions import Way
from troskel.simulator.deciding import give
from troskel.simulator.town import Care, Person, Task, Town

UNTIL_DECIDED = 3


def asks_whether_it_is_understood(town: Town, task: Task, found: Sequence[Way]) -> int | None:
    """The client has understood, or says no (A3, case 10)."""
    says_yes, says_no = found
    assert task.person is not None
    if task.person.wants_a_lock:
        town.life.does(task.who, says_yes.act, **says_yes.filled())
    else:
        reason = "does_not_want" if town.life.happens(0.7) else "does_not_understand"
        town.life.does(task.who, says_no.act, **says_no.filled(reason=reason, text="Vill vänta."))
    return None


def follows_up(town: Town, task: Task, found: Sequence[Way]) -> int | None:
    """A new decision, after an investigation; or the care is to end as it was planned (A8)."""
    by_act = {way.act: way for way in found}
    decide = by_act["make_decisions"]
    person, care = task.person, _care(task.person, decide.values["replaces"])
    if person is None or care is None or care.ends is not None:
        return None
    if care.decision not in town.investigated:
        investigate = by_act["start_investigations"].filled(reference=f"U{town.number():05}")
        town.life.does(task.who, "start_investigations", **investigate)
        town.investigated.add(care.decision)
        return town.life.random.randint(1, 10)
    if town.life.happens(0.06):
        return _ends_as_planned(town, task, by_act["end_care"], care)
    begins = date.fromisoformat(decide.values["valid_from"])
    through = begins + timedelta(days=town.days_of_a_decision())
    reference = f"B{town.number():05}"
    told = {"reference": reference, "valid_through": max(through, town.day(30)).isoformat()}
    if town.life.does(task.who, decide.act, **decide.filled(**told)) is not None:
        care.decision, care.begins, care.through = reference, begins, max(through, town.day(30))
        care.allocated = False
    return None


def _ends_as_planned(town: Town, task: Task, way: Way, care: Care) -> int | None:
    if town.life.does(task.who, way.act, **way.filled(reason="behövs ej")) is not None:
        care.ends = date.fromisoformat(way.values["on"])
    return None


def allocates(town: Town, task: Task, found: Sequence[Way]) -> int | None:
    """The decision goes to the provider who is to carry it out, or who has carried out the one before."""
    way = next((way for way in found if way.act == "allocate"), None)
    if way is None:
        return UNTIL_DECIDED
    care = _care(task.person, way.values["decision"])
    if task.person is None or care is None:
        return None
    told = {"reference": f"F{town.number():05}", "organisation": care.provider}
    if town.life.does(task.who, way.act, **way.filled(**told)) is not None:
        care.allocated = True
        if care.also:
            give(town, task.person, care, care.also, care.begins)
    return None


def _care(person: Person | None, decision: str) -> Care | None:
    """The person's care that the decision is about."""
    return next((c for c in person.care.values() if c.decision == decision), None) if person else None
