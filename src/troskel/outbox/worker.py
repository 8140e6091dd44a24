# SPDX-License-Identifier: EUPL-1.2
"""The worker: takes messages that are due and handles them, at least once each.

A message is leased in a short transaction, handled outside any transaction, and marked done afterwards. When a
worker dies, its lease expires and another takes over; a worker that was only slow finds its lease gone and marks
nothing.
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
from troskel.ground.error_log import error_text
from troskel.ground.ids import new_id
from troskel.outbox.models import UNFINISHED, Heartbeat, OutboxMessage

Handler = Callable[[OutboxMessage], None]

LEASE_DURATION = timedelta(minutes=5)
"""Longer than any handler takes, so that nothing is done twice while its worker runs."""

MAX_ATTEMPTS = 60
"""With the backoff below: about two days."""

MAX_WAIT = timedelta(hours=1)
LONGEST_PAUSE = 30.0
"""Seconds between two tries to reach the database."""

HEARTBEAT_INTERVAL = timedelta(seconds=10)

_log = logging.getLogger(__name__)


class TransientFailure(Exception):
    """The attempt failed and may work later. The text is stored and shown: codes only, no personal data."""


class PermanentFailure(Exception):
    """It will never work: the message is parked for a person. The text as in `TransientFailure`."""


class Worker:
    """Handles the messages of the outbox. Several may run at once, as threads, processes or machines."""

    def __init__(
        self,
        handlers: Mapping[str, Handler],
        *,
        lease: timedelta = LEASE_DURATION,
        max_attempts: int = MAX_ATTEMPTS,
    ) -> None:
        """`handlers`: by kind of message. Other kinds are left for a worker that has a handler."""
        self.id = new_id()
        self._handlers = handlers
        self._lease = lease
        self._max_attempts = max_attempts
        self._started = clock.now()
        self._last_heartbeat: datetime | None = None

    def run(self, stop: threading.Event, *, idle: float = 1.0) -> None:
        """Works until `stop` is set; polls every `idle` seconds when nothing is due.

        Ends after the message that is being handled. Waits for a database that can't be reached, longer each time.
        """
        failures = 0
        while not stop.is_set():
            try:
                worked, failures = self.run_once(), 0
            except Error as error:
                failures += 1
                _log.warning("the outbox waits for the database: %s", type(error).__name__)
                connection.close()
                stop.wait(min(idle * 2**failures, LONGEST_PAUSE))
                continue
            if not worked:
                stop.wait(idle)
        connection.close()

    def run_once(self) -> bool:
        """Handles one due message. Returns False when there is none. Errors of handlers are not raised."""
        self._beat()
        message = self._claim()
        if message is None:
            return False
        if message.attempts > self._max_attempts:
            self._park(message, message.last_error or "no worker lived to the end of it")
        else:
            self._do(message)
        return True

    def _do(self, message: OutboxMessage) -> None:
        try:
            self._handlers[message.kind](message)
        except PermanentFailure as error:
            self._park(message, str(error))
        except TransientFailure as error:
            self._retry(message, str(error))
        except Exception as error:  # its text may hold an address: only its name is stored
            _log.error("message %s broke its handler: %s", message.id, error_text(error))
            self._retry(message, type(error).__name__)
        else:
            self._finish(message, done_at=clock.now(), last_error="")

    def _claim(self) -> OutboxMessage | None:
        now = clock.now()
        due = OutboxMessage.objects.filter(
            UNFINISHED,
            Q(lease_until=None) | Q(lease_until__lte=now),
            run_at__lte=now,
            kind__in=self._handlers,
        ).order_by("run_at")
        if not due.exists():  # without a lock: an idle worker blocks nobody
            return None
        with transaction.atomic():
            message = due.select_for_update(
                skip_locked=connection.features.has_select_for_update_skip_locked
            ).first()
            if message is not None:
                message.leased_by, message.lease_until = self.id, now + self._lease
                message.attempts += 1
                message.save(update_fields=["leased_by", "lease_until", "attempts"])
        return message

    def _finish(self, message: OutboxMessage, **end: object) -> None:
        """Writes the outcome, only if this lease still holds (fencing)."""
        leased = OutboxMessage.objects.filter(
            UNFINISHED, id=message.id, leased_by=self.id, attempts=message.attempts
        )
        with transaction.atomic():  # waits its turn, as a single statement would not
            was_ours = leased.update(leased_by=None, lease_until=None, **end)
        if not was_ours:
            _log.warning("message %s took longer than its lease: another worker has it", message.id)

    def _retry(self, message: OutboxMessage, error: str) -> None:
        if message.attempts >= self._max_attempts:
            self._park(message, error)
            return
        _log.warning("message %s failed, attempt %s: %s", message.id, message.attempts, error)
        self._finish(message, run_at=clock.now() + backoff(message.attempts), last_error=error[:200])

    def _park(self, message: OutboxMessage, error: str) -> None:
        _log.error("message %s is parked: %s", message.id, error)
        self._finish(message, parked_at=clock.now(), last_error=error[:200])

    def _beat(self) -> None:
        now = clock.now()
        if self._last_heartbeat is not None and now - self._last_heartbeat < HEARTBEAT_INTERVAL:
            return
        name = f"{socket.gethostname()[:60]} {os.getpid()}"
        Heartbeat.objects.update_or_create(
            id=self.id,
            defaults={"seen_at": now},
            create_defaults={"name": name, "started_at": self._started, "seen_at": now},
        )
        Heartbeat.objects.filter(seen_at__lt=now - timedelta(days=1)).delete()
        self._last_heartbeat = now


def backoff(attempts: int) -> timedelta:
    """Returns the wait before the next attempt: 2, 4, 8 … seconds, at most `MAX_WAIT`."""
    return min(timedelta(seconds=2 ** min(attempts, 20)), MAX_WAIT)
