# SPDX-License-Identifier: EUPL-1.2
"""What the engine returns: duties and notices that open, change and close, and e-mails to send."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from troskel.routine.facts import HomeFacts


class OpenDuty(msgspec.Struct, omit_defaults=True, kw_only=True):
    """Something that a paragraph asks and that is not done.

    `opened_line`: None where the calendar opened it. `since`: the instant it opened.
    `also_role`: may do it too from `also_from`. `person`: the account that is named in the organisation.
    `passed`: the day it passed to the present owner. `escalated`: set on the day `escalate_on`, if it is still open.
    """

    id: UUID
    kind: str
    paragraph: str
    ask: str
    version: str
    home: UUID
    role: str
    opened: date
    since: datetime
    organisation: UUID | None = None
    client: UUID | None = None
    door: UUID | None = None
    about: dict[str, Any] = {}
    opened_line: int | None = None
    due: date | None = None
    also_role: str | None = None
    also_organisation: UUID | None = None
    also_from: date | None = None
    person: UUID | None = None
    passed: date | None = None
    escalate_on: date | None = None
    escalated: date | None = None


class PlannedDuty(msgspec.Struct, omit_defaults=True, kw_only=True):
    """What a paragraph will ask on a later day. The version of the routine in force on that day decides.

    `opens`: None while what it is counted from has no day. `since`: the instant it was planned.
    """

    paragraph: str
    ask: str
    home: UUID
    since: datetime
    client: UUID | None = None
    door: UUID | None = None
    organisation: UUID | None = None
    about: dict[str, Any] = {}
    opens: date | None = None


class ClosedDuty(msgspec.Struct, frozen=True):
    """How a duty ended: `done` or `moot`, the day, and the line that ended it (None: the calendar)."""

    duty: OpenDuty
    state: str
    day: date
    line: int | None


class Email(msgspec.Struct, frozen=True, kw_only=True):
    """An automatic e-mail (S1, S3) to roles, about ids. `key` is the same at every replay."""

    key: str
    paragraph: str
    ask: str
    version: str
    to: tuple[tuple[str, UUID | None], ...]
    home: UUID
    client: UUID | None
    door: UUID | None
    about: dict[str, Any]


class ClientSnapshot(msgspec.Struct, omit_defaults=True):
    """A client's state when the engine last looked; derived events are the differences.

    `silences`: to which provider it has been told that nobody comes, after how many days, and the day they were over.
    """

    covered: list[tuple[str, UUID]] = []
    providers: list[UUID] = []
    endings: list[str] = []
    provider_changes: list[tuple[str, UUID, UUID, date, date]] = []
    left: bool = False
    months: list[tuple[str, UUID]] = []
    silences: list[tuple[UUID, int, date]] = []


class HomeSnapshot(msgspec.Struct, omit_defaults=True):
    """The engine's state of a home: a cache that replay rebuilds.

    `wake`: the next day on which the calendar alone may change something.
    """

    facts: HomeFacts
    open: list[OpenDuty] = []
    wake: date | None = None
    seen: dict[UUID, ClientSnapshot] = {}
    planned: list[PlannedDuty] = []

    def stored(self) -> str:
        """The state as it is stored."""
        return msgspec.json.encode(self).decode()


_STATES = msgspec.json.Decoder(HomeSnapshot)


def home_snapshot(stored: str) -> HomeSnapshot:
    """The state that is stored so."""
    return _STATES.decode(stored)


class RoutineEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A journal event, or one derived from it or from the calendar."""

    name: str
    home: UUID
    day: date
    occurred: date
    since: datetime
    line: int | None = None
    client: UUID | None = None
    organisation: UUID | None = None
    door: UUID | None = None
    about: dict[str, Any] = {}


class Effects(msgspec.Struct):
    """All that follows from a line.

    `identities`: what each opened duty is of, in the same order; `email_lines`: the line of each e-mail. Both are
    what ids and keys are made of, so that lines may be numbered later.
    `touched`: homes whose state changed. `wake_all`: wake every home of the municipality by this day (a new version).
    """

    opened: list[OpenDuty] = []
    identities: list[tuple[object, ...]] = []
    closed: list[ClosedDuty] = []
    changed: list[OpenDuty] = []
    emails: list[Email] = []
    email_lines: list[int | None] = []
    events: list[RoutineEvent] = []
    touched: set[UUID] = msgspec.field(default_factory=set)
    wake_all: date | None = None


def derived_id(instant: datetime, *parts: object) -> UUID:
    """The UUIDv7 of these parts: a replay gives the same duty the same id."""
    named = "\x1f".join(str(part) for part in parts)
    value = int(instant.timestamp() * 1000) << 80
    value |= int.from_bytes(hashlib.sha256(named.encode()).digest()[:10], "big")
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    value = (value & ~(0x3 << 62)) | (0x2 << 62)
    return UUID(int=value)
