# SPDX-License-Identifier: EUPL-1.2
"""O2: one invoice row per client of another municipality."""

from datetime import date, datetime

import pytest

from troskel.billing.rules import BillableVisit, invoice_rows, month_bounds
from troskel.ground.clock import STOCKHOLM
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import BadValue


def billable_visit(
    case: str, arrived: str, minutes: int | None, organisation: str = "5560009911"
) -> BillableVisit:
    begins = datetime.fromisoformat(arrived).replace(tzinfo=STOCKHOLM)
    departed = (
        None if minutes is None else datetime.fromtimestamp(begins.timestamp() + 60 * minutes, STOCKHOLM)
    )
    return BillableVisit(case, organisation, "0998", begins, departed)


def test_o2_one_row_per_client_and_provider():
    rows = invoice_rows(
        "2026-11",
        [
            billable_visit("2026-0002", "2026-11-03T10:00", 30),
            billable_visit("2026-0001", "2026-11-03T10:00", 20),
            billable_visit("2026-0002", "2026-11-04T10:00", None),
            billable_visit("2026-0002", "2026-11-05T10:00", 15, organisation="5560009929"),
        ],
    )
    assert [(row.case, row.organisation, row.visits, row.minutes, row.without_departure) for row in rows] == [
        ("2026-0001", "5560009911", 1, 20, 0),
        ("2026-0002", "5560009911", 2, 30, 1),
        ("2026-0002", "5560009929", 1, 15, 0),
    ]


def test_o2_a_visit_that_the_client_did_not_want_is_counted_without_minutes():
    declined = [
        billable_visit("2026-0001", "2026-11-03T10:00", 0)._replace(declined=True),
        billable_visit("2026-0001", "2026-11-04T10:00", 5)._replace(declined=True),
        billable_visit("2026-0001", "2026-11-05T10:00", None)._replace(declined=True),
        billable_visit("2026-0001", "2026-11-06T10:00", 20),
    ]
    (row,) = invoice_rows("2026-11", declined)
    assert (row.visits, row.minutes, row.without_departure) == (4, 20, 0)


def test_o2_visit_belongs_to_month_of_arrival_in_sweden():
    night = [
        billable_visit("2026-0001", "2026-10-31T23:50", 30),
        billable_visit("2026-0001", "2026-11-01T00:00", 10),
    ]
    assert [row.minutes for row in invoice_rows("2026-10", night)] == [30]
    assert [row.minutes for row in invoice_rows("2026-11", night)] == [10]


def test_o2_december_ends_with_the_year():
    assert month_bounds("2026-12") == (date(2026, 12, 1), date(2027, 1, 1))


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "november", "2026-11-01", ""])
def test_o2_malformed_month_is_refused_with_an_example(month):
    with pytest.raises(BadValue) as refused:
        month_bounds(month)
    assert refused.value.code == "month.malformed" and "2026-11" in english(refused.value)
