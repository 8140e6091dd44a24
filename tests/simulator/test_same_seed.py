# SPDX-License-Identifier: EUPL-1.2
"""The same seed on the same day: the same journal to the last character, in another process with other hashes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests import migrated

NOW = "2026-11-20T12:00:00+01:00"
RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"


def begin(seed: int, hashes: str, file: Path) -> subprocess.Popen[str]:
    migrated.copy_to(file)  # else the program makes the tables
    asked = ["simulate", "--days", "18", "--clients", "6", "--seed", str(seed), "--json"]
    asked += ["--database", f"sqlite:///{file}"]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TROSKEL_")}
    return subprocess.Popen(
        [sys.executable, "-c", RUN, *asked],
        env={**clean, "PYTHONHASHSEED": hashes, "TROSKEL_NOW": NOW, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def told_by(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    (lived,) = json.loads(out)
    return {key: lived[key] for key in ("journal", "acts", "by_act", "faults")}


def test_the_same_seed_gives_the_same_journal_and_another_seed_another(tmp_path: Path) -> None:
    lives = ((5, "1"), (5, "2"), (6, "1"))
    one, again, other = (begin(*life, tmp_path / f"{n}.sqlite3") for n, life in enumerate(lives))
    first, second, third = told_by(one), told_by(again), told_by(other)
    assert first == second
    assert first["journal"] != third["journal"]
    assert first["acts"] > 50
