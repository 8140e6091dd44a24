# SPDX-License-Identifier: EUPL-1.2
"""The worker and the commands of a clock that has jumped: the town stands in another year than this machine."""

from __future__ import annotations

from tests.cli.conftest import Runs
from tests.town import Town
from troskel.ground import clock


def test_the_worker_waits_and_a_person_lets_it_go_on(town: Town, runs: Runs) -> None:
    assert clock.today() > town.today
    stopped = runs("worker", "--once")
    assert stopped.code == 1
    assert "day confirm" in runs("check", "--running").out
    assert runs("day", "confirm", "2026-01-01", "--as", "siri").code == 2
    assert runs("day", "confirm", "--as", "siri").code == 0
    assert runs("day", "take-back", "--as", "siri").code == 2
    assert "day confirm" not in runs("check", "--running").out
