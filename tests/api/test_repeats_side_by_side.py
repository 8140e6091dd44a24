# SPDX-License-Identifier: EUPL-1.2
"""The same call at the same time, as an impatient phone makes it: done once, and answered alike."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.api import cast as casting
from tests.api.cast import FIRM, NOW
from tests.api.conftest import Caller, Said
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.orders.models import Order

AT_ONCE = 6


def side_by_side(caller: Caller, calls: list[dict[str, Any]]) -> list[Said]:
    """Make the calls at the same moment, each from a thread and a connection of its own."""
    ready = Barrier(len(calls))

    def one(call: dict[str, Any]) -> Said:
        try:
            with clock.standing_at(NOW):
                ready.wait(timeout=20)
                return Caller(caller.cast).act(**call)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(one, calls))


@pytest.fixture
def caller(transactional_db: None) -> Caller:
    return Caller(casting.make())


ORDER = {"client": "K1", "locksmith": FIRM, "reason": "urgent"}


def test_with_the_same_key_it_is_done_once(caller: Caller) -> None:
    said = side_by_side(
        caller, [{"who": "olle", "name": "order_installation", "values": ORDER, "key": "k"}] * AT_ONCE
    )
    assert [one.status for one in said] == [200] * AT_ONCE
    assert len({one.body["answer"]["order"] for one in said}) == 1
    assert len({str(one.body) for one in said}) == 1
    assert Order.objects.count() == 1
    assert Line.objects.filter(event="installation.ordered").count() == 1


def test_with_keys_of_their_own_one_is_done_and_the_others_are_refused(caller: Caller) -> None:
    calls = [
        {"who": "olle", "name": "order_installation", "values": ORDER, "key": f"k{number}"}
        for number in range(AT_ONCE)
    ]
    said = side_by_side(caller, calls)
    assert sorted(one.status for one in said) == [200] + [409] * (AT_ONCE - 1)
    assert {one.body["rule"] for one in said if one.status == 409} <= {"P1"}
    assert Order.objects.count() == 1


def test_the_same_key_with_other_content_is_never_done_twice(caller: Caller) -> None:
    values = [{"client": "K1", "way": "oral"}, {"client": "K1", "way": "written"}] * 3
    said = side_by_side(
        caller, [{"who": "anna", "name": "inform_client", "values": v, "key": "k"} for v in values]
    )
    assert sorted(one.status for one in said) == [200] * 3 + [422] * 3
    assert Line.objects.filter(event="client.informed").count() == 1
