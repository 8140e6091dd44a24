# SPDX-License-Identifier: EUPL-1.2
"""What each file of tests costs, in CPU seconds of this process and all below it: a plugin of pytest.

`tests/conftest.py` takes it up where `--costs FILE` is given; what is set up once for all is no file's cost.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

TICKS = os.sysconf("SC_CLK_TCK")
SHARED = ("session", "package")


def spent(process: int | None = None) -> float:
    """CPU seconds of a process and of all below it, the ended too, as Linux counts; without /proc, of this one."""
    try:
        folder = Path("/proc") / str(process or os.getpid())
        told = (folder / "stat").read_text().rpartition(")")[2].split()
        total = sum(int(ticks) for ticks in told[11:15]) / TICKS
        for thread in (folder / "task").iterdir():
            total += sum(spent(int(child)) for child in (thread / "children").read_text().split())
    except (OSError, ValueError):
        return 0.0 if process else sum(os.times()[:4])
    return total


class Costs:
    """Adds up, and writes at the end."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.costs: dict[str, float] = defaultdict(float)
        self.shared = 0.0

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_setup(self, item: pytest.Item) -> Generator[None, Any, Any]:
        return (yield from self._counted(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self, item: pytest.Item) -> Generator[None, Any, Any]:
        return (yield from self._counted(item))

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_teardown(self, item: pytest.Item) -> Generator[None, Any, Any]:
        return (yield from self._counted(item))

    def _counted(self, item: pytest.Item) -> Generator[None, Any, Any]:
        before, shared = spent(), self.shared
        try:
            return (yield)
        finally:  # a process that ends apart from those who wait for it takes its seconds with it: then it is below 0
            cost = spent() - before - (self.shared - shared)
            self.costs[item.nodeid.partition("::")[0]] += max(0.0, cost)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Generator[None, Any, Any]:
        if fixturedef.scope not in SHARED:
            return (yield)
        before, shared = spent(), self.shared
        try:
            return (yield)
        finally:
            self.shared = shared + spent() - before  # what it needed itself is in it

    def pytest_sessionfinish(self) -> None:
        self.file.write_text(json.dumps({file: round(cost, 2) for file, cost in self.costs.items()}))
