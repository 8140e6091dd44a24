# SPDX-License-Identifier: EUPL-1.2
"""Changes of an open duty: its organisation, person, due day and escalation."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from troskel.routine import assignees, calendar, deadlines
from troskel.routine.duty import OpenDuty, RoutineEvent
from troskel.routine.fold_things import visited_at, visited_on
from troskel.routine.line import LineFacts, uid_in
from troskel.routine.model import Ask
from troskel.routine.rules import Rule
from troskel.routine.subjects import SAME, Case

ASSIGNING_EVENTS = frozenset({"duty.assigned", "duty.released"})


def update(
    duty: OpenDuty,
    rule: Rule,
    case: Case,
    found: Iterable[RoutineEvent],
    day: date,
    line: LineFacts | None,
    eves: tuple[str, ...],
) -> bool:
    """Update the duty in place. Returns whether anything changed."""
    passed = _taken_over(duty, rule, found) or _reassign(duty, rule, case, day, eves)
    dated = _set_due(duty, rule, case, found, day, line, eves)
    counted = _recount_due(duty, rule, case, day, eves)
    counted |= (
        line is not None and line.event == "visit.corrected" and _correct_due(duty, rule, case, day, eves)
    )
    named = _assign(duty, line)
    return passed or dated or counted or named


def _taken_over(duty: OpenDuty, rule: Rule, found: Iterable[RoutineEvent]) -> bool:
    """Another organisation takes over the order that the duty is about: what its giver was to do is now its to do.

    Not what each provider is asked for itself, as a tag of its own (P2): that the other is asked, too.
    """
    if "organisation" in SAME[rule.ask.per]:
        return False
    for event in found:
        about = (event.about.get("order"), event.about.get("giver"))
        is_its = about == (duty.about.get("order"), str(duty.organisation))
        if event.name == "order.taken_over" and is_its and duty.role == assignees.PROVIDER:
            duty.organisation, duty.person = event.organisation, None
            return True
    return False


def _reassign(duty: OpenDuty, rule: Rule, case: Case, day: date, eves: tuple[str, ...]) -> bool:
    """To another organisation: nobody there is named yet, and its deadline and days to escalation are counted anew.

    What a closed organisation leaves, the administrator does, or attests as settled (`about` says `left_by`, until
    another organisation has it).
    """
    if duty.passed is not None and day < duty.passed:
        return False  # a neighbour that is woken late for an earlier day knows less
    is_left = assignees.is_closed(duty.organisation, case)
    is_left |= rule.may_pass_on and duty.organisation in case.closed
    if not (rule.may_pass_on or is_left):
        return False
    role, organisation, _ = assignees.owner(rule.ask.of[0], case)
    if organisation == duty.organisation or (organisation is None and not is_left):
        return False
    duty.about = {key: value for key, value in duty.about.items() if key != "left_by"}
    if is_left and organisation is None:
        duty.about["left_by"] = str(duty.organisation)
    duty.role, duty.organisation, duty.person, duty.passed = role, organisation, None, day
    case.organisation, case.theirs_since = organisation, day
    if rule.ask.due is not None:
        duty.due = deadlines.due_day(rule.ask.due, case, eves)
    duty.escalated, duty.escalate_on = None, escalation_day(rule.ask, duty.due, day, eves)
    return True


def rename(duty: OpenDuty, rule: Rule, case: Case) -> bool:
    """In the name of another client behind the door, where the owner no longer has this one, or it has left."""
    if rule.ask.per not in assignees.NAMED_BY_OWNER:
        return False
    case.name(assignees.client_of(assignees.owner(rule.ask.of[0], case), case))
    if case.client is None or case.client.client == duty.client:
        return False
    duty.client, duty.home = case.client.client, case.home.home
    return True


def _set_due(
    duty: OpenDuty,
    rule: Rule,
    case: Case,
    found: Iterable[RoutineEvent],
    day: date,
    line: LineFacts | None,
    eves: tuple[str, ...],
) -> bool:
    """The visit that the deadline counts from has come, or came earlier than was known."""
    dated = False
    if rule.fixed_by and rule.ask.due is not None:
        for event in found:
            if event.name in rule.fixed_by and _concerns(event, duty, case, line):
                case.visit = visited_on(line) if line is not None else None
                due = deadlines.due_day(rule.ask.due, case, eves)
                if due is not None and (duty.due is None or due < duty.due):
                    duty.due, dated = due, True
    if dated and duty.escalated is None:
        known = escalation_day(rule.ask, duty.due, day, eves)
        duty.escalate_on = min(filter(None, (known, duty.escalate_on)), default=None)
    return dated


def _recount_due(duty: OpenDuty, rule: Rule, case: Case, day: date, eves: tuple[str, ...]) -> bool:
    """The fact that the deadline counts from has another day. With a visit in the deadline it only moves earlier."""
    if not rule.follows or rule.ask.due is None:
        return False
    due = deadlines.due_day(rule.ask.due, case, eves)
    if due is None or due == duty.due or (rule.fixed_by and duty.due is not None and due > duty.due):
        return False
    duty.due = due
    if duty.escalated is None or due >= duty.escalated:
        duty.escalated, duty.escalate_on = None, escalation_day(rule.ask, due, day, eves)
    return True


def _correct_due(duty: OpenDuty, rule: Rule, case: Case, day: date, eves: tuple[str, ...]) -> bool:
    """The first visit that the deadline counts from was at another time, or was not made."""
    if rule.fixed_by != {"first.visit"} or rule.ask.due is None:
        return False
    due = deadlines.due_day(rule.ask.due, case, eves)
    if due == duty.due:
        return False
    duty.due, duty.escalated = due, None
    duty.escalate_on = escalation_day(rule.ask, due, day, eves)
    return True


def _concerns(event: RoutineEvent, duty: OpenDuty, case: Case, line: LineFacts | None) -> bool:
    """Is it a visit by the provider to the client (for a next visit: after the duty opened)?"""
    if event.organisation != duty.organisation:
        return False
    if event.client not in {client.client for client in case.served_clients()}:
        return False
    return event.name == "first.visit" or (line is not None and visited_at(line) >= duty.since)


def _assign(duty: OpenDuty, line: LineFacts | None) -> bool:
    """Has the organisation named a person, or taken the name back?"""
    if line is None or line.event not in ASSIGNING_EVENTS or line.body["duty"] != str(duty.id):
        return False
    duty.person = uid_in(line.body, "person")
    return True


def escalation_day(ask: Ask, due: date | None, day: date, eves: tuple[str, ...]) -> date | None:
    """The day on which it is escalated if still open; None without escalation or due day.

    Counted from the due day, or from `day`, when it became known, if that is later.
    """
    if ask.escalate_after is None or due is None:
        return None
    return calendar.add_working_days(max(due, day), ask.escalate_after, eves)


def next_escalation(duties: Iterable[OpenDuty]) -> date | None:
    """The next day on which an open duty is escalated."""
    waiting = (duty.escalate_on for duty in duties if duty.escalated is None)
    return min((day for day in waiting if day is not None), default=None)


def escalate(duties: Iterable[OpenDuty], day: date) -> list[OpenDuty]:
    """Escalate the open duties whose day has come, and return them."""
    found = []
    for duty in duties:
        if duty.escalated is None and duty.escalate_on is not None and duty.escalate_on <= day:
            duty.escalated = duty.escalate_on
            found.append(duty)
    return found
