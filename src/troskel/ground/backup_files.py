# SPDX-License-Identifier: EUPL-1.2
"""Which files of a folder are backups, and when each was made: by its name. Half-written and other files are none."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

NAME = re.compile(r"troskel-(\d{8}T\d{6})Z\.tar\.gz(\.age)?")


def backups(folder: Path) -> dict[Path, datetime]:
    """Returns the backups in the folder and when each was made, the oldest first. Raises OSError."""
    found = {}
    with suppress(FileNotFoundError):
        for path in sorted(folder.iterdir()):
            if named := NAME.fullmatch(path.name):
                found[path] = datetime.strptime(named[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    return found
