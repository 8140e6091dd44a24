# SPDX-License-Identifier: EUPL-1.2
"""The invariants find violations: each rule is broken on purpose, without acts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from tests.town import CODE, ELSEWHERE, undone_at_the_end
from troskel.care.models import Allocation, Decision
from troskel.custody import triggers as custody_guards
from troskel.custody.models import Holding, Link, Thing
from troskel.duties.models import Duty
from troskel.ground import clock, ids
from troskel.ground.triggers import drop_all
from troskel.journal.models import Chain
from troskel.orders import triggers as orders_guards
from troskel.orders.models import Order
from troskel.outbox.models import OutboxMessage
from troskel.people.models import Client, Organisation
from troskel.simulator import day_loop, invariants, read_invariants
from troskel.simulator.duty_invariants import DutyInvariants
from troskel.simulator.tables import Tables
from troskel.simulator.town import BRISK, Town
from troskel.visits.models import Visit

NOW = datetime(2026, 11, 20, 18, tzinfo=clock.STOCKHOLM)
pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture(autouse=True)
def without_triggers(db: None) -> None:
    """Without the triggers that would refuse the tampering: what is done in a test is undone, they too."""
    with connection.cursor() as cursor:
        drop_all((*custody_guards.TRIGGERS, *orders_guards.TRIGGERS), connection, cursor.execute)


@pytest.fixture(scope="module")
def simulated_town(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """Six weeks of a municipality."""
    with undone_at_the_end(django_db_blocker):
        yield day_loop.live(
            CODE,
            days=42,
            clients=20,
            seed=11,
            pace=BRISK,
            now=NOW,
            tell=lambda broken_rules: None,
            every_day=None,
        )


def broken_rules(town: Town) -> set[str]:
    """The rules that do not hold at the end of the last day."""
    tables = Tables(CODE, NOW.date().isoformat())
    with clock.frozen_at(NOW):
        broken = {broken.rule for broken in invariants.check_day(tables)}
        broken |= {rule for rule, _ in read_invariants.check_day(town, tables)}
        return broken | {rule for rule, _ in DutyInvariants().check_day(town, tables)}


def linked() -> Link:
    """An open link, whose lock is at the door."""
    link = Link.objects.filter(until=None).order_by("id").first()
    assert link is not None
    return link


def test_acts_break_no_rule(simulated_town: Town) -> None:
    assert broken_rules(simulated_town) == set()
    assert invariants.check_journal(CODE, "2026-11-20") == []


def test_rule_1_removal_during_care(simulated_town: Town) -> None:
    done = Order.objects.filter(kind="installation", state="done").order_by("id")
    order = next(
        link for link in done if Decision.objects.filter(client=link.client, valid_through__gt=NOW).exists()
    )
    Order.objects.filter(id=order.id).update(kind="removal", state="placed", closed=None)
    assert "nobody behind a removal has care" in broken_rules(simulated_town)
    Order.objects.filter(id=order.id).update(kind="removal", state="done", closed=NOW - timedelta(minutes=1))
    assert "nobody behind a removal has care" in broken_rules(simulated_town)


def test_rule_2_two_locks_at_a_door(simulated_town: Town) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX one_lock_per_door")
    door = Holding.objects.filter(kind="door", until=None).order_by("id")[0].holder
    spare = Holding.objects.filter(kind="organisation", until=None, thing__kind="lock").order_by("id")[0]
    Holding.objects.filter(id=spare.id).update(kind="door", holder=door)
    assert "a door has one lock" in broken_rules(simulated_town)


def test_rule_2_link_to_the_neighbours_lock(simulated_town: Town) -> None:
    link = linked()
    neighbour = Client.objects.exclude(home=link.client.home).order_by("id")[0]
    Link.objects.filter(id=link.id).update(client=neighbour)
    assert "a link is behind the door" in broken_rules(simulated_town)


def test_rule_2_link_before_installation(simulated_town: Town) -> None:
    link = linked()
    Link.objects.filter(id=link.id).update(since=link.since - timedelta(days=20))
    assert "a link starts after a reported installation" in broken_rules(simulated_town)


def test_rule_2_link_ended_without_reason(simulated_town: Town) -> None:
    for link in Link.objects.filter(until=None):
        Link.objects.filter(id=link.id).update(until=NOW)
    assert "a link ends after a reported removal" in broken_rules(simulated_town)


def test_rule_2_lock_elsewhere(simulated_town: Town) -> None:
    link = linked()
    Holding.objects.filter(thing=link.lock, until=None).update(kind="organisation")
    assert "an open link has its lock at the door" in broken_rules(simulated_town)


def test_rule_3_foreign_client(simulated_town: Town) -> None:
    Client.objects.filter(id=linked().client_id).update(home_municipality=ELSEWHERE)
    assert "nobody from elsewhere has lock or tag" in broken_rules(simulated_town)


def test_rule_4_visit_without_decision(simulated_town: Town) -> None:
    visit = Visit.objects.filter(arrived__gte=NOW - timedelta(hours=12)).order_by("id")[0]
    Allocation.objects.filter(decision__client=visit.client).update(withdrawn=True)
    expected = {"a visit is made on a covered day", "one truth of whose phone has whom"}
    assert expected <= broken_rules(simulated_town)


def test_rule_5_broken_chain(simulated_town: Town) -> None:
    second = Holding.objects.filter(sequence=2).order_by("id")[0]
    Holding.objects.filter(id=second.id).update(since=second.since - timedelta(hours=1))
    assert "every thing has one holder and an unbroken chain" in broken_rules(simulated_town)


def test_rule_5_thing_without_holder(simulated_town: Town) -> None:
    Thing.objects.create(municipality_id=CODE, kind="tag", number="nobody's")
    assert "every thing has one holder and an unbroken chain" in broken_rules(simulated_town)


def test_rule_6_duplicates(simulated_town: Town) -> None:
    duty = Duty.objects.filter(state="open", kind="duty").order_by("id")[0]
    duty.id = ids.new_id()
    duty.save(force_insert=True)
    visit = Visit.objects.order_by("id")[0]
    visit.id = ids.new_id()
    visit.save(force_insert=True)
    OutboxMessage.objects.filter(id=OutboxMessage.objects.order_by("id")[0].id).delete()
    assert {"no duty is asked twice", "nothing happens twice", "an e-mail is sent once"} <= broken_rules(
        simulated_town
    )
    assert "what is stored follows from the journal" in {
        broken.rule for broken in invariants.check_journal(CODE, "2026-11-20")
    }


def test_rule_6_duty_without_organisation(simulated_town: Town) -> None:
    Duty.objects.filter(state="open", role="provider").update(organisation=None)
    assert "a providers duty has a provider" in broken_rules(simulated_town)


def test_rule_6_lost_line(simulated_town: Town) -> None:
    Chain.objects.filter(kind="acts").update(number=F("number") + 3)  # a head only moves forward
    assert "an accepted act is not lost" in broken_rules(simulated_town)
    assert "the chain of acts holds" in {
        broken.rule for broken in invariants.check_journal(CODE, "2026-11-20")
    }


def test_rule_7_unwritten_read(simulated_town: Town) -> None:
    Chain.objects.filter(kind="reads").update(number=F("number") + 1)
    assert "every read is in the journal" in broken_rules(simulated_town)


def test_rule_7_read_without_reason(simulated_town: Town) -> None:
    Allocation.objects.update(valid_from=NOW + timedelta(days=1), valid_through=None)
    assert "nobody is shown without a reason" in broken_rules(simulated_town)


def test_rule_8_name_in_journal_or_email(simulated_town: Town) -> None:
    name = Client.objects.order_by("id")[0].last_name
    with connection.cursor() as cursor:
        cursor.execute("SELECT payload FROM outbox_parcel ORDER BY id DESC LIMIT 1")
        (payload,) = cursor.fetchone()
    newest = OutboxMessage.objects.order_by("-id")[0]
    OutboxMessage.objects.filter(id=newest.id).update(
        put_at=NOW, payload=payload.replace('"number": "', f'"number": "{name} ')
    )
    assert "an e-mail names nobody" in broken_rules(simulated_town)


def test_rule_9_a_duty_of_one_who_does_not_know_the_client(simulated_town: Town) -> None:
    duty = Duty.objects.filter(state="open", kind="duty", role="provider", client__isnull=False).order_by(
        "id"
    )[0]
    known = Allocation.objects.filter(decision__client=duty.client_id).values("organisation")
    stranger = Organisation.objects.filter(kind="home_care").exclude(id__in=known).order_by("id")[0]
    Duty.objects.filter(id=duty.id).update(organisation=stranger)
    assert "no duty names a client whom its owner may not know" in broken_rules(simulated_town)


def test_rule_9_a_duty_of_an_organisation_where_nobody_can_do_it(simulated_town: Town) -> None:
    firm = Organisation.objects.filter(kind="locksmith").order_by("id")[0]
    Duty.objects.filter(state="open", kind="duty", role="provider").update(organisation=firm)
    assert "a duty can be done by its owner" in broken_rules(simulated_town)


def test_rule_9_a_gap_that_nobody_is_asked_about(simulated_town: Town) -> None:
    Duty.objects.filter(state="open", paragraph__in=["A4", "A8"]).update(state="done", closed=NOW)
    today, tomorrow = NOW.date(), NOW.date() + timedelta(days=1)
    ongoing = Decision.objects.filter(withdrawn=False, valid_from__lte=today, valid_through__gt=tomorrow)
    ongoing.update(valid_through=today, ending="")
    assert "no gap is forgotten" in broken_rules(simulated_town)


def test_rule_9_a_lock_that_nobody_needs(simulated_town: Town) -> None:
    Decision.objects.update(withdrawn=True)
    Order.objects.filter(kind="removal", state__in=["placed", "booked"]).update(state="cancelled", closed=NOW)
    assert "a lock that nobody needs is asked for" in broken_rules(simulated_town)
