# SPDX-License-Identifier: EUPL-1.2
"""When a locksmith can be booked (P4): ahead, and at one place at a time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.town import FIRM, OTHER_FIRM, Town
from troskel.orders.rules import Taken, is_free

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))


def between(first: int, last: int, client: UUID = ONE) -> Taken:
    return Taken(MIDNIGHT + timedelta(hours=first), MIDNIGHT + timedelta(hours=last), client)


@pytest.mark.parametrize(
    ("taken", "first", "last", "smiths", "free"),
    [
        ([], 8, 9, 1, True),
        ([between(8, 9)], 9, 10, 1, True),
        ([between(9, 10)], 8, 9, 1, True),
        ([between(8, 10)], 9, 11, 1, False),
        ([between(9, 10)], 8, 12, 1, False),
        ([between(8, 12)], 9, 10, 1, False),
        ([between(8, 9), between(10, 11, TWO)], 8, 12, 2, True),
        ([between(8, 10), between(9, 11, TWO)], 8, 12, 2, False),
        ([between(8, 10), between(8, 10)], 8, 10, 2, True),
        ([between(8, 10), between(8, 10, TWO), between(8, 10, THREE)], 8, 9, 3, False),
    ],
)
def test_as_many_trips_at_a_time_as_there_are_locksmiths(
    taken: list[Taken], first: int, last: int, smiths: int, free: bool
) -> None:
    asked = between(first, last)
    assert is_free(taken, asked.starts, asked.ends, smiths) is free


def hours(town: Town, first: int, last: int, days: int = 1) -> dict[str, Any]:
    return {"starts": town.at(first) + timedelta(days=days), "ends": town.at(last) + timedelta(days=days)}


def test_p4_a_time_that_has_been_is_not_booked(town: Town) -> None:
    order = town.order(town.new_client())
    refused = town.refused("laban", "book_order", "BadValue starts", order=order, **hours(town, 10, 11, -1))
    assert refused.code == "booking.in_the_past"
    town.does("laban", "book_order", order=order, **hours(town, 10, 11, 0))


def test_p4_nobody_is_at_two_places_at_once(town: Town) -> None:
    first, second = town.order(town.new_client()), town.order(town.new_client())
    town.does("laban", "book_order", order=first, **hours(town, 10, 12))
    assert (
        town.refused("laban", "book_order", "P4", order=second, **hours(town, 11, 13)).code == "booking.taken"
    )
    town.refused("olle", "book_order", "P4", order=second, **hours(town, 11, 13))
    town.does("laban", "book_order", order=first, **hours(town, 11, 13))  # its own time is in nobody's way
    town.does("laban", "book_order", order=second, **hours(town, 10, 11))
    town.does("laban", "report_failure", order=second, code="nobody_home")
    third = town.order(town.new_client())
    town.does("laban", "book_order", order=third, **hours(town, 10, 11))
    town.is_sound()


def test_p4_another_firm_and_a_colleague_are_free_and_doors_of_one_home_are_one_trip(town: Town) -> None:
    at_ten = hours(town, 10, 11)
    town.does("laban", "book_order", order=town.order(town.new_client()), **at_ten)
    ordered = {"client": town.new_client(), "locksmith": OTHER_FIRM, "reason": "x"}
    elsewhere = town.does("olle", "order_installation", **ordered).answer["order"]
    town.does("nina", "book_order", order=elsewhere, **at_ten)
    names = {"username": "linn", "name": "Linn", "role": "locksmith", "organisation": FIRM}
    client, late = town.new_client(), town.new_client()
    doors = [town.door(client)]
    doors.append(town.does("siri", "add_door", client=client, kind="apartment", label="Altan").answer["door"])
    orders = [town.order(client, door=door) for door in doors]
    town.refused("laban", "book_order", "P4", order=orders[0], **at_ten)
    town.does("siri", "register_account", **names)
    for order in orders:
        town.does("laban", "book_order", order=order, **at_ten)
    town.refused("linn", "book_order", "P4", order=town.order(late), **at_ten)
