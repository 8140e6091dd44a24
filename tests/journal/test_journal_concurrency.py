# SPDX-License-Identifier: EUPL-1.2
"""Many writers of one chain make one chain; writers of different chains do not wait for each other."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tests.journal.conftest import Say
from troskel.journal.models import Line
from troskel.journal.operations import append
from troskel.journal.verification import verify

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*works: Callable[[], None]) -> None:
    """Run them in threads that begin together, each with a connection of its own."""
    ready = threading.Barrier(len(works))

    def begin(work: Callable[[], None]) -> None:
        try:
            ready.wait()
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(begin, work) for work in works]:
            done.result()


def test_writers_of_one_chain_make_one_unbroken_chain(say: Say) -> None:
    def ten_times() -> None:
        for _ in range(10):
            with transaction.atomic():
                append([say(), say(detail={"text": "å"})], municipality="0999")

    at_once(ten_times, ten_times, ten_times)  # the first line of the chain, too, is written by all at once
    verdict = verify("0999")
    assert verdict.sound
    assert verdict.lines == 60


def test_a_writer_that_fails_leaves_no_gap(say: Say) -> None:
    def every_third_fails() -> None:
        for count in range(9):
            with contextlib.suppress(KeyError), transaction.atomic():
                append([say()], municipality="0999")
                if count % 3 == 0:
                    raise KeyError

    at_once(every_third_fails, every_third_fails)
    verdict = verify("0999")
    assert verdict.sound
    assert verdict.lines == 12


def test_another_municipality_does_not_wait(say: Say) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")

    def append_elsewhere() -> None:
        with transaction.atomic():
            append([say()], municipality="0998")

    with transaction.atomic():
        append([say()], municipality="0999")
        at_once(append_elsewhere)  # would never end if it waited for the transaction that stands open here
        assert Line.objects.filter(municipality="0998").count() == 1


def test_a_check_while_lines_are_written_finds_nothing(say: Say) -> None:
    written = threading.Event()

    def write_on() -> None:
        for _ in range(30):
            with transaction.atomic():
                append([say()], municipality="0999")
        written.set()

    def check() -> None:
        while not written.is_set():
            assert verify("0999").faults == ()

    at_once(write_on, check)
