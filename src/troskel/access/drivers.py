# SPDX-License-Identifier: EUPL-1.2
"""The port to locks. A driver must pass `tests/access/test_drivers.py`.

A driver is never called inside an act's transaction: it may wait for a lock for seconds.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from troskel.access.rules import LockOutcome


class LockAt(msgspec.Struct, frozen=True):
    """The lock that a driver addresses."""

    municipality: str
    serial: str


class Grant(msgspec.Struct, frozen=True):
    """A right to open once: lock, door, account, and period (UTC, both ends included)."""

    id: UUID
    municipality: str
    serial: str
    door: UUID
    account: UUID
    not_before: datetime
    not_after: datetime


class LockAnswer(msgspec.Struct, frozen=True):
    """A lock's answer. `code`: why it refused; `battery` in per cent, `clock`: the lock's time, where reported."""

    outcome: LockOutcome
    code: str = ""
    battery: int | None = None
    clock: datetime | None = None


class LockState(msgspec.Struct, frozen=True):
    """A lock's state."""

    unlocked: bool
    battery: int | None = None
    clock: datetime | None = None


class LockDriver(Protocol):
    """Operates locks. It never raises for lock or network errors: the answer is `unknown` at worst."""

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        """Returns opened, refused with a code, jammed, no_answer or unknown.

        A lock turns once per grant and then refuses it as `spent`. `no_answer`: the lock was not reached and has not
        turned; where the request may have reached it, the outcome is `unknown`.
        """
        ...

    def lock(self, lock: LockAt) -> LockAnswer:
        """Lock the door: locked, jammed, no_answer or unknown."""
        ...

    def state(self, lock: LockAt) -> LockState | None:
        """Returns the lock's state; None where it does not answer."""
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
"""Why a lock refuses. `no_lock`: no lock can be reached from this system."""


def refusal_code(grant: Grant, lock: LockAt, door: UUID | None, account: UUID, now: datetime) -> str:
    """Returns why a lock refuses the grant, or "" if it may turn. Spent grants are remembered by the lock itself."""
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
    """For installations where no lock is reachable: the phone opens by itself, or only tags and keys are used."""

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        """Always refused with `no_lock`."""
        return LockAnswer(LockOutcome.REFUSED, NO_LOCK)

    def lock(self, lock: LockAt) -> LockAnswer:
        """Always refused with `no_lock`."""
        return LockAnswer(LockOutcome.REFUSED, NO_LOCK)

    def state(self, lock: LockAt) -> LockState | None:
        """Always None."""
        return None
