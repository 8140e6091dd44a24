# SPDX-License-Identifier: EUPL-1.2
"""The worker: everything is done at least once, and once in normal operation."""

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

from tests.outbox.conftest import Put, handle_all
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.outbox import operations, queries
from troskel.outbox.models import OutboxMessage
from troskel.outbox.operations import OutboxDraft
from troskel.outbox.worker import (
    LEASE_DURATION,
    MAX_WAIT,
    Handler,
    PermanentFailure,
    TransientFailure,
    Worker,
    backoff,
)

Queries = Callable[[int], AbstractContextManager[object]]
NOW = datetime(2026, 11, 20, 7, tzinfo=UTC)


def failing(error: Exception) -> Handler:
    def fail(message: OutboxMessage) -> None:
        raise error

    return fail


def stored(message: OutboxMessage) -> OutboxMessage:
    return OutboxMessage.objects.get(id=message.id)


@pytest.mark.django_db
def test_messages_are_handled_in_order(put: Put) -> None:
    done: list[str] = []
    for minutes, key in enumerate("cab"):
        with clock.frozen_at(NOW + timedelta(minutes=minutes)):
            put(key)
    assert handle_all(Worker({"email": lambda message: done.append(message.key)})) == 3
    assert done == ["c", "a", "b"]
    assert not OutboxMessage.objects.filter(done_at=None).exists()


@pytest.mark.django_db
def test_same_key_is_one_message(put: Put) -> None:
    first = put("a")
    assert put("a", payload={"order": "another"}).payload == first.payload
    put("a", municipality="0998")
    assert OutboxMessage.objects.count() == 2


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 50])
def test_one_insert_for_any_number(count: int, django_assert_num_queries: Queries) -> None:
    drafts = [
        OutboxDraft(municipality="0999", key=f"{i}", kind="email", payload={"order": i}) for i in range(count)
    ]
    with django_assert_num_queries(1):
        operations.enqueue(drafts)


@pytest.mark.django_db
def test_rollback_removes_enqueued_messages(put: Put) -> None:
    with transaction.atomic():
        put("a")
        transaction.set_rollback(True)
    assert handle_all(Worker({"email": failing(AssertionError())})) == 0


@pytest.mark.django_db
def test_message_for_later_waits(put: Put) -> None:
    worker = Worker({"email": lambda message: None})
    with clock.frozen_at(NOW):
        put("a", run_at=NOW + timedelta(days=1))
        assert not worker.run_once()
    with clock.frozen_at(NOW + timedelta(days=1)):
        assert worker.run_once()


@pytest.mark.django_db
def test_unknown_kind_is_left_for_another_worker(put: Put) -> None:
    put("a", kind="webhook")
    assert not Worker({"email": lambda message: None}).run_once()
    assert Worker({"webhook": lambda message: None}).run_once()


@pytest.mark.django_db
def test_failures_are_retried_with_growing_waits(put: Put) -> None:
    message, at = put("a", run_at=NOW), NOW
    worker = Worker({"email": failing(TransientFailure("SMTP 451"))})
    for attempt in range(1, 5):
        with clock.frozen_at(at):
            assert worker.run_once()
            assert not worker.run_once()
        now = stored(message)
        assert (now.attempts, now.last_error, now.leased_by) == (attempt, "SMTP 451", None)
        assert now.run_at == at + timedelta(seconds=2**attempt)
        at = now.run_at


def test_wait_is_at_most_an_hour() -> None:
    assert [backoff(attempts).total_seconds() for attempts in (1, 2, 11)] == [2, 4, 2048]
    assert backoff(12) == backoff(10_000) == MAX_WAIT


@pytest.mark.django_db
def test_success_clears_the_last_error(put: Put) -> None:
    message = put("a", run_at=NOW)
    with clock.frozen_at(NOW):
        Worker({"email": failing(TransientFailure("SMTP 451"))}).run_once()
        assert queries.outbox_status("0999").failing == 1
    with clock.frozen_at(NOW + timedelta(minutes=1)):
        handle_all(Worker({"email": lambda message: None}))
    now = stored(message)
    assert (now.done_at, now.last_error, now.lease_until) == (NOW + timedelta(minutes=1), "", None)


@pytest.mark.django_db
def test_text_of_unknown_error_is_not_stored_or_logged(put: Put, caplog: pytest.LogCaptureFixture) -> None:
    message = put("a")
    with caplog.at_level(logging.DEBUG):
        Worker({"email": failing(ValueError("Ester Ek, Storgatan 1"))}).run_once()
    assert stored(message).last_error == "ValueError"
    assert "Ester" not in caplog.text


@pytest.mark.django_db
def test_permanent_failure_is_parked_and_can_be_unparked(put: Put) -> None:
    message = put("a")
    put("b", municipality="0998")
    worker = Worker({"email": failing(PermanentFailure("SMTP 550: the recipient was refused"))})
    assert handle_all(worker) == 2
    assert [(message.key, message.last_error) for message in queries.parked_messages("0999")] == [
        ("a", "SMTP 550: the recipient was refused")
    ]
    assert queries.outbox_status("0999").parked == 1
    assert operations.unpark("0998", [message.id]) == 0
    assert operations.unpark("0999", [message.id, new_id()]) == 1
    assert handle_all(Worker({"email": lambda message: None})) == 1
    assert not queries.parked_messages("0999").exists()


@pytest.mark.django_db
def test_message_is_parked_after_max_attempts(put: Put) -> None:
    message = put("a", run_at=NOW)
    worker = Worker({"email": failing(TransientFailure("SMTP 451"))}, max_attempts=3)
    for hours in range(3):
        with clock.frozen_at(NOW + timedelta(hours=hours)):
            assert handle_all(worker) == 1
    now = stored(message)
    assert (now.attempts, now.parked_at, now.last_error) == (3, NOW + timedelta(hours=2), "SMTP 451")


@pytest.mark.django_db
def test_message_that_kills_workers_is_parked(put: Put) -> None:
    message = put("a", run_at=NOW)
    for deaths in range(3):
        with clock.frozen_at(NOW + deaths * LEASE_DURATION):
            assert Worker({"email": failing(AssertionError())}, max_attempts=3)._claim()
    with clock.frozen_at(NOW + 3 * LEASE_DURATION):
        assert handle_all(Worker({"email": failing(AssertionError())}, max_attempts=3)) == 1
    assert stored(message).last_error == "no worker lived to the end of it"
    assert queries.parked_messages("0999").get() == message


@pytest.mark.django_db
def test_lease_excludes_other_workers_until_it_ends(put: Put) -> None:
    put("a", run_at=NOW)
    first, second = (Worker({"email": lambda message: None}) for _ in range(2))
    with clock.frozen_at(NOW):
        assert first._claim()
    with clock.frozen_at(NOW + LEASE_DURATION - timedelta(seconds=1)):
        assert not second.run_once()
    with clock.frozen_at(NOW + LEASE_DURATION):
        assert second.run_once()


@pytest.mark.django_db
@pytest.mark.parametrize("late", [None, TransientFailure("late"), PermanentFailure("late")])
def test_worker_with_lost_lease_marks_nothing(put: Put, late: Exception | None) -> None:
    message = put("a", run_at=NOW)

    def outlive_the_lease(message: OutboxMessage) -> None:
        with clock.frozen_at(NOW + LEASE_DURATION):
            assert Worker({"email": lambda message: None})._claim()
        if late:
            raise late

    with clock.frozen_at(NOW):
        Worker({"email": outlive_the_lease}).run_once()
    now = stored(message)
    assert (now.done_at, now.parked_at, now.last_error, now.attempts) == (None, None, "", 2)
    assert now.leased_by is not None


@pytest.mark.django_db
def test_worker_that_takes_over_from_itself_marks_only_the_last_attempt(put: Put) -> None:
    message = put("a", run_at=NOW)
    worker = Worker({})

    def outlive_the_lease(message: OutboxMessage) -> None:
        with clock.frozen_at(NOW + LEASE_DURATION):
            assert worker._claim()
        raise PermanentFailure("late")

    worker._handlers = {"email": outlive_the_lease}
    with clock.frozen_at(NOW):
        worker.run_once()
    assert stored(message).parked_at is None


@pytest.mark.django_db
def test_heartbeat_shows_running_workers(put: Put) -> None:
    worker = Worker({"email": lambda message: None})
    with clock.frozen_at(NOW):
        put("a")
        assert queries.outbox_status("0999") == queries.OutboxStatus(
            due=1, oldest_due=NOW, failing=0, parked=0, workers=0
        )
        handle_all(worker)
        assert queries.outbox_status("0999") == queries.OutboxStatus(
            due=0, oldest_due=None, failing=0, parked=0, workers=1
        )
    with clock.frozen_at(NOW + timedelta(minutes=2)):
        assert queries.outbox_status("0999").workers == 0
        worker.run_once()
        assert [pulse.id for pulse in queries.live_workers()] == [worker.id]
    with clock.frozen_at(NOW + timedelta(days=2)):
        handle_all(Worker({}))
        assert worker.id not in [pulse.id for pulse in queries.live_workers(timedelta(days=9))]


@pytest.mark.django_db
def test_old_done_messages_are_deleted(put: Put) -> None:
    with clock.frozen_at(NOW):
        put("a")
        handle_all(Worker({"email": lambda message: None}))
    put("b")
    assert operations.delete_done(NOW + timedelta(days=1)) == 1
    assert OutboxMessage.objects.get().key == "b"


@pytest.mark.django_db
def test_idle_worker_locks_nothing(django_assert_max_num_queries: Queries) -> None:
    worker = Worker({"email": lambda message: None})
    worker.run_once()
    with django_assert_max_num_queries(1):
        worker.run_once()


@pytest.mark.django_db(transaction=True)
def test_four_workers_handle_each_message_once() -> None:
    keys = [f"{number:03}" for number in range(200)]
    operations.enqueue([OutboxDraft(municipality="0999", key=key, kind="email", payload={}) for key in keys])
    done: Counter[str] = Counter()

    def work() -> None:
        handle_all(Worker({"email": lambda message: done.update([message.key])}))
        connection.close()

    with ThreadPoolExecutor(4) as pool:
        for ended in [pool.submit(work) for _ in range(4)]:
            ended.result()
    assert done == Counter(keys)
    assert OutboxMessage.objects.exclude(done_at=None).count() == 200
    assert set(OutboxMessage.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_handler_runs_outside_transactions(put: Put) -> None:
    put("a")
    inside: list[bool] = []
    Worker({"email": lambda message: inside.append(connection.in_atomic_block)}).run_once()
    assert inside == [False]


@pytest.mark.django_db(transaction=True)
def test_run_stops_on_event_and_waits_for_the_database(put: Put, monkeypatch: pytest.MonkeyPatch) -> None:
    stop, away = threading.Event(), [OperationalError("gone"), OperationalError("gone")]
    worker = Worker({"email": lambda message: stop.set()})
    once = worker.run_once

    def once_it_is_back() -> bool:
        if away:
            raise away.pop()
        return once()

    monkeypatch.setattr(worker, "run_once", once_it_is_back)
    running = threading.Thread(target=worker.run, args=[stop], kwargs={"idle": 0.001})
    running.start()
    message = put("a")
    running.join()
    assert stored(message).done_at is not None
