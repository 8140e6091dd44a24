# SPDX-License-Identifier: EUPL-1.2
"""Planned duties: asks with `opens` wait until a stated time before their due day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from troskel.routine import client_state, deadlines, door_state, subjects
from troskel.routine.client_state import Homes
from troskel.routine.duty import OpenDuty, PlannedDuty
from troskel.routine.rules import Rule, Rules
from troskel.routine.subjects import Case


def plan_for(rule: Rule, case: Case, about: dict[str, Any], since: datetime) -> PlannedDuty:
    """The plan for a case to which the ask applies; its opening day is not counted yet."""
    return PlannedDuty(
        paragraph=rule.paragraph.id,
        ask=rule.ask.ask,
        home=case.home.home,
        since=since,
        client=case.client.client if case.client else None,
        door=case.door.door if case.door else None,
        organisation=case.organisation,
        about=about,
    )


def plan_again(duty: OpenDuty, since: datetime) -> PlannedDuty:
    """The plan for an open duty whose opening day has moved to a later day."""
    return PlannedDuty(
        paragraph=duty.paragraph,
        ask=duty.ask,
        home=duty.home,
        since=since,
        client=duty.client,
        door=duty.door,
        organisation=duty.organisation,
        about=duty.about,
    )


def case_of(planned: PlannedDuty, homes: Homes, day: date) -> Case:
    """The case of a planned duty on this day. Behind a door another client stands for one who has left."""
    home = homes[planned.home]
    client = home.clients.get(planned.client) if planned.client else None
    door = home.doors.get(planned.door) if planned.door else None
    if door is not None and (client is None or not client_state.needs_the_door(client, day)):
        for other in door_state.own_clients_behind(door, homes):
            if client_state.needs_the_door(other, day):
                client = other
                home = next(h for h in homes.values() if h.clients.get(other.client) is other)
                break
    return Case(
        homes, home, day, client=client, door=door, organisation=planned.organisation, about=planned.about
    )


def rule_of(planned: PlannedDuty, rules: Rules | None) -> Rule | None:
    """The ask in the version in force, or None where that version no longer asks it."""
    rule = rules.by_name.get((planned.paragraph, planned.ask)) if rules is not None else None
    return rule if rule is not None and rule.ask.kind != "email" else None


def opening_day(rule: Rule, case: Case) -> date | None:
    """The day it opens: today where the version in force does not plan it; None where that is not known."""
    if rule.ask.opens is None:
        return case.day
    return deadlines.opening_day(rule.ask, case, rule.eves)


def is_same(one: PlannedDuty, other: PlannedDuty, per: str) -> bool:
    """Do two plans stand for the same duty?"""
    asked = (one.paragraph, one.ask) == (other.paragraph, other.ask)
    return asked and subjects.identity(per, one) == subjects.identity(per, other)


def next_opening(planned: Iterable[PlannedDuty]) -> date | None:
    """The next day on which one of the planned duties opens."""
    return min((plan.opens for plan in planned if plan.opens is not None), default=None)
