# SPDX-License-Identifier: EUPL-1.2
"""The versions of the routine. A text never changes, so what has been read once is kept in this process."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from troskel.duties.models import RoutineVersion
from troskel.routine import Routine, Routines, reading

SHIPPED = Path(__file__).resolve().parents[3] / "routines" / "troskelby" / "2016-11-29.toml"
"""The routine that a municipality begins with."""


@lru_cache(maxsize=1024)
def version(digest: str) -> Routine:
    """The version with this digest. Raises KeyError where there is none."""
    row = RoutineVersion.objects.filter(digest=digest).values("text", "name").first()
    if row is None:
        raise KeyError(digest)
    return reading.parse_routine(row["text"].encode(), row["name"])


@lru_cache(maxsize=512)
def of_municipality(municipality: str, newest: str) -> Routines:
    """All versions of a municipality, as it stands when `newest` is the newest. Not to be changed: it is kept."""
    return read(municipality)


def read(municipality: str) -> Routines:
    """All versions of a municipality, and from which day each is in force."""
    rows = list(RoutineVersion.objects.filter(municipality=municipality).order_by("sequence"))
    in_force = [(row.in_force_from, row.digest) for row in rows if row.in_force_from]
    return Routines({row.digest: version(row.digest) for row in rows}, in_force)


def newest(municipality: str) -> str:
    """The digest of the newest version, which names the state of them all; empty where there is none yet."""
    rows = RoutineVersion.objects.filter(municipality=municipality).order_by("-sequence")
    return rows.values_list("digest", flat=True).first() or ""
