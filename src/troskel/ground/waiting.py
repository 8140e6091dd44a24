# SPDX-License-Identifier: EUPL-1.2
"""Waiting for the database: in turn, not for ever, and never by so many that nobody is left to answer.

SQLite has one writer. Whoever finds it busy says so by a lock on a file beside the database, and tries often. Long
work in parts lets them in between two parts (`let_others_in`). PostgreSQL queues those who wait by itself.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import Error, InterfaceError, OperationalError, connection

RETRY_AFTER_SECONDS = 2
"""What who could not wait any longer is told."""

CODE = "server.busy"
"""The stable code of that answer."""

AWAY = "server.away"
"""The stable code of the answer where the database can't be reached, or can't be written to."""

YIELD_SECONDS = 1.0
"""The longest that work in parts waits for others between two parts."""

_POLL_SECONDS = 0.003
_BUSY_OF_SQLITE = (5, 6)  # SQLITE_BUSY and SQLITE_LOCKED; the higher bytes tell more
_BUSY_OF_POSTGRESQL = (
    "55P03",
    "40P01",
    "40001",
)  # lock_timeout; deadlock and collision, if retrying did not help

_AWAY_OF_SQLITE = (8, 10, 13, 14)  # SQLITE_READONLY, IOERR, FULL, CANTOPEN
_AWAY_OF_POSTGRESQL = ("08", "53", "57", "58")  # classes: connection, resources, operator, system
_READ_ONLY_OF_POSTGRESQL = "25006"


class TooManyWait(OperationalError):
    """As many wait for the database as may: the other threads are left to answer."""


def is_busy(error: BaseException | None) -> bool:
    """Did the wait for the database reach its limit? Nothing has been changed; trying again later may do."""
    if isinstance(error, TooManyWait):
        return True
    if not isinstance(error, OperationalError):
        return False
    cause = error.__cause__
    sqlite_code = getattr(cause, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return is_busy_code(sqlite_code)
    return getattr(cause, "sqlstate", None) in _BUSY_OF_POSTGRESQL


def is_away(error: BaseException | None) -> bool:
    """Can't the database be reached, or be written to (a full disk)? Nothing has been changed."""
    if not isinstance(error, Error) or is_busy(error):
        return False
    cause = error.__cause__
    sqlite_code = getattr(cause, "sqlite_errorcode", None)
    if sqlite_code is not None:
        return sqlite_code & 0xFF in _AWAY_OF_SQLITE
    state = getattr(cause, "sqlstate", None)
    if state is None:  # no server has said anything
        return isinstance(error, OperationalError | InterfaceError)
    return state[:2] in _AWAY_OF_POSTGRESQL or state == _READ_ONLY_OF_POSTGRESQL


def code_of(error: BaseException | None) -> str:
    """Returns the code of the answer 503 that the error asks for; empty where it is another error."""
    return CODE if is_busy(error) else AWAY if is_away(error) else ""


def is_busy_code(sqlite_code: int) -> bool:
    """Does SQLite's error code say that another one writes?"""
    return sqlite_code & 0xFF in _BUSY_OF_SQLITE


def queue_of(database: str) -> Path | None:
    """The file by which those who wait for this SQLite database are seen; None for one in memory."""
    in_memory = ":memory:" in str(database) or "mode=memory" in str(database)
    return None if in_memory else Path(f"{database}-queue")


def take_turn(begins: Callable[[], bool], queue: Path | None, limit: float) -> bool:
    """Calls `begins` until it returns True, `limit` seconds at most. Returns whether it did; raises TooManyWait."""
    if begins():
        return True
    with _place_to_wait(), _seen_waiting(queue):
        end = time.monotonic() + limit
        while time.monotonic() < end:
            time.sleep(_POLL_SECONDS)
            if begins():
                return True
    return False


def let_others_in() -> None:
    """Between two parts of long work: lets those who wait for SQLite's writer write first, for a moment."""
    queue = queue_of(connection.settings_dict["NAME"]) if connection.vendor == "sqlite" else None
    if queue is None:
        return
    with _opened(queue) as file:
        end = time.monotonic() + YIELD_SECONDS
        while file is not None and time.monotonic() < end:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                time.sleep(_POLL_SECONDS)


@contextmanager
def _seen_waiting(queue: Path | None) -> Iterator[None]:
    if queue is None:
        yield
        return
    with _opened(queue) as file:
        if file is not None:
            fcntl.flock(file, fcntl.LOCK_SH)
        yield


@contextmanager
def _opened(queue: Path) -> Iterator[int | None]:
    """The file; None where it is another user's, or the folder may not be written: then nobody sees who waits."""
    try:
        file = os.open(queue, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    except OSError:
        yield None
        return
    try:
        yield file
    finally:
        os.close(file)  # and with it the lock


_places: list[threading.BoundedSemaphore] = []


@contextmanager
def _place_to_wait() -> Iterator[None]:
    """A place among the threads that wait. A server keeps two that never do; a program has no others."""
    if not settings.TROSKEL_THREADS:
        yield
        return
    if not _places:
        _places.append(threading.BoundedSemaphore(max(1, settings.TROSKEL_THREADS - 2)))
    if not _places[0].acquire(blocking=False):
        raise TooManyWait("as many wait for the database as may")
    try:
        yield
    finally:
        _places[0].release()


COSTLY_AT_ONCE = 2
"""Exports, comparisons and proofs in a process that answers: each may take a thread for seconds."""
_costly = threading.BoundedSemaphore(COSTLY_AT_ONCE)


@contextmanager
def costly() -> Iterator[None]:
    """A place among the few that do something costly in a server. Raises TooManyWait where none is left."""
    release = take_costly_place()
    try:
        yield
    finally:
        release()


def take_costly_place() -> Callable[[], None]:
    """Takes such a place, and returns what gives it back, once however often it is called. Raises TooManyWait."""
    if not settings.TROSKEL_THREADS:
        return lambda: None
    if not _costly.acquire(blocking=False):
        raise TooManyWait("as many do something costly as may")
    held = iter([_costly.release])
    return lambda: next(held, lambda: None)()
