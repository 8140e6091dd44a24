# SPDX-License-Identifier: EUPL-1.2
"""Calculates how much a night would end or change at once, so that too large a share can stop it."""

from __future__ import annotations

from collections import Counter, defaultdict

from troskel.exchange.case_extract.known_records import KnownAllocation, KnownDecision, KnownState
from troskel.exchange.case_extract.periods import PeriodChanges, is_ongoing, lasts_beyond
from troskel.exchange.case_extract.plan import MassChange, NightPlan
from troskel.exchange.case_extract.rows import NightExtract

Periods = dict[str, KnownDecision] | dict[str, KnownAllocation]


def mass_changes(plan: NightPlan, night: NightExtract, state: KnownState) -> list[MassChange]:
    """Returns the counts of each kind of change that can be a mistake of the whole extract."""
    return [
        *_endings(plan, night, state),
        *_changed_clients(plan, night, state),
        *_allocated(plan, night, state),
    ]


def _endings(plan: NightPlan, night: NightExtract, state: KnownState) -> list[MassChange]:
    decisions = _running(state.decisions, plan), _ending(state.decisions, plan.decisions)
    allocations = _running(state.allocations, plan), _ending(state.allocations, plan.allocations)
    clients = _running_clients(state, decisions[0]), _ending_clients(plan, night, state, decisions[1])
    return [
        MassChange("clients", len(clients[0]), len(clients[0] & clients[1])),
        MassChange("decisions", len(decisions[0]), len(decisions[0] & decisions[1])),
        MassChange("allocations", len(allocations[0]), len(allocations[0] & allocations[1])),
    ]


def _changed_clients(plan: NightPlan, night: NightExtract, state: KnownState) -> list[MassChange]:
    """Counts what changes of the clients who are known already and in the extract."""
    known = [state.clients[reference] for reference in night.clients if reference in state.clients]
    fields = Counter(field for change in plan.clients_changed for field in _parts(change.fields))
    protected = {client.reference for client in known if client.protection}
    bared = {change.row.reference for change in plan.clients_changed if not change.row.protection}
    count = len(known)
    return [
        MassChange("names", count, fields["name"]),
        MassChange("numbers", count, fields["identity"]),
        MassChange("protections", len(protected), len(protected & bared)),
        MassChange("municipalities", count, fields["home_municipality"]),
        MassChange("moves", count, len(plan.homes.moved)),
    ]


def _parts(fields: tuple[str, ...]) -> set[str]:
    return {"name" if field in ("first_name", "last_name") else field for field in fields}


def _allocated(plan: NightPlan, night: NightExtract, state: KnownState) -> list[MassChange]:
    """Counts the clients who get a provider that they don't have, and the allocations whose provider changes kind."""
    ongoing = [row for row in state.allocations.values() if is_ongoing(row, plan.day)]
    providers: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for row in ongoing:
        if decision := state.decisions.get(row.decision):
            providers[decision.client, decision.service].add(row.organisation)
    reallocated = set()
    for made in plan.allocations_made:
        of = night.decisions.get(made.decision) or state.decisions.get(made.decision)
        if of and made.organisation not in providers.get((of.client, of.service), {made.organisation}):
            reallocated.add(of.client)
    other_kind = {
        row.orgnr for row in plan.organisations_changed if row.kind != state.organisations[row.orgnr].kind
    }
    return [
        MassChange("reallocations", len({client for client, _service in providers}), len(reallocated)),
        MassChange("kinds", len(ongoing), sum(row.organisation in other_kind for row in ongoing)),
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
