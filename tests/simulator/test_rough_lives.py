# SPDX-License-Identifier: EUPL-1.2
"""Rough lives: told late, withdrawn, corrected, undone, bankrupt. Every rule holds after each day (rule 9 too)."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.town import CODE
from troskel.duties import routines
from troskel.ground import clock
from troskel.simulator.run import SimulationResult, simulate

pytestmark = [pytest.mark.django_db, pytest.mark.once]


@pytest.fixture(autouse=True)
def _clear_routine_cache() -> None:
    routines.of_municipality.cache_clear()


def lived(seed: int, days: int, clients: int) -> SimulationResult:
    with clock.frozen_at(datetime(2026, 11, 26, 0, 30, tzinfo=clock.STOCKHOLM)):
        return simulate(
            CODE, days=days, clients=clients, seed=seed, check=True, tell=lambda text: None, is_rough=True
        )


@pytest.mark.parametrize("seed", [3])
def test_a_rough_month_breaks_no_rule(seed: int) -> None:
    result = lived(seed, days=20, clients=5)
    assert result.broken == []
    assert sum(result.refused.values()) > 0


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 301))
def test_no_rough_life_breaks_a_rule(seed: int) -> None:
    assert lived(seed, days=120, clients=10).broken == []
