# SPDX-License-Identifier: EUPL-1.2
"""After an upgrade duties stand as the earlier engine judged them, and what is altered from there on is told (102)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from tests.town import CODE, Town
from troskel.duties import kept_judgements
from troskel.duties.models import Duty, HomeState, KeptJudgement
from troskel.journal.models import Line
from troskel.keeping import rows

ANOTHER = "0" * 64
"""The digest of another engine."""


def judged_otherwise(town: Town) -> str:
    """An earlier engine gave P1 another day, judged what was done as moot, and did not ask A1."""
    client = town.new_client()
    town.inform(client)
    asked, done = town.the("P1.order"), Duty.objects.filter(paragraph="A3", state="done").get()
    state = HomeState.objects.get(home=asked.home_id)
    snapshot = json.loads(state.state)
    for duty in snapshot["open"]:
        duty["due"] = "2026-03-25" if duty["id"] == str(asked.id) else duty.get("due")
    state.state = json.dumps(snapshot)
    state.save()
    Duty.objects.filter(id=asked.id).update(due="2026-03-25")
    Duty.objects.filter(id=done.id).update(state="moot")
    Duty.objects.filter(paragraph="A1").delete()
    return client


def test_what_the_earlier_engine_judged_stands_and_life_goes_on_from_it(town: Town) -> None:
    client = judged_otherwise(town)
    assert len(rows.discrepancies(CODE)) >= 3
    answer = town.does("demo", "note_engine", engine=ANOTHER).answer
    assert answer["homes"] == 1 and answer["duties"] >= 3
    assert rows.discrepancies(CODE) == []
    assert str(town.the("P1.order").due) == "2026-03-25", "nothing is judged anew"
    town.days_pass(3)
    town.mount(town.order(client))
    town.link(client)
    town.days_pass(2)
    assert Duty.objects.filter(paragraph="P1", ask="order", state="done").exists()
    assert rows.discrepancies(CODE) == []


def test_what_is_altered_afterwards_is_told_and_no_second_note_hides_it(town: Town) -> None:
    judged_otherwise(town)
    town.does("demo", "note_engine", engine=ANOTHER)
    Duty.objects.filter(paragraph="P1", ask="order").update(due="2026-04-30")
    assert rows.discrepancies(CODE) != []
    assert town.refused("demo", "note_engine", "D", engine=ANOTHER).code == "engine.same"
    assert rows.discrepancies(CODE) != []


@pytest.mark.parametrize("how", ["altered", "gone"])
def test_what_is_kept_can_not_be_altered_unseen(town: Town, how: str) -> None:
    judged_otherwise(town)
    town.does("demo", "note_engine", engine=ANOTHER)
    if how == "gone":
        KeptJudgement.objects.all().delete()
    else:
        row = KeptJudgement.objects.get()
        KeptJudgement.objects.update(homes=row.homes.replace("2026-03-25", "2026-03-26"))
    line = Line.objects.get(event="engine.changed")
    assert f"what line {line.number} keeps of an earlier engine is {how}" in rows.discrepancies(CODE)


def test_facts_are_never_kept_for_they_follow_from_the_lines(town: Town) -> None:
    town.new_client()
    state = HomeState.objects.filter(municipality=CODE).get()
    snapshot = json.loads(state.state)
    (client,) = snapshot["facts"]["clients"].values()
    client["refused"] = True
    HomeState.objects.update(state=json.dumps(snapshot))
    assert town.does("demo", "note_engine", engine=ANOTHER).answer["homes"] == 0
    assert rows.discrepancies(CODE) != []


def test_an_engine_that_judges_the_same_keeps_nothing_and_says_so(town: Town) -> None:
    town.new_client()
    assert town.does("demo", "note_engine", engine=ANOTHER).answer == {"homes": 0, "duties": 0}
    assert kept_judgements.changes(CODE)[-1].engine == ANOTHER and not KeptJudgement.objects.exists()


def test_days_taken_back_are_judged_by_today_s_engine(town: Town) -> None:
    """What was kept after a day that has not been holds it: so it holds no more."""
    judged_otherwise(town)
    town.days_pass(5)
    town.does("demo", "note_engine", engine=ANOTHER)
    assert len(kept_judgements.kept(CODE)) == 1
    town.now -= timedelta(days=4)
    town.does("siri", "take_back_days", day=town.day(0))
    assert kept_judgements.kept(CODE) == {} and rows.discrepancies(CODE) == []
