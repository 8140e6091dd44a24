# SPDX-License-Identifier: EUPL-1.2
"""Calculates the share of ongoing care that a night would end, so that too large a share can stop it."""

from __future__ import annotations

from collections import Counter

from troskel.exchange.case_extract.known_records import KnownAllocation, KnownDecision, KnownState
from troskel.exchange.case_extract.periods import PeriodChanges, is_ongoing, lasts_beyond
from troskel.exchange.case_extract.plan import EndingShare, NightPlan
from troskel.exchange.case_extract.rows import NightExtract

Periods = dict[str, KnownDecision] | dict[str, KnownAllocation]


def ending_shares(plan: NightPlan, night: NightExtract, state: KnownState) -> list[EndingShare]:
    """Returns the counts for clients, decisions and allocations."""
    decisions = _running(state.decisions, plan), _ending(state.decisions, plan.decisions)
    allocations = _running(state.allocations, plan), _ending(state.allocations, plan.allocations)
    clients = _running_clients(state, decisions[0]), _ending_clients(plan, night, state, decisions[1])
    return [
        EndingShare("clients", len(clients[0]), len(clients[0] & clients[1])),
        EndingShare("decisions", len(decisions[0]), len(decisions[0] & decisions[1])),
        EndingShare("allocations", len(allocations[0]), len(allocations[0] & allocations[1])),
    ]


def _running(periods: Periods, plan: NightPlan) -> set[str]:
    return {reference for reference, period in periods.items() if is_ongoing(period, plan.day)}


def _ending(periods: Periods, changes: PeriodChanges) -> set[str]:
    """Returns the references that end; an ending that only becomes confirmed ended before."""
    return {
        item.reference
        for item in changes.ended
        if item.valid_through != periods[item.reference].valid_through
    }


def _running_clients(state: KnownState, running: set[str]) -> set[str]:
    with_decision = {state.decisions[reference].client for reference in running}
    return {
        client for client in with_decision if client in state.clients and state.clients[client].died is None
    }


def _ending_clients(plan: NightPlan, night: NightExtract, state: KnownState, ending: set[str]) -> set[str]:
    """Returns the clients who die, are absent from the extract, or have no decision beyond the day."""
    dying = {death.client for death in plan.deaths if death.on and death.on <= plan.day}
    absent = state.clients.keys() - night.mentioned_ids.clients
    lasting = _lasting(plan, state, ending)
    affected = {state.decisions[reference].client for reference in ending}
    return dying | absent | {client for client in affected if not lasting[client]}


def _lasting(plan: NightPlan, state: KnownState, ending: set[str]) -> Counter[str]:
    """Returns how many decisions each client has beyond the day, after the night."""
    withdrawn = {item.reference for item in plan.decisions.withdrawn}
    gone = ending | withdrawn | {item.reference for item in plan.decisions.superseded}
    lasting: Counter[str] = Counter()
    for period in state.decisions.values():
        if not period.withdrawn and period.reference not in gone:
            lasting[period.client] += lasts_beyond(period.valid_through, plan.day)
    for row in plan.decisions_made:
        lasting[row.client] += lasts_beyond(row.valid_through, plan.day)
    return lasting
