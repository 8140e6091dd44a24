# SPDX-License-Identifier: EUPL-1.2
"""The worker: takes parcels that are due and does them, at least once each.

A parcel is leased in a short transaction, done outside any, and marked done afterwards. A worker that dies
loses its lease and another takes over; one that was only slow finds its lease gone and marks nothing.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.db.utils import Error

from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.outbox.models import UNFINISHED, Parcel, Pulse

Handler = Callable[[Parcel], None]

LEASE = timedelta(minutes=5)
"""Longer than any handler takes, so that nothing is done twice while its worker lives."""

MOST_ATTEMPTS = 60
"""With the waits below: about two days."""

LONGEST_WAIT = timedelta(hours=1)
PULSE_EVERY = timedelta(seconds=10)

_log = logging.getLogger(__name__)


class Failed(Exception):
    """It did not work this time. The message is stored and shown: codes only, no personal data."""


class Hopeless(Exception):
    """It will never work: the parcel is parked for a person. The message as in `Failed`."""


class Worker:
    """Does what the outbox holds. Several may run at once, as threads, processes or machines."""

    def __init__(
        self, handlers: Mapping[str, Handler], *, lease: timedelta = LEASE, most_attempts: int = MOST_ATTEMPTS
    ) -> None:
        """`handlers`: by the kind of parcel. Other kinds are left for a worker that knows them."""
        self.id = new_id()
        self._handlers = handlers
        self._lease = lease
        self._most_attempts = most_attempts
        self._started = clock.now()
        self._pulsed: datetime | None = None

    def run(self, stop: threading.Event, *, idle: float = 1.0) -> None:
        """Work until `stop` is set; look again every `idle` seconds when there is nothing to do.

        A database that is away is waited for.
        """
        while not stop.is_set():
            try:
                worked = self.run_once()
            except Error as error:
                _log.warning("the outbox waits for the database: %s", type(error).__name__)
                connection.close()
                worked = False
            if not worked:
                stop.wait(idle)
        connection.close()

    def run_once(self) -> bool:
        """Do one parcel that is due. False where there is none. No error of a handler comes out of here."""
        self._pulse()
        parcel = self._claim()
        if parcel is None:
            return False
        if parcel.attempts > self._most_attempts:
            self._park(parcel, parcel.last_error or "no worker lived to the end of it")
        else:
            self._do(parcel)
        return True

    def _do(self, parcel: Parcel) -> None:
        try:
            self._handlers[parcel.kind](parcel)
        except Hopeless as error:
            self._park(parcel, str(error))
        except Failed as error:
            self._retry(parcel, str(error))
        except Exception as error:
            self._retry(parcel, type(error).__name__)  # its text may hold an address: only its name is kept
        else:
            self._finish(parcel, done_at=clock.now(), last_error="")

    def _claim(self) -> Parcel | None:
        now = clock.now()
        due = Parcel.objects.filter(
            UNFINISHED,
            Q(lease_until=None) | Q(lease_until__lte=now),
            run_at__lte=now,
            kind__in=self._handlers,
        ).order_by("run_at")
        if not due.exists():  # a look without a lock: an idle worker holds up nobody
            return None
        with transaction.atomic():
            parcel = due.select_for_update(
                skip_locked=connection.features.has_select_for_update_skip_locked
            ).first()
            if parcel is not None:
                parcel.leased_by, parcel.lease_until = self.id, now + self._lease
                parcel.attempts += 1
                parcel.save(update_fields=["leased_by", "lease_until", "attempts"])
        return parcel

    def _finish(self, parcel: Parcel, **end: object) -> None:
        """Write how it ended, only if the lease is still this one (the fence)."""
        mine = Parcel.objects.filter(UNFINISHED, id=parcel.id, leased_by=self.id, attempts=parcel.attempts)
        if not mine.update(leased_by=None, lease_until=None, **end):
            _log.warning("parcel %s took longer than its lease: another worker has it", parcel.id)

    def _retry(self, parcel: Parcel, error: str) -> None:
        if parcel.attempts >= self._most_attempts:
            self._park(parcel, error)
            return
        _log.warning("parcel %s failed, attempt %s: %s", parcel.id, parcel.attempts, error)
        self._finish(parcel, run_at=clock.now() + wait_after(parcel.attempts), last_error=error[:200])

    def _park(self, parcel: Parcel, error: str) -> None:
        _log.error("parcel %s is parked: %s", parcel.id, error)
        self._finish(parcel, parked_at=clock.now(), last_error=error[:200])

    def _pulse(self) -> None:
        now = clock.now()
        if self._pulsed is not None and now - self._pulsed < PULSE_EVERY:
            return
        name = f"{socket.gethostname()[:60]} {os.getpid()}"
        Pulse.objects.update_or_create(
            id=self.id,
            defaults={"seen_at": now},
            create_defaults={"name": name, "started_at": self._started, "seen_at": now},
        )
        Pulse.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
        self._pulsed = now


def wait_after(attempts: int) -> timedelta:
    """2, 4, 8 … seconds, at most `LONGEST_WAIT`."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), LONGEST_WAIT)
