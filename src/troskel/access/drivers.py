# SPDX-License-Identifier: EUPL-1.2
"""The port to locks: what a driver can be asked. Each must pass the suite of `access/locks/conformance.py`.

A driver is never called inside an act's transaction: it may wait for a lock for seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
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


class CommandResult(StrEnum):
    """What a command came to. REFUSED: the lock has not turned. UNKNOWN: it may have, and the door may be open."""

    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"


_RESULTS = {
    LockOutcome.OPENED: CommandResult.DONE,
    LockOutcome.LOCKED: CommandResult.DONE,
    LockOutcome.REFUSED: CommandResult.REFUSED,
    LockOutcome.NO_ANSWER: CommandResult.REFUSED,
    LockOutcome.JAMMED: CommandResult.UNKNOWN,  # it stands where it got stuck
    LockOutcome.UNKNOWN: CommandResult.UNKNOWN,
}


class LockAnswer(msgspec.Struct, frozen=True):
    """A lock's answer. `code`: why it refused; `battery` in per cent, `clock`: the lock's time, where reported."""

    outcome: LockOutcome
    code: str = ""
    battery: int | None = None
    clock: datetime | None = None

    @property
    def result(self) -> CommandResult:
        """Done, refused or unknown: the outcome says why."""
        return _RESULTS[self.outcome]


class BoltPosition(StrEnum):
    """Where the bolt is. UNKNOWN comes first: LOCKED is never concluded, only observed."""

    UNKNOWN = "unknown"
    LOCKED = "locked"
    UNLOCKED = "unlocked"
    LOCKING = "locking"
    UNLOCKING = "unlocking"
    JAMMED = "jammed"


class LockState(msgspec.Struct, frozen=True):
    """A lock's state as it was observed, and when. What was observed too long ago is UNKNOWN, and says when."""

    bolt: BoltPosition = BoltPosition.UNKNOWN
    battery: int | None = None
    clock: datetime | None = None
    seen: datetime | None = None


class Abilities(msgspec.Struct, frozen=True):
    """What a driver can. What it can't, it refuses or answers with nothing; it never pretends."""

    commands: bool = False
    """Unlock, lock and tell the state."""
    offline_grants: bool = False
    """Issue grants that the lock checks without us."""
    credentials: bool = False
    """Put codes, cards or keys into the lock, and take them out."""
    events: bool = False
    """Tell what has happened at the lock."""
    battery: bool = False
    """Tell how much is left, in per cent."""


class LockEvent(msgspec.Struct, frozen=True):
    """Something that happened at the lock. `id`: known once per lock; a larger place in the list is later."""

    id: str
    at: datetime
    bolt: BoltPosition
    by: str = ""
    """How the lock names who did it: never a person's name."""


class HealthFinding(StrEnum):
    """What somebody must see to, or know before trusting the lock."""

    LOW_BATTERY = "low_battery"
    JAMMED = "jammed"
    OFFLINE = "offline"
    STALE = "stale"
    RETAINED_COMMAND = "retained_command"
    POLLS_SPENT = "polls_spent"
    CLOCK_UNSURE = "clock_unsure"


class Credential(msgspec.Struct, frozen=True):
    """What is put into a lock for a grant: a code or the number of a card, and when it is good. Never stored here."""

    grant: UUID
    code: str
    starts: datetime
    ends: datetime


class CredentialState(msgspec.Struct, frozen=True):
    """Two facts that are kept apart: is the credential to be in the lock, and has anybody seen it there?

    `observed`: None where it is not known, as just after it was put there.
    """

    grant: UUID
    wished: bool
    observed: bool | None = None
    seen: datetime | None = None


class LockDriver(Protocol):
    """Operates locks. It never raises for lock or network errors: the answer is `unknown` at worst."""

    @property
    def can(self) -> Abilities:
        """What this driver can."""
        ...

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        """Returns opened, refused with a code, jammed, no_answer or unknown.

        A lock turns once per grant and then refuses it as `spent`. `no_answer`: the lock was not reached and has not
        turned; where the request may have reached it, the outcome is `unknown`, and nobody tries again by itself.
        """
        ...

    def lock(self, lock: LockAt) -> LockAnswer:
        """Lock the door: locked, refused with a code, jammed, no_answer or unknown."""
        ...

    def state(self, lock: LockAt) -> LockState:
        """Returns the lock's state as it was observed; UNKNOWN where nobody has, or too long ago."""
        ...

    def offline_grant(self, lock: LockAt, key: bytes, until: datetime) -> bytes | None:
        """Returns a signed grant that the lock checks without us, for the phone with this public key (a point).

        None where there is no such thing, or where `until` is farther away than a lock takes.
        """
        ...

    def put_credential(self, lock: LockAt, credential: Credential) -> CredentialState | None:
        """Wish a credential into the lock. None where the lock takes none."""
        ...

    def remove_credential(self, lock: LockAt, grant: UUID) -> CredentialState | None:
        """Wish it out of the lock. None where the lock takes none."""
        ...

    def credentials(self, lock: LockAt) -> Sequence[CredentialState]:
        """Returns what is wished and what is observed, by grant; observed anew where the lock can be asked."""
        ...

    def events(self, lock: LockAt, after: str = "") -> Sequence[LockEvent]:
        """Returns what happened at the lock after the event with this id, in order."""
        ...

    def health(self, lock: LockAt) -> Sequence[HealthFinding]:
        """Returns what is wrong with the lock, from what is known: this wakes no lock."""
        ...


WRONG_LOCK, WRONG_DOOR, WRONG_PERSON, TOO_EARLY, TOO_LATE, SPENT, NO_LOCK, BUSY = (
    "wrong_lock",
    "wrong_door",
    "wrong_person",
    "too_early",
    "too_late",
    "spent",
    "no_lock",
    "busy",
)
"""Why a lock refuses. `no_lock`: none can be reached from this system. `busy`: another command is on its way there."""


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


class BareDriver:
    """What a driver answers that can't do more than commands."""

    can = Abilities(commands=True)

    def offline_grant(self, lock: LockAt, key: bytes, until: datetime) -> bytes | None:
        """Always None."""
        return None

    def put_credential(self, lock: LockAt, credential: Credential) -> CredentialState | None:
        """Always None."""
        return None

    def remove_credential(self, lock: LockAt, grant: UUID) -> CredentialState | None:
        """Always None."""
        return None

    def credentials(self, lock: LockAt) -> Sequence[CredentialState]:
        """Always none."""
        return ()

    def events(self, lock: LockAt, after: str = "") -> Sequence[LockEvent]:
        """Always none."""
        return ()

    def health(self, lock: LockAt) -> Sequence[HealthFinding]:
        """Always nothing."""
        return ()


class NoLocks(BareDriver):
    """Tag only: no lock is reachable. The phone opens by itself, or only tags and keys are used."""

    can = Abilities()

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        """Always refused with `no_lock`."""
        return LockAnswer(LockOutcome.REFUSED, NO_LOCK)

    def lock(self, lock: LockAt) -> LockAnswer:
        """Always refused with `no_lock`."""
        return LockAnswer(LockOutcome.REFUSED, NO_LOCK)

    def state(self, lock: LockAt) -> LockState:
        """Always unknown."""
        return LockState()
