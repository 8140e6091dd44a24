# SPDX-License-Identifier: EUPL-1.2
"""O2: a row of its own for each client of another municipality."""

from datetime import date, datetime

import pytest

from troskel.billing.rules import Visited, days_of, invoice_rows
from troskel.ground.clock import STOCKHOLM
from troskel.ground.refusals import BadValue


def visited(case: str, arrived: str, minutes: int | None, organisation: str = "5560009911") -> Visited:
    begins = datetime.fromisoformat(arrived).replace(tzinfo=STOCKHOLM)
    departed = (
        None if minutes is None else datetime.fromtimestamp(begins.timestamp() + 60 * minutes, STOCKHOLM)
    )
    return Visited(case, organisation, "0998", begins, departed)


def test_o2_each_client_and_provider_has_a_row_of_its_own():
    rows = invoice_rows(
        "2026-11",
        [
            visited("2026-0002", "2026-11-03T10:00", 30),
            visited("2026-0001", "2026-11-03T10:00", 20),
            visited("2026-0002", "2026-11-04T10:00", None),
            visited("2026-0002", "2026-11-05T10:00", 15, organisation="5560009929"),
        ],
    )
    assert [(row.case, row.organisation, row.visits, row.minutes, row.without_departure) for row in rows] == [
        ("2026-0001", "5560009911", 1, 20, 0),
        ("2026-0002", "5560009911", 2, 30, 1),
        ("2026-0002", "5560009929", 1, 15, 0),
    ]


def test_o2_a_visit_belongs_to_the_month_in_which_it_began_in_sweden():
    night = [visited("2026-0001", "2026-10-31T23:50", 30), visited("2026-0001", "2026-11-01T00:00", 10)]
    assert [row.minutes for row in invoice_rows("2026-10", night)] == [30]
    assert [row.minutes for row in invoice_rows("2026-11", night)] == [10]


def test_o2_the_month_of_december_ends_with_the_year():
    assert days_of("2026-12") == (date(2026, 12, 1), date(2027, 1, 1))


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "november", "2026-11-01", ""])
def test_o2_what_is_no_month_is_refused_with_what_to_write(month):
    with pytest.raises(BadValue, match="2026-11"):
        days_of(month)
