# SPDX-License-Identifier: EUPL-1.2
"""Simulated locks: they check grants as real locks do, remember spent grants, drain batteries and can be broken."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction
from django.db.models import QuerySet, Subquery

from troskel.access.drivers import (
    SPENT,
    Abilities,
    BareDriver,
    BoltPosition,
    Grant,
    HealthFinding,
    LockAnswer,
    LockAt,
    LockState,
    refusal_code,
)
from troskel.access.models import SimulatedLock
from troskel.access.rules import LOW_BATTERY_PER_CENT, LockOutcome
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground import clock
from troskel.ground.compiled_query import CompiledQuery
from troskel.ground.driver import db_value, execute

CHARGE_PER_TURN = 1
"""Thousandths of a full battery."""


class SimulatedFault(StrEnum):
    """A simulated lock's fault, besides an empty battery."""

    NONE = ""
    JAM = "jam"
    SILENT = "silent"
    LOST_ANSWER = "lost_answer"


class SimulatedLocks(BareDriver):
    """A `LockDriver`. A lock's door comes from custody; the rest is the lock's own memory.

    The memory is written in durable transactions of its own: calling this inside an act's transaction is an error.
    """

    can = Abilities(commands=True, battery=True)

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        """Unlock, if the grant is valid and not spent."""
        with transaction.atomic(durable=True):
            row = self._device(lock)
            if row is None or self._is_dead(row):
                return LockAnswer(LockOutcome.NO_ANSWER)
            now = clock.now()
            if code := refusal_code(grant, lock, row.door, account, now) or self._spend(row, grant, now):
                return self._answer(row, LockOutcome.REFUSED, code)
            return self._turn(row, unlocked=True)

    def lock(self, lock: LockAt) -> LockAnswer:
        """Lock the door."""
        with transaction.atomic(durable=True):
            row = self._device(lock)
            if row is None or self._is_dead(row):
                return LockAnswer(LockOutcome.NO_ANSWER)
            return self._turn(row, unlocked=False)

    def state(self, lock: LockAt) -> LockState:
        """Returns the lock's state; UNKNOWN where it does not answer."""
        with transaction.atomic(durable=True):
            row = self._device(lock)
            if row is None or self._is_dead(row):
                return LockState()
            bolt = BoltPosition.UNLOCKED if row.unlocked else BoltPosition.LOCKED
            return LockState(bolt, _per_cent(row), clock.now(), clock.now())

    def health(self, lock: LockAt) -> Sequence[HealthFinding]:
        """Whether it answers, is stuck, or needs a battery."""
        with transaction.atomic(durable=True):
            row = self._device(lock)
            if row is None or self._is_dead(row):
                return [HealthFinding.OFFLINE]
            jammed = [HealthFinding.JAMMED] if row.fault == SimulatedFault.JAM else []
            low = [HealthFinding.LOW_BATTERY] if _per_cent(row) < LOW_BATTERY_PER_CENT else []
            return [*jammed, *low]

    # what a test or the simulator does to a lock; no act does this

    def break_down(self, lock: LockAt, fault: SimulatedFault) -> None:
        """Set a fault; `LockFault.NONE` repairs the lock."""
        with transaction.atomic(durable=True):
            self._ensure_exists(lock)
            SimulatedLock.objects.filter(municipality=lock.municipality, serial=lock.serial).update(
                fault=fault
            )

    def charge(self, lock: LockAt, per_cent: int) -> None:
        """Insert a battery with this charge, 0 to 100 per cent."""
        with transaction.atomic(durable=True):
            self._ensure_exists(lock)
            SimulatedLock.objects.filter(municipality=lock.municipality, serial=lock.serial).update(
                charge=per_cent * 10
            )

    # inside a lock

    def _device(self, lock: LockAt) -> Any:
        """The lock's memory, row-locked until it has answered, with the `door` where it is mounted.

        Created at the first call.
        """
        if not lock.serial.isprintable():
            return None  # no database takes every character
        rows = _DEVICE(lock.municipality, lock.serial)
        if not rows and self._is_registered(lock):
            self._ensure_exists(lock)
            rows = _DEVICE(lock.municipality, lock.serial)
        return rows[0] if rows else None

    @staticmethod
    def _ensure_exists(lock: LockAt) -> None:
        new = SimulatedLock(municipality_id=lock.municipality, serial=lock.serial)
        SimulatedLock.objects.bulk_create([new], ignore_conflicts=True)

    @staticmethod
    def _is_registered(lock: LockAt) -> bool:
        return Holding.objects.filter(**_open_holding(lock)).exists()

    @staticmethod
    def _is_dead(row: SimulatedLock) -> bool:
        return row.charge == 0 or row.fault == SimulatedFault.SILENT

    @staticmethod
    def _spend(row: SimulatedLock, grant: Grant, now: datetime) -> str:
        """Remembers the grant until it ends, for `_turn` to store; returns SPENT where it was spent already."""
        spent = msgspec.json.decode(row.spent, type=dict[UUID, datetime])
        if grant.id in spent:
            return SPENT
        known = {spent_grant: end for spent_grant, end in spent.items() if end >= now}
        row.spent = msgspec.json.encode({**known, grant.id: grant.not_after}).decode()
        return ""

    def _turn(self, row: SimulatedLock, *, unlocked: bool) -> LockAnswer:
        row.charge = max(0, row.charge - CHARGE_PER_TURN)
        jammed = row.fault == SimulatedFault.JAM
        row.unlocked = row.unlocked if jammed else unlocked
        execute(
            "UPDATE access_simulatedlock SET charge = %s, unlocked = %s, spent = %s WHERE id = %s",
            [row.charge, row.unlocked, row.spent, db_value(row.id)],
        )
        if row.fault == SimulatedFault.LOST_ANSWER:
            return LockAnswer(LockOutcome.UNKNOWN)
        if jammed:
            return self._answer(row, LockOutcome.JAMMED)
        return self._answer(row, LockOutcome.OPENED if unlocked else LockOutcome.LOCKED)

    @staticmethod
    def _answer(row: SimulatedLock, outcome: LockOutcome, code: str = "") -> LockAnswer:
        return LockAnswer(outcome, code, _per_cent(row), clock.now())


def _device_query(municipality: str, serial: str) -> QuerySet[Any]:
    holdings = Holding.objects.filter(**_open_holding(LockAt(municipality, serial)), kind=HolderKind.DOOR)
    rows = SimulatedLock.objects.select_for_update(of=("self",)).filter(
        municipality=municipality, serial=serial
    )
    return rows.annotate(door=Subquery(holdings.values("holder")[:1]))


_DEVICE = CompiledQuery(_device_query)


def _open_holding(lock: LockAt) -> dict[str, object]:
    return {
        "municipality": lock.municipality,
        "thing__kind": ThingKind.LOCK,
        "thing__number": lock.serial,
        "until": None,
    }


def _per_cent(row: SimulatedLock) -> int:
    """A battery that is not empty has at least one per cent."""
    return -(-row.charge // 10)
