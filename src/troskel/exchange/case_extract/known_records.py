# SPDX-License-Identifier: EUPL-1.2
"""The state before the night, as plain records keyed by the case system's ids."""

from __future__ import annotations

from datetime import date
from typing import Literal

import msgspec

from troskel.exchange.case_extract.rows import ExtractAddress, KnownAreas, KnownIds, Protection, Service
from troskel.people.caseloads import area_key

Ending = Literal["", "confirmed", "unconfirmed"]
Sharing = Literal["", "proposed", "confirmed", "refuted"]


class KnownOrganisation(msgspec.Struct, frozen=True, gc=False):
    """An organisation of any origin; only providers and alarm organisations are compared."""

    orgnr: str
    name: str
    email: str
    kind: str
    closed: date | None = None


class KnownClient(msgspec.Struct, frozen=True, gc=False):
    """A client's current values."""

    reference: str
    number12: str
    first_name: str
    last_name: str
    protection: Protection
    address: ExtractAddress
    home_municipality: str
    phone: str
    died: date | None = None
    assessor_told: str = ""

    def __repr__(self) -> str:
        return f"KnownClient({self.reference})"


class KnownDecision(msgspec.Struct, frozen=True, gc=False):
    """A decision, ongoing or not."""

    reference: str
    client: str
    service: Service
    valid_from: date
    valid_through: date | None
    ending: Ending = ""
    withdrawn: bool = False


class KnownAllocation(msgspec.Struct, frozen=True, gc=False):
    """An allocation, ongoing or not."""

    reference: str
    decision: str
    organisation: str
    valid_from: date
    valid_through: date | None
    ending: Ending = ""
    withdrawn: bool = False
    area_told: str = ""


class KnownState(msgspec.Struct):
    """The whole state. `homes`: the sharing of each home with an address, by `ExtractAddress.key`, occupied or not.

    `merged`: references of entries that were merged here, each with the reference of the client who remains.
    `assessors`: the username of each assessor by what the case system may call the person (`assessors.names_of`).
    `areas`: the areas of each provider, by its number (`areas.by_provider`).
    """

    municipality: str
    organisations: dict[str, KnownOrganisation] = msgspec.field(default_factory=dict)
    homes: dict[str, Sharing] = msgspec.field(default_factory=dict)
    clients: dict[str, KnownClient] = msgspec.field(default_factory=dict)
    investigations: set[str] = msgspec.field(default_factory=set)
    decisions: dict[str, KnownDecision] = msgspec.field(default_factory=dict)
    allocations: dict[str, KnownAllocation] = msgspec.field(default_factory=dict)
    merged: dict[str, str] = msgspec.field(default_factory=dict)
    assessors: dict[str, str] = msgspec.field(default_factory=dict)
    areas: dict[str, set[str]] = msgspec.field(default_factory=dict)

    def ids(self) -> KnownIds:
        """Returns the ids that a line of the night may refer to."""
        return KnownIds(
            frozenset(self.organisations),
            frozenset({*self.clients, *self.merged}),
            frozenset(self.decisions),
            self._known_areas(),
        )

    def _known_areas(self) -> KnownAreas:
        """Of a client's allocations to one provider, the one that begins last counts."""
        of_allocation, of_client = {}, {}
        for row in self.allocations.values():
            if row.area_told and not row.withdrawn:
                key = area_key(row.area_told)
                of_allocation[row.reference, row.organisation] = key
                if decision := self.decisions.get(row.decision):
                    of_client[decision.client, row.organisation] = key
        return KnownAreas(self.areas, of_allocation, of_client)
