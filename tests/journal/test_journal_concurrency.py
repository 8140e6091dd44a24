# SPDX-License-Identifier: EUPL-1.2
"""Concurrent writers of one chain produce one chain; writers of different chains do not wait for each other."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from tests.journal.conftest import MakeEntry
from troskel.journal.models import Line
from troskel.journal.operations import append
from troskel.journal.verification import verify

pytestmark = pytest.mark.django_db(transaction=True)


def run_concurrently(*functions: Callable[[], None]) -> None:
    """Run them in threads that begin together, each with a connection of its own."""
    ready = threading.Barrier(len(functions))

    def begin(work: Callable[[], None]) -> None:
        try:
            ready.wait()
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        for done in [pool.submit(begin, work) for work in functions]:
            done.result()


def test_concurrent_writers_make_one_unbroken_chain(make_entry: MakeEntry) -> None:
    def ten_times() -> None:
        for _ in range(10):
            with transaction.atomic():
                append([make_entry(), make_entry(detail={"text": "å"})], municipality="0999")

    run_concurrently(
        ten_times, ten_times, ten_times
    )  # the first line of the chain, too, is written by all at once
    verdict = verify("0999")
    assert verdict.is_sound
    assert verdict.lines == 60


def test_failing_writer_leaves_no_gap(make_entry: MakeEntry) -> None:
    def every_third_fails() -> None:
        for count in range(9):
            with contextlib.suppress(KeyError), transaction.atomic():
                append([make_entry()], municipality="0999")
                if count % 3 == 0:
                    raise KeyError

    run_concurrently(every_third_fails, every_third_fails)
    verdict = verify("0999")
    assert verdict.is_sound
    assert verdict.lines == 12


def test_other_municipality_does_not_wait(make_entry: MakeEntry) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")

    def append_elsewhere() -> None:
        with transaction.atomic():
            append([make_entry()], municipality="0998")

    with transaction.atomic():
        append([make_entry()], municipality="0999")
        run_concurrently(
            append_elsewhere
        )  # would never end if it waited for the transaction that stands open here
        assert Line.objects.filter(municipality="0998").count() == 1


def test_check_during_writes_finds_no_fault(make_entry: MakeEntry) -> None:
    writing_done = threading.Event()

    def keep_writing() -> None:
        for _ in range(30):
            with transaction.atomic():
                append([make_entry()], municipality="0999")
        writing_done.set()

    def check() -> None:
        while not writing_done.is_set():
            assert verify("0999").faults == ()

    run_concurrently(keep_writing, check)
