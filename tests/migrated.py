# SPDX-License-Identifier: EUPL-1.2
"""SQLite's database with its tables, made once for a state of the source and copied ever after.

Kept beside pytest's own cache. Any change in `src` makes it anew: what a migration needs may lie anywhere.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent
KEPT = CHECKOUT / ".pytest_cache" / "migrated"


def copy_to(file: Path) -> bool:
    """Copy it; False where it is not made yet."""
    with contextlib.suppress(FileNotFoundError):
        shutil.copyfile(_kept(), file)
        return True
    return False


def keep(file: Path) -> None:
    """Keep a copy of this database, which has its tables and no rows of a test; older ones go."""
    made = _kept()
    KEPT.mkdir(parents=True, exist_ok=True)
    for old in KEPT.glob("*.sqlite3"):
        old.unlink(missing_ok=True)
    unready = made.with_suffix(f".{os.getpid()}")
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("VACUUM INTO ?", [str(unready)])
    unready.replace(made)  # at once: another process sees a whole one or none


def _kept() -> Path:
    state = hashlib.sha256(sqlite3.sqlite_version.encode())
    for source in [CHECKOUT / "requirements.txt", *sorted((CHECKOUT / "src").rglob("*.py"))]:
        state.update(f"{source.relative_to(CHECKOUT)}\0".encode())
        state.update(source.read_bytes())
    return KEPT / f"{state.hexdigest()[:32]}.sqlite3"
