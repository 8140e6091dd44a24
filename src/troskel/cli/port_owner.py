# SPDX-License-Identifier: EUPL-1.2
"""Which program listens on a port of this machine: as Linux tells it to whoever may look at that program."""

from __future__ import annotations

import os
from pathlib import Path

LISTENING = "0A"
MAX_WORDS = 100


def owner_of(port: int, proc: Path = Path("/proc")) -> str:
    """Returns the process that listens, as "process 4711 (python3 -m …)"; empty where that can't be seen."""
    inodes = {
        f"socket:[{inode}]" for table in ("tcp", "tcp6") for inode in _listening(proc / "net" / table, port)
    }
    if not inodes:
        return ""
    for process in sorted(
        (one for one in proc.iterdir() if one.name.isdigit()), key=lambda one: int(one.name)
    ):
        if _has_open(process / "fd", inodes):
            return f"process {process.name}{_words_of(process)}"
    return ""


def _listening(table: Path, port: int) -> list[str]:
    try:
        rows = [line.split() for line in table.read_text("ascii").splitlines()[1:]]
    except OSError:
        return []
    wanted = f":{port:04X}"
    return [row[9] for row in rows if row[1].endswith(wanted) and row[3] == LISTENING]


def _has_open(folder: Path, inodes: set[str]) -> bool:
    try:
        return any(os.readlink(file) in inodes for file in folder.iterdir())
    except OSError:  # another person's, or it has just ended
        return False


def _words_of(process: Path) -> str:
    try:
        words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace").strip()
    except OSError:
        return ""
    return f" ({words[:MAX_WORDS]}{'…' if len(words) > MAX_WORDS else ''})" if words else ""
