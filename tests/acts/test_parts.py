# SPDX-License-Identifier: EUPL-1.2
"""A plural act with many items: in parts, each its own transaction; stopped midway, it is finished by its key."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import OperationalError

from tests.parts import Stopped, make_parts_small, stop_at_commit
from tests.town import CODE, Town, snapshot
from troskel.acts.turning_the_day import catch_up
from troskel.duties.models import DayTurned, HomeState
from troskel.duties.replay import discrepancies
from troskel.ground import clock
from troskel.ground.models import Answer
from troskel.ground.refusals import KeyReused, NotFound
from troskel.journal.models import Line
from troskel.people.models import Client
from troskel.runner import parts
from troskel.simulator.people import identity_number


@pytest.fixture
def in_threes(monkeypatch: pytest.MonkeyPatch) -> None:
    make_parts_small(monkeypatch, 3)


pytestmark = pytest.mark.usefixtures("in_threes")


def new_clients(count: int, first: int = 900, **others: dict[str, Any]) -> dict[str, Any]:
    """So many clients to register; `others`: what is otherwise of one, by its reference."""
    made = [
        {
            "reference": f"N{number}",
            "identity": identity_number(date(1931, 1 + number % 12, 3), 980 + number % 20),
            "first_name": "Åke",
            "last_name": "Ny",
            "address": {"street": f"Nygatan {number // 2}", "postcode": "99911", "town": "Byn"},
        }
        for number in range(first, first + count)
    ]
    return {"clients": [client | others.get(str(client["reference"]), {}) for client in made]}


def references() -> list[str]:
    rows = Client.objects.filter(reference__startswith="N").order_by("case_number")
    return list(rows.values_list("reference", flat=True))


def in_order(outcome: Any) -> list[tuple[str, Any]]:
    """The events of an outcome's lines, in their order, each with its client's reference."""
    names = dict(Client.objects.values_list("id", "reference"))
    rows = Line.objects.filter(municipality=CODE, kind="acts", number__in=outcome.lines).order_by("number")
    return [(row.event, names.get(row.client)) for row in rows]


def test_parts_say_what_one_transaction_says(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = stop_at_commit(monkeypatch, 0)
    many = town.does("anna", "register_clients", **new_clients(8))
    assert len(seen) == 3, "three, three and two"
    make_parts_small(monkeypatch, 100)
    whole = town.does("anna", "register_clients", **new_clients(8, first=910))
    assert len(seen) == 4
    assert list(many.answer["cases"]) == [f"N{900 + n}" for n in range(8)]
    assert [event for event, _ in in_order(many)] == [event for event, _ in in_order(whole)]
    assert many.refused == whole.refused == []
    assert discrepancies(CODE) == []


def test_refused_items_keep_their_places(town: Town) -> None:
    client = town.client()
    first = {"client": client, "service": "home_care", "valid_from": town.day(0)}
    decisions = [first | {"reference": f"X{n}"} for n in range(8)]
    for n in (0, 4, 7):
        decisions[n]["client"] = "nobody"
    outcome = town.does("anna", "make_decisions", decisions=decisions)
    assert [item["item"] for item in outcome.refused] == [0, 4, 7]
    assert outcome.answer["decisions"] == [f"X{n}" for n in (1, 2, 3, 5, 6)]


def test_part_that_is_refused_whole_is_tried_in_halves(town: Town) -> None:
    no_number = {"identity": "193101030000"}
    outcome = town.does("anna", "register_clients", **new_clients(8, N901=no_number, N906=no_number))
    assert [item["item"] for item in outcome.refused] == [1, 6]
    assert references() == [f"N{900 + n}" for n in (0, 2, 3, 4, 5, 7)]


def test_nothing_taken_is_a_refusal_and_leaves_the_key(town: Town) -> None:
    deaths = [{"client": f"nobody {n}", "on": None} for n in range(9)]
    before = snapshot()
    with pytest.raises(NotFound):
        town.tries("anna", "record_deaths", {"deaths": deaths}, key="k")
    assert snapshot() == before


def test_preview_in_parts_changes_nothing(town: Town) -> None:
    before = snapshot()
    outcome = town.tries("anna", "register_clients", new_clients(8), preview=True)
    assert outcome.preview and len(outcome.answer["cases"]) == 8
    assert snapshot() == before


@pytest.mark.parametrize("stopped_at", [1, 2, 3])
def test_stopped_midway_the_key_finishes_the_rest(
    town: Town, monkeypatch: pytest.MonkeyPatch, stopped_at: int
) -> None:
    values = new_clients(8, N901={"identity": "193101030000"})
    with monkeypatch.context() as patched:
        stop_at_commit(patched, stopped_at)
        with pytest.raises(Stopped):
            town.tries("anna", "register_clients", values, key="k")
    finished = town.tries("anna", "register_clients", values, key="k")
    assert references() == [f"N{900 + n}" for n in (0, 2, 3, 4, 5, 6, 7)]
    assert list(finished.answer["cases"]) == references()
    assert [item["item"] for item in finished.refused] == [1]
    lines = Line.objects.filter(event="client.registered", number__in=finished.lines)
    assert lines.count() == 7, "the answer has the lines of all parts"
    assert Line.objects.filter(event="client.registered").count() == Client.objects.count()
    assert town.tries("anna", "register_clients", values, key="k") == finished
    assert Answer.objects.get(key="k").done is None
    assert discrepancies(CODE) == []


def test_busy_midway_the_key_finishes_the_rest(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    values = new_clients(8)
    lock, calls = parts.Progress.lock, []

    def busy(self: parts.Progress) -> None:
        calls.append(self.done)
        if len(calls) == 3:
            raise OperationalError("database is locked")
        lock(self)

    monkeypatch.setattr(parts.Progress, "lock", busy)
    with pytest.raises(OperationalError):
        town.tries("anna", "register_clients", values, key="k")
    town.tries("anna", "register_clients", values, key="k")
    assert calls == [0, 3, 6, 6]
    assert len(references()) == 8


def test_key_of_an_act_in_parts_is_for_that_content(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        stop_at_commit(patched, 2)
        with pytest.raises(Stopped):
            town.tries("anna", "register_clients", new_clients(8), key="k")
    for other in (new_clients(9), new_clients(1, first=950)):
        with pytest.raises(KeyReused):
            town.tries("anna", "register_clients", other, key="k")
    assert len(references()) == 3


# --- the turn of the day


def test_day_turns_in_parts_and_is_finished_when_stopped(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(8):
        town.grant(town.client(), through=town.day(20))
    town.days_pass(3)
    ahead = town.now + timedelta(days=1)
    HomeState.objects.update(wake=clock.day_of(ahead))
    turned = DayTurned.objects.count()
    with clock.frozen_at(ahead):
        with monkeypatch.context() as patched:
            seen = stop_at_commit(patched, 2)
            with pytest.raises(Stopped):
                catch_up(CODE)
        assert seen == ["turn_the_day"] * 2
        assert DayTurned.objects.count() == turned, "the day is not turned to its end"
        assert HomeState.objects.filter(wake__lte=clock.today()).count() == HomeState.objects.count() - 3
        assert catch_up(CODE) == 1
        assert not HomeState.objects.filter(wake__lte=clock.today()).exists()
        assert DayTurned.objects.count() == turned + 1
        assert catch_up(CODE) == 0
    assert discrepancies(CODE) == []
