# SPDX-License-Identifier: EUPL-1.2
"""Commands, run in the process of the test and in its database; and a municipality that begins by one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.town import founded, town
from troskel.cli import main as program
from troskel.duties import routines

FIRST = 'ask = "inform"\nkind = "duty"\nof = "assessor"\nper = "client"\non = ["decision.made", '
BROKEN = routines.SHIPPED.read_text("utf-8").replace(FIRST, FIRST.replace('"decision.made", ', ""))
"""A client with a new decision is told nothing of the lock (A1)."""

__all__ = ["BROKEN", "OFFICE", "OURS", "Done", "Runs", "begin", "founded", "routine", "runs", "town"]

OURS = "1234"
OFFICE = ("2120000993", "Socialkontoret", "lasvred@annanby.example")


class Done(NamedTuple):
    """What a command came to."""

    code: int
    out: str
    err: str


Runs = Callable[..., Done]


@pytest.fixture
def runs(db: None, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runs:
    """A command in this process, in the test's database; `of`: its municipality."""

    def run(*arguments: str, of: str = "0999") -> Done:
        monkeypatch.setenv("TROSKEL_MUNICIPALITY", of)
        code = program.main(arguments)
        told = capsys.readouterr()
        assert "error of the program" not in told.err, told.err
        return Done(code, told.out, told.err)

    return run


@pytest.fixture
def routine(tmp_path: Path) -> Path:
    """The town's own routine: the shipped words under a header of its own."""
    file = tmp_path / "annanby.toml"
    file.write_text(routines.SHIPPED.read_text("utf-8").replace("TRB-HT-LAS-01", "ANB-1"), encoding="utf-8")
    return file


def begin(runs: Runs, routine: Path, *more: str, code: str = OURS, people: str = "siri maria") -> Done:
    """Runs `begin` with two administrators."""
    administrators = [word for name in people.split() for word in ("--administrator", name, name.title())]
    return runs(
        "begin", code, "Annanby", "--routine", str(routine), "--office", *OFFICE, *administrators, *more
    )
