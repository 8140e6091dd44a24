# SPDX-License-Identifier: EUPL-1.2
"""The share in time, quarter by quarter: what the columns say, and that they are the figures of each quarter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.town import Town
from tests.web.test_act_forms import screen
from troskel.reading import conformance
from troskel.web.routine.periods import parse_period, quarters_back
from troskel.web.routine.trend import trend_of

QUARTERS = quarters_back(date(2026, 3, 2), 3)


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def test_quarters_go_back_over_new_year() -> None:
    assert [quarter.value for quarter in QUARTERS] == ["2025-Q3", "2025-Q4", "2026-Q1"]
    assert [quarter.value for quarter in quarters_back(date(2026, 12, 31), 2)] == ["2026-Q3", "2026-Q4"]


def test_columns_are_as_high_as_their_share() -> None:
    found = trend_of([0.5, None, 0.999], QUARTERS)
    assert found is not None
    assert [(column.percent, column.y, column.height) for column in found.columns] == [
        (50, 50, 50),
        (None, 100, 0),
        (99, 1, 99),
    ]
    assert "50 procent" in found.words
    assert "99 procent" in found.words


def test_one_quarter_is_no_trend() -> None:
    assert trend_of([None, None, 0.5], QUARTERS) is None


def test_each_quarter_is_what_the_report_of_that_quarter_says(town: Town) -> None:
    for _ in range(3):
        town.new_client()
        town.days_pass(45)
    today = town.today
    with town.standing():
        quarters = quarters_back(today, 4)
        whole, shares = conformance.conformance_trend(
            town.actor("maria"), [(quarter.first, quarter.last) for quarter in quarters]
        )
        for at, quarter in enumerate(quarters):
            report = conformance.conformance_by_paragraph(town.actor("maria"), quarter.first, quarter.last)
            assert whole[at] == report.whole.share_in_time
            for name, each in report.paragraphs.items():
                if each.kind == "duty":
                    assert shares[name][at] == each.share_in_time, (name, quarter.value)
        page = screen(town, "maria").get("/").content.decode()
        assert page.index('id="routine"') < page.index('id="notices"')
        assert '<ol class="columns">' in page
        routine = screen(town, "olle").get("/routine/").content.decode()
        assert '<p class="trend">' in routine


def test_organisations_stand_side_by_side_and_few_are_withheld(town: Town) -> None:
    town.new_client()
    town.days_pass(20)
    period = parse_period("", town.today)
    with town.standing():
        for_siri = conformance.conformance_of_organisations(town.actor("siri"), period.first, period.last)
        for_maria = conformance.conformance_of_organisations(town.actor("maria"), period.first, period.last)
    assert for_siri["Hemtjänsten Öst"].asked
    assert list(for_siri) == list(for_maria)
    few = [name for name, each in for_siri.items() if each.asked is not None and each.asked < 5]
    assert few
    assert all(for_maria[name].withheld for name in few)
