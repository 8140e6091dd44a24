# SPDX-License-Identifier: EUPL-1.2
"""Writes without waiting for the disk: only for data that can be deleted and created again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection

_RELAXED = {"sqlite": "PRAGMA synchronous=OFF", "postgresql": "SET synchronous_commit = off"}
_FULL = {"sqlite": "PRAGMA synchronous=FULL", "postgresql": "SET synchronous_commit = on"}


@contextlib.contextmanager
def relaxed() -> Iterator[None]:
    """Inside, a power cut may lose writes (a crash of the program never does). Outside, every commit is on disk.

    Used while an invented municipality is filled. Has no effect inside a transaction, which commits once.
    """
    if connection.in_atomic_block:
        yield
        return
    _set(_RELAXED)
    try:
        yield
    finally:
        _set(_FULL)


def _set(statements: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statements[connection.vendor])
