# SPDX-License-Identifier: EUPL-1.2
"""A demo that one believes: whole days of visits, no booking on a Sunday, billed minutes, a log that is reviewed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from tests.town import CODE, undone_at_the_end
from troskel.billing.models import InvoiceRow
from troskel.duties.models import RoutineVersion
from troskel.ground import clock
from troskel.journal.models import LogReview
from troskel.orders.models import Booking
from troskel.people import queries as people
from troskel.reading import log_reviews
from troskel.simulator import demo, office
from troskel.simulator.town import Town
from troskel.visits.models import Visit

NOW = datetime(2026, 12, 16, 11, 10, tzinfo=clock.STOCKHOLM)
SATURDAY = 5
pytestmark = pytest.mark.usefixtures("demo_town", "db")


@pytest.fixture(scope="module")
def demo_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """Some brisk weeks over two ends of a month; the routine is changed in them, and changed again."""
    with undone_at_the_end(django_db_blocker), clock.frozen_at(NOW), pytest.MonkeyPatch.context() as patch:
        patch.setattr(office, "CHANGED_DAYS_LEFT", 20)
        yield demo.fill(CODE, lambda text: None, days=50, clients=30)


def test_nothing_was_refused(demo_town: Town) -> None:
    assert demo_town.life.faults == []


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
