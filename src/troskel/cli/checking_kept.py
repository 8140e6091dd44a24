# SPDX-License-Identifier: EUPL-1.2
"""What `troskel check` looks at of what keeps the journal: triggers, signed heads, days that are turned, backups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError

from troskel.cli.findings import CheckFinding, missing, note, ok
from troskel.duties import days
from troskel.ground import clock
from troskel.ground.backup_files import backups
from troskel.ground.environment import WrongSettings
from troskel.keeping import guards, heads

LONGEST_WITHOUT = timedelta(days=2)


def findings(codes: list[str]) -> Iterator[CheckFinding]:
    """Yields what is found of the municipalities."""
    yield from _triggers()
    for code in codes:
        yield from _days(code)
    if codes:
        yield from _heads(codes)
    if settings.TROSKEL_BACKUP:
        yield from _backups(settings.TROSKEL_BACKUP)


def _triggers() -> Iterator[CheckFinding]:
    try:
        wrong = guards.differing()
    except DatabaseError as error:
        yield note("triggers", f"they can't be compared: {str(error).strip().splitlines()[0]}")
        return
    if wrong:
        told = "; ".join(wrong)
        yield missing("triggers", f"{told}: 'troskel migrate' restores them, 'journal verify' looks further")
    else:
        yield ok("triggers", "as 'troskel migrate' makes them")


def _heads(codes: list[str]) -> Iterator[CheckFinding]:
    try:
        known = heads.known_in_own_file()
    except (OSError, WrongSettings) as error:
        yield note("journal", f"signed heads can't be read: {error}")
        return
    wrong = known.faults + [words for code in codes for words in heads.behind(code, known)]
    yield from (note("journal", f"{words} ('troskel journal verify')") for words in wrong)
    last = heads.last_signed()
    if last is None:
        yield note(
            "journal", "its heads have not been signed: the worker does so daily, and 'troskel journal sign'"
        )
    elif clock.now() - last > LONGEST_WITHOUT:
        yield note("journal", f"its heads were signed last on {clock.day_of(last)}: does the worker run?")
    elif not wrong:
        yield ok("journal", f"contains the heads that were signed, the last on {clock.day_of(last)}")


def _days(code: str) -> Iterator[CheckFinding]:
    today, last = clock.today(), days.last_turned(code)
    if last is None:
        return
    if last > today:
        words = f"{code} has had the day {last} turned, and it is {today}: 'troskel day take-back'"
        yield missing("clock", words) if settings.PRODUCTION else note("clock", words)
    elif days.waits(code, last, today):
        yield note(
            "clock",
            f"in {code} no day is turned since {last} until somebody says which it is: 'troskel day confirm'",
        )


def _backups(folder: Path) -> Iterator[CheckFinding]:
    try:
        made = list(backups(folder).values())
    except OSError as error:
        yield note("backup", f"{folder} can't be read: {error.strerror}")
        return
    if not made:
        yield note("backup", f"there is none in {folder}: 'troskel backup'")
    elif clock.now() - made[-1] > LONGEST_WITHOUT:
        yield note("backup", f"the newest in {folder} is of {clock.day_of(made[-1])}: does its timer run?")
    else:
        yield ok("backup", f"the newest is of {clock.day_of(made[-1])}; 'troskel backup drill' tries it")
