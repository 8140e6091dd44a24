# SPDX-License-Identifier: EUPL-1.2
"""The demo's municipality, filled by acts: what is stored follows, and everyone has something to see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.town import CODE, undone_at_the_end
from troskel.acts import viewing
from troskel.custody.models import Holding, Thing
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.duties.replaying import departures
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.journal.verification import verify
from troskel.people import queries as people
from troskel.people.identity import parse_identity
from troskel.people.models import Identifier
from troskel.simulator import demo

NOW = datetime(2026, 11, 20, 15, tzinfo=clock.STOCKHOLM)
pytestmark = pytest.mark.usefixtures("filled", "db")


@pytest.fixture(scope="module")
def filled(django_db_setup: None, django_db_blocker: Any) -> Iterator[int]:
    """How many acts it took."""
    with undone_at_the_end(django_db_blocker), clock.standing_at(NOW):
        yield demo.fill(CODE, lambda told: None)


def test_what_is_stored_follows_from_the_journal(filled: int) -> None:
    assert filled > 200
    assert departures(CODE) == []
    assert verify(CODE).sound
    assert verify(CODE, "reads").sound


def test_every_duty_is_of_a_paragraph_that_the_routine_has() -> None:
    routine = routines.version(routines.newest(CODE))
    asked = set(Duty.objects.values_list("paragraph", "ask"))
    assert asked <= routine.asks.keys()
    assert {paragraph for paragraph, _ in asked} >= {
        "A1",
        "A4",
        "A5",
        "A6",
        "A7",
        "A8",
        "P1",
        "P2",
        "P3",
        "P4",
    }
    assert {paragraph for paragraph, _ in asked} >= {"P5", "P6", "P7", "L1", "S1", "S2", "S3", "O1"}


def test_nothing_happens_ahead_of_now() -> None:
    assert not Line.objects.filter(recorded__gt=NOW).exists()
    assert not Duty.objects.filter(opened__gt=NOW.date()).exists()


def test_there_is_something_on_every_worklist_that_the_routine_fills() -> None:
    for who in ("anna", "siri", "olle", "moa", "carin", "laban"):
        actor = people.actor_of_username(f"{CODE}/{who}")
        assert actor is not None
        with clock.standing_at(NOW):
            assert viewing.worklist(actor), who


def test_every_thing_has_one_holder_and_nobodys_number_is_used() -> None:
    assert Holding.objects.filter(until=None).count() == Thing.objects.count()
    for number in Identifier.objects.values_list("number", flat=True):
        assert number[8:11] >= "980"
        assert parse_identity(number, on=NOW.date())
