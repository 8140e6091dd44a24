# SPDX-License-Identifier: EUPL-1.2
"""The records of locks in the database. Each write is a durable transaction: within an act's it is an error.

So no command is sent inside a transaction: `begin` comes before anything is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from troskel.access.drivers import (
    BUSY,
    SPENT,
    BoltPosition,
    CredentialState,
    LockAnswer,
    LockAt,
    LockState,
)
from troskel.access.lock_models import GrantAtLock, ReachedLock
from troskel.access.locks.records import NOT_FOUND, LockCommand, SeenCredential
from troskel.access.rules import LockOutcome
from troskel.custody.models import HolderKind, Holding, ThingKind

TURN, THERE, GONE, ON_ITS_WAY = "turn", "there", "gone", "on_its_way"
_OBSERVED = {True: THERE, False: GONE, None: ON_ITS_WAY}


class KeptInTables:
    """The `LockRecords` of the program."""

    def door_of(self, lock: LockAt) -> UUID | None:
        """Returns the door where custody has the lock."""
        mounted = Holding.objects.filter(
            municipality=lock.municipality,
            thing__kind=ThingKind.LOCK,
            thing__number=lock.serial,
            until=None,
            kind=HolderKind.DOOR,
        )
        found: UUID | None = mounted.values_list("holder", flat=True).first()
        return found

    def begin(self, asked: LockCommand) -> str:
        """Note what is wished, and that the grant is spent, before anything is sent."""
        with transaction.atomic(durable=True):
            row = _own_row(asked.lock)
            grants = _grants(asked.lock)
            if asked.grant is not None and grants.filter(grant=asked.grant.id).exists():
                return SPENT
            if row.busy_until is not None and asked.at < row.busy_until:
                return BUSY
            row.wished, row.wished_at, row.busy_until = str(asked.turning), asked.at, asked.until
            row.save(update_fields=["wished", "wished_at", "busy_until"])
            grants.filter(wished=TURN, until__lt=asked.at).delete()  # they are refused as too late by now
            if asked.grant is not None:
                GrantAtLock.objects.create(
                    **_at(asked.lock),
                    grant=asked.grant.id,
                    wished=TURN,
                    wished_at=asked.at,
                    until=asked.grant.not_after,
                )
        return ""

    def end(self, asked: LockCommand, answer: LockAnswer) -> None:
        """Note what was observed. Nothing sent: the grant is good again. Unknown: the lock stays busy a while."""
        with transaction.atomic(durable=True):
            if answer.outcome is not LockOutcome.UNKNOWN:
                _rows(asked.lock).filter(busy_until=asked.until).update(busy_until=None)
            if asked.grant is None:
                return
            spent = _grants(asked.lock).filter(grant=asked.grant.id)
            if answer.outcome is LockOutcome.NO_ANSWER:
                spent.delete()
            else:
                spent.update(observed=str(answer.outcome), observed_at=asked.at)

    def saw(self, lock: LockAt, state: LockState) -> None:
        """Note a state. A battery that was not told stays as it was."""
        with transaction.atomic(durable=True):
            row = _own_row(lock)
            row.bolt, row.seen = str(state.bolt), state.seen
            row.battery = row.battery if state.battery is None else state.battery
            row.save(update_fields=["bolt", "seen", "battery"])

    def last(self, lock: LockAt) -> LockState:
        """Returns the last state."""
        row = _rows(lock).first()
        return LockState() if row is None else LockState(BoltPosition(row.bolt), row.battery, None, row.seen)

    def may_poll(self, lock: LockAt, day: date, budget: int) -> bool:
        """Count a poll."""
        with transaction.atomic(durable=True):
            row = _own_row(lock)
            polls = row.polls if row.polled_on == day else 0
            if polls >= budget:
                return False
            row.polled_on, row.polls = day, polls + 1
            row.save(update_fields=["polled_on", "polls"])
        return True

    def polls_left(self, lock: LockAt, day: date, budget: int) -> int:
        """How many are left."""
        row = _rows(lock).first()
        return budget - (row.polls if row is not None and row.polled_on == day else 0)

    def wish(self, lock: LockAt, grant: UUID, reference: str, *, there: bool, at: datetime) -> None:
        """Note a wish; what was observed stands."""
        with transaction.atomic(durable=True):
            _own_row(lock)
            wished: dict[str, Any] = {"wished": THERE if there else GONE, "wished_at": at}
            wished |= {"reference": reference} if reference else {}
            GrantAtLock.objects.update_or_create(**_at(lock), grant=grant, defaults=wished)

    def observe(self, lock: LockAt, found: Mapping[UUID, SeenCredential], at: datetime) -> None:
        """Note what is in the lock; what was wished stands."""
        with transaction.atomic(durable=True):
            _own_row(lock)
            rows = list(_grants(lock).exclude(wished=TURN))
            for row in rows:
                seen = found.get(row.grant, NOT_FOUND)
                row.observed, row.observed_at = _OBSERVED[seen.is_there], at
                row.reference = seen.reference or row.reference
            GrantAtLock.objects.bulk_update(rows, ["observed", "observed_at", "reference"])

    def reference(self, lock: LockAt, grant: UUID) -> str:
        """Returns the maker's name of a credential."""
        found = _grants(lock).filter(grant=grant).values_list("reference", flat=True).first()
        return found or ""

    def credentials(self, lock: LockAt) -> Sequence[CredentialState]:
        """Returns them by grant."""
        known = {THERE: True, GONE: False}
        return [
            CredentialState(row.grant, row.wished == THERE, known.get(row.observed), row.observed_at)
            for row in _grants(lock).exclude(wished=TURN).order_by("id")
        ]


def _at(lock: LockAt) -> dict[str, Any]:
    return {"municipality_id": lock.municipality, "serial": lock.serial}


def _rows(lock: LockAt) -> QuerySet[ReachedLock]:
    return ReachedLock.objects.filter(**_at(lock))


def _grants(lock: LockAt) -> QuerySet[GrantAtLock]:
    return GrantAtLock.objects.filter(**_at(lock))


def _own_row(lock: LockAt) -> ReachedLock:
    """The lock's row, made where it is missing, and held until the transaction ends: one at a time."""
    ReachedLock.objects.bulk_create([ReachedLock(**_at(lock))], ignore_conflicts=True)
    return _rows(lock).select_for_update().get()
