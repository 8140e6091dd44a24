# SPDX-License-Identifier: EUPL-1.2
"""Writing without waiting for the disk: only for what can be thrown away and made again."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from django.db import connection

_QUICK = {"sqlite": "PRAGMA synchronous=OFF", "postgresql": "SET synchronous_commit = off"}
_SAFE = {"sqlite": "PRAGMA synchronous=FULL", "postgresql": "SET synchronous_commit = on"}


@contextlib.contextmanager
def disposable() -> Iterator[None]:
    """Inside, a power cut may lose what was written (never a crash of the program). Else every act is on the disk.

    Used while an invented municipality is filled. Inside a transaction it changes nothing: there is one commit.
    """
    if connection.in_atomic_block:
        yield
        return
    _set(_QUICK)
    try:
        yield
    finally:
        _set(_SAFE)


def _set(words: dict[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(words[connection.vendor])
