# SPDX-License-Identifier: EUPL-1.2
"""Locks of several makes or services at once: each lock belongs to one, by how its serial begins.

One that is away leaves the others alone: each has its own connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from troskel.access.drivers import (
    Abilities,
    Credential,
    CredentialState,
    Grant,
    HealthFinding,
    LockAnswer,
    LockAt,
    LockDriver,
    LockEvent,
    LockState,
    NoLocks,
)


class LocksOf(NamedTuple):
    """A driver, and how the serials of its locks begin; nothing: those of no other."""

    serials: tuple[str, ...]
    driver: LockDriver


class SeveralLocks:
    """A `LockDriver` that passes each question on to the lock's own driver."""

    def __init__(self, drivers: Sequence[LocksOf]) -> None:
        self.drivers = drivers
        self._others = next((one.driver for one in drivers if not one.serials), NoLocks())

    def of(self, lock: LockAt) -> LockDriver:
        """Returns the lock's driver. No serial begins in two ways: `links_of` sees to it."""
        own = (one.driver for one in self.drivers if one.serials and lock.serial.startswith(one.serials))
        return next(own, self._others)

    @property
    def can(self) -> Abilities:
        """What each of them can."""
        every = [one.driver.can for one in self.drivers]
        return Abilities(
            commands=all(can.commands for can in every),
            offline_grants=all(can.offline_grants for can in every),
            credentials=all(can.credentials for can in every),
            events=all(can.events for can in every),
            battery=all(can.battery for can in every),
        )

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        """As its driver does."""
        return self.of(lock).unlock(lock, account, grant)

    def lock(self, lock: LockAt) -> LockAnswer:
        """As its driver does."""
        return self.of(lock).lock(lock)

    def state(self, lock: LockAt) -> LockState:
        """As its driver knows it."""
        return self.of(lock).state(lock)

    def offline_grant(self, lock: LockAt, key: bytes, until: datetime) -> bytes | None:
        """As its driver issues it."""
        return self.of(lock).offline_grant(lock, key, until)

    def put_credential(self, lock: LockAt, credential: Credential) -> CredentialState | None:
        """As its driver does."""
        return self.of(lock).put_credential(lock, credential)

    def remove_credential(self, lock: LockAt, grant: UUID) -> CredentialState | None:
        """As its driver does."""
        return self.of(lock).remove_credential(lock, grant)

    def credentials(self, lock: LockAt) -> Sequence[CredentialState]:
        """As its driver knows them."""
        return self.of(lock).credentials(lock)

    def events(self, lock: LockAt, after: str = "") -> Sequence[LockEvent]:
        """As its driver tells them."""
        return self.of(lock).events(lock, after)

    def health(self, lock: LockAt) -> Sequence[HealthFinding]:
        """As its driver finds it."""
        return self.of(lock).health(lock)
