# SPDX-License-Identifier: EUPL-1.2
"""Short lives, each another: after each day every rule holds, and nobody is refused what the routine asked of them."""

from __future__ import annotations

from datetime import datetime

import pytest
from django.conf import settings

from tests.town import CODE
from troskel.duties import routines
from troskel.ground import clock
from troskel.simulator.simulating import Lived, simulate

pytestmark = pytest.mark.django_db
ON_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
SEEDS = range(1, 21 if ON_SQLITE else 6)
"""What differs between the databases, other tests ask; lives are many on the quicker one."""


@pytest.fixture(autouse=True)
def _forget_the_routine_of_other_tests() -> None:
    routines.of_municipality.cache_clear()


def live(seed: int, days: int, clients: int) -> Lived:
    """Lived up to a day that stands: the same seeds are tried whenever the tests run."""
    with clock.standing_at(datetime(2026, 11, 26, 0, 30, tzinfo=clock.STOCKHOLM)):
        return simulate(CODE, days=days, clients=clients, seed=seed, check=True, tell=lambda told: None)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_short_life_breaks_no_rule(seed: int) -> None:
    lived = live(seed, days=25, clients=8)
    assert lived.broken == []
    assert lived.faults == []
    assert lived.days_checked == 25
    assert lived.acts > 100


@pytest.mark.long
@pytest.mark.parametrize("seed", range(21, 521))
def test_a_longer_life_breaks_no_rule(seed: int) -> None:
    lived = live(seed, days=70, clients=20)
    assert (lived.broken, lived.faults) == ([], [])


@pytest.mark.long
def test_two_years_break_no_rule() -> None:
    lived = live(seed=521, days=730, clients=100)
    assert (lived.broken, lived.faults) == ([], [])
