# SPDX-License-Identifier: EUPL-1.2
"""Hard cases as plays: what each states is what the document asks, whether or not the code does it yet.

`FAILING` lists those that end otherwise today, by the kind of fault. Each is strict: who mends one takes it off.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.same_story import falling, rising
from tests.town import CODE
from troskel.cli.main import main
from troskel.duties.replay import discrepancies
from troskel.ground.ids import random_source

FOLDER = Path(__file__).parent
INCLUDED = ("base-", "founding", "mounted")
PLAYS = sorted(file.stem for file in FOLDER.glob("*.jsonl") if not file.stem.startswith(INCLUDED))

FALLING = "-with-falling-ids"
"""In these tests the ids of one instant rise. With this ending each is lower than the one before: nothing is decided by
an id (rule 11), so the play ends the same."""
EVERY_DAY = [name + FALLING * (number % 2) for number, name in enumerate(PLAYS)]
"""Each play one of the two ways; the other way is a long test's."""
OTHER_WAY = sorted({*PLAYS, *(name + FALLING for name in PLAYS)} - {*EVERY_DAY})

FAILING: dict[str, str] = {}


class OtherwiseError(AssertionError):
    """The play ran, and something was otherwise than it states."""


def listed(name: str) -> Any:
    """A play, marked where it is known to fail. A play that is invalid, or breaks the code, fails all the same."""
    marks = [pytest.mark.xfail(raises=OtherwiseError, reason=FAILING[name])] if name in FAILING else []
    return pytest.param(name, marks=marks, id=name)


@pytest.mark.parametrize("name", [listed(name) for name in EVERY_DAY])
@pytest.mark.django_db
@pytest.mark.once
def test_play_ends_as_the_document_asks(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    ends_as_asked(name, capsys)


@pytest.mark.long
@pytest.mark.parametrize("name", [listed(name) for name in OTHER_WAY])
@pytest.mark.django_db
def test_play_ends_so_with_ids_the_other_way(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    ends_as_asked(name, capsys)


def ends_as_asked(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with random_source(falling() if name.endswith(FALLING) else rising()):
        exit_code = main(["play", str(FOLDER / f"{name.removesuffix(FALLING)}.jsonl")])
    output = capsys.readouterr()
    assert exit_code in (0, 1), output.err
    assert discrepancies(CODE) == [], "what is stored is what the journal gives"
    if exit_code:
        told = [line for line in output.out.splitlines() if "NOT AS" in line or line.startswith(" " * 18)]
        raise OtherwiseError("\n".join([*told, output.err]))


@pytest.mark.parametrize("name", PLAYS)
def test_play_says_what_is_expected_and_why(name: str) -> None:
    heading = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").partition("{")[0]
    assert heading.startswith("# ") and "# Why: " in heading


def test_list_of_failing_plays_names_plays() -> None:
    assert set(FAILING) <= {*EVERY_DAY, *OTHER_WAY}
