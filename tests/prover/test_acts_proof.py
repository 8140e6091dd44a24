# SPDX-License-Identifier: EUPL-1.2
"""The second layer: courses of acts in a household, and then all that is asked is done (a small part of it)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from troskel.duties.routines import SHIPPED

ROOT = Path(__file__).parent.parent.parent
BASE = ROOT / "tests" / "plays" / "base-one.jsonl"


def prove(file: Path, *more: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """In a process of its own, whose database is in memory."""
    command = [
        sys.executable,
        "-c",
        "import sys; from troskel.cli.main import main; sys.exit(main())",
        "routine",
        "prove",
        str(file),
        "--acts",
        str(BASE),
        "--depth",
        "1",
    ]
    known = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
    return subprocess.run(
        [*command, *more], capture_output=True, text=True, env=known | environment, check=False, cwd=ROOT
    )


def test_all_that_is_asked_can_be_done() -> None:
    done = prove(SHIPPED)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "base-one: " in done.stderr and ", 0 counterexamples" in done.stderr


def test_what_cannot_be_done_as_it_is_asked_is_told_with_its_play(tmp_path: Path) -> None:
    """The removal is asked of the assessor, who can't order it."""
    text = SHIPPED.read_text(encoding="utf-8")
    ask = 'ask = "order"\nkind = "duty"\nof = "last_provider"'
    assert ask in text
    broken = tmp_path / "2016-11-29.toml"
    broken.write_text(text.replace(ask, ask.replace("last_provider", "assessor")), encoding="utf-8")
    done = prove(broken, "--plays", str(tmp_path / "plays"))
    assert done.returncode == 1, done.stderr
    assert "P6.order" in done.stdout
    (play, *_) = sorted((tmp_path / "plays").glob("*P6.order.jsonl"))
    first, include, *steps = play.read_text(encoding="utf-8").splitlines()
    assert "P6.order" in first and include == '{"include": "base-one.jsonl"}'
    assert steps.index("# then all that is asked is done:") == 1


def test_it_is_refused_in_production() -> None:
    done = prove(SHIPPED, TROSKEL_PRODUCTION="true", TROSKEL_HOSTS="troskel.example")
    assert done.returncode == 2 and "TROSKEL_PRODUCTION" in done.stderr
