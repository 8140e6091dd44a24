# SPDX-License-Identifier: EUPL-1.2
"""A clock that jumps: more than a week waits for a person, and days that have not been are taken back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.acts.examples import ActExample, Values
from tests.town import CODE, Town, acted
from troskel.acts.turning_the_day import catch_up
from troskel.duties.days import last_turned
from troskel.duties.models import HomeState
from troskel.ground import clock
from troskel.ground.refusals import Refusal
from troskel.reading import days


def a_year_ahead(town: Town) -> Values:
    """The worker's clock is a year ahead for a moment, and it turns the days."""
    with clock.frozen_at(town.now + timedelta(days=365)):
        assert catch_up(CODE, however_long=True) == 365
    return {}


EXAMPLES = {
    "confirm_day": ActExample("siri", lambda town: {"day": town.day(0)}, "D", {"day": "2025-01-01"}),
    "take_back_days": ActExample("siri", a_year_ahead, "D", again=True),
}


def status(town: Town) -> tuple[bool, bool]:
    with town.standing():
        found = days.day_status(town.actor("siri"))
    return found.ahead, found.waits


def test_a_week_is_turned_and_more_waits_for_a_person(town: Town) -> None:
    last = last_turned(CODE)
    assert last == town.today
    town.now += timedelta(days=8)
    with town.standing(), pytest.raises(Refusal) as refusal:
        catch_up(CODE)
    assert (refusal.value.code, last_turned(CODE), status(town)) == ("day.not_confirmed", last, (False, True))
    town.refused("siri", "confirm_day", "D", day=town.day(-8))  # of the clock that went wrong
    assert town.does("siri", "confirm_day", day=town.day(0)).answer["to_turn"] == 8
    with town.standing():
        assert catch_up(CODE) == 8
    town.now += timedelta(days=7)
    with town.standing():
        assert catch_up(CODE) == 7  # by itself
    town.now += timedelta(days=8)
    with town.standing(), pytest.raises(Refusal):
        catch_up(CODE)  # what was said of another day is not said of this one
    assert status(town) == (False, True)


def test_days_that_have_not_been_are_taken_back(town: Town) -> None:
    """What is stored is again what it was before the clock went wrong, and the days that come are turned as ever."""
    client = town.new_client()
    town.order(client)
    before, waking = acted(), dict(HomeState.objects.values_list("home", "wake"))
    a_year_ahead(town)
    assert acted()["duties_duty"] != before["duties_duty"]
    assert status(town) == (True, False)
    town.now += timedelta(minutes=1)
    answer = town.does("siri", "take_back_days").answer
    assert answer["days"] == 365 and answer["duties"] > 0 and answer["moved"] == []
    after = acted()
    for table in ("duties_duty", "duties_dayturned"):
        assert after[table] == before[table], table
    assert dict(HomeState.objects.values_list("home", "wake")) == waking
    assert status(town) == (False, False)
    town.is_sound()
    town.days_pass(40)
    assert any(duty.escalated for duty in town.duties(""))
    town.is_sound()


def test_what_was_done_by_people_in_between_stays(town: Town) -> None:
    """Somebody acts while the days are ahead: the duty that their line opens is still there afterwards."""
    first = town.new_client()
    a_year_ahead(town)
    second = town.new_client()
    town.inform(first)
    town.does("siri", "take_back_days")
    assert town.names(second) and town.names(first)
    town.is_sound()
    town.days_pass(3)
    town.is_sound()
