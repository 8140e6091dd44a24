# SPDX-License-Identifier: EUPL-1.2
"""A visit is corrected with a reason: other times, an end that was forgotten, or not made (P2, rule 10)."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from tests.acts.examples import ActExample
from tests.town import Town
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.reading import visits as visits_read
from troskel.reading.paging import PageRequest
from troskel.visits.models import Visit


def visited(town: Town) -> dict[str, Any]:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    at = town.now - timedelta(minutes=30)
    made = town.does("carin", "register_visit", client=client, arrived=at.isoformat(), by="tag", tag="E1")
    return {"visit": made.answer["visit"], "made": False, "reason": "wrong_client"}


EXAMPLES = {"correct_visit": ActExample("carin", visited, "NotFound", by="mikael")}


def listed(town: Town) -> Any:
    with clock.frozen_at(town.now):
        (visit,) = visits_read.visits(town.actor("olle"), PageRequest(50, "")).items
    return visit


def test_p1_p2_first_visit_that_was_not_made(town: Town) -> None:
    values = visited(town)
    assert town.the("P1.order").due == town.today
    town.does("carin", "correct_visit", **values)
    assert town.the("P1.order").due is None, "there has been no first visit"
    assert not Visit.objects.exists()
    assert Line.objects.filter(event__in=["visit.registered", "visit.corrected"]).count() == 2
    town.is_sound()


def test_p2_visit_at_another_time(town: Town) -> None:
    values = visited(town) | {"made": True, "reason": "wrong_time"}
    at, end = town.now - timedelta(minutes=20), town.now - timedelta(minutes=10)
    town.refused("carin", "correct_visit", "BadValue arrived", **values)
    late = values | {"departed": (town.now + timedelta(hours=1)).isoformat()}
    town.refused("carin", "correct_visit", "BadValue arrived", **late)
    times = {"arrived": at.isoformat(), "departed": end.isoformat()}
    town.refused("carin", "correct_visit", "BadValue reason", **{**values, **times, "reason": "because"})
    town.does("olle", "correct_visit", **values, **times)
    assert Visit.objects.values_list("arrived", "departed").get() == (at, end)
    town.is_sound()


def test_p2_what_was_what_became_and_why_stand_in_the_journal(town: Town) -> None:
    values = visited(town) | {"made": True, "reason": "wrong_time"}
    was = Visit.objects.get().arrived
    at = was - timedelta(minutes=15)
    town.does("carin", "correct_visit", **values, arrived=at.isoformat(), text="Jag läste av fel klocka")
    line = Line.objects.get(event="visit.corrected")
    body = json.loads(line.body)
    assert [datetime.fromisoformat(body[name]) for name in ("was", "arrived")] == [was, at]
    assert (body["was_departed"], body["departed"], body["reason_code"]) == (None, None, "wrong_time")
    assert line.actor == town.actor("carin").account and line.detail_hash


def test_a_time_corrected_by_hand_is_marked_and_graded_as_by_hand(town: Town) -> None:
    """The tag proved the visit at the time before: the coordinator sees that this time is somebody's word."""
    values = visited(town) | {"made": True, "reason": "wrong_time"}
    assert (listed(town).grade, listed(town).exceptions) == ("D", ["left_open"])
    earlier = listed(town).arrived - timedelta(minutes=10)
    town.does("carin", "correct_visit", **values, arrived=earlier.isoformat())
    assert (listed(town).grade, listed(town).departed_grade) == ("F", None)
    assert listed(town).exceptions == ["left_open", "corrected"]


def test_a_forgotten_departure_is_written_in_afterwards(town: Town) -> None:
    """The arrival, which the tag has proven, keeps its grade; the time that the form repeats changes nothing."""
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.now += timedelta(seconds=31)
    visit = town.does("carin", "arrive", client=client, by="tag", tag="E1").answer["visit"]
    stands = Visit.objects.get().arrived
    town.now += timedelta(hours=16)
    assert listed(town).exceptions == ["left_open"]
    filled_in = stands.replace(second=0).isoformat()
    values = {"visit": visit, "arrived": filled_in, "reason": "forgotten"}
    town.refused("carin", "correct_visit", "BadValue arrived", **values)
    town.does("carin", "correct_visit", **values, departed=(stands + timedelta(minutes=30)).isoformat())
    row = Visit.objects.get()
    assert (row.arrived, row.open, row.departed_evidence, row.departed_reason) == (
        stands, False, "hand", "forgotten",
    )  # fmt: skip
    assert (listed(town).grade, listed(town).departed_grade) == ("D", "F")
    assert listed(town).exceptions == ["corrected"]
    town.is_sound()


def test_the_other_marks_are_computed_anew_and_the_correction_stays_marked(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    at = town.now - timedelta(hours=3)

    def registers(client: str, begins: int, ends: int) -> str:
        arrived, departed = (at + timedelta(minutes=minutes) for minutes in (begins, ends))
        times = {"arrived": arrived.isoformat(), "departed": departed.isoformat()}
        made = town.does("carin", "register_visit", client=client, by="hand", reason="no_tag_yet", **times)
        return str(made.answer["visit"])

    registers(first, 0, 30)
    overlapping = registers(second, 20, 50)
    assert Visit.objects.get(id=overlapping).flags == "overlap"
    values = {"visit": overlapping, "reason": "wrong_time"}
    town.does("olle", "correct_visit", **values, arrived=(at + timedelta(minutes=35)).isoformat())
    assert Visit.objects.get(id=overlapping).flags == "arrival_corrected"
    town.does("olle", "correct_visit", **values, departed=(at + timedelta(minutes=55)).isoformat())
    assert Visit.objects.get(id=overlapping).flags == "arrival_corrected departure_corrected"


def test_a_carer_corrects_only_visits_of_their_own(town: Town) -> None:
    values = visited(town)
    town.refused("mikael", "correct_visit", "NotFound", **values)
    Visit.objects.update(account=town.actor("olle").account)
    town.refused("carin", "correct_visit", "NotFound", **values)
    town.does("olle", "correct_visit", **values)
