# SPDX-License-Identifier: EUPL-1.2
"""`troskel retention show|preview|blank`: the plan, what is due, and what is blanked; JSON alone on stdout."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acts.test_retention import former, years_pass
from tests.town import CODE, Town, founded, snapshot, town
from troskel.cli.main import main
from troskel.journal.verification import verify
from troskel.routine.retention import KINDS

__all__ = ["founded", "town"]

Said = Callable[..., Any]


@pytest.fixture
def said(town: Town, capsys: pytest.CaptureFixture[str]) -> Said:
    """What `troskel retention …` says six years after three clients have ended: JSON, or the text."""
    for _ in range(3):
        former(town)
    years_pass(town)

    def say(*arguments: str, code: int = 0) -> Any:
        with town.standing():
            assert main(["retention", *arguments]) == code
        told = capsys.readouterr()
        if code:
            return told.err
        return json.loads(told.out) if "--json" in arguments else told.out

    return say


def test_show_tells_the_plan_of_the_day_and_what_is_due(said: Said) -> None:
    shown = said("show", "--json")
    assert {kind["id"] for kind in shown["kinds"]} == set(KINDS)
    names = next(kind for kind in shown["kinds"] if kind["id"] == "names")
    assert (names["due"], names["basis"], names["years"], names["exempt_days"]) == (
        3,
        "2025:400",
        5,
        [5, 15, 25],
    )
    text = said("show")
    assert "Gallringsplan" in text
    assert "SFS 2025:400 · 5 år · sista anteckningen i kundens akt" in text
    assert "Retention plan" in said("show", "--language", "en")


def test_preview_changes_nothing_and_tells_what_blank_then_does(said: Said) -> None:
    before = snapshot()
    foreseen = said("preview", "--json")
    assert snapshot() == before
    done = said("blank", "--all", "--json")
    assert done == foreseen
    assert {row["kind"]: row["blanked"] for row in done}["names"] == 3
    assert verify(CODE).blanked == 3


def test_blank_goes_on_batch_by_batch(said: Said) -> None:
    (foreseen,) = said("preview", "names", "--limit", "2", "--json")
    assert (foreseen["blanked"], foreseen["remain"]) == (2, 1)
    (done,) = said("blank", "names", "--limit", "2", "--json")
    assert (done["blanked"], done["remain"]) == (3, 0)
    assert "0  names" in said("blank", "names")


def test_what_is_badly_asked_is_one_sentence(said: Said) -> None:
    assert "say which kinds, or --all" in said("blank", code=2)
    assert "which names free_text, names" in said("blank", "shoes", code=2)
    assert "lies ahead" in said("preview", "names", "--on", "2040-01-01", code=2)
    assert "no retention plan is in force on 2020-01-01" in said("show", "--on", "2020-01-01", code=2)


def test_a_plan_of_ones_own_that_is_wrong_is_told_with_its_line(
    said: Said, tmp_path: Path, settings: Any
) -> None:
    settings.TROSKEL_RETENTION = str(tmp_path)
    (tmp_path / "retention-2026-01-01.toml").write_text("[header]\nid = 3\n", "utf-8")
    assert "retention-2026-01-01.toml:2: header id: must be a text" in said("show", code=2)
