# SPDX-License-Identifier: EUPL-1.2
"""The repository contains no address of a package index, and no local path."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent.parent
SOURCE = {".py", ".js", ".css", ".sh"}
SPDX = "SPDX-License-Identifier: EUPL-1.2"
MAX_LINES = 400  # lines of a file in src; past that it is split by act
# Put together here, so that this file does not hold what it looks for.
HOSTS = re.compile(
    "|".join(["py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(org|com)", "arti" + "factory"])
)
HOMES = re.compile(
    r"(?<![\w.{}<])/(?:" + "|".join(["ro" + "ot", "wo" + "rk", "ho" + "me", "Us" + r"ers)/(?=\w"]) + ")"
)


def tracked() -> list[Path]:
    """Every file that git knows and that lies here."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        pytest.skip("no git here, or no repository: nothing is tracked")
    return [path for name in listed.stdout.split("\0") if name and (path := CHECKOUT / name).is_file()]


def text_of(file: Path) -> str:
    """The text of a file; nothing for one that holds no text."""
    content = file.read_bytes()
    return "" if b"\0" in content else content.decode(errors="replace")


def matches(pattern: re.Pattern[str]) -> list[str]:
    """Where the pattern occurs, as file, line and words."""
    return [
        f"{file.relative_to(CHECKOUT)}:{number}: {match[0]}"
        for file in tracked()
        for number, line in enumerate(text_of(file).splitlines(), 1)
        if (match := pattern.search(line))
    ]


def test_no_file_names_a_package_index() -> None:
    assert matches(HOSTS) == []


def test_no_file_contains_a_local_path() -> None:
    assert matches(HOMES) == []


@pytest.mark.parametrize("path", ["/ro" + "ot/x", "see /wo" + "rk/main", '"/ho' + 'me/anna"'])
def test_local_path_is_found(path: str) -> None:
    assert HOMES.search(path)


@pytest.mark.parametrize(
    "path", ["https://example.org/home/x", "api/work/x", "{base}/home/x", "/home", "/work/<id>"]
)
def test_web_address_is_no_local_path(path: str) -> None:
    assert not HOMES.search(path)


def test_every_source_file_names_the_licence() -> None:
    sources = [file for file in tracked() if file.suffix in SOURCE or file.name in ("dev", "run")]
    checked = [file for file in sources if "migrations" not in file.parts and text_of(file)]
    assert [str(file.relative_to(CHECKOUT)) for file in checked if SPDX not in text_of(file)[:200]] == []


def test_no_source_file_exceeds_max_lines() -> None:
    long = {
        str(file.relative_to(CHECKOUT)): text_of(file).count("\n")
        for file in tracked()
        if file.suffix == ".py"
    }
    assert {
        name: lines for name, lines in long.items() if name.startswith("src/") and lines > MAX_LINES
    } == {}
