# SPDX-License-Identifier: EUPL-1.2
"""How far a long step is: told when it begins, and then every few seconds by a thread beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

Tell = Callable[[str], None]
EVERY = 3.0  # seconds
MEGABYTE = 1_000_000


@contextmanager
def telling(words: Callable[[], str], tell: Tell) -> Iterator[None]:
    """Inside, tells `words()` at once and every few seconds, where they have changed."""
    done, last = threading.Event(), words()
    tell(last)

    def go_on() -> None:
        nonlocal last
        while not done.wait(EVERY):
            if (now := words()) != last:
                last = now
                tell(last)

    beside = threading.Thread(target=go_on, daemon=True)
    beside.start()
    try:
        yield
    finally:
        done.set()
        beside.join()


def file_growing(what: str, file: Path, total: int = 0) -> Callable[[], str]:
    """The words of a step that writes a file; `total`: about how many bytes it comes to, where that is known."""

    def words() -> str:
        written = file.stat().st_size if file.exists() else 0
        return _of(what, written, total)

    return words


class Counted:
    """A file that is read, and how much of it and of those before has been read."""

    def __init__(self, what: str, total: int) -> None:
        self.what, self.total, self.read_bytes = what, total, 0
        self.file: BinaryIO | None = None

    def read(self, size: int = -1) -> bytes:
        assert self.file is not None
        data = self.file.read(size)
        self.read_bytes += len(data)
        return data

    def words(self) -> str:
        return _of(self.what, self.read_bytes, self.total)


def _of(what: str, done: int, total: int) -> str:
    if not total:
        return what if not done else f"{what}: {done / MEGABYTE:.0f} MB"
    return f"{what}: {min(done, total) / MEGABYTE:.0f} of {total / MEGABYTE:.0f} MB"
