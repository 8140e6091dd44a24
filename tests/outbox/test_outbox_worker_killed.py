# SPDX-License-Identifier: EUPL-1.2
"""A worker that is killed while sending: another takes over. One that is told to stop sends it to its end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.outbox.conftest import Put, handle_all
from tests.outbox.mail_server import SLOW, STALL, MailServer
from tests.outbox.test_email_delivery import email_worker
from troskel.ground import clock
from troskel.outbox.models import OutboxMessage
from troskel.outbox.worker import LEASE_DURATION

WORKER = Path(__file__).with_name("worker_process.py")


@pytest.mark.django_db(transaction=True)
def test_another_worker_takes_over_when_the_lease_ends(server: MailServer, put: Put) -> None:
    put("a")
    server.on_data.append(STALL)
    order = json.dumps({"database": connection.settings_dict, "smtp": server.url}, default=str)
    doomed = subprocess.Popen([sys.executable, WORKER], stdin=subprocess.PIPE, text=True)
    assert doomed.stdin
    doomed.stdin.write(order)
    doomed.stdin.close()
    assert server.something_came.wait(60)  # the message is over there, its answer is not here yet
    os.kill(doomed.pid, signal.SIGKILL)
    assert doomed.wait() == -signal.SIGKILL

    assert handle_all(email_worker(server)) == 0  # the dead worker's lease holds
    with clock.frozen_at(clock.now() + LEASE_DURATION):
        assert handle_all(email_worker(server)) == 1
    assert len(server.seen) == 2
    assert len(set(server.ids())) == 1
    parcel = OutboxMessage.objects.get()
    assert parcel.done_at
    assert parcel.attempts == 2


@pytest.mark.django_db(transaction=True)
def test_sigterm_lets_the_mail_be_sent_to_its_end(server: MailServer, put: Put) -> None:
    put("a")
    server.on_data.append(SLOW)
    order = {"database": connection.settings_dict, "smtp": server.url, "as_command": True}
    told = subprocess.Popen([sys.executable, WORKER], stdin=subprocess.PIPE, text=True)
    assert told.stdin
    told.stdin.write(json.dumps(order, default=str))
    told.stdin.close()
    assert server.something_came.wait(60)
    told.terminate()
    server.go_on.set()
    assert told.wait(60) == 0
    parcel = OutboxMessage.objects.get()
    assert (parcel.done_at is not None, parcel.attempts, len(server.accepted)) == (True, 1, 1)
