# SPDX-License-Identifier: EUPL-1.2
"""The plan of a night: items in the order in which acts carry them out in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

import msgspec

from troskel.exchange.case_extract.homes import Homes
from troskel.exchange.case_extract.periods import PeriodChanges
from troskel.exchange.case_extract.rows import AllocationRow, ClientRow, DecisionRow, OrganisationRow
from troskel.exchange.case_extract.take_over import TakeOver
from troskel.exchange.case_extract.to_decide import ToDecide


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
    row: DecisionRow


class AssessorNamed(msgspec.Struct, frozen=True, gc=False):
    """A client's assessor by username, whom the case system calls `named`."""

    client: str
    assessor: str
    named: str
    row: DecisionRow


class MassChange(msgspec.Struct, frozen=True, gc=False):
    """How many the night would end or change, of how many there are on the day. `kind`: as in `stopping.TEXTS`."""

    kind: str
    known: int
    changed: int

    def is_too_much(self, limit: float) -> bool:
        """Is it more than the share `limit`, and not only a few: at least 10, or more than half?"""
        is_most = self.changed * 2 > self.known and self.kind not in OFTEN_CORRECTED
        is_many = self.changed >= 10 or is_most
        return is_many and self.changed > limit * self.known


OFTEN_CORRECTED = ("numbers", "protections", "municipalities")
"""What is corrected for one client at a time: only many at once are a mistake."""


class NightPlan(msgspec.Struct):
    """All changes of a night. Carry them out from top to bottom; within a list, in any order.

    `refused_ahead`: by file, how many of its lines an act is going to refuse.
    """

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
    assessors_named: list[AssessorNamed] = msgspec.field(default_factory=list)
    areas_named: list[AllocationRow] = msgspec.field(default_factory=list)
    taken_over: TakeOver = msgspec.field(default_factory=TakeOver)
    to_decide: list[ToDecide] = msgspec.field(default_factory=list)
    mass_changes: list[MassChange] = msgspec.field(default_factory=list)
    waiting: int = 0
    refused_ahead: Counter[str] = msgspec.field(default_factory=Counter)
    unchanged: int = 0

    def counts(self) -> dict[str, int]:
        """Returns the number of each kind of item, without zeros."""
        return {name: len(items) for name, items in self._items() if items}

    def is_empty(self) -> bool:
        """Has nothing changed since the night before?"""
        return not self.counts()

    def _items(self) -> Iterator[tuple[str, list[object]]]:
        for name, value in msgspec.structs.asdict(self).items():
            if isinstance(value, Homes | PeriodChanges | TakeOver):
                for part, items in msgspec.structs.asdict(value).items():
                    if isinstance(items, list) and part != "unsure":
                        yield f"{name}_{part}", items
            elif isinstance(value, list) and name not in ("mass_changes", "to_decide"):
                yield name, value
