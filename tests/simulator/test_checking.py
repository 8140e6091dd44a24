# SPDX-License-Identifier: EUPL-1.2
"""The checker is worth what it sees: each rule is broken on purpose, behind the back of the acts, and it tells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from tests.town import CODE, ELSEWHERE, undone_at_the_end
from troskel.care.models import Allocation, Decision
from troskel.custody import guards as custody_guards
from troskel.custody.models import Holding, Link, Thing
from troskel.duties.models import Duty
from troskel.ground import clock, ids
from troskel.ground.triggers import drop_all
from troskel.journal.models import Chain
from troskel.orders import guards as orders_guards
from troskel.orders.models import Order
from troskel.outbox.models import Parcel
from troskel.people.models import Client
from troskel.simulator import checking, checking_reads, living
from troskel.simulator.tables import Tables
from troskel.simulator.town import BRISK, Town
from troskel.visits.models import Visit

NOW = datetime(2026, 11, 20, 18, tzinfo=clock.STOCKHOLM)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def unguarded(db: None) -> None:
    """Without the triggers that would refuse the tampering: what is done in a test is undone, they too."""
    with connection.cursor() as cursor:
        drop_all((*custody_guards.TRIGGERS, *orders_guards.TRIGGERS), connection, cursor.execute)


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """Six weeks of a municipality."""
    with undone_at_the_end(django_db_blocker):
        yield living.live(
            CODE, days=42, clients=20, seed=11, pace=BRISK, now=NOW, tell=lambda told: None, every_day=None
        )


def told(town: Town) -> set[str]:
    """The rules that do not hold at the end of the last day."""
    tables = Tables(CODE, NOW.date().isoformat())
    with clock.standing_at(NOW):
        found = {broken.rule for broken in checking.of_the_day(tables)}
        return found | {rule for rule, _ in checking_reads.of_the_day(town, tables)}


def linked() -> Link:
    """An open link, whose lock is at the door."""
    link = Link.objects.filter(until=None).order_by("id").first()
    assert link is not None
    return link


def test_what_the_acts_have_done_holds(lived: Town) -> None:
    assert told(lived) == set()
    assert checking.of_the_whole(CODE, "2026-11-20") == []


def test_rule_1_a_removal_while_there_is_care(lived: Town) -> None:
    done = Order.objects.filter(kind="installation", state="done").order_by("id")
    order = next(
        one for one in done if Decision.objects.filter(client=one.client, valid_through__gt=NOW).exists()
    )
    Order.objects.filter(id=order.id).update(kind="removal", state="placed", closed=None)
    assert "nobody behind a removal has care" in told(lived)
    Order.objects.filter(id=order.id).update(kind="removal", state="done", closed=NOW - timedelta(minutes=1))
    assert "nobody behind a removal has care" in told(lived)


def test_rule_2_two_locks_at_a_door(lived: Town) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_lock_per_door")
    door = Holding.objects.filter(kind="door", until=None).order_by("id")[0].holder
    spare = Holding.objects.filter(kind="organisation", until=None, thing__kind="lock").order_by("id")[0]
    Holding.objects.filter(id=spare.id).update(kind="door", holder=door)
    assert "a door has one lock" in told(lived)


def test_rule_2_the_neighbours_lock(lived: Town) -> None:
    link = linked()
    neighbour = Client.objects.exclude(home=link.client.home).order_by("id")[0]
    Link.objects.filter(id=link.id).update(client=neighbour)
    assert "a link is behind the door" in told(lived)


def test_rule_2_a_link_before_the_lock(lived: Town) -> None:
    link = linked()
    Link.objects.filter(id=link.id).update(since=link.since - timedelta(days=20))
    assert "a link starts after a reported installation" in told(lived)


def test_rule_2_a_link_that_ends_by_itself(lived: Town) -> None:
    for link in Link.objects.filter(until=None):
        Link.objects.filter(id=link.id).update(until=NOW)
    assert "a link ends after a reported removal" in told(lived)


def test_rule_2_a_lock_that_is_elsewhere(lived: Town) -> None:
    link = linked()
    Holding.objects.filter(thing=link.lock, until=None).update(kind="organisation")
    assert "an open link has its lock at the door" in told(lived)


def test_rule_3_a_client_from_elsewhere(lived: Town) -> None:
    Client.objects.filter(id=linked().client_id).update(home_municipality=ELSEWHERE)
    assert "nobody from elsewhere has lock or tag" in told(lived)


def test_rule_4_a_visit_without_a_decision(lived: Town) -> None:
    visit = Visit.objects.filter(arrived__gte=NOW - timedelta(hours=12)).order_by("id")[0]
    Allocation.objects.filter(decision__client=visit.client).update(withdrawn=True)
    assert {"a visit is made on a covered day", "a phone shows a client on covered days"} <= told(lived)


def test_rule_5_a_broken_chain(lived: Town) -> None:
    second = Holding.objects.filter(sequence=2).order_by("id")[0]
    Holding.objects.filter(id=second.id).update(since=second.since - timedelta(hours=1))
    assert "every thing has one holder and an unbroken chain" in told(lived)


def test_rule_5_a_thing_that_nobody_holds(lived: Town) -> None:
    Thing.objects.create(municipality_id=CODE, kind="tag", number="nobody's")
    assert "every thing has one holder and an unbroken chain" in told(lived)


def test_rule_6_what_happens_twice(lived: Town) -> None:
    duty = Duty.objects.filter(state="open", kind="duty").order_by("id")[0]
    duty.id = ids.new_id()
    duty.save(force_insert=True)
    visit = Visit.objects.order_by("id")[0]
    visit.id = ids.new_id()
    visit.save(force_insert=True)
    Parcel.objects.filter(id=Parcel.objects.order_by("id")[0].id).delete()
    assert {"no duty is asked twice", "nothing happens twice", "an e-mail is sent once"} <= told(lived)
    assert "what is stored follows from the journal" in {
        broken.rule for broken in checking.of_the_whole(CODE, "2026-11-20")
    }


def test_rule_6_a_duty_that_is_asked_of_nobody(lived: Town) -> None:
    Duty.objects.filter(state="open", role="provider").update(organisation=None)
    assert "a providers duty has a provider" in told(lived)


def test_rule_6_a_line_that_is_lost(lived: Town) -> None:
    Chain.objects.filter(kind="acts").update(number=F("number") + 3)  # a head only moves forward
    assert "an accepted act is not lost" in told(lived)
    assert "the chain of acts holds" in {broken.rule for broken in checking.of_the_whole(CODE, "2026-11-20")}


def test_rule_7_a_read_that_is_not_written(lived: Town) -> None:
    Chain.objects.filter(kind="reads").update(number=F("number") + 1)
    assert "every read is in the journal" in told(lived)


def test_rule_7_one_who_had_no_reason(lived: Town) -> None:
    Allocation.objects.update(valid_from=NOW + timedelta(days=1), valid_through=None)
    assert "nobody is shown without a reason" in told(lived)


def test_rule_8_a_name_where_it_must_not_be(lived: Town) -> None:
    named = Client.objects.order_by("id")[0].last_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM outbox_parcel ORDER BY id DESC LIMIT 1")
        (payload,) = cursor.fetchone()
    newest = Parcel.objects.order_by("-id")[0]
    Parcel.objects.filter(id=newest.id).update(
        put_at=NOW, payload=payload.replace('"number": "', f'"number": "{named} ')
    )
    assert "an e-mail names nobody" in told(lived)
