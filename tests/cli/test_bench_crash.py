# SPDX-License-Identifier: EUPL-1.2
"""What `troskel bench crash` counts as lost and doubled; and a short run of it. The long one: --kills 200."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from troskel.cli.bench_crash import Acknowledged, judged

RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"
BEFORE = {1: "found_municipality"}
TWO = [Acknowledged("allocate", (2, 3)), Acknowledged("register_things", (4,))]


@pytest.mark.parametrize(
    ("told", "journal", "lost", "doubled"),
    [
        (TWO, {2: "allocate", 3: "allocate", 4: "register_things"}, 0, 0),
        (TWO, {2: "allocate", 3: "allocate", 4: "register_things", 5: "turn_the_day"}, 0, 0),
        (TWO, {2: "allocate", 3: "allocate"}, 1, 0),
        (TWO, {2: "allocate", 3: "allocate", 4: "turn_the_day"}, 1, 0),
        (TWO, {2: "allocate", 3: "allocate", 4: "register_things", 5: "allocate"}, 0, 1),
        ([*TWO, TWO[1]], {2: "allocate", 3: "allocate", 4: "register_things"}, 0, 1),
    ],
)
def test_what_is_lost_and_what_is_doubled(
    told: list[Acknowledged], journal: dict[int, str], lost: int, doubled: int
) -> None:
    found = judged(told, BEFORE, BEFORE | journal)
    assert (found["acknowledged"], found["lost"], found["doubled"]) == (len(told), lost, doubled)


@pytest.mark.thorough
@pytest.mark.once
def test_a_child_and_a_worker_are_killed(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "bench", "crash", "--kills", "2"],
        env={**clean, "TROSKEL_DATABASE": f"sqlite:///{tmp_path}/none.sqlite3"},
        capture_output=True,
        text=True,
        check=False,
    )
    report: Any = json.loads(ran.stdout)
    assert (ran.returncode, report["kills"]) == (0, {"child": 1, "worker": 1})
    assert (report["lost"], report["doubled"], report["wrong"], report["chain"]) == (0, 0, {}, "unbroken")
    assert report["acknowledged"] > 0
