# SPDX-License-Identifier: EUPL-1.2
"""How much of what is ongoing a night would end: too much, and it stops before it changes anything."""

from __future__ import annotations

from collections import Counter

from troskel.exchange.case_extract.known import Known, KnownAllocation, KnownDecision
from troskel.exchange.case_extract.periods import Happened, lasts_beyond, ongoing
from troskel.exchange.case_extract.plan import Plan, Share
from troskel.exchange.case_extract.rows import Night

Periods = dict[str, KnownDecision] | dict[str, KnownAllocation]


def shares(plan: Plan, night: Night, known: Known) -> list[Share]:
    """Of clients, decisions and allocations."""
    decisions = _running(known.decisions, plan), _ending(known.decisions, plan.decisions)
    allocations = _running(known.allocations, plan), _ending(known.allocations, plan.allocations)
    clients = _running_clients(known, decisions[0]), _ending_clients(plan, night, known, decisions[1])
    return [
        Share("clients", len(clients[0]), len(clients[0] & clients[1])),
        Share("decisions", len(decisions[0]), len(decisions[0] & decisions[1])),
        Share("allocations", len(allocations[0]), len(allocations[0] & allocations[1])),
    ]


def _running(known: Periods, plan: Plan) -> set[str]:
    return {reference for reference, period in known.items() if ongoing(period, plan.day)}


def _ending(known: Periods, happened: Happened) -> set[str]:
    """An ending that only becomes confirmed has happened before."""
    return {
        item.reference for item in happened.ended if item.valid_through != known[item.reference].valid_through
    }


def _running_clients(known: Known, running: set[str]) -> set[str]:
    having = {known.decisions[reference].client for reference in running}
    return {client for client in having if client in known.clients and known.clients[client].died is None}


def _ending_clients(plan: Plan, night: Night, known: Known, ending: set[str]) -> set[str]:
    """A client ends by death, by absence from the extract, or when no decision lasts beyond the day."""
    dying = {death.client for death in plan.deaths if death.on and death.on <= plan.day}
    absent = known.clients.keys() - night.mentioned.clients
    lasting = _lasting(plan, known, ending)
    hit = {known.decisions[reference].client for reference in ending}
    return dying | absent | {client for client in hit if not lasting[client]}


def _lasting(plan: Plan, known: Known, ending: set[str]) -> Counter[str]:
    """How many decisions each client has left beyond the day, after the night."""
    withdrawn = {item.reference for item in plan.decisions.withdrawn}
    gone = ending | withdrawn | {item.reference for item in plan.decisions.superseded}
    lasting: Counter[str] = Counter()
    for period in known.decisions.values():
        if not period.withdrawn and period.reference not in gone:
            lasting[period.client] += lasts_beyond(period.valid_through, plan.day)
    for row in plan.decisions_made:
        lasting[row.client] += lasts_beyond(row.valid_through, plan.day)
    return lasting
