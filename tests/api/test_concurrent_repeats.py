# SPDX-License-Identifier: EUPL-1.2
"""Concurrent identical calls, as from an impatient phone: done once, with equal answers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from tests.api import cast as casting
from tests.api.cast import FIRM, NOW
from tests.api.conftest import ApiClient, ApiResponse
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.orders.models import Order

CONCURRENT_CALLS = 6


def call_concurrently(caller: ApiClient, calls: list[dict[str, Any]]) -> list[ApiResponse]:
    """Make the calls at the same moment, each from a thread and a connection of its own."""
    ready = Barrier(len(calls))

    def response(call: dict[str, Any]) -> ApiResponse:
        try:
            with clock.frozen_at(NOW):
                ready.wait(timeout=20)
                return ApiClient(caller.cast).act(**call)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(response, calls))


@pytest.fixture
def caller(transactional_db: None) -> ApiClient:
    return ApiClient(casting.make_cast())


ORDER = {"client": "K1", "locksmith": FIRM, "reason": "urgent"}


def test_same_key_is_done_once(caller: ApiClient) -> None:
    responses = call_concurrently(
        caller,
        [{"who": "olle", "name": "order_installation", "values": ORDER, "key": "k"}] * CONCURRENT_CALLS,
    )
    assert [response.status for response in responses] == [200] * CONCURRENT_CALLS
    assert len({response.body["answer"]["order"] for response in responses}) == 1
    assert len({str(response.body) for response in responses}) == 1
    assert Order.objects.count() == 1
    assert Line.objects.filter(event="installation.ordered").count() == 1


def test_different_keys_are_done_once_and_otherwise_refused(caller: ApiClient) -> None:
    calls = [
        {"who": "olle", "name": "order_installation", "values": ORDER, "key": f"k{number}"}
        for number in range(CONCURRENT_CALLS)
    ]
    responses = call_concurrently(caller, calls)
    assert sorted(response.status for response in responses) == [200] + [409] * (CONCURRENT_CALLS - 1)
    assert {response.body["rule"] for response in responses if response.status == 409} <= {"P1"}
    assert Order.objects.count() == 1


def test_same_key_with_other_content_is_done_once(caller: ApiClient) -> None:
    values = [{"client": "K1", "way": "oral"}, {"client": "K1", "way": "written"}] * 3
    responses = call_concurrently(
        caller, [{"who": "anna", "name": "inform_client", "values": v, "key": "k"} for v in values]
    )
    assert sorted(response.status for response in responses) == [200] * 3 + [422] * 3
    assert Line.objects.filter(event="client.informed").count() == 1
