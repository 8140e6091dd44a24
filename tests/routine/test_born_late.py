# SPDX-License-Identifier: EUPL-1.2
"""Rule 9: no duty is born late, and none is late with an owner who could not have kept it."""

from __future__ import annotations

from datetime import date

from hypothesis import given

from tests.routine.muddle import EVERY, SEEDS, Muddle
from tests.routine.story import NORTH, SOUTH, Story


def test_p5_a_key_lost_late_is_fetched_within_two_days() -> None:
    s = Story()
    anna = s.client()
    (door,) = s.doors_of[s.home_of[anna]]
    s.care(anna, NORTH, "2026-03-02")
    s.visit(anna, NORTH, on="2026-03-02")
    key = s.key_to(anna, door, NORTH)
    s.until("2026-04-17")
    s.about("key.lost", anna, door=door, key=key, organisation=NORTH)
    duty = s.the("P5.collect_keys")
    assert (duty.opened, duty.due) == (date(2026, 4, 17), date(2026, 4, 19))


def test_a8_a_decision_given_some_days_is_followed_up_from_the_day_it_is_known() -> None:
    s = Story()
    anna = s.client()
    decision = s.care(anna, NORTH, "2026-03-02")
    s.until("2026-04-13")
    s.about("decision.changed", anna, decision=decision, **{"from": "2026-03-02", "through": "2026-04-15"})
    assert s.the("A8.allocation").due == date(2026, 4, 13), "five working days before the 15th is past"
    assert s.the("A8.investigation").due == date(2026, 4, 15)


def test_p1_with_a_new_provider_waits_for_their_first_visit() -> None:
    s = Story()
    anna = s.client()
    decision = s.care(anna, NORTH, "2026-03-02")
    s.visit(anna, NORTH, on="2026-03-02")
    s.until("2026-03-06")
    for allocation in list(s.homes[s.home_of[anna]].facts.clients[anna].allocations):
        s.about("allocation.ended", anna, allocation=allocation, through=date(2026, 3, 6), confirmed=True)
    s.allocation(anna, decision, SOUTH, "2026-03-07")
    s.until("2026-03-07")
    assert (s.the("P1.order").organisation, s.the("P1.order").due) == (SOUTH, None)


@EVERY
@given(SEEDS)
def test_nothing_is_due_before_the_day_it_became_its_owners(seed: int) -> None:
    """In any muddle, at every moment of it, whatever the order of what becomes known."""
    for duty in Muddle(seed, 60).s.history.duties.values():
        theirs_since = duty.duty.passed or duty.duty.opened
        assert duty.duty.due is None or duty.duty.due >= theirs_since
