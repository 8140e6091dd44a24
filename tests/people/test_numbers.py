# SPDX-License-Identifier: EUPL-1.2
"""Numbers of cases, orders and forms: none is given twice, none is left out, and no transaction waits for another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection, transaction

from troskel.people.models import CaseCounter, Municipality, ReservedNumber
from troskel.people.operations import RESERVED_AT_ONCE, next_number, next_numbers

pytestmark = pytest.mark.django_db(transaction=True)

CODE, YEAR = "0999", 2026
MANY = 3 * RESERVED_AT_ONCE


class Undone(Exception):
    """Rolls a transaction back."""


@pytest.fixture(autouse=True)
def municipality(transactional_db: None) -> None:
    Municipality.objects.create(code=CODE, name="Tröskelby")


def take(*, undo: bool = False) -> int:
    """Takes a number in a transaction of its own."""
    number = ""
    with suppress(Undone), transaction.atomic():
        number = next_number(CODE, "order", YEAR)
        if undo:
            raise Undone
    year, _, counted = number.partition("-")
    assert (year, len(counted)) == (str(YEAR), 4)
    return int(counted)


def elsewhere(*, undo: bool = False) -> int:
    """The same on a connection of its own."""
    try:
        return take(undo=undo)
    finally:
        connection.close()


def test_numbers_follow_one_another() -> None:
    assert [take() for _ in range(MANY)] == list(range(1, MANY + 1))


def test_rolled_back_number_is_given_again() -> None:
    for number in range(1, MANY):
        assert take(undo=True) == number
        assert take() == number


def test_another_year_begins_with_one() -> None:
    take()
    with transaction.atomic():
        assert next_number(CODE, "order", YEAR + 1) == f"{YEAR + 1}-0001"


def test_open_transaction_makes_nobody_wait(transactional_db: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one transaction writes at a time")
    take()
    with ThreadPoolExecutor(1) as pool, suppress(Undone), transaction.atomic():
        assert next_number(CODE, "order", YEAR) == f"{YEAR}-0002"
        assert [pool.submit(elsewhere).result(timeout=60) for _ in range(3)] == [3, 4, 5]
        raise Undone
    assert take() == 2, "no gap is left"


def test_several_take_what_lies_reserved_first() -> None:
    taken: list[str] = []
    for count in (1, 3, RESERVED_AT_ONCE, 2 * MANY, 1, 2):
        with transaction.atomic():
            taken += next_numbers(CODE, "case", YEAR, count)
    assert taken == [f"{YEAR}-{number:04}" for number in range(1, len(taken) + 1)]


def test_several_make_nobody_wait(transactional_db: None) -> None:
    if connection.vendor == "sqlite":
        pytest.skip("one transaction writes at a time")
    take()
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        assert next_numbers(CODE, "order", YEAR, 4)[-1] == f"{YEAR}-0005"
        assert pool.submit(elsewhere).result(timeout=60) == 6


def test_concurrent_callers_leave_no_gap_and_no_duplicate() -> None:
    with ThreadPoolExecutor(4) as pool:
        works = [(pool.submit(elsewhere, undo=turn % 3 == 0), turn % 3 != 0) for turn in range(2 * MANY)]
    kept = [work.result() for work, is_kept in works if is_kept]
    reserved = list(ReservedNumber.objects.values_list("number", flat=True))
    assert sorted(kept + reserved) == list(range(1, CaseCounter.objects.get().last + 1))
