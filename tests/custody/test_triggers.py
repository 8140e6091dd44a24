# SPDX-License-Identifier: EUPL-1.2
"""The design's rules as database triggers: rows written without the acts are refused, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.town import EAST, ELSEWHERE, FIRM, Town
from troskel.custody.models import Holding, Link, Thing
from troskel.custody.triggers import TRIGGERS
from troskel.ground.ids import new_id
from troskel.ground.triggers import create_all, drop_all, missing
from troskel.orders.models import Order
from troskel.people.models import Client, HomeDoor, Organisation
from troskel.runner.constraint_messages import refusal_of


def assert_refused(rule: str, write: Callable[[], Any]) -> None:
    """Assert that the database refuses the write, and that acts map the error to this rule."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert refusal_of(caught.value).rule == rule


def client(reference: str) -> Client:
    return Client.objects.get(reference=reference)


def open_holding(number: str, **now: Any) -> Holding:
    return Holding.objects.get(thing__number=number, until=None, **now)


def order(town: Town, of: str, kind: str) -> Order:
    door = HomeDoor.objects.filter(home__clients__reference=of).order_by("door_id")[0].door_id
    firms = dict(Organisation.objects.values_list("orgnr", "id"))
    return Order(
        id=new_id(),
        municipality_id="0999",
        number=f"X-{kind}",
        kind=kind,
        client=client(of),
        door_id=door,
        organisation_id=firms[EAST],
        locksmith_id=firms[FIRM],
        placed=town.now,
    )


def link(of: str, lock: str, door: str) -> Link:
    thing = Thing.objects.get(number=lock)
    since = thing.holdings.order_by("-sequence")[0].since
    return Link(municipality_id="0999", lock=thing, client=client(of), door_id=door, since=since)


def test_rule_1_no_removal_ordered_while_care_is_left(town: Town) -> None:
    first, second = town.locked(address=77), town.client(address=77)
    town.end(first)
    town.grant(second)
    town.days_pass(1)
    assert_refused("rule 1", order(town, first, "removal").save)


def test_rule_1_no_removal_done_while_care_is_left(town: Town) -> None:
    first, second = town.locked(address=77), town.client(address=77)
    town.end(first)
    town.days_pass(1)
    ordered = town.does("olle", "order_removal", client=first, locksmith=FIRM).answer["order"]
    town.grant(second)
    row = Order.objects.get(number=ordered)
    row.state, row.closed = "done", town.now
    assert_refused("rule 1", row.save)


def test_rule_1_removal_ordered_when_no_care_is_left(town: Town) -> None:
    first = town.locked()
    town.end(first)
    town.days_pass(1)
    order(town, first, "removal").save()


def test_rule_2_door_has_one_lock(town: Town) -> None:
    town.locked()
    row = open_holding("L2")
    row.kind, row.holder = "door", open_holding("L1").holder
    assert_refused("rule 2", row.save)


def test_rule_2_only_locks_hang_at_doors(town: Town) -> None:
    first = town.client()
    thing = Thing.objects.create(municipality_id="0999", kind="tag", number="T1")
    row = Holding(
        municipality_id="0999", thing=thing, sequence=1, kind="door", holder=town.door(first), since=town.now
    )
    assert_refused("rule 2", row.save)


def test_rule_2_link_needs_the_lock_at_the_door(town: Town) -> None:
    first = town.locked()
    assert_refused("rule 2", link(first, "L2", town.door(first)).save)


def test_rule_2_no_link_to_the_neighbours_lock(town: Town) -> None:
    first, neighbour = town.locked(), town.new_client()
    assert_refused("rule 2", link(neighbour, "L1", town.door(first)).save)


def test_rule_2_one_open_link_per_lock_and_client(town: Town) -> None:
    first = town.locked()
    assert_refused("rule 2", link(first, "L1", town.door(first)).save)


def test_rule_3_other_municipalitys_client_gets_no_lock(town: Town) -> None:
    foreign = town.client(home_municipality=ELSEWHERE)
    assert_refused("O1", order(town, foreign, "installation").save)


def test_rule_3_other_municipalitys_client_gets_no_link(town: Town) -> None:
    first, foreign = town.locked(address=77), town.client(address=77, home_municipality=ELSEWHERE)
    assert_refused("O1", link(foreign, "L1", town.door(first)).save)


def test_rule_3_other_municipalitys_client_gets_no_tag(town: Town) -> None:
    foreign = town.client(home_municipality=ELSEWHERE)
    before = open_holding("E1")
    before.until = town.now
    before.save()
    after = Holding(
        municipality_id="0999",
        thing=before.thing,
        sequence=before.sequence + 1,
        kind="client",
        holder=client(foreign).id,
        since=town.now,
    )
    assert_refused("O1", after.save)


def test_rule_5_chain_of_holdings_is_unbroken(town: Town) -> None:
    before = open_holding("E1")
    before.until = town.now
    before.save()
    after = Holding(
        municipality_id="0999",
        thing=before.thing,
        sequence=before.sequence + 1,
        kind="organisation",
        holder=before.holder,
        since=town.now + timedelta(hours=1),
    )
    assert_refused("rule 5", after.save)


def test_rule_5_thing_has_one_holder(town: Town) -> None:
    before = open_holding("E1")
    second = Holding(
        municipality_id="0999",
        thing=before.thing,
        sequence=1,
        kind="organisation",
        holder=before.holder,
        since=town.now,
    )
    assert_refused("rule 5", second.save)


def test_rule_5_ended_holding_is_immutable(town: Town) -> None:
    first = town.new_client()
    town.does("carin", "place_tag", client=first, tag="E1")
    ended = Holding.objects.exclude(until=None).get(thing__number="E1")
    ended.since -= timedelta(days=1)
    assert_refused("rule 5", ended.save)


def test_triggers_can_be_dropped_and_created(db: None) -> None:
    with connection.cursor() as cursor:
        drop_all(TRIGGERS, connection, cursor.execute)
        assert set(missing(TRIGGERS, connection)) == {trigger.name for trigger in TRIGGERS}
        create_all(TRIGGERS, connection, cursor.execute)
    assert missing(TRIGGERS, connection) == []
