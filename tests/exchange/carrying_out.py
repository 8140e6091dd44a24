# SPDX-License-Identifier: EUPL-1.2
"""What acts do with a plan, done to the plain picture alone: proves that a night carried out is done."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from troskel.exchange.case_extract.known import (
    Known,
    KnownAllocation,
    KnownClient,
    KnownDecision,
    KnownOrganisation,
)
from troskel.exchange.case_extract.periods import Happened
from troskel.exchange.case_extract.plan import Plan
from troskel.exchange.case_extract.rows import Address, ClientRow

change = msgspec.structs.replace


Period = TypeVar("Period", KnownDecision, KnownAllocation)


def carry_out(plan: Plan, known: Known) -> None:
    for told in (*plan.organisations_registered, *plan.organisations_changed):
        known.organisations[told.orgnr] = KnownOrganisation(told.orgnr, told.name, told.email, told.kind)
    _homes_and_clients(plan, known)
    known.investigations |= {item.reference for item in plan.investigations}
    _periods(plan.allocations, known.allocations)
    _periods(plan.decisions, known.decisions)
    for row in plan.decisions_made:
        assert row.reference not in known.decisions
        known.decisions[row.reference] = KnownDecision(
            row.reference, row.client, row.service, row.valid_from, row.valid_through
        )
    for made in plan.allocations_made:
        assert made.reference not in known.allocations
        assert made.decision in known.decisions
        known.allocations[made.reference] = KnownAllocation(
            made.reference, made.decision, made.organisation, made.valid_from, made.valid_through
        )


def _homes_and_clients(plan: Plan, known: Known) -> None:
    for renamed in plan.homes.renamed:
        was = known.clients[renamed.client].address
        for client in list(known.clients.values()):
            if client.reference == renamed.client or (was.key and client.address.key == was.key):
                known.clients[client.reference] = change(client, address=renamed.address)
        known.homes[key_of(renamed.address)] = known.homes.pop(was.key or "", "")
    for home in plan.homes.registered:
        if home.alone is None:
            assert key_of(home.address) not in known.homes
            known.homes[key_of(home.address)] = ""
    for item in plan.clients_registered:
        assert item.row.address.key is None or item.row.address.key in known.homes
        known.clients[item.row.reference] = picture_of(item.row)
    for changed in plan.clients_changed:
        before = known.clients[changed.row.reference]
        known.clients[changed.row.reference] = change(
            picture_of(changed.row), address=before.address, died=before.died
        )
    for move in plan.homes.moved:
        assert key_of(move.address) in known.homes
        known.clients[move.client] = change(known.clients[move.client], address=move.address)
    for address in plan.homes.sharing_proposed:
        known.homes[key_of(address)] = "proposed"
    for death in plan.deaths:
        known.clients[death.client] = change(known.clients[death.client], died=death.on)


def _periods(happened: Happened, known: dict[str, Period]) -> None:
    for gone in happened.superseded:
        known.pop(gone.reference)
    for changed in happened.changed:
        known[changed.reference] = change(
            known[changed.reference],
            valid_from=changed.valid_from,
            valid_through=changed.valid_through,
            ending="",
        )
    for ended in happened.ended:
        assert ended.valid_through >= known[ended.reference].valid_from
        known[ended.reference] = change(
            known[ended.reference],
            valid_through=ended.valid_through,
            ending="confirmed" if ended.confirmed else "unconfirmed",
        )
    for withdrawn in happened.withdrawn:
        known[withdrawn.reference] = change(known[withdrawn.reference], withdrawn=True)


def key_of(address: Address) -> str:
    assert address.key is not None
    return address.key


def picture_of(row: ClientRow) -> KnownClient:
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
