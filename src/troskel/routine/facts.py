# SPDX-License-Identifier: EUPL-1.2
"""The facts of a home: its clients, their care, its doors and what is at them. Ids and days, no personal data."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec

HOME_CARE = "home_care"
ALARM = "safety_alarm"
WAYS = ("oral", "written")


class InvestigationFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """An investigation, the decision that it follows up (if it names one), and the day it was finished."""

    replaces: UUID | None = None
    finished: date | None = None


class DecisionFacts(msgspec.Struct, omit_defaults=True):
    """A granted service. `confirmed`: somebody has said that it ends on its last day.

    `of_new`: it was made for a new client, so that A4 asks for its first allocation.
    """

    service: str
    begins: date
    through: date | None = None
    ended: bool = False
    confirmed: bool = False
    of_new: bool = False


class AllocationFacts(msgspec.Struct, omit_defaults=True):
    """A decision given to an organisation to carry out. `made`: when it became known, and `line`: by which line."""

    decision: UUID
    service: str
    organisation: UUID
    begins: date
    through: date | None = None
    confirmed: bool = False
    made: datetime | None = None
    line: int = 0


class LinkFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """An open link between a client and a lock."""

    lock: UUID
    door: UUID
    since: date


class AbsenceFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """The client is in hospital or away from `begins` `through` a day, both included; None: no end is known."""

    begins: date
    through: date | None = None


class ElsewhereFacts(msgspec.Struct, frozen=True, omit_defaults=True):
    """A time, over now, in which the client was another municipality's. Without `since`: from the beginning."""

    through: date
    since: date | None = None


class ClientFacts(msgspec.Struct, omit_defaults=True):
    """A client in this home.

    `stay`: first day of the current or latest care. `settling`: the first night is still being imported.
    `moving_to`: the home of a planned move; there the client is `coming`, from `moved_in` on.
    `unwanted`: the assessor has confirmed that the client wants no lock at the door (rule 1 then needs none for them).
    `told`: the day an ending became known. `to_be_told`: about the lock, from the beginning (A1-A3).
    `absences`: planned and begun; they may overlap.
    `visits`: the latest days with a visit, by whomever, and how many that day.
    `elsewhere_since`: the day an own client became another municipality's, the last time; `elsewhere`: those times that
    are over.
    """

    client: UUID
    own: bool = True
    take_over: date | None = None
    settling: bool = False
    died: date | None = None
    moved_in: date | None = None
    moved_out: date | None = None
    moved_to: UUID | None = None
    moving_to: UUID | None = None
    coming: bool = False
    told: date | None = None
    stay: date | None = None
    informed: list[str] = []
    keys_told: list[str] = []
    understood: bool = False
    refused: bool = False
    unwanted: bool = False
    way_in_decided: bool = False
    to_be_told: bool = True
    absences: list[AbsenceFacts] = []
    decisions: dict[UUID, DecisionFacts] = {}
    allocations: dict[UUID, AllocationFacts] = {}
    first_visits: dict[UUID, date] = {}
    visits: dict[date, int] = {}
    elsewhere_since: date | None = None
    elsewhere: list[ElsewhereFacts] = []
    investigations: dict[UUID, InvestigationFacts] = {}
    tags: dict[UUID, UUID] = {}
    links: dict[UUID, LinkFacts] = {}

    @property
    def told_about_keys(self) -> bool:
        """Told both orally and in writing which keys to leave (A2)?"""
        return set(self.keys_told) >= set(WAYS)


class OrderFacts(msgspec.Struct, omit_defaults=True):
    """An open order: to mount, mend or take down a lock."""

    kind: str
    client: UUID
    organisation: UUID | None = None
    locksmith: UUID | None = None
    number: int | str | None = None
    presence: str = "none"
    state: str = "ordered"
    booked: date | None = None


class KeyFacts(msgspec.Struct, omit_defaults=True):
    """A key that an organisation holds, the client who left it, and the day it was received."""

    organisation: UUID
    client: UUID
    since: date | None = None


class DoorFacts(msgspec.Struct, omit_defaults=True):
    """A door and what is at it. A door that serves several homes stands in the facts of each of them.

    `since`: the day a lock was mounted; `replaced`: the day a repair put another lock in its place.
    """

    door: UUID
    kind: str = "apartment"
    homes: list[UUID] = []
    lock: UUID | None = None
    since: date | None = None
    fault: str = ""
    consent: bool = False
    cannot_be_fitted: bool = False
    orders: dict[UUID, OrderFacts] = {}
    keys: dict[UUID, KeyFacts] = {}
    replaced: date | None = None


class HomeFacts(msgspec.Struct, omit_defaults=True):
    """All facts of one home, folded from the journal alone.

    `closed`: organisations that close, each with the first day on which nothing more is asked of it. An organisation's
    own premises are a home without clients: there it is asked what a person had who left.
    """

    home: UUID
    clients: dict[UUID, ClientFacts] = {}
    doors: dict[UUID, DoorFacts] = {}
    shared: bool | None = None
    unknown: bool = False
    closed: dict[UUID, date] = {}
