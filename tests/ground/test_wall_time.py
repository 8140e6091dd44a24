# SPDX-License-Identifier: EUPL-1.2
"""Wall times in Stockholm: in March an hour is missing, in October one comes twice (EU directive 2000/84)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from troskel.ground.clock import NoSuchTime, TimeComesTwice, wall_time


@pytest.mark.parametrize(
    ("told", "instant"),
    [
        ("2026-03-29T01:59", datetime(2026, 3, 29, 0, 59, tzinfo=UTC)),
        ("2026-03-29T03:00", datetime(2026, 3, 29, 1, 0, tzinfo=UTC)),
        ("2026-10-25T01:59", datetime(2026, 10, 24, 23, 59, tzinfo=UTC)),
        ("2026-10-25T03:00", datetime(2026, 10, 25, 2, 0, tzinfo=UTC)),
        ("2026-10-25T02:30+02:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        ("2026-10-25T02:30+01:00", datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ("2026-11-25T13:30Z", datetime(2026, 11, 25, 13, 30, tzinfo=UTC)),
    ],
)
def test_instant_of_a_wall_time(told: str, instant: datetime) -> None:
    assert wall_time(told) == instant


@pytest.mark.parametrize("told", ["2026-03-29T02:00", "2026-03-29T02:30", "2026-03-29T02:59:59"])
def test_hour_that_is_left_out(told: str) -> None:
    with pytest.raises(NoSuchTime):
        wall_time(told)


@pytest.mark.parametrize("told", ["2026-10-25T02:00", "2026-10-25T02:59"])
def test_hour_that_comes_twice(told: str) -> None:
    with pytest.raises(TimeComesTwice):
        wall_time(told)
