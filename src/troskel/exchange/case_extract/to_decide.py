# SPDX-License-Identifier: EUPL-1.2
"""What a person has to decide about a line that is used: the extract can't tell, and nothing is asked for before."""

from __future__ import annotations

import msgspec

from troskel.exchange.case_extract.contract import Rejection
from troskel.exchange.case_extract.homes import Homes
from troskel.exchange.case_extract.known_records import KnownState
from troskel.exchange.case_extract.mapping import Mapping
from troskel.exchange.case_extract.rows import ClientRow, NightExtract


class ToDecide(msgspec.Struct, frozen=True, gc=False):
    """A client's line, the contract's column, its value, and what there is to decide."""

    row: ClientRow
    column: str
    value: str
    reason: str


def told(item: ToDecide, case_system: Mapping) -> Rejection:
    """Returns it as it is told among the night's lines."""
    column = case_system.columns["kunder"][item.column]
    return Rejection(case_system.files["kunder"], item.row.line, column, item.value, item.reason)


def same_numbers(night: NightExtract, state: KnownState) -> list[ToDecide]:
    """Returns the lines of clients with the identity number of another client: is it one person?"""
    lines: dict[str, int | None] = {
        client.number12: None
        for client in state.clients.values()
        if client.number12 and client.reference not in night.clients
    }
    told = []
    for row in night.clients.values():
        number = row.identity.number12
        if number in lines:
            line = lines[number]
            other = "another client" if line is None else f"the client of line {line}"
            reason = (
                f"the same identity number as {other}: merge them if it is one person, or correct the number"
            )
            told.append(ToDecide(row, "personnummer", number, reason))
        lines.setdefault(number, row.line)
    return told


def unsure_homes(homes: Homes) -> list[ToDecide]:
    """Returns the lines whose address may be the same home: nobody moves before a person has said so."""
    reason = "perhaps the same home, spelt otherwise: correct the address here if it is, or write in the move"
    return [ToDecide(row, "adress", row.address.street, reason) for row in homes.unsure]
