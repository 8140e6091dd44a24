# SPDX-License-Identifier: EUPL-1.2
"""The rules of the design in the database itself: rows written past the acts are refused, on both engines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.town import EAST, ELSEWHERE, FIRM, Town
from troskel.acts.core.constraint_messages import refusal_of
from troskel.custody.guards import TRIGGERS
from troskel.custody.models import Holding, Link, Thing
from troskel.ground.ids import new_id
from troskel.ground.triggers import drop_all, missing, raise_all
from troskel.orders.models import Order
from troskel.people.models import Client, HomeDoor, Organisation


def refused(rule: str, write: Callable[[], Any]) -> None:
    """The database says no, and acts know by which rule."""
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        write()
    assert refusal_of(caught.value).rule == rule


def client(reference: str) -> Client:
    return Client.objects.get(reference=reference)


def held(number: str, **now: Any) -> Holding:
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


def test_rule_1_no_removal_is_ordered_while_care_is_left(town: Town) -> None:
    one, other = town.locked(address=77), town.client(address=77)
    town.end(one)
    town.grant(other)
    town.days_pass(1)
    refused("rule 1", order(town, one, "removal").save)


def test_rule_1_no_removal_is_done_while_care_is_left(town: Town) -> None:
    one, other = town.locked(address=77), town.client(address=77)
    town.end(one)
    town.days_pass(1)
    ordered = town.does("olle", "order_removal", client=one, locksmith=FIRM).answer["order"]
    town.grant(other)
    row = Order.objects.get(number=ordered)
    row.state, row.closed = "done", town.now
    refused("rule 1", row.save)


def test_rule_1_a_removal_is_ordered_when_nobody_is_left(town: Town) -> None:
    one = town.locked()
    town.end(one)
    town.days_pass(1)
    order(town, one, "removal").save()


def test_rule_2_a_door_has_one_lock(town: Town) -> None:
    town.locked()
    row = held("L2")
    row.kind, row.holder = "door", held("L1").holder
    refused("rule 2", row.save)


def test_rule_2_only_locks_hang_at_doors(town: Town) -> None:
    one = town.client()
    thing = Thing.objects.create(municipality_id="0999", kind="tag", number="T1")
    row = Holding(
        municipality_id="0999", thing=thing, sequence=1, kind="door", holder=town.door(one), since=town.now
    )
    refused("rule 2", row.save)


def test_rule_2_a_link_is_to_the_lock_at_the_door(town: Town) -> None:
    one = town.locked()
    refused("rule 2", link(one, "L2", town.door(one)).save)


def test_rule_2_a_link_is_never_to_the_neighbours_lock(town: Town) -> None:
    one, neighbour = town.locked(), town.new_client()
    refused("rule 2", link(neighbour, "L1", town.door(one)).save)


def test_rule_2_one_open_link_per_lock_and_client(town: Town) -> None:
    one = town.locked()
    refused("rule 2", link(one, "L1", town.door(one)).save)


def test_rule_3_another_municipalitys_client_gets_no_lock(town: Town) -> None:
    foreign = town.client(home_municipality=ELSEWHERE)
    refused("O1", order(town, foreign, "installation").save)


def test_rule_3_another_municipalitys_client_gets_no_link(town: Town) -> None:
    one, foreign = town.locked(address=77), town.client(address=77, home_municipality=ELSEWHERE)
    refused("O1", link(foreign, "L1", town.door(one)).save)


def test_rule_3_another_municipalitys_client_gets_no_tag(town: Town) -> None:
    foreign = town.client(home_municipality=ELSEWHERE)
    before = held("E1")
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
    refused("O1", after.save)


def test_rule_5_a_chain_of_holdings_is_unbroken(town: Town) -> None:
    before = held("E1")
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
    refused("rule 5", after.save)


def test_rule_5_a_thing_has_one_holder(town: Town) -> None:
    before = held("E1")
    second = Holding(
        municipality_id="0999",
        thing=before.thing,
        sequence=1,
        kind="organisation",
        holder=before.holder,
        since=town.now,
    )
    refused("rule 5", second.save)


def test_rule_5_what_somebody_held_is_never_changed(town: Town) -> None:
    one = town.new_client()
    town.does("carin", "place_tag", client=one, tag="E1")
    ended = Holding.objects.exclude(until=None).get(thing__number="E1")
    ended.since -= timedelta(days=1)
    refused("rule 5", ended.save)


def test_triggers_can_be_taken_away_and_raised_again(db: None) -> None:
    with connection.cursor() as cursor:
        drop_all(TRIGGERS, connection, cursor.execute)
        assert set(missing(TRIGGERS, connection)) == {trigger.name for trigger in TRIGGERS}
        raise_all(TRIGGERS, connection, cursor.execute)
    assert missing(TRIGGERS, connection) == []
