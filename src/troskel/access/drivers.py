# SPDX-License-Identifier: EUPL-1.2
"""The port that locks stand behind. A driver must pass `tests/access/test_drivers.py`.

A driver is never called inside an act's transaction: it may wait for a lock for seconds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from troskel.access.rules import Outcome


class LockAt(msgspec.Struct, frozen=True):
    """The device that is spoken to, wherever it may be."""

    municipality: str
    serial: str


class Grant(msgspec.Struct, frozen=True):
    """The right to open once: which lock, at which door, who, from when to when (UTC, both included)."""

    id: UUID
    municipality: str
    serial: str
    door: UUID
    account: UUID
    not_before: datetime
    not_after: datetime


class Said(msgspec.Struct, frozen=True):
    """What came back. `code` says why a lock refused; battery in per cent and the lock's own clock, where it tells."""

    outcome: Outcome
    code: str = ""
    battery: int | None = None
    clock: datetime | None = None


class LockState(msgspec.Struct, frozen=True):
    """How a lock stands."""

    unlocked: bool
    battery: int | None = None
    clock: datetime | None = None


class LockDriver(Protocol):
    """Speaks to locks. It never raises for what a lock or a network does: it answers, with `unknown` at worst."""

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> Said:
        """Show the grant to the lock, as this account: opened, refused with a code, jammed, no_answer or unknown.

        A lock turns once on a grant, and refuses it as `spent` afterwards. `no_answer`: it was not reached, and has
        not turned; after a question that may have been heard it is `unknown`.
        """
        ...

    def lock(self, lock: LockAt) -> Said:
        """Turn the bolt out: locked, jammed, no_answer or unknown."""
        ...

    def state(self, lock: LockAt) -> LockState | None:
        """How the lock stands; None where it does not answer."""
        ...


WRONG_LOCK, WRONG_DOOR, WRONG_PERSON, TOO_EARLY, TOO_LATE, SPENT, NO_LOCK = (
    "wrong_lock",
    "wrong_door",
    "wrong_person",
    "too_early",
    "too_late",
    "spent",
    "no_lock",
)
"""Why a lock refuses. `no_lock`: none can be spoken to from here."""


def why_not(grant: Grant, lock: LockAt, door: UUID | None, account: UUID, now: datetime) -> str:
    """What a lock finds wrong with a grant; empty where it may turn. Whether it is spent, the lock remembers."""
    if (grant.municipality, grant.serial) != (lock.municipality, lock.serial):
        return WRONG_LOCK
    if grant.door != door:
        return WRONG_DOOR
    if grant.account != account:
        return WRONG_PERSON
    if now < grant.not_before:
        return TOO_EARLY
    return TOO_LATE if now > grant.not_after else ""


class NoLocks:
    """Where no lock can be spoken to from here: the phone opens by itself, or there are tags and keys alone."""

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> Said:
        """Refused: there is none."""
        return Said(Outcome.REFUSED, NO_LOCK)

    def lock(self, lock: LockAt) -> Said:
        """Refused: there is none."""
        return Said(Outcome.REFUSED, NO_LOCK)

    def state(self, lock: LockAt) -> LockState | None:
        """Not known."""
        return None
