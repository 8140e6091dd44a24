# SPDX-License-Identifier: EUPL-1.2
"""Plans where clients live after the night: homes to register, completed addresses, moves, shared homes.

When an address is added, an apartment number added or left out, or a postcode or a town changed, the home is the same
with another address (renamed), if everyone who lives there gets it. Where it may be the same home (`people.addresses`),
nobody moves until a person has said so. Any other difference is a move. An address that is emptied moves nobody: the
extract names no new home.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import msgspec

from troskel.exchange.case_extract.known_records import KnownClient, KnownState
from troskel.exchange.case_extract.rows import ClientRow, ExtractAddress, NightExtract
from troskel.people.addresses import Sameness, sameness


class HomeRegistered(msgspec.Struct, frozen=True, gc=False):
    """A new home. Without an address, `alone` is the client who has it, shared with nobody."""

    address: ExtractAddress
    alone: str | None = None


class HomeRenamed(msgspec.Struct, frozen=True, gc=False):
    """The home of this client has a different address than before; nobody moves."""

    client: str
    address: ExtractAddress


class ClientMoved(msgspec.Struct, frozen=True, gc=False):
    """A client has moved to another home."""

    client: str
    address: ExtractAddress
    on: date


class Homes(msgspec.Struct, frozen=True):
    """The changes of homes, in order: rename, register, (then clients), move, propose. `unsure`: left to a person."""

    renamed: list[HomeRenamed] = msgspec.field(default_factory=list)
    registered: list[HomeRegistered] = msgspec.field(default_factory=list)
    moved: list[ClientMoved] = msgspec.field(default_factory=list)
    sharing_proposed: list[ExtractAddress] = msgspec.field(default_factory=list)
    unsure: list[ClientRow] = msgspec.field(default_factory=list)


def plan_homes(night: NightExtract, state: KnownState, day: date) -> Homes:
    """Returns the changes of homes that all valid client lines require."""
    homes = Homes()
    movers = [
        row for row in night.clients.values() if _lives_elsewhere(row, state.clients.get(row.reference))
    ]
    newcomers = [row for row in night.clients.values() if row.reference not in state.clients]
    residents = _residents(state) if movers else {}
    keys: set[str | None] = set(state.homes)
    renamed: set[str] = set()
    for row in movers:
        old_address = state.clients[row.reference].address
        if row.reference in renamed:
            continue
        old, new = old_address.in_one_spelling, row.address.in_one_spelling
        household = residents[old_address.key] if old_address.key is not None else {row.reference}
        same = sameness(old, new)
        can_be_renamed = row.address.key not in keys and _all_get(row.address, household, night)
        if same is Sameness.SAME and can_be_renamed:
            homes.renamed.append(HomeRenamed(row.reference, row.address))
            renamed |= household
            keys = (keys - {old_address.key}) | {row.address.key}
        elif same is Sameness.OTHER or (same is Sameness.SAME and old.apartment != new.apartment):
            homes.moved.append(ClientMoved(row.reference, row.address, day))
        else:
            homes.unsure.append(row)
    _register(homes, newcomers, keys)
    _propose_sharing(homes, night, state)
    return homes


def _lives_elsewhere(row: ClientRow, before: KnownClient | None) -> bool:
    """Does a living, known client have a different home than before?"""
    if before is None or row.address == before.address or row.died or before.died:
        return False
    return row.address.key is not None and row.address.key != before.address.key


def _all_get(address: ExtractAddress, household: set[str], night: NightExtract) -> bool:
    rows = [night.clients.get(reference) for reference in household]
    return all(row is not None and row.address.key == address.key for row in rows)


def _residents(state: KnownState) -> defaultdict[str, set[str]]:
    residents: defaultdict[str, set[str]] = defaultdict(set)
    for client in state.clients.values():
        if client.died is None and (key := client.address.key):
            residents[key].add(client.reference)
    return residents


def _register(homes: Homes, newcomers: list[ClientRow], keys: set[str | None]) -> None:
    for row in newcomers:
        if row.address.key is None:
            homes.registered.append(HomeRegistered(row.address, alone=row.reference))
    for address in [row.address for row in newcomers] + [move.address for move in homes.moved]:
        if address.key is not None and address.key not in keys:
            keys.add(address.key)
            homes.registered.append(HomeRegistered(address))


def _propose_sharing(homes: Homes, night: NightExtract, state: KnownState) -> None:
    """Proposes a shared home for two living clients at an address without apartment; a person confirms it.

    Of all clients, whoever is new: a night that was broken off had registered some of them already.
    """
    unsure = {row.reference for row in homes.unsure}
    living: Counter[str | None] = Counter()
    addresses: dict[str | None, ExtractAddress] = {}
    for row in night.clients.values():
        before = state.clients.get(row.reference)
        stays = before and (row.address.key is None or before.died or row.died or row.reference in unsure)
        address = before.address if before and stays else row.address
        living[address.key] += row.died is None
        addresses.setdefault(address.key, address)
    for client in state.clients.values():
        living[client.address.key] += client.reference not in night.clients and client.died is None
    homes.sharing_proposed.extend(
        address
        for key, address in addresses.items()
        if key and living[key] > 1 and not state.homes.get(key) and not address.in_one_spelling.apartment
    )
