# SPDX-License-Identifier: EUPL-1.2
"""The worker: everything is done, at least once, and nothing twice in normal work."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import OperationalError, connection, transaction

from tests.outbox.conftest import Put, drain
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.outbox import operations, queries
from troskel.outbox.models import Parcel
from troskel.outbox.operations import Draft
from troskel.outbox.worker import (
    LEASE,
    LONGEST_WAIT,
    Failed,
    Handler,
    Hopeless,
    Worker,
    wait_after,
)

Queries = Callable[[int], AbstractContextManager[object]]
NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)


def failing(error: Exception) -> Handler:
    def fail(parcel: Parcel) -> None:
        raise error

    return fail


def stored(parcel: Parcel) -> Parcel:
    return Parcel.objects.get(id=parcel.id)


@pytest.mark.django_db
def test_what_is_put_is_done_in_its_order(put: Put) -> None:
    done: list[str] = []
    for minutes, key in enumerate("cab"):
        with clock.standing_at(NOW + timedelta(minutes=minutes)):
            put(key)
    assert drain(Worker({"email": lambda parcel: done.append(parcel.key)})) == 3
    assert done == ["c", "a", "b"]
    assert not Parcel.objects.filter(done_at=None).exists()


@pytest.mark.django_db
def test_the_same_key_is_the_same_parcel(put: Put) -> None:
    first = put("a")
    assert put("a", payload={"order": "another"}).payload == first.payload
    put("a", municipality="0998")
    assert Parcel.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 50])
def test_one_insert_however_many(count: int, django_assert_num_queries: Queries) -> None:
    drafts = [
        Draft(municipality="0999", key=f"{i}", kind="email", payload={"order": i}) for i in range(count)
    ]
    with django_assert_num_queries(1):
        operations.put(drafts)


@pytest.mark.django_db
def test_what_is_put_in_a_transaction_undone_was_never_put(put: Put) -> None:
    with transaction.atomic():
        put("a")
        transaction.set_rollback(True)
    assert drain(Worker({"email": failing(AssertionError())})) == 0


@pytest.mark.django_db
def test_what_is_for_later_waits_for_its_time(put: Put) -> None:
    worker = Worker({"email": lambda parcel: None})
    with clock.standing_at(NOW):
        put("a", run_at=NOW + timedelta(days=1))
        assert not worker.run_once()
    with clock.standing_at(NOW + timedelta(days=1)):
        assert worker.run_once()


@pytest.mark.django_db
def test_a_kind_that_this_worker_does_not_know_is_left_for_another(put: Put) -> None:
    put("a", kind="webhook")
    assert not Worker({"email": lambda parcel: None}).run_once()
    assert Worker({"webhook": lambda parcel: None}).run_once()


@pytest.mark.django_db
def test_what_fails_is_tried_again_after_longer_and_longer_waits(put: Put) -> None:
    parcel, at = put("a", run_at=NOW), NOW
    worker = Worker({"email": failing(Failed("SMTP 451"))})
    for attempt in range(1, 5):
        with clock.standing_at(at):
            assert worker.run_once()
            assert not worker.run_once()
        now = stored(parcel)
        assert (now.attempts, now.last_error, now.leased_by) == (attempt, "SMTP 451", None)
        assert now.run_at == at + timedelta(seconds=2**attempt)
        at = now.run_at


def test_no_wait_is_longer_than_an_hour() -> None:
    assert [wait_after(attempts).total_seconds() for attempts in (1, 2, 11)] == [2, 4, 2048]
    assert wait_after(12) == wait_after(10_000) == LONGEST_WAIT


@pytest.mark.django_db
def test_what_succeeds_at_last_carries_no_error(put: Put) -> None:
    parcel = put("a", run_at=NOW)
    with clock.standing_at(NOW):
        Worker({"email": failing(Failed("SMTP 451"))}).run_once()
        assert queries.condition("0999").failing == 1
    with clock.standing_at(NOW + timedelta(minutes=1)):
        drain(Worker({"email": lambda parcel: None}))
    now = stored(parcel)
    assert (now.done_at, now.last_error, now.lease_until) == (NOW + timedelta(minutes=1), "", None)


@pytest.mark.django_db
def test_no_text_of_an_unknown_error_is_kept_or_logged(put: Put, caplog: pytest.LogCaptureFixture) -> None:
    parcel = put("a")
    with caplog.at_level(logging.DEBUG):
        Worker({"email": failing(ValueError("Ester Ek, Storgatan 1"))}).run_once()
    assert stored(parcel).last_error == "ValueError"
    assert "Ester" not in caplog.text


@pytest.mark.django_db
def test_what_is_hopeless_is_parked_seen_and_runs_again_when_told_to(put: Put) -> None:
    parcel = put("a")
    put("b", municipality="0998")
    worker = Worker({"email": failing(Hopeless("SMTP 550: the recipient was refused"))})
    assert drain(worker) == 2
    assert [(held.key, held.last_error) for held in queries.parked("0999")] == [
        ("a", "SMTP 550: the recipient was refused")
    ]
    assert queries.condition("0999").parked == 1
    assert operations.unpark("0998", [parcel.id]) == 0
    assert operations.unpark("0999", [parcel.id, new_id()]) == 1
    assert drain(Worker({"email": lambda parcel: None})) == 1
    assert not queries.parked("0999").exists()


@pytest.mark.django_db
def test_what_has_failed_often_enough_is_parked(put: Put) -> None:
    parcel = put("a", run_at=NOW)
    worker = Worker({"email": failing(Failed("SMTP 451"))}, most_attempts=3)
    for hours in range(3):
        with clock.standing_at(NOW + timedelta(hours=hours)):
            assert drain(worker) == 1
    now = stored(parcel)
    assert (now.attempts, now.parked_at, now.last_error) == (3, NOW + timedelta(hours=2), "SMTP 451")


@pytest.mark.django_db
def test_what_kills_its_worker_time_and_again_is_parked_and_not_run(put: Put) -> None:
    parcel = put("a", run_at=NOW)
    for deaths in range(3):
        with clock.standing_at(NOW + deaths * LEASE):
            assert Worker({"email": failing(AssertionError())}, most_attempts=3)._claim()
    with clock.standing_at(NOW + 3 * LEASE):
        assert drain(Worker({"email": failing(AssertionError())}, most_attempts=3)) == 1
    assert stored(parcel).last_error == "no worker lived to the end of it"
    assert queries.parked("0999").get() == parcel


@pytest.mark.django_db
def test_a_lease_keeps_others_away_until_it_ends(put: Put) -> None:
    put("a", run_at=NOW)
    one, other = (Worker({"email": lambda parcel: None}) for _ in range(2))
    with clock.standing_at(NOW):
        assert one._claim()
    with clock.standing_at(NOW + LEASE - timedelta(seconds=1)):
        assert not other.run_once()
    with clock.standing_at(NOW + LEASE):
        assert other.run_once()


@pytest.mark.django_db
@pytest.mark.parametrize("late", [None, Failed("late"), Hopeless("late")])
def test_a_worker_whose_lease_was_taken_over_marks_nothing(put: Put, late: Exception | None) -> None:
    parcel = put("a", run_at=NOW)

    def outlive_the_lease(held: Parcel) -> None:
        with clock.standing_at(NOW + LEASE):
            assert Worker({"email": lambda parcel: None})._claim()
        if late:
            raise late

    with clock.standing_at(NOW):
        Worker({"email": outlive_the_lease}).run_once()
    now = stored(parcel)
    assert (now.done_at, now.parked_at, now.last_error, now.attempts) == (None, None, "", 2)
    assert now.leased_by is not None


@pytest.mark.django_db
def test_a_worker_that_took_over_from_itself_marks_only_its_last_attempt(put: Put) -> None:
    parcel = put("a", run_at=NOW)
    worker = Worker({})

    def outlive_the_lease(held: Parcel) -> None:
        with clock.standing_at(NOW + LEASE):
            assert worker._claim()
        raise Hopeless("late")

    worker._handlers = {"email": outlive_the_lease}
    with clock.standing_at(NOW):
        worker.run_once()
    assert stored(parcel).parked_at is None


@pytest.mark.django_db
def test_it_is_seen_whether_a_worker_lives(put: Put) -> None:
    worker = Worker({"email": lambda parcel: None})
    with clock.standing_at(NOW):
        put("a")
        assert queries.condition("0999") == queries.Condition(
            due=1, oldest_due=NOW, failing=0, parked=0, workers=0
        )
        drain(worker)
        assert queries.condition("0999") == queries.Condition(
            due=0, oldest_due=None, failing=0, parked=0, workers=1
        )
    with clock.standing_at(NOW + timedelta(minutes=2)):
        assert queries.condition("0999").workers == 0
        worker.run_once()
        assert [pulse.id for pulse in queries.living()] == [worker.id]
    with clock.standing_at(NOW + timedelta(days=2)):
        drain(Worker({}))
        assert worker.id not in [pulse.id for pulse in queries.living(timedelta(days=9))]


@pytest.mark.django_db
def test_what_was_done_long_ago_is_cleared(put: Put) -> None:
    with clock.standing_at(NOW):
        put("a")
        drain(Worker({"email": lambda parcel: None}))
    put("b")
    assert operations.clear_done(NOW + timedelta(days=1)) == 1
    assert Parcel.objects.get().key == "b"


@pytest.mark.django_db
def test_an_idle_worker_locks_nothing(django_assert_max_num_queries: Queries) -> None:
    worker = Worker({"email": lambda parcel: None})
    worker.run_once()
    with django_assert_max_num_queries(1):
        worker.run_once()


@pytest.mark.django_db(transaction=True)
def test_four_workers_do_all_of_it_once() -> None:
    keys = [f"{number:03}" for number in range(200)]
    operations.put([Draft(municipality="0999", key=key, kind="email", payload={}) for key in keys])
    done: Counter[str] = Counter()

    def work() -> None:
        drain(Worker({"email": lambda parcel: done.update([parcel.key])}))
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        for ended in [pool.submit(work) for _ in range(4)]:
            ended.result()
    assert done == Counter(keys)
    assert Parcel.objects.exclude(done_at=None).count() == 200
    assert set(Parcel.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_a_handler_runs_outside_any_transaction(put: Put) -> None:
    put("a")
    inside: list[bool] = []
    Worker({"email": lambda parcel: inside.append(connection.in_atomic_block)}).run_once()
    assert inside == [False]


@pytest.mark.django_db(transaction=True)
def test_it_works_until_it_is_told_to_stop_and_waits_for_a_database_that_is_away(
    put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    stop, away = threading.Event(), [OperationalError("gone"), OperationalError("gone")]
    worker = Worker({"email": lambda parcel: stop.set()})
    once = worker.run_once

    def once_it_is_back() -> bool:
        if away:
            raise away.pop()
        return once()

    monkeypatch.setattr(worker, "run_once", once_it_is_back)
    running = threading.Thread(target=worker.run, args=[stop], kwargs={"idle": 0.001})
    running.start()
    parcel = put("a")
    running.join()
    assert stored(parcel).done_at is not None
