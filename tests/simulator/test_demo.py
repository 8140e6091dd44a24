# SPDX-License-Identifier: EUPL-1.2
"""The demo's municipality, filled by acts: the state follows, every role has something to see, one believes it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db.models import Count

from tests.town import CODE, undone_at_the_end
from troskel.billing.models import InvoiceRow
from troskel.care.models import Decision
from troskel.custody.models import Holding, Thing
from troskel.duties import routines
from troskel.duties.models import Duty, RoutineVersion
from troskel.duties.replay import discrepancies
from troskel.ground import clock
from troskel.journal.models import Line, LogReview
from troskel.journal.verification import verify
from troskel.orders.models import Booking
from troskel.people import queries as people
from troskel.people.identity import parse_identity
from troskel.people.models import Client, Home, Identifier
from troskel.prover import HOUSEHOLDS
from troskel.reading import log_reviews, worklist
from troskel.simulator import demo, office
from troskel.simulator.organisations import ACCOUNTS
from troskel.simulator.town import Town
from troskel.visits.models import Visit

NOW = datetime(2026, 12, 16, 11, 10, tzinfo=clock.STOCKHOLM)
SATURDAY = 5
pytestmark = pytest.mark.usefixtures("demo_town", "db")


@pytest.fixture(scope="module")
def demo_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """Some brisk weeks over two ends of a month; the routine is changed in them, proven in one home, changed again."""
    with undone_at_the_end(django_db_blocker), clock.frozen_at(NOW), pytest.MonkeyPatch.context() as patch:
        patch.setattr(office, "CHANGED_DAYS_LEFT", 20)
        patch.setattr("troskel.duties.proofs.HOUSEHOLDS", (HOUSEHOLDS["new"],))
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


def test_a_carer_is_with_one_client_at_a_time_from_morning_to_night() -> None:
    yesterday = NOW.date() - timedelta(days=1)
    rounds = defaultdict(list)
    for visit in Visit.objects.filter(arrived__date=yesterday).exclude(evidence="hand"):
        rounds[visit.account_id].append((visit.arrived, visit.departed))
    assert len(rounds) > 6
    hours = {arrived.astimezone(clock.STOCKHOLM).hour for made in rounds.values() for arrived, _ in made}
    assert min(hours) == 7
    assert max(hours) >= 15, "the evening has a shift of its own"
    for made in rounds.values():
        for (_, departed), (arrived, _) in pairwise(sorted(made)):
            assert departed is not None
            assert departed < arrived


def test_today_there_are_the_visits_until_now() -> None:
    today = Visit.objects.filter(arrived__date=NOW.date())
    assert today.exists()
    assert not today.filter(departed__gt=NOW).exists()


def test_nobody_is_booked_on_a_weekend() -> None:
    days = {clock.day_of(booking.starts).weekday() for booking in Booking.objects.all()}
    assert days
    assert max(days) < SATURDAY


def test_another_municipalitys_month_has_minutes() -> None:
    rows = InvoiceRow.objects.all()
    assert rows
    assert max(row.minutes for row in rows) > 60


def test_the_log_is_reviewed_in_time() -> None:
    assert LogReview.objects.filter(done=None).count() == 0
    maria = people.actor_of_username(f"{CODE}/maria")
    assert maria is not None
    with clock.frozen_at(NOW):
        assert {month.state for month in log_reviews.log_reviews(maria)} <= {"done"}


def test_one_version_was_approved_by_another_and_one_waits() -> None:
    first, second, proposed = RoutineVersion.objects.order_by("proposed_at", "id")
    assert first.sequence is not None
    assert second.sequence is not None
    assert second.proposed_by_id != second.approved_by_id
    assert proposed.sequence is None
    assert proposed.withdrawn is None
