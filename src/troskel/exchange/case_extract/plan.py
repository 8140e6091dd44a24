# SPDX-License-Identifier: EUPL-1.2
"""What a night calls for: items in the order that acts carry them out in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec

from troskel.exchange.case_extract.homes import Homes
from troskel.exchange.case_extract.periods import Happened
from troskel.exchange.case_extract.rows import AllocationRow, ClientRow, DecisionRow, OrganisationRow
from troskel.exchange.case_extract.taking_over import TakenOver


class ClientRegistered(msgspec.Struct, frozen=True, gc=False):
    """A client who was not known; `own` is false for another municipality's."""

    row: ClientRow
    own: bool


class ClientChanged(msgspec.Struct, frozen=True, gc=False):
    """Details of a client that are others than before; moves and deaths are items of their own."""

    row: ClientRow
    own: bool
    fields: tuple[str, ...]


class Died(msgspec.Struct, frozen=True, gc=False):
    """A day of death that is told, changed, or (None) taken back."""

    client: str
    on: date | None


class InvestigationStarted(msgspec.Struct, frozen=True, gc=False):
    """A decision that is being written: known, not covered yet."""

    reference: str
    client: str
    replaces: str


class Share(msgspec.Struct, frozen=True, gc=False):
    """Of so many ongoing on the day, the night would end so many."""

    kind: Literal["clients", "decisions", "allocations"]
    ongoing: int
    ending: int


class Plan(msgspec.Struct):
    """Everything the night calls for. Carry it out from top to bottom; within a list, any order."""

    day: date
    first_night: bool
    organisations_registered: list[OrganisationRow] = msgspec.field(default_factory=list)
    organisations_changed: list[OrganisationRow] = msgspec.field(default_factory=list)
    homes: Homes = msgspec.field(default_factory=Homes)
    clients_registered: list[ClientRegistered] = msgspec.field(default_factory=list)
    clients_changed: list[ClientChanged] = msgspec.field(default_factory=list)
    deaths: list[Died] = msgspec.field(default_factory=list)
    investigations: list[InvestigationStarted] = msgspec.field(default_factory=list)
    decisions: Happened = msgspec.field(default_factory=Happened)
    decisions_made: list[DecisionRow] = msgspec.field(default_factory=list)
    allocations: Happened = msgspec.field(default_factory=Happened)
    allocations_made: list[AllocationRow] = msgspec.field(default_factory=list)
    taken_over: TakenOver = msgspec.field(default_factory=TakenOver)
    shares: list[Share] = msgspec.field(default_factory=list)
    waiting: int = 0
    unchanged: int = 0

    def counts(self) -> dict[str, int]:
        """How many of each item; only those there are any of. Nothing to do: empty."""
        return {name: len(items) for name, items in self._items() if items}

    def is_empty(self) -> bool:
        """Has nothing happened since the night before?"""
        return not self.counts()

    def too_many_endings(self, most: float = 0.05) -> list[Share]:
        """The kinds of which the night would end more than this share: stop before anything changes."""
        return [share for share in self.shares if share.ending > most * share.ongoing]

    def _items(self) -> Iterator[tuple[str, list[object]]]:
        for name, value in msgspec.structs.asdict(self).items():
            if isinstance(value, Homes | Happened | TakenOver):
                for part, items in msgspec.structs.asdict(value).items():
                    if isinstance(items, list):
                        yield f"{name}_{part}", items
            elif isinstance(value, list) and name != "shares":
                yield name, value
