# SPDX-License-Identifier: EUPL-1.2
"""The versions of the routine. A version's text never changes, so it is cached in the process."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from django.db.models import QuerySet

from troskel.duties.models import Duty, RoutineVersion
from troskel.duties.queries import DutyFacts
from troskel.ground.compiled_query import CompiledQuery
from troskel.routine import Routine, Routines, deadlines, parser

_PACKAGE = Path(__file__).resolve().parents[1]
_ROUTINES = _PACKAGE / "shipped"  # in the built wheel
if not _ROUTINES.is_dir():
    _ROUTINES = _PACKAGE.parents[1] / "routines"  # in a checkout
SHIPPED = _ROUTINES / "troskelby" / "2016-11-29.toml"
"""The routine of Tröskelby, which one's own is written from. The retention plans lie beside it."""


@lru_cache(maxsize=1)
def shipped() -> Routine:
    """Tröskelby's routine."""
    return parser.read_routine(SHIPPED)


@lru_cache(maxsize=1024)
def version(digest: str) -> Routine:
    """The version with this digest. Raises KeyError where there is none."""
    row = RoutineVersion.objects.filter(digest=digest).values("text", "name").first()
    if row is None:
        raise KeyError(digest)
    return parser.parse_routine(row["text"].encode(), row["name"], stored=True)


def attest_from(duty: Duty | DutyFacts) -> date | None:
    """The first day the duty may be attested; None where any day will do, date.max while the day is not known."""
    routine = version(duty.version)
    ask = routine.asks[duty.paragraph, duty.ask]
    return deadlines.attest_from(ask, duty.opened, duty.due, routine.header.free_eves)


@lru_cache(maxsize=512)
def of_municipality(municipality: str, newest: UUID | None) -> Routines:
    """The municipality's approved versions, cached by the newest of them. Callers must not change it."""
    return read(municipality)


def read(municipality: str) -> Routines:
    """The approved versions of a municipality, and from which day each is in force."""
    rows = list(_approved(municipality).order_by("sequence").values_list("in_force_from", "digest"))
    in_force = [(begins, digest) for begins, digest in rows if begins]
    return Routines({digest: version(digest) for _, digest in rows}, in_force)


def newest(municipality: str) -> UUID | None:
    """The row of the version approved last, whose id names the state of them all; None where there is none yet.

    Its digest would not do: the same file may come into force on another day.
    """
    return next((row for (row,) in _NEWEST(municipality)), None)


def approved_last(municipality: str) -> Routine | None:
    """The version approved last."""
    digest = _approved(municipality).order_by("-sequence").values_list("digest", flat=True).first()
    return version(digest) if digest else None


def _approved(municipality: str) -> QuerySet[RoutineVersion]:
    return RoutineVersion.objects.filter(municipality=municipality, sequence__isnull=False)


_NEWEST = CompiledQuery(
    lambda municipality: _approved(municipality).order_by("-sequence").values_list("id")[:1]
)
