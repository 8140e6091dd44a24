# SPDX-License-Identifier: EUPL-1.2
"""What the server keeps of locks that it reaches: what it wished, per lock and grant; apart from it, what it observed.

Here in memory, for the suite alone; `tables.py` keeps it in the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from threading import Lock as Mutex
from typing import NamedTuple, Protocol
from uuid import UUID

from troskel.access.drivers import BUSY, SPENT, CredentialState, Grant, LockAnswer, LockAt, LockState
from troskel.access.rules import LockOutcome


class Turning(StrEnum):
    """What is asked of a bolt."""

    UNLOCK = "unlock"
    LOCK = "lock"


class LockCommand(NamedTuple):
    """A command about to be sent. `until`: nothing else is sent to this lock before, unless an answer has come."""

    lock: LockAt
    turning: Turning
    grant: Grant | None
    at: datetime
    until: datetime


class SeenCredential(NamedTuple):
    """A credential as the lock's maker tells of it. `is_there`: None where it is on its way in or out."""

    reference: str
    is_there: bool | None


class LockRecords(Protocol):
    """What is wished and what is observed. Each call is on its own: none is made inside an act's transaction."""

    def door_of(self, lock: LockAt) -> UUID | None:
        """Returns the door where the lock is mounted, or None."""
        ...

    def begin(self, asked: LockCommand) -> str:
        """Note what is wished, before anything is sent: the grant is spent from now on.

        Returns why nothing may be sent: SPENT, BUSY; or "".
        """
        ...

    def end(self, asked: LockCommand, answer: LockAnswer) -> None:
        """Note what was observed. `no_answer`: nothing was sent, and the grant is good again. UNKNOWN: the lock stays
        busy until the command's time is out, for it may still be turning.
        """
        ...

    def saw(self, lock: LockAt, state: LockState) -> None:
        """Note what was observed of the lock."""
        ...

    def last(self, lock: LockAt) -> LockState:
        """Returns what was observed last."""
        ...

    def may_poll(self, lock: LockAt, day: date, budget: int) -> bool:
        """Whether the lock may be woken once more that day; counts it."""
        ...

    def polls_left(self, lock: LockAt, day: date, budget: int) -> int:
        """How often it may be woken yet that day."""
        ...

    def wish(self, lock: LockAt, grant: UUID, reference: str, *, there: bool, at: datetime) -> None:
        """Note that a grant's credential is to be in the lock, or out of it. `reference`: how the service names it."""
        ...

    def observe(self, lock: LockAt, found: Mapping[UUID, SeenCredential], at: datetime) -> None:
        """Note which credentials are in the lock, by grant. Others that were wished are not there."""
        ...

    def reference(self, lock: LockAt, grant: UUID) -> str:
        """Returns how the service names a grant's credential, or ""."""
        ...

    def credentials(self, lock: LockAt) -> Sequence[CredentialState]:
        """Returns what is wished and observed, by grant."""
        ...


NOT_FOUND = SeenCredential("", is_there=False)


class KeptInMemory:
    """The records of one run of the suite."""

    def __init__(self, doors: dict[str, UUID]) -> None:
        self._doors = doors
        self._mutex = Mutex()
        self._spent: set[UUID] = set()
        self._busy: dict[LockAt, datetime] = {}
        self._last: dict[LockAt, LockState] = {}
        self._polls: dict[tuple[LockAt, date], int] = {}
        self._credentials: dict[LockAt, dict[UUID, CredentialState]] = {}
        self._references: dict[tuple[LockAt, UUID], str] = {}

    def door_of(self, lock: LockAt) -> UUID | None:
        """Returns the door that the suite says."""
        return self._doors.get(lock.serial)

    def begin(self, asked: LockCommand) -> str:
        """Note what is wished."""
        with self._mutex:
            if asked.grant is not None and asked.grant.id in self._spent:
                return SPENT
            if (until := self._busy.get(asked.lock)) and asked.at < until:
                return BUSY
            self._busy[asked.lock] = asked.until
            if asked.grant is not None:
                self._spent.add(asked.grant.id)
        return ""

    def end(self, asked: LockCommand, answer: LockAnswer) -> None:
        """Note what was observed."""
        with self._mutex:
            if answer.outcome is LockOutcome.NO_ANSWER and asked.grant is not None:
                self._spent.discard(asked.grant.id)
            if answer.outcome is not LockOutcome.UNKNOWN:
                self._busy.pop(asked.lock, None)

    def saw(self, lock: LockAt, state: LockState) -> None:
        """Note a state."""
        self._last[lock] = state

    def last(self, lock: LockAt) -> LockState:
        """Returns the last state."""
        return self._last.get(lock, LockState())

    def may_poll(self, lock: LockAt, day: date, budget: int) -> bool:
        """Count a poll."""
        with self._mutex:
            polls = self._polls.get((lock, day), 0)
            self._polls[lock, day] = min(polls + 1, budget)
        return polls < budget

    def polls_left(self, lock: LockAt, day: date, budget: int) -> int:
        """How many are left."""
        return budget - self._polls.get((lock, day), 0)

    def wish(self, lock: LockAt, grant: UUID, reference: str, *, there: bool, at: datetime) -> None:
        """Note a wish; what was observed stands."""
        kept = self._credentials.setdefault(lock, {})
        before = kept.get(grant, CredentialState(grant, there))
        kept[grant] = CredentialState(grant, there, before.observed, before.seen)
        if reference:
            self._references[lock, grant] = reference

    def observe(self, lock: LockAt, found: Mapping[UUID, SeenCredential], at: datetime) -> None:
        """Note what is in the lock; what was wished stands."""
        kept = self._credentials.setdefault(lock, {})
        for grant, one in list(kept.items()):
            seen = found.get(grant, NOT_FOUND)
            kept[grant] = CredentialState(grant, one.wished, seen.is_there, at)
            if seen.reference:
                self._references[lock, grant] = seen.reference

    def reference(self, lock: LockAt, grant: UUID) -> str:
        """Returns the service's name."""
        return self._references.get((lock, grant), "")

    def credentials(self, lock: LockAt) -> Sequence[CredentialState]:
        """Returns them by grant."""
        return list(self._credentials.get(lock, {}).values())
