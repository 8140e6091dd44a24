# SPDX-License-Identifier: EUPL-1.2
"""The typed rows of a night's extract; `line` is the physical line of each, where the header is 1."""

from __future__ import annotations

from collections.abc import Container, Mapping
from datetime import date
from functools import cached_property
from typing import Literal

import msgspec

from troskel.exchange.case_extract.contract import Rejection
from troskel.people.addresses import HomeAddress, address_key, one_spelling
from troskel.people.identity import Identity

OrganisationKind = Literal["home_care", "alarm"]
Protection = Literal["", "S", "F"]
Service = Literal["home_care", "safety_alarm"]
Status = Literal["in_force", "being_written", "closed"]


class ExtractAddress(msgspec.Struct, frozen=True, dict=True):
    """A client's address, as the case system writes it."""

    street: str = ""
    postcode: str = ""
    town: str = ""
    apartment: str = ""

    @cached_property
    def key(self) -> str | None:
        """A key, equal for addresses of one home, whatever the spelling; None for a home shared with nobody."""
        return address_key(self.street, self.postcode, self.town, self.apartment)

    @property
    def in_one_spelling(self) -> HomeAddress:
        """The address in the spelling in which addresses are compared."""
        return one_spelling(self.street, self.postcode, self.town, self.apartment)

    def __repr__(self) -> str:
        return "ExtractAddress(hidden)"


class OrganisationRow(msgspec.Struct, frozen=True, gc=False):
    """A line of utforare.csv."""

    orgnr: str
    name: str
    email: str
    kind: OrganisationKind
    line: int = 0


class ClientRow(msgspec.Struct, frozen=True, gc=False):
    """A line of kunder.csv."""

    reference: str
    identity: Identity
    first_name: str
    last_name: str
    protection: Protection
    address: ExtractAddress
    home_municipality: str
    phone: str
    died: date | None
    line: int = 0

    def __repr__(self) -> str:
        return f"ClientRow({self.reference})"


class DecisionRow(msgspec.Struct, frozen=True, gc=False):
    """A line of beslut.csv, of one of the two services."""

    reference: str
    client: str
    investigation: str
    service: Service
    status: Status
    valid_from: date
    valid_through: date | None
    replaces: str
    reason: str
    line: int = 0
    assessor: str = ""


class AllocationRow(msgspec.Struct, frozen=True, gc=False):
    """A line of fordelning.csv, of a decision of one of the two services."""

    reference: str
    decision: str
    organisation: str
    valid_from: date
    valid_through: date | None
    line: int = 0
    area: str = ""


class LockRow(msgspec.Struct, frozen=True, gc=False):
    """A line of las.csv: a lock from before the take-over."""

    client: str
    door: str
    serial: str
    mounted: date | None
    line: int = 0


class KeyRow(msgspec.Struct, frozen=True, gc=False):
    """A line of nycklar.csv; the holder is an organisation's number, or "" for the client."""

    client: str
    door: str
    holder: str
    count: int
    line: int = 0


class TagRow(msgspec.Struct, frozen=True, gc=False):
    """A line of knappar.csv."""

    client: str
    tag: str
    handed_out: date | None
    line: int = 0


class MentionedIds(msgspec.Struct, frozen=True):
    """The ids on every line that was checked, valid or rejected: these are not absent."""

    organisations: set[str] = msgspec.field(default_factory=set)
    clients: set[str] = msgspec.field(default_factory=set)
    decisions: set[str] = msgspec.field(default_factory=set)
    allocations: set[str] = msgspec.field(default_factory=set)


class NightExtract(msgspec.Struct):
    """A night's extract. The last three are None when the optional file is missing.

    `lines`: how many lines of each file were checked. `odd_names`: file and line of names with characters that no name
    has.
    """

    organisations: dict[str, OrganisationRow] = msgspec.field(default_factory=dict)
    clients: dict[str, ClientRow] = msgspec.field(default_factory=dict)
    decisions: dict[str, DecisionRow] = msgspec.field(default_factory=dict)
    allocations: dict[str, AllocationRow] = msgspec.field(default_factory=dict)
    rejections: list[Rejection] = msgspec.field(default_factory=list)
    mentioned_ids: MentionedIds = msgspec.field(default_factory=MentionedIds)
    other_services: dict[str, int] = msgspec.field(default_factory=dict)
    ignored_allocations: int = 0
    lines: dict[str, int] = msgspec.field(default_factory=dict)
    odd_names: list[tuple[str, int]] = msgspec.field(default_factory=list)
    locks: list[LockRow] | None = None
    keys: list[KeyRow] | None = None
    tags: list[TagRow] | None = None
    tells_only_things: bool = False


def as_merged(night: NightExtract, merged: Mapping[str, str]) -> NightExtract:
    """Returns the extract as if the case system had merged the entries that were merged here.

    `merged`: their references, each with that of the client who remains. A row of theirs counts where it stands alone.
    """
    if not merged:
        return night
    clients = {ref: row for ref, row in night.clients.items() if ref not in merged}
    for reference, row in night.clients.items():
        if reference in merged:
            remaining = merged[reference]
            clients.setdefault(remaining, msgspec.structs.replace(row, reference=remaining))
    decisions = {
        reference: msgspec.structs.replace(row, client=merged[row.client]) if row.client in merged else row
        for reference, row in night.decisions.items()
    }
    mentioned = {merged.get(reference, reference) for reference in night.mentioned_ids.clients}
    mentioned_ids = msgspec.structs.replace(night.mentioned_ids, clients=mentioned)
    return msgspec.structs.replace(night, clients=clients, decisions=decisions, mentioned_ids=mentioned_ids)


class KnownAreas(msgspec.Struct, frozen=True):
    """The providers' areas, by `caseloads.area_key`.

    `there`: those of each provider, by its number. The others: what the case system named last, by allocation or
    client, and the provider's number.
    """

    there: Mapping[str, Container[str]] = msgspec.field(default_factory=dict)
    told_of_allocation: Mapping[tuple[str, str], str] = msgspec.field(default_factory=dict)
    told_of_client: Mapping[tuple[str, str], str] = msgspec.field(default_factory=dict)


class KnownIds(msgspec.Struct, frozen=True):
    """The ids that a line may refer to besides the valid ones of the extract."""

    organisations: frozenset[str] = frozenset()
    clients: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    areas: KnownAreas = KnownAreas()


NOTHING_KNOWN = KnownIds()
