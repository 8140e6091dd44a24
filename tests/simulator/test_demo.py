# SPDX-License-Identifier: EUPL-1.2
"""The demo's municipality, filled by acts: the stored state follows, and every role has something to see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db.models import Count

from tests.town import CODE, undone_at_the_end
from troskel.care.models import Decision
from troskel.custody.models import Holding, Thing
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.duties.replay import discrepancies
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.journal.verification import verify
from troskel.orders.models import Booking
from troskel.people import queries as people
from troskel.people.identity import parse_identity
from troskel.people.models import Client, Home, Identifier
from troskel.reading import worklist
from troskel.simulator import demo
from troskel.simulator.organisations import ACCOUNTS
from troskel.simulator.town import Town

NOW = datetime(2026, 11, 20, 15, tzinfo=clock.STOCKHOLM)
pytestmark = pytest.mark.usefixtures("demo_town", "db")


@pytest.fixture(scope="module")
def demo_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """Some brisk weeks instead of two years."""
    with undone_at_the_end(django_db_blocker), clock.frozen_at(NOW):
        yield demo.fill(CODE, lambda text: None, days=56, clients=45)


def test_stored_state_follows_from_the_journal(demo_town: Town) -> None:
    assert demo_town.life.acts.total() > 1000
    assert demo_town.life.faults == []
    assert discrepancies(CODE) == []
    assert verify(CODE).is_sound
    assert verify(CODE, "reads").is_sound


def test_every_duty_belongs_to_a_paragraph() -> None:
    routine = routines.approved_last(CODE)
    assert routine is not None
    opened = set(Duty.objects.values_list("paragraph", "ask"))
    assert opened <= routine.asks.keys()
    assert {paragraph for paragraph, _ in opened} >= {
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
    assert {paragraph for paragraph, _ in opened} >= {"P5", "P6", "P7", "L1", "S1", "S2", "S3"}


def test_nothing_happens_after_now() -> None:
    assert not Line.objects.filter(recorded__gt=NOW).exists()
    assert not Duty.objects.filter(opened__gt=NOW.date()).exists()


def test_every_role_with_duties_has_a_worklist() -> None:
    busy = set()
    for username, *_ in ACCOUNTS:
        actor = people.actor_of_username(f"{CODE}/{username}")
        assert actor is not None
        with clock.frozen_at(NOW):
            if worklist.worklist(actor):
                busy.add(actor.role.value)
    assert busy >= {"assessor", "administrator", "coordinator", "carer", "locksmith"}


def test_last_days_contain_something_of_everything() -> None:
    today = NOW.date()
    late = Duty.objects.filter(state="open", due__lt=today)
    assert Decision.objects.filter(valid_from=today).exists(), "new clients"
    assert late.filter(paragraph="P1").exists(), "a late order"
    assert Booking.objects.filter(outcome="", starts__date=today).exists(), "a booking"
    assert Duty.objects.filter(state="open", paragraph="A8", due__lte=today + timedelta(days=14)).exists(), (
        "a gap ahead"
    )
    assert Duty.objects.filter(state="open", paragraph="P6").exists(), "a removal to order"
    assert Home.objects.annotate(clients_in=Count("clients")).filter(clients_in=2).exists(), "a couple"
    assert Client.objects.exclude(protection="").exists(), "a protected client"
    assert Duty.objects.filter(state="open", kind="notice").exists(), "an unread notice"


def test_things_have_one_holder_and_numbers_are_unassigned() -> None:
    assert Holding.objects.filter(until=None).count() == Thing.objects.count()
    for number in Identifier.objects.values_list("number", flat=True):
        assert number[8:11] >= "980"
        assert parse_identity(number, on=NOW.date())
