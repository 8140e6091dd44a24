# SPDX-License-Identifier: EUPL-1.2
"""Who lives where after the night: homes to register, addresses only completed, moves, shared homes.

An address that is told where none was known, or an apartment number added or left out, is the same home with
a better or worse address (renamed), as long as everyone who lives there gets it. Anything else is a move.
An address that is emptied moves nobody: nothing is told of a new home.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import msgspec

from troskel.exchange.case_extract.known import Known, KnownClient
from troskel.exchange.case_extract.rows import Address, ClientRow, Night


class HomeRegistered(msgspec.Struct, frozen=True, gc=False):
    """A home that was not known. Without an address it is `alone`: this client's, shared with nobody."""

    address: Address
    alone: str | None = None


class HomeRenamed(msgspec.Struct, frozen=True, gc=False):
    """The home where this client lives has another address than was known; nobody moves."""

    client: str
    address: Address


class Moved(msgspec.Struct, frozen=True, gc=False):
    """A client has moved to another home."""

    client: str
    address: Address
    on: date


class Homes(msgspec.Struct):
    """What a night does to homes, in order: rename, register, (then clients), move, propose."""

    renamed: list[HomeRenamed] = msgspec.field(default_factory=list)
    registered: list[HomeRegistered] = msgspec.field(default_factory=list)
    moved: list[Moved] = msgspec.field(default_factory=list)
    sharing_proposed: list[Address] = msgspec.field(default_factory=list)


def plan_homes(night: Night, known: Known, day: date) -> Homes:
    """The homes of all good client lines."""
    homes = Homes()
    movers = [
        row for row in night.clients.values() if _lives_elsewhere(row, known.clients.get(row.reference))
    ]
    newcomers = [row for row in night.clients.values() if row.reference not in known.clients]
    if not movers and not newcomers:
        return homes
    residents = _residents(known)
    keys: set[str | None] = set(known.homes)
    renamed: set[str] = set()
    for row in movers:
        was = known.clients[row.reference].address
        if row.reference in renamed:
            continue
        household = residents[was.key] if was.key is not None else {row.reference}
        if (
            row.address.key not in keys
            and _same_home(was, row.address)
            and _all_get(row.address, household, night)
        ):
            homes.renamed.append(HomeRenamed(row.reference, row.address))
            renamed |= household
            keys = (keys - {was.key}) | {row.address.key}
        else:
            homes.moved.append(Moved(row.reference, row.address, day))
    _register(homes, newcomers, keys)
    touched = (
        [m.address for m in homes.moved] + [r.address for r in homes.renamed] + [n.address for n in newcomers]
    )
    _propose_sharing(homes, touched, night, known)
    return homes


def _lives_elsewhere(row: ClientRow, known: KnownClient | None) -> bool:
    """Has a living, known client another home than before?"""
    if known is None or row.address == known.address or row.died or known.died:
        return False
    return row.address.key is not None and row.address.key != known.address.key


def _same_home(was: Address, now: Address) -> bool:
    if was.key is None:
        return True
    return was.without_apartment == now.without_apartment and not (was.apartment and now.apartment)


def _all_get(address: Address, household: set[str], night: Night) -> bool:
    rows = [night.clients.get(reference) for reference in household]
    return all(row is not None and row.address.key == address.key for row in rows)


def _residents(known: Known) -> defaultdict[str, set[str]]:
    residents: defaultdict[str, set[str]] = defaultdict(set)
    for client in known.clients.values():
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


def _propose_sharing(homes: Homes, touched: list[Address], night: Night, known: Known) -> None:
    """Two living clients at an address without apartment: a person confirms whether they share it."""
    asked = {a.key: a for a in touched if a.key and not a.apartment and not known.homes.get(a.key)}
    if not asked:
        return
    living: Counter[str | None] = Counter()
    for row in night.clients.values():
        before = known.clients.get(row.reference)
        address = (
            before.address if before and (row.address.key is None or before.died or row.died) else row.address
        )
        living[address.key] += row.died is None
    for client in known.clients.values():
        living[client.address.key] += client.reference not in night.clients and client.died is None
    homes.sharing_proposed.extend(address for key, address in asked.items() if living[key] > 1)
