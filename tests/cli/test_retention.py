# SPDX-License-Identifier: EUPL-1.2
"""`troskel retention show|preview|blank`: the plan, due rows, and blanked rows; only JSON on stdout with --json."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acts.test_retention import former_client, years_pass
from tests.town import CODE, Town, founded, snapshot, town
from troskel.cli.main import main
from troskel.journal.verification import verify
from troskel.routine.retention import KINDS

__all__ = ["founded", "town"]

RunCommand = Callable[..., Any]


@pytest.fixture
def run_command(town: Town, capsys: pytest.CaptureFixture[str]) -> RunCommand:
    """Runs `troskel retention …` six years after three clients have ended. Returns JSON, or the text."""
    for _ in range(3):
        former_client(town)
    years_pass(town)

    def run(*arguments: str, code: int = 0) -> Any:
        with town.standing():
            assert main(["retention", *arguments]) == code
        output = capsys.readouterr()
        if code:
            return output.err
        return json.loads(output.out) if "--json" in arguments else output.out

    return run


def test_show_prints_the_plan_and_due_rows(run_command: RunCommand) -> None:
    plan = run_command("show", "--json")
    assert {kind["id"] for kind in plan["kinds"]} == set(KINDS)
    names = next(kind for kind in plan["kinds"] if kind["id"] == "names")
    assert (names["due"], names["basis"], names["years"], names["exempt_days"]) == (
        3,
        "2025:400",
        5,
        [5, 15, 25],
    )
    text = run_command("show")
    assert "Gallringsplan" in text
    assert "SFS 2025:400 · 5 år · sista anteckningen i kundens akt" in text
    assert "Retention plan" in run_command("show", "--language", "en")


def test_preview_changes_nothing_and_matches_blank(run_command: RunCommand) -> None:
    before = snapshot()
    foreseen = run_command("preview", "--json")
    assert snapshot() == before
    done = run_command("blank", "--all", "--json")
    assert done == foreseen
    assert {row["kind"]: row["blanked"] for row in done}["names"] == 3
    assert verify(CODE).blanked == 3


def test_blank_runs_in_batches(run_command: RunCommand) -> None:
    (foreseen,) = run_command("preview", "names", "--limit", "2", "--json")
    assert (foreseen["blanked"], foreseen["remain"]) == (2, 1)
    (done,) = run_command("blank", "names", "--limit", "2", "--json")
    assert (done["blanked"], done["remain"]) == (3, 0)
    assert "0  names" in run_command("blank", "names")


def test_usage_error_is_one_line(run_command: RunCommand) -> None:
    assert "say which kinds, or --all" in run_command("blank", code=2)
    assert "which names free_text, names" in run_command("blank", "shoes", code=2)
    assert "lies ahead" in run_command("preview", "names", "--on", "2040-01-01", code=2)
    assert "No retention plan is in force on 1 January 2020" in run_command(
        "show", "--on", "2020-01-01", code=2
    )


def test_invalid_custom_plan_is_reported_with_its_line(
    run_command: RunCommand, tmp_path: Path, settings: Any
) -> None:
    settings.TROSKEL_RETENTION = str(tmp_path)
    (tmp_path / "retention-2026-01-01.toml").write_text("[header]\nid = 3\n", "utf-8")
    assert "retention-2026-01-01.toml:2: header id: must be a text" in run_command("show", code=2)
