# SPDX-License-Identifier: EUPL-1.2
"""Imports nights by `troskel import`, in this process, with the clock frozen at the night."""

from __future__ import annotations

import contextlib
import io
import json
from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from tests.exchange.nights import DAY, Lines, files
from tests.town import CODE
from troskel.acts.chapters import REGISTER
from troskel.acts.turning_the_day import catch_up
from troskel.cli.main import main
from troskel.duties.models import Duty
from troskel.duties.replay import discrepancies
from troskel.ground import clock
from troskel.people.roles import Actor, Role

YESTERDAY = DAY - timedelta(days=1)
ASSESSOR = Actor(municipality=CODE, role=Role.ASSESSOR)


def morning(day: date) -> Any:
    return clock.frozen_at(datetime.combine(day, time(4), clock.STOCKHOLM))


def troskel(*arguments: str, day: date = DAY) -> tuple[int, Any]:
    """Returns the exit code, and stdout parsed as JSON (None when empty)."""
    with morning(day), contextlib.redirect_stdout(io.StringIO()) as output:
        code = main([*arguments, "--json"])
    return code, json.loads(output.getvalue()) if output.getvalue() else None


def take_in(folder: Path, *options: str, day: date = DAY) -> Any:
    code, output = troskel("import", str(folder), "--day", day.isoformat(), *options, day=day)
    assert code == 0
    return output


class Nights:
    """Writes nights to a folder and takes them in, one day after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.day, self.told = folder, YESTERDAY - timedelta(days=1), {}
        self.count = 0

    def write_files(self, lines: Lines) -> Path:
        self.count += 1
        night = self.folder / f"night-{self.count}"
        night.mkdir()
        for name, data in files(lines).items():
            (night / f"{name}.csv").write_bytes(data)
        return night

    def take_in(self, lines: Lines, *options: str, day: date | None = None) -> dict[str, int]:
        """Take a night in, and the same again, which changes nothing. Gives what the acts changed."""
        self.day = day or self.day + timedelta(days=1)
        night = self.write_files(lines)
        output = take_in(night, *options, day=self.day)
        assert sum(take_in(night, day=self.day)["acts"].values()) == 0
        assert discrepancies(CODE) == []
        acts: dict[str, int] = output["acts"]
        return acts

    def act(self, name: str, **values: Any) -> None:
        """An assessor acts at noon of the last night's day."""
        with clock.frozen_at(datetime.combine(self.day, time(12), clock.STOCKHOLM)):
            REGISTER[name].perform(ASSESSOR, values)

    def advance_days(self, days: int) -> None:
        last = self.day + timedelta(days=days)
        while self.day < last:  # a longer jump of the clock would wait for a person
            self.day = min(self.day + timedelta(days=7), last)
            with morning(self.day):
                catch_up(CODE)


def names(state: str = "open", kind: str | None = None, reference: str | None = None) -> Counter[str]:
    rows = Duty.objects.filter(state=state)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(client__reference=reference) if reference else rows
    return Counter(f"{row.paragraph}.{row.ask}" for row in rows)


def organisations_with(name: str) -> list[str | None]:
    paragraph, ask = name.split(".")
    rows = Duty.objects.select_related("organisation").filter(paragraph=paragraph, ask=ask, state="open")
    return sorted(row.organisation.orgnr if row.organisation else "" for row in rows)
