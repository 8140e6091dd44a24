# SPDX-License-Identifier: EUPL-1.2
"""While another process keeps the database: a wait ends as 503, and those who wait leave others to be answered."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.core.signing import get_cookie_signer
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import reverse

from tests.api import cast as casting
from tests.api.cast import EAST, NOW
from tests.api.conftest import ApiClient
from tests.holding import held_by_another_process, waiting_at_most
from troskel.ground import clock, waiting
from troskel.journal.models import Line
from troskel.screens import session_cookie
from troskel.web.shell.busy import InTurn

NEW_TAGS = {"kind": "tag", "numbers": ["T9"], "organisation": EAST}


@pytest.fixture
def caller(transactional_db: None) -> Iterator[ApiClient]:
    cast = casting.make_cast()
    with clock.frozen_at(NOW):
        yield ApiClient(cast)


@pytest.fixture
def busy(caller: ApiClient) -> Iterator[ApiClient]:
    """The caller, while another process keeps what writers wait for."""
    with held_by_another_process(), waiting_at_most(0.05):
        yield caller


def is_told_when_to_come_back(status: int, headers: Any) -> None:
    assert status == 503
    assert int(headers["Retry-After"]) > 0


def test_act_is_told_503_with_a_stable_code(busy: ApiClient) -> None:
    before = Line.objects.count()
    answer = busy.act("siri", "register_things", NEW_TAGS, key="k")
    is_told_when_to_come_back(answer.status, answer.headers)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.body["code"] == "server.busy"
    assert Line.objects.count() == before


def test_read_that_is_journaled_is_told_503(busy: ApiClient) -> None:
    answer = busy.get("anna", f"/clients/{busy.cast.cases['K1']}")
    is_told_when_to_come_back(answer.status, answer.headers)
    assert answer.body["code"] == "server.busy"


def test_pages_and_forms_are_told_503_and_others_are_answered(busy: ApiClient, settings: Any) -> None:
    settings.DEMO = True
    http = Client(raise_request_exception=False)
    account = str(busy.cast.actors["anna"].account)
    name = session_cookie.COOKIE_NAME
    http.cookies[name] = get_cookie_signer(salt=name).sign(account)
    page = reverse("client", args=[busy.cast.cases["K1"]])
    form = reverse("act-confirm_ending")
    for answer in (http.get(page), http.post(form, {"key": "k", "client": "K1", "step": "confirm"})):
        is_told_when_to_come_back(answer.status_code, answer.headers)
        assert waiting.CODE in answer.content.decode()
    assert http.get("/api/v1/openapi.json").status_code == 200


def test_act_is_done_once_after_the_wait(caller: ApiClient) -> None:
    with held_by_another_process(), waiting_at_most(0.05):
        first = caller.act("siri", "register_things", NEW_TAGS, key="k")
    again = [caller.act("siri", "register_things", NEW_TAGS, key="k") for _ in range(2)]
    assert (first.status, again[0].status) == (503, 200)
    assert again[0].body == again[1].body


def test_other_errors_are_not_called_busy() -> None:
    assert not waiting.is_busy(ValueError("database is locked"))
    assert not waiting.is_busy(None)


# --- places


def in_turn(view: Any) -> InTurn:
    with override_settings(TROSKEL_THREADS=8):
        return InTurn(view)


def request(method: str) -> HttpRequest:
    made = HttpRequest()
    made.method = method
    return made


def test_waiting_acts_leave_threads_to_pages() -> None:
    """Of eight threads five wait in an act: a sixth act is told so at once, a page is shown."""
    released = threading.Event()
    inside = threading.Semaphore(0)

    def view(request: HttpRequest) -> HttpResponse:
        if request.method == "POST":
            inside.release()
            assert released.wait(60)
        return HttpResponse("shown")

    middleware = in_turn(view)
    with ThreadPoolExecutor(5) as pool:
        acts = [pool.submit(middleware, request("POST")) for _ in range(5)]
        try:
            for _act in acts:
                assert inside.acquire(timeout=60)
            sixth = middleware(request("POST"))
            is_told_when_to_come_back(sixth.status_code, sixth.headers)
            assert middleware(request("GET")).content == b"shown"
        finally:
            released.set()
        assert [act.result().status_code for act in acts] == [200] * 5
    assert middleware(request("POST")).status_code == 200, "their places are free again"


def test_two_threads_never_wait_for_sqlite(transactional_db: None, settings: Any) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's readers do not wait for writers")
    settings.TROSKEL_THREADS = 3
    waiting._places.clear()
    with (
        held_by_another_process(),
        waiting_at_most(0.05),
        waiting._place_to_wait(),
        pytest.raises(waiting.TooManyWait),
    ):
        connection._start_transaction_under_autocommit()
    waiting._places.clear()


def test_work_in_parts_lets_in_who_waits(transactional_db: None) -> None:
    """The file beside the database shows who waits; without anybody, nobody is waited for."""
    queue = waiting.queue_of(connection.settings_dict["NAME"])
    if connection.vendor != "sqlite" or queue is None:
        pytest.skip("PostgreSQL queues those who wait by itself")
    seen = threading.Event()
    let_in = threading.Event()

    def other() -> None:
        with waiting._seen_waiting(queue):
            seen.set()
            assert let_in.wait(60)

    waiting.let_others_in()
    with ThreadPoolExecutor(2) as pool:
        waiter = pool.submit(other)
        assert seen.wait(60)
        part = pool.submit(waiting.let_others_in)
        let_in.set()
        waiter.result()
        part.result()
