# SPDX-License-Identifier: EUPL-1.2
"""Every duty has a way: an act that there is, that the one who is asked may do, with values that it takes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.town import CODE, EAST, MEADOW, Town, undone_at_the_end
from troskel.acts.chapters import REGISTER
from troskel.acts.fulfilling import Way, ways
from troskel.acts.fulfilling_events import FULFILLING
from troskel.duties import routines, rules
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.people.roles import Actor, ActorKind
from troskel.routine import reading
from troskel.simulator import living
from troskel.simulator.town import BRISK
from troskel.simulator.town import Town as Lived

SHIPPED = reading.read_routine(routines.SHIPPED)
NOW = datetime(2026, 11, 20, 18, tzinfo=clock.STOCKHOLM)
TOLD: dict[str, Any] = {
    "starts": "2026-12-01T08:00:00+01:00",
    "ends": "2026-12-01T09:00:00+01:00",
    "presence": "none",
    "valid_through": "2027-12-01",
    "reason": "other",
}
"""What a person might fill in; all else is some text."""


@pytest.mark.parametrize(("paragraph", "ask"), [ask for ask, a in SHIPPED.asks.items() if a.kind == "duty"])
def test_every_duty_of_the_shipped_routine_has_an_act_that_fulfils_it(paragraph: str, ask: str) -> None:
    asked = SHIPPED.asks[paragraph, ask]
    known = [event for event in asked.done_by if event in FULFILLING]
    assert known or asked.by_hand
    written_by = {event: [a for a in REGISTER.values() if event in a.writes and a.who] for event in known}
    assert all(written_by.values())


class Seen:
    """All ways that were there for open duties at the end of each day of a life."""

    def __init__(self) -> None:
        self.ways: dict[tuple[str, str], list[tuple[Duty, list[Way]]]] = {}

    def __call__(self, _: Lived) -> None:
        duties = list(Duty.objects.filter(state="open"))
        found = ways(Actor.system(CODE, ActorKind.DEMO), [duty.id for duty in duties])
        for duty in duties:
            self.ways.setdefault((duty.paragraph, duty.ask), []).append((duty, found[duty.id]))


@pytest.fixture(scope="module")
def seen(django_db_setup: None, django_db_blocker: Any) -> Iterator[Seen]:
    with undone_at_the_end(django_db_blocker):
        found = Seen()
        how = {"seed": 4, "pace": BRISK, "now": NOW, "tell": lambda told: None}
        living.live(CODE, days=30, clients=15, every_day=found, **how)
        yield found


def test_what_is_filled_in_and_left_is_what_the_act_asks(seen: Seen) -> None:
    assert len(seen.ways) > 15
    for found in seen.ways.values():
        for duty, its_ways in found:
            for way in its_ways:
                told = {name: TOLD.get(name, "x") for name in way.left}
                REGISTER[way.act].read(way.filled(**told))
                roles = rules.ROLES_OF[duty.role]
                assert not roles.isdisjoint(REGISTER[way.act].who), (duty.paragraph, way.act)


def test_almost_every_open_duty_has_a_way_at_once(seen: Seen) -> None:
    """Not: the new decision's allocation before there is one; an order for a home where nobody is left to order for."""
    for ask, found in seen.ways.items():
        without = [duty for duty, its_ways in found if not any(way.ends for way in its_ways)]
        if ask not in {("A8", "allocation"), ("P1", "order")}:
            assert without == [], ask


def test_p1_is_ordered_for_the_provider_s_own_client_behind_the_door(town: Town) -> None:
    """The duty is the door's; the one it names may have another provider."""
    town.grant(town.client(address=1), MEADOW, begins=town.day(3))
    town.grant(town.client(address=1), EAST)
    (duty,) = Duty.objects.filter(paragraph="P1", state="open")
    with town.standing():
        (way,) = ways(town.actor("olle"), [duty.id])[duty.id]
        assert ways(town.actor("moa"), [duty.id]) == {}
    assert way.left == ("locksmith", "reason")
    town.does("olle", way.act, **way.filled(locksmith="5560009945", reason="bråttom"))
    assert Duty.objects.get(id=duty.id).state == "done"


def test_a_duty_is_fulfilled_by_its_way_alone(town: Town) -> None:
    client = town.new_client()
    asked = Duty.objects.filter(state="open", client__reference=client, role="assessor", kind="duty")
    with town.standing():
        found = ways(town.actor("anna"), [duty.id for duty in asked])
    assert len(found) == 3
    for its_ways in found.values():
        for way in its_ways:
            if way.act != "record_refusal":
                town.does("anna", way.act, **way.filled())
    assert not asked.all().exists()
