# SPDX-License-Identifier: EUPL-1.2
"""What is asked about two entries of one person, once they are one: each thing once, and nothing that is done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from uuid import UUID

from troskel.routine import derived_events, planning, subjects
from troskel.routine.duty import ClientSnapshot, ClosedDuty, Effects, HomeSnapshot, OpenDuty
from troskel.routine.facts import HomeFacts
from troskel.routine.line import LineFacts, uid, uid_in
from troskel.routine.versions import Routines


def merge_duties(
    routines: Routines,
    states: Mapping[UUID, HomeSnapshot],
    facts: Mapping[UUID, HomeFacts],
    effects: Effects,
    line: LineFacts,
    day: date,
) -> None:
    """Duties of the other entry become the remaining one's; the facts are merged already.

    A duty that the remaining one has too, or that is done by what was written down of the other, falls. To merge is no
    news of the person: nothing is told of it, and what was seen of either has been seen.
    """
    assert line.client is not None
    kept, gone = line.client, uid(line.body["merged"])
    for home in facts:
        state = states[home]
        _merge_seen(state, kept, gone, day)
        for plan in [plan for plan in state.planned if plan.client == gone]:
            plan.client = kept
            rules = routines.rules_on(day)
            rule = planning.rule_of(plan, rules)
            if rule is not None and any(
                other is not plan and planning.is_same(other, plan, rule.ask.per)
                for near in facts
                for other in states[near].planned
            ):
                state.planned.remove(plan)
            effects.touched.add(home)
        for duty in [duty for duty in state.open if duty.client in (kept, gone)]:
            rule = routines.rules_of(duty.version).rule(duty)
            is_renamed, duty.client = duty.client == gone, kept
            same = subjects.identity(rule.ask.per, duty)
            is_twin = is_renamed and any(
                other is not duty
                and (other.paragraph, other.ask) == (duty.paragraph, duty.ask)
                and subjects.identity(rule.ask.per, other) == same
                for near in facts
                for other in states[near].open
            )
            if (
                is_twin
                or _is_of_a_dropped_link(duty, facts)
                or rule.is_over(subjects.case_of_duty(duty, facts, day))
            ):
                state.open.remove(duty)
                effects.closed.append(ClosedDuty(duty, "moot", day, line.number))
                effects.touched.add(home)
            elif is_renamed:
                effects.changed.append(duty)
                effects.touched.add(home)


def _is_of_a_dropped_link(duty: OpenDuty, facts: Mapping[UUID, HomeFacts]) -> bool:
    """Both entries had a link to the same lock, and this is about the one that fell?"""
    link = uid_in(duty.about, "link")
    clients = [client for home in facts.values() for client in home.clients.values()]
    return link is not None and not any(link in client.links for client in clients)


def _merge_seen(state: HomeSnapshot, kept: UUID, gone: UUID, day: date) -> None:
    seen, client = state.seen.pop(gone, None), state.facts.clients.get(kept)
    if seen is None or client is None:
        return
    months = (*state.seen.get(kept, ClientSnapshot()).months, *seen.months)
    state.seen[kept] = derived_events.look(client, day)
    state.seen[kept].months = list(dict.fromkeys(months))
