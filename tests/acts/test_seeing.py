# SPDX-License-Identifier: EUPL-1.2
"""What is shown to whom: duties of their own alone, and on the phone the ways in to where the client lives now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.town import MEADOW, Town
from troskel.acts.core.constraint_messages import BY_COLUMNS, SAID
from troskel.custody import guards as custody_guards
from troskel.custody.models import Holding
from troskel.ground.refusals import BadValue
from troskel.ground.triggers import missing
from troskel.orders import guards as orders_guards
from troskel.people.models import Client
from troskel.reading import duties, lists, phone
from troskel.reading.paging import Asked

LISTED: dict[str, Any] = {"duty": duties.listed_duties, "notice": duties.listed_notices}


def read(town: Town, who: str, kind: str = "duty") -> set[str]:
    with town.standing():
        page = LISTED[kind](town.actor(who), Asked(200), on=town.today)
    return {f"{item.paragraph}.{item.ask}" for item in page.items}


def test_a_locksmith_reads_what_is_asked_of_the_firm_alone(town: Town) -> None:
    client = town.new_client()
    town.order(client)
    town.does("anna", "record_refusal", client=client, reason="does_not_want")
    assert read(town, "anna", "notice") | read(town, "siri", "notice")
    assert read(town, "laban", "notice") == set()
    assert read(town, "laban") <= {"L1.install"}


def test_a_provider_does_not_read_what_is_asked_of_another(town: Town) -> None:
    client = town.new_client()
    town.grant(client, MEADOW, service="safety_alarm")
    assert "P1.order" in read(town, "olle")
    assert "P1.order" not in read(town, "moa")
    assert not read(town, "olle") & {"A1.inform", "A2.keys", "A3.understood"}, "the assessor's"
    assert {"A1.inform", "P1.order"} <= read(town, "anna")


def test_a_filter_that_is_no_case_number_is_refused(town: Town) -> None:
    with town.standing(), pytest.raises(BadValue, match="no case number"):
        lists.orders(town.actor("anna"), Asked(), "19600102-9999")


def ways(town: Town) -> list[str]:
    with town.standing():
        (shown,) = phone.phone_list(town.actor("carin"))
    return [way.number for way in shown.ways_in]


def test_a_lock_that_is_taken_down_is_no_way_in(town: Town) -> None:
    town.locked()
    assert ways(town) == ["L1"]
    hanging = Holding.objects.filter(thing__number="L1", until=None)
    hanging.update(kind="organisation", holder=town.actor("laban").organisation)
    assert ways(town) == []


def test_the_lock_of_the_former_home_is_no_way_in(town: Town) -> None:
    client = town.locked()
    other = town.client(address=77)
    home = Client.objects.get(reference=other).home_id
    town.now += timedelta(minutes=1)
    Client.objects.filter(reference=client).update(home=home)
    assert ways(town) == []


TRIGGERS = (*custody_guards.TRIGGERS, *orders_guards.TRIGGERS)


def test_every_constraint_in_columns_and_every_trigger_has_its_words() -> None:
    assert set(BY_COLUMNS.values()) | {trigger.name for trigger in TRIGGERS} == set(SAID)


def test_every_trigger_stands(db: None) -> None:
    assert missing(TRIGGERS, connection) == []
