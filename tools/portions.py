# SPDX-License-Identifier: EUPL-1.2
"""How the tests are divided among processes: which files run together, on which database, by what they cost.

Nothing is started here. The costs stand in `tests/durations.json`, in CPU seconds of some machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tools.environment import ROOT

RECORD = ROOT / "tests" / "durations.json"
SQLITE, POSTGRESQL, BROWSER = "SQLite", "PostgreSQL", "browser"
"""What a file costs is told for each of these. The browser's tests have a server and a database of their own."""

UNKNOWN = 0.5
"""Seconds of a file that is not recorded: it is new, or so quick that it isn't worth a line."""

START = 4.0
"""Seconds for a process to import and collect."""

GROWN, WORTH_A_WORD = 1.5, 3.0
"""Times what was recorded, and seconds more than that: from here on a file is told to have grown."""

QUICK_SECONDS = 110.0
"""What a quick run of the tests may cost in all: it takes the files that cost least."""

Costs = Mapping[str, Mapping[str, float]]
"""By file, below the checkout, and then by `SQLITE`, `POSTGRESQL`, `BROWSER`."""


class Portion(NamedTuple):
    """Files that one process runs."""

    part: str
    files: tuple[str, ...]
    seconds: float


def all_files(root: Path = ROOT) -> list[str]:
    """Every file of tests."""
    return sorted(str(file.relative_to(root)) for file in (root / "tests").rglob("test_*.py"))


def of_the_browser(file: str) -> bool:
    """Whether the file's tests need a browser."""
    return file.startswith("tests/browser/")


def quickest(files: Iterable[str], part: str, costs: Costs) -> list[str]:
    """The files without a browser that cost least, as many as a quick run has time for."""
    left, chosen = QUICK_SECONDS, []
    for seconds, file in sorted(
        (costs.get(file, {}).get(part, UNKNOWN), file) for file in files if not of_the_browser(file)
    ):
        left -= seconds
        if left < 0:
            break
        chosen.append(file)
    return chosen


def portions(files: Iterable[str], parts: Sequence[str], costs: Costs, cores: int) -> list[Portion]:
    """The files of each part, divided; the heaviest first, so that the lightest fill up the end."""
    files = list(files)
    others = len([part for part in parts if part != BROWSER])
    made = []
    for part in parts:
        mine = [file for file in files if of_the_browser(file) == (part == BROWSER)]
        count = cores + 1 if part == BROWSER else max(2, cores // others)  # a long one at the end runs alone
        for together in _of_a_folder(mine) if part == BROWSER else [mine]:
            share = _cost(part, together, costs) / (_cost(part, mine, costs) or 1)
            made += _divided(part, together, costs, max(1, round(count * share)))
    return sorted(made, key=lambda portion: -portion.seconds)


def _of_a_folder(files: Sequence[str]) -> list[list[str]]:
    """The browser's files by folder: those of one share a town, which each process has to fill and serve."""
    folders: dict[str, list[str]] = {}
    for file in files:
        folders.setdefault(file.rpartition("/")[0], []).append(file)
    return [*folders.values()]


def _cost(part: str, files: Iterable[str], costs: Costs) -> float:
    return sum(costs.get(file, {}).get(part, UNKNOWN) for file in files)


def _divided(part: str, files: list[str], costs: Costs, count: int) -> list[Portion]:
    """So many portions of about the same cost; fewer where there are fewer files."""
    cost = {file: costs.get(file, {}).get(part, UNKNOWN) for file in files}
    piles: list[list[str]] = [[] for _ in range(min(count, len(files)))]
    for file in sorted(files, key=lambda file: (-cost[file], file)):
        lightest = min(piles, key=lambda pile: sum(cost[one] for one in pile))
        lightest.append(file)
    return [Portion(part, tuple(sorted(pile)), START + sum(cost[one] for one in pile)) for pile in piles]


def recorded() -> dict[str, dict[str, float]]:
    """The costs that stand in the repository; none where the file is missing."""
    if not RECORD.is_file():
        return {}
    told: dict[str, dict[str, float]] = json.loads(RECORD.read_text("utf-8"))
    return told


def record(costs: Costs) -> None:
    """Write the costs, a line a file, in whole seconds; what costs less than one is left out."""
    lines = []
    for file in sorted(costs):
        kept = {part: round(seconds) for part, seconds in sorted(costs[file].items()) if round(seconds)}
        if kept:
            lines.append(f"  {json.dumps(file)}: {json.dumps(kept)}")
    RECORD.write_text("{\n" + ",\n".join(lines) + "\n}\n", "utf-8")


def grown(before: Costs, now: Costs) -> list[str]:
    """Which files cost much more than was recorded, in words; a quicker or slower machine grows nothing."""
    pairs = [
        (file, part, before.get(file, {}).get(part, UNKNOWN), seconds)
        for file, parts in sorted(now.items())
        for part, seconds in sorted(parts.items())
    ]
    pace = sum(seconds for *_, seconds in pairs) / (sum(was for *_, was, _ in pairs) or 1)
    return [
        f"{file} on {part}: {was:.0f} s → {seconds / pace:.0f} s"
        for file, part, was, seconds in pairs
        if seconds / pace > max(GROWN * was, was + WORTH_A_WORD)
    ]
