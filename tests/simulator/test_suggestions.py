# SPDX-License-Identifier: EUPL-1.2
"""In a simulation of some weeks every open duty has a suggestion, whose act accepts the values, by a permitted role."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from tests.town import CODE, undone_at_the_end
from troskel.acts.chapters import REGISTER
from troskel.duties import rules
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.offers.duty_actions import Suggestion, suggestions
from troskel.people.roles import Actor, ActorKind
from troskel.simulator import day_loop
from troskel.simulator.town import BRISK, Town

NOW = datetime(2026, 11, 20, 18, tzinfo=clock.STOCKHOLM)
ANSWERS: dict[str, Any] = {
    "starts": "2026-12-01T08:00:00+01:00",
    "ends": "2026-12-01T09:00:00+01:00",
    "presence": "none",
    "valid_through": "2027-12-01",
    "reason": "other",
    "signed": "client",
    "month": "2026-10",
    "understood": True,
}
"""Values that a person might fill in; all others are some text."""

WAYS_IN = {"decide_way_in": {"way": "key"}, "record_consent": {"way": "oral"}}
"""Two acts have a field `way`, with different values."""


class CollectSuggestions:
    """Collects the suggestions for open duties at the end of each simulated day."""

    def __init__(self) -> None:
        self.by_ask: dict[tuple[str, str], list[tuple[Duty, list[Suggestion]]]] = {}

    def __call__(self, _: Town) -> None:
        duties = list(Duty.objects.filter(state="open"))
        by_duty = suggestions(Actor.system(CODE, ActorKind.DEMO), [duty.id for duty in duties])
        for duty in duties:
            if not self.is_ahead(duty):
                self.by_ask.setdefault((duty.paragraph, duty.ask), []).append((duty, by_duty[duty.id]))

    @staticmethod
    def is_ahead(duty: Duty) -> bool:
        """Is it to be present at a time that has not come (P4)? Then there is nothing to do yet."""
        starts = json.loads(duty.about).get("starts")
        return duty.ask == "be_present" and bool(starts) and datetime.fromisoformat(starts) > clock.now()


@pytest.fixture(scope="module")
def collected(django_db_setup: None, django_db_blocker: Any) -> Iterator[CollectSuggestions]:
    with undone_at_the_end(django_db_blocker):
        collector = CollectSuggestions()
        options = {"seed": 4, "pace": BRISK, "now": NOW, "tell": lambda told: None}
        day_loop.live(CODE, days=30, clients=15, every_day=collector, **options)
        yield collector


def test_prefilled_and_open_values_match_the_act(collected: CollectSuggestions) -> None:
    assert len(collected.by_ask) > 15
    for entries in collected.by_ask.values():
        for duty, its_suggestions in entries:
            for suggestion in its_suggestions:
                answers = {name: ANSWERS.get(name, "x") for name in suggestion.missing}
                answers |= WAYS_IN.get(suggestion.act, {})
                REGISTER[suggestion.act].read(suggestion.with_answers(**answers))
                roles = rules.ROLES_OF[duty.role]
                assert not roles.isdisjoint(REGISTER[suggestion.act].who), (duty.paragraph, suggestion.act)


def test_most_open_duties_have_a_suggestion(collected: CollectSuggestions) -> None:
    """Except: the allocation of a decision not made yet; an order for a home without clients."""
    for ask, entries in collected.by_ask.items():
        without = [duty for duty, its_suggestions in entries if not any(s.is_final for s in its_suggestions)]
        if ask not in {("A8", "allocation"), ("P1", "order")}:
            assert without == [], ask
