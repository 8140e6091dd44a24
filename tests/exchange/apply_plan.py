# SPDX-License-Identifier: EUPL-1.2
"""Applies a plan to plain records, without acts: proves that a plan leads to the state of the extract."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from troskel.exchange.case_extract.known_records import (
    KnownAllocation,
    KnownClient,
    KnownDecision,
    KnownOrganisation,
    KnownState,
)
from troskel.exchange.case_extract.periods import PeriodChanges
from troskel.exchange.case_extract.plan import NightPlan
from troskel.exchange.case_extract.rows import ClientRow, ExtractAddress

change = msgspec.structs.replace


Period = TypeVar("Period", KnownDecision, KnownAllocation)


def apply_plan(plan: NightPlan, state: KnownState) -> None:
    for row in (*plan.organisations_registered, *plan.organisations_changed):
        state.organisations[row.orgnr] = KnownOrganisation(row.orgnr, row.name, row.email, row.kind)
    _homes_and_clients(plan, state)
    state.investigations |= {item.reference for item in plan.investigations}
    _periods(plan.allocations, state.allocations)
    _periods(plan.decisions, state.decisions)
    for row in plan.decisions_made:
        assert row.reference not in state.decisions
        state.decisions[row.reference] = KnownDecision(
            row.reference, row.client, row.service, row.valid_from, row.valid_through
        )
    for row in plan.allocations_made:
        assert row.reference not in state.allocations
        assert row.decision in state.decisions
        state.allocations[row.reference] = KnownAllocation(
            row.reference, row.decision, row.organisation, row.valid_from, row.valid_through
        )
    for row in plan.areas_named:
        state.allocations[row.reference] = change(state.allocations[row.reference], area_told=row.area)


def _homes_and_clients(plan: NightPlan, state: KnownState) -> None:
    for renamed in plan.homes.renamed:
        was = state.clients[renamed.client].address
        for client in list(state.clients.values()):
            if client.reference == renamed.client or (was.key and client.address.key == was.key):
                state.clients[client.reference] = change(client, address=renamed.address)
        state.homes[key_of(renamed.address)] = state.homes.pop(was.key or "", "")
    for home in plan.homes.registered:
        if home.alone is None:
            assert key_of(home.address) not in state.homes
            state.homes[key_of(home.address)] = ""
    for item in plan.clients_registered:
        assert item.row.address.key is None or item.row.address.key in state.homes
        state.clients[item.row.reference] = known_client_of(item.row)
    for changed in plan.clients_changed:
        before = state.clients[changed.row.reference]
        state.clients[changed.row.reference] = change(
            known_client_of(changed.row), address=before.address, died=before.died
        )
    for move in plan.homes.moved:
        assert key_of(move.address) in state.homes
        state.clients[move.client] = change(state.clients[move.client], address=move.address)
    for address in plan.homes.sharing_proposed:
        state.homes[key_of(address)] = "proposed"
    for death in plan.deaths:
        state.clients[death.client] = change(state.clients[death.client], died=death.on)


def _periods(changes: PeriodChanges, state: dict[str, Period]) -> None:
    for gone in changes.superseded:
        state.pop(gone.reference)
    for changed in changes.changed:
        state[changed.reference] = change(
            state[changed.reference],
            valid_from=changed.valid_from,
            valid_through=changed.valid_through,
            ending="",
        )
    for ended in changes.ended:
        assert ended.valid_through >= state[ended.reference].valid_from
        state[ended.reference] = change(
            state[ended.reference],
            valid_through=ended.valid_through,
            ending="confirmed" if ended.confirmed else "unconfirmed",
        )
    for withdrawn in changes.withdrawn:
        state[withdrawn.reference] = change(state[withdrawn.reference], withdrawn=True)


def key_of(address: ExtractAddress) -> str:
    assert address.key is not None
    return address.key


def known_client_of(row: ClientRow) -> KnownClient:
    return KnownClient(
        row.reference,
        row.identity.number12,
        row.first_name,
        row.last_name,
        row.protection,
        row.address,
        row.home_municipality,
        row.phone,
    )
