# SPDX-License-Identifier: EUPL-1.2
"""Simulated locks: each enforces by itself what a real one would, remembers, tires its battery, can be broken."""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.db import transaction

from troskel.access.drivers import SPENT, Grant, LockAt, LockState, Said, why_not
from troskel.access.models import SimulatedLock, SpentGrant
from troskel.access.rules import Outcome
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground import clock

A_TURN = 1
"""Thousandths of a battery: a thousand turns empty it."""


class Fault(StrEnum):
    """What can be wrong with a simulated lock, besides an empty battery."""

    NONE = ""
    JAM = "jam"
    SILENT = "silent"
    LOST_ANSWER = "lost_answer"


class SimulatedLocks:
    """A driver (`LockDriver`). A lock is where custody says that it hangs; the rest it knows by itself.

    What it remembers is written in transactions of its own. They are durable: inside an act's they are an error.
    """

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> Said:
        """Turn, if the grant is in order and not spent."""
        with transaction.atomic(durable=True):
            row = self._device(lock)
            if row is None or self._is_dead(row):
                return Said(Outcome.NO_ANSWER)
            code = why_not(grant, lock, self._door(lock), account, clock.now())
            if not code and not self._spend(row, grant):
                code = SPENT
            if code:
                return self._said(row, Outcome.REFUSED, code)
            return self._turn(row, unlocked=True)

    def lock(self, lock: LockAt) -> Said:
        """Turn the bolt out."""
        with transaction.atomic(durable=True):
            row = self._device(lock)
            if row is None or self._is_dead(row):
                return Said(Outcome.NO_ANSWER)
            return self._turn(row, unlocked=False)

    def state(self, lock: LockAt) -> LockState | None:
        """How it stands."""
        with transaction.atomic(durable=True):
            row = self._device(lock)
            if row is None or self._is_dead(row):
                return None
            return LockState(row.unlocked, _per_cent(row), clock.now())

    # what a test or the simulator does to a lock: no act of anybody's, the world's

    def break_down(self, lock: LockAt, fault: Fault) -> None:
        """Let it jam, be silent, or lose its answers; `Fault.NONE` mends it."""
        with transaction.atomic(durable=True):
            self._there(lock)
            SimulatedLock.objects.filter(municipality=lock.municipality, serial=lock.serial).update(
                fault=fault
            )

    def charge(self, lock: LockAt, per_cent: int) -> None:
        """Put a battery in. One of 0 per cent is flat."""
        with transaction.atomic(durable=True):
            self._there(lock)
            SimulatedLock.objects.filter(municipality=lock.municipality, serial=lock.serial).update(
                charge=per_cent * 10
            )

    # within a lock

    def _device(self, lock: LockAt) -> SimulatedLock | None:
        """The lock's memory, held until it has answered. It begins when it is first spoken to."""
        rows = SimulatedLock.objects.select_for_update().filter(
            municipality=lock.municipality, serial=lock.serial
        )
        row = rows.first()
        if row is None and self._is_made(lock):
            self._there(lock)
            row = rows.first()
        return row

    @staticmethod
    def _there(lock: LockAt) -> None:
        new = SimulatedLock(municipality_id=lock.municipality, serial=lock.serial)
        SimulatedLock.objects.bulk_create([new], ignore_conflicts=True)

    @staticmethod
    def _is_made(lock: LockAt) -> bool:
        return Holding.objects.filter(**_this(lock)).exists()

    @staticmethod
    def _door(lock: LockAt) -> UUID | None:
        """Where it hangs: what the locksmith told it when mounting it."""
        return (
            Holding.objects.filter(**_this(lock), kind=HolderKind.DOOR)
            .values_list("holder", flat=True)
            .first()
        )

    @staticmethod
    def _is_dead(row: SimulatedLock) -> bool:
        return row.charge == 0 or row.fault == Fault.SILENT

    @staticmethod
    def _spend(row: SimulatedLock, grant: Grant) -> bool:
        """Remember the grant; False where it is remembered already."""
        if SpentGrant.objects.filter(lock=row, grant=grant.id).exists():
            return False
        SpentGrant.objects.create(municipality_id=row.municipality_id, lock=row, grant=grant.id)
        return True

    def _turn(self, row: SimulatedLock, *, unlocked: bool) -> Said:
        row.charge = max(0, row.charge - A_TURN)
        jammed = row.fault == Fault.JAM
        row.unlocked = row.unlocked if jammed else unlocked
        row.save(update_fields=["charge", "unlocked"])
        if row.fault == Fault.LOST_ANSWER:
            return Said(Outcome.UNKNOWN)
        if jammed:
            return self._said(row, Outcome.JAMMED)
        return self._said(row, Outcome.OPENED if unlocked else Outcome.LOCKED)

    @staticmethod
    def _said(row: SimulatedLock, outcome: Outcome, code: str = "") -> Said:
        return Said(outcome, code, _per_cent(row), clock.now())


def _this(lock: LockAt) -> dict[str, object]:
    return {
        "municipality": lock.municipality,
        "thing__kind": ThingKind.LOCK,
        "thing__number": lock.serial,
        "until": None,
    }


def _per_cent(row: SimulatedLock) -> int:
    """A battery that is not empty has at least one per cent."""
    return -(-row.charge // 10)
