# SPDX-License-Identifier: EUPL-1.2
"""A full disk, and one that can't be written to: 503, nothing has changed, and the same key goes through afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection
from django.test import Client

from tests.api import cast as casting
from tests.api.cast import EAST, NOW
from tests.api.conftest import ApiClient
from troskel.ground import clock
from troskel.journal import verification
from troskel.journal.models import Line

MANY_TAGS = {"kind": "tag", "numbers": [f"F{n}" for n in range(200)], "organisation": EAST}


@pytest.fixture
def caller(transactional_db: None) -> Iterator[ApiClient]:
    cast = casting.make_cast()
    with clock.frozen_at(NOW):
        yield ApiClient(cast)


@contextmanager
def full() -> Iterator[None]:
    """SQLite's file may not grow, as on a full disk. (PostgreSQL's can't be told so from within.)"""
    if connection.vendor != "sqlite":
        pytest.skip("SQLite's own limit")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA page_count")
        cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
    yield
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA max_page_count = 1073741823")


@contextmanager
def read_only() -> Iterator[None]:
    """The database refuses to write, as on a disk that has gone read-only, or a standby."""
    name = "PRAGMA query_only" if connection.vendor == "sqlite" else "SET default_transaction_read_only"
    with connection.cursor() as cursor:
        cursor.execute(f"{name} = on")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"{name} = off")


@pytest.mark.parametrize("disk", [full, read_only])
def test_nothing_is_half_done(caller: ApiClient, disk: type) -> None:
    lines = Line.objects.count()
    with disk():
        answer = caller.act("siri", "register_things", MANY_TAGS, key="k")
        assert (answer.status, answer.body["code"]) == (503, "server.away")
        assert int(answer.headers["Retry-After"]) > 0
        assert Client().get("/-/ready").status_code == 200, "it can still be read"
        assert caller.get("erik", "/routine").status == 200
        assert Line.objects.count() == lines
    assert caller.act("siri", "register_things", MANY_TAGS, key="k").status == 200
    assert Line.objects.count() > lines
    assert verification.verify("0999").is_sound
