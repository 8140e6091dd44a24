# SPDX-License-Identifier: EUPL-1.2
"""Short simulations with different seeds: every rule holds after each day, without unexpected refusals."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.conf import settings

from tests.town import CODE
from troskel.duties import routines
from troskel.ground import clock
from troskel.simulator.run import SimulationResult, simulate

pytestmark = pytest.mark.django_db
ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
FEW, MANY = [1], [2] if ON_SQLITE else []
"""What differs between the databases, other tests ask; lives are many on the quicker one."""
SEEDS = [*FEW, *(pytest.param(seed, marks=pytest.mark.thorough) for seed in MANY)]


@pytest.fixture(autouse=True)
def _clear_routine_cache() -> None:
    routines.of_municipality.cache_clear()


def run_simulation(seed: int, days: int, clients: int) -> SimulationResult:
    """Lived up to a day that stands: the same seeds are tried whenever the tests run."""
    with clock.frozen_at(datetime(2026, 11, 26, 0, 30, tzinfo=clock.STOCKHOLM)):
        return simulate(CODE, days=days, clients=clients, seed=seed, check=True, tell=lambda text: None)


@pytest.mark.parametrize("seed", SEEDS)
def test_short_simulation_breaks_no_rule(seed: int) -> None:
    result = run_simulation(seed, days=25, clients=8)
    assert result.broken == []
    assert result.faults == []
    assert result.days_checked == 25
    assert result.acts > 100


@pytest.mark.long
@pytest.mark.parametrize("seed", range(3, 521))
def test_longer_simulation_breaks_no_rule(seed: int) -> None:
    result = run_simulation(seed, days=70, clients=20)
    assert (result.broken, result.faults) == ([], [])


@pytest.mark.long
def test_two_years_break_no_rule() -> None:
    result = run_simulation(seed=521, days=730, clients=100)
    assert (result.broken, result.faults) == ([], [])
