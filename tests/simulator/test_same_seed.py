# SPDX-License-Identifier: EUPL-1.2
"""The same seed on the same day produces the same journal, in another process with another hash seed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

NOW = "2026-11-20T12:00:00+01:00"
RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"


def begin(seed: int, hashes: str, file: Path) -> subprocess.Popen[str]:
    command = ["simulate", "--days", "18", "--clients", "6", "--seed", str(seed), "--json"]
    command += ["--database", f"sqlite:///{file}"]
    clean = {key: value for key, value in os.environ.items() if not key.startswith("TROSKEL_")}
    return subprocess.Popen(
        [sys.executable, "-c", RUN, *command],
        env={**clean, "PYTHONHASHSEED": hashes, "TROSKEL_NOW": NOW, "PYTHONPATH": os.pathsep.join(sys.path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result_of(process: subprocess.Popen[str]) -> dict[str, Any]:
    out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    (result,) = json.loads(out)
    return {key: result[key] for key in ("journal", "acts", "by_act", "faults")}


def test_same_seed_repeats_the_journal_and_other_seeds_differ(tmp_path: Path) -> None:
    lives = ((5, "1"), (5, "2"), (6, "1"))
    processes = [begin(*life, tmp_path / f"{number}.sqlite3") for number, life in enumerate(lives)]
    first, second, third = map(result_of, processes)
    assert first == second
    assert first["journal"] != third["journal"]
    assert first["acts"] > 50
