# SPDX-License-Identifier: EUPL-1.2
"""The plan of a night: items in the order in which acts carry them out in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Literal

import msgspec

from troskel.exchange.case_extract.homes import Homes
from troskel.exchange.case_extract.periods import PeriodChanges
from troskel.exchange.case_extract.rows import AllocationRow, ClientRow, DecisionRow, OrganisationRow
from troskel.exchange.case_extract.take_over import TakeOver


class ClientRegistered(msgspec.Struct, frozen=True, gc=False):
    """A new client; `own` is false for another municipality's."""

    row: ClientRow
    own: bool


class ClientChanged(msgspec.Struct, frozen=True, gc=False):
    """Changed details of a client; moves and deaths are separate items."""

    row: ClientRow
    own: bool
    fields: tuple[str, ...]


class DeathRecorded(msgspec.Struct, frozen=True, gc=False):
    """A day of death that is recorded, changed, or (None) revoked."""

    client: str
    on: date | None


class InvestigationStarted(msgspec.Struct, frozen=True, gc=False):
    """A decision that is being written: known, but without coverage yet."""

    reference: str
    client: str
    replaces: str


class EndingShare(msgspec.Struct, frozen=True, gc=False):
    """How many are ongoing on the day, and how many of these the night would end."""

    kind: Literal["clients", "decisions", "allocations"]
    ongoing: int
    ending: int


class NightPlan(msgspec.Struct):
    """All changes of a night. Carry them out from top to bottom; within a list, in any order."""

    day: date
    first_night: bool
    organisations_registered: list[OrganisationRow] = msgspec.field(default_factory=list)
    organisations_changed: list[OrganisationRow] = msgspec.field(default_factory=list)
    homes: Homes = msgspec.field(default_factory=Homes)
    clients_registered: list[ClientRegistered] = msgspec.field(default_factory=list)
    clients_changed: list[ClientChanged] = msgspec.field(default_factory=list)
    deaths: list[DeathRecorded] = msgspec.field(default_factory=list)
    investigations: list[InvestigationStarted] = msgspec.field(default_factory=list)
    decisions: PeriodChanges = msgspec.field(default_factory=PeriodChanges)
    decisions_made: list[DecisionRow] = msgspec.field(default_factory=list)
    allocations: PeriodChanges = msgspec.field(default_factory=PeriodChanges)
    allocations_made: list[AllocationRow] = msgspec.field(default_factory=list)
    taken_over: TakeOver = msgspec.field(default_factory=TakeOver)
    shares: list[EndingShare] = msgspec.field(default_factory=list)
    waiting: int = 0
    unchanged: int = 0

    def counts(self) -> dict[str, int]:
        """Returns the number of each kind of item, without zeros."""
        return {name: len(items) for name, items in self._items() if items}

    def is_empty(self) -> bool:
        """Has nothing changed since the night before?"""
        return not self.counts()

    def too_many_endings(self, limit: float = 0.05) -> list[EndingShare]:
        """Returns the kinds of which the night would end more than the share `limit`."""
        return [share for share in self.shares if share.ending > limit * share.ongoing]

    def _items(self) -> Iterator[tuple[str, list[object]]]:
        for name, value in msgspec.structs.asdict(self).items():
            if isinstance(value, Homes | PeriodChanges | TakeOver):
                for part, items in msgspec.structs.asdict(value).items():
                    if isinstance(items, list):
                        yield f"{name}_{part}", items
            elif isinstance(value, list) and name != "shares":
                yield name, value
