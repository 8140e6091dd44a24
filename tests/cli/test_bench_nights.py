# SPDX-License-Identifier: EUPL-1.2
"""`troskel bench nights` takes a small night in, beside others who act and look. No figure of time is asserted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

RUN = "import sys; from troskel.cli.main import main; sys.exit(main())"


@pytest.mark.long
@pytest.mark.once
def test_nights_and_visits_are_measured(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
    ran = subprocess.run(
        [sys.executable, "-c", RUN, "bench", "nights", "--nights", "10", "40", "--workers", "2"],
        env={**clean, "TROSKEL_DATABASE": f"sqlite:///{tmp_path}/none.sqlite3"},
        capture_output=True,
        text=True,
        check=True,
    )
    report: Any = json.loads(ran.stdout)
    assert [night["clients"] for night in report["nights"]] == [10, 40]
    assert [night["lines"] for night in report["nights"]] == [43, 163]
    for night in report["nights"]:
        for others in (night["others"], night["next_day"]["others"]):
            assert {told["errors"] for told in others.values()} == {0}
    assert [server["workers"] for server in report["visits"]] == [1, 2]
    assert all([row["at_once"] for row in server["clients"]] == [1, 4, 8] for server in report["visits"])
    assert "growth_exponent" in report
    assert all(0 < night["of_bare_lines"] < 1 for night in report["nights"])
