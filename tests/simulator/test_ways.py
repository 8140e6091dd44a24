# SPDX-License-Identifier: EUPL-1.2
"""In a life of some weeks every open duty has a way, whose act takes what is filled in, by one who may do it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.town import CODE, undone_at_the_end
from troskel.acts.chapters import REGISTER
from troskel.duties import rules
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.offers.duty_actions import Way, ways
from troskel.people.roles import Actor, ActorKind
from troskel.simulator import living
from troskel.simulator.town import BRISK, Town

NOW = datetime(2026, 11, 20, 18, tzinfo=clock.STOCKHOLM)
TOLD: dict[str, Any] = {
    "starts": "2026-12-01T08:00:00+01:00",
    "ends": "2026-12-01T09:00:00+01:00",
    "presence": "none",
    "valid_through": "2027-12-01",
    "reason": "other",
    "signed": "client",
    "month": "2026-10",
}
"""What a person might fill in; all else is some text."""

WAYS_IN = {"decide_way_in": {"way": "key"}, "record_consent": {"way": "oral"}}
"""Two acts ask for a `way`, each of its own."""


class Seen:
    """All ways that were there for open duties at the end of each day of a life."""

    def __init__(self) -> None:
        self.ways: dict[tuple[str, str], list[tuple[Duty, list[Way]]]] = {}

    def __call__(self, _: Town) -> None:
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
                told = {name: TOLD.get(name, "x") for name in way.left} | WAYS_IN.get(way.act, {})
                REGISTER[way.act].read(way.filled(**told))
                roles = rules.ROLES_OF[duty.role]
                assert not roles.isdisjoint(REGISTER[way.act].who), (duty.paragraph, way.act)


def test_almost_every_open_duty_has_a_way_at_once(seen: Seen) -> None:
    """Not: the new decision's allocation before there is one; an order for a home where nobody is left to order for."""
    for ask, found in seen.ways.items():
        without = [duty for duty, its_ways in found if not any(way.ends for way in its_ways)]
        if ask not in {("A8", "allocation"), ("P1", "order")}:
            assert without == [], ask
