# SPDX-License-Identifier: EUPL-1.2
"""Which duties each role reads, and which ways in the phone shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.town import MEADOW, Town
from troskel.custody.models import Holding
from troskel.ground.refusals import BadValue
from troskel.ground.triggers import missing
from troskel.keeping.guards import OF_ROOMS
from troskel.people.models import Client
from troskel.reading import duties, lists, phone
from troskel.reading.paging import PageRequest
from troskel.runner.constraint_messages import CONSTRAINT_BY_COLUMNS, MESSAGES

READINGS: dict[str, Any] = {"duty": duties.listed_duties, "notice": duties.listed_notices}


def visible_duties(town: Town, who: str, kind: str = "duty") -> set[str]:
    with town.standing():
        page = READINGS[kind](town.actor(who), PageRequest(200), on=town.today)
    return {f"{item.paragraph}.{item.ask}" for item in page.items}


def test_a_locksmith_reads_the_firms_duties_only(town: Town) -> None:
    client = town.new_client()
    town.order(client)
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    assert visible_duties(town, "anna", "notice") | visible_duties(town, "siri", "notice")
    assert visible_duties(town, "laban", "notice") == set()
    assert visible_duties(town, "laban") <= {"L1.install"}


def test_a_provider_does_not_read_another_providers_duties(town: Town) -> None:
    client = town.new_client()
    town.grant(client, MEADOW, service="safety_alarm")
    assert "P1.order" in visible_duties(town, "olle")
    assert "P1.order" not in visible_duties(town, "moa")
    assert not visible_duties(town, "olle") & {"A1.inform", "A2.keys", "A3.understood"}, "the assessor's"
    assert {"A1.inform", "P1.order"} <= visible_duties(town, "anna")


def test_an_invalid_case_number_filter_is_refused(town: Town) -> None:
    with town.standing(), pytest.raises(BadValue, match=r"client\.malformed_number"):
        lists.orders(town.actor("anna"), PageRequest(), "19600102-9999")


def ways_in(town: Town) -> list[str]:
    with town.standing():
        (listed_client,) = phone.phone_list(town.actor("carin"))
    return [way.number for way in listed_client.ways_in]


def test_a_removed_lock_is_no_way_in(town: Town) -> None:
    town.locked()
    assert ways_in(town) == ["L1"]
    hanging = Holding.objects.filter(thing__number="L1", until=None)
    hanging.update(kind="organisation", holder=town.actor("laban").organisation)
    assert ways_in(town) == []


def test_the_lock_of_the_former_home_is_no_way_in(town: Town) -> None:
    client = town.locked()
    other = town.client(address=77)
    home = Client.objects.get(reference=other).home_id
    town.now += timedelta(minutes=1)
    Client.objects.filter(reference=client).update(home=home)
    assert ways_in(town) == []


def test_every_constraint_and_trigger_has_a_message() -> None:
    assert set(CONSTRAINT_BY_COLUMNS.values()) | {trigger.name for trigger in OF_ROOMS} == set(MESSAGES)


def test_every_trigger_exists(db: None) -> None:
    assert missing(OF_ROOMS, connection) == []
