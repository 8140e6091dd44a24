# SPDX-License-Identifier: EUPL-1.2
"""No version is approved unproven (D): the proof stands on its page; going on all the same is ticked, with a reason."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from tests.duties.test_versions import SHIPPED
from tests.town import Town
from tests.web.test_act_forms import screen
from tests.web.test_routine_page import open_page
from tests.web.test_routine_page_versions import hidden_fields, page_text, propose_version
from troskel.journal.models import Line
from troskel.prover import EDGES, HOUSEHOLDS
from troskel.prover.moves import MOVES, ChosenMove
from troskel.prover.proof import events_of
from troskel.web.routine import proof

FIRST = 'ask = "inform"\nkind = "duty"\nof = "assessor"\nper = "client"\non = ["decision.made", '
BROKEN = SHIPPED.replace(FIRST, FIRST.replace('"decision.made", ', ""))
"""A client with a new decision is told nothing of the lock (A1)."""


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def last_line() -> dict[str, object]:
    body: dict[str, object] = json.loads(Line.objects.filter(event="routine.in_force").latest("number").body)
    return body


def test_d_the_proof_stands_on_the_page_of_a_version(town: Town) -> None:
    assert BROKEN != SHIPPED
    place = propose_version(town, BROKEN)
    with town.standing():
        maria = screen(town, "maria")
        assert "Pröva versionen" in open_page(maria, place)
        for told in (page_text(maria.post(f"{place}prove")), open_page(maria, place)):
            assert "motexempel. Så här kan det gå:" in told and "Pröva versionen" not in told
            assert "Begärs inte, fast det ska göras: Berätta för kunden om låsvredet" in told
            assert "10 augusti 2026 : K1 beviljas hemtjänst från och med 11 augusti 2026" in told
        form = maria.get(f"{place}approve")
        assert "K1 beviljas hemtjänst" in page_text(form)
        values = {**hidden_fields(form), "in_force_from": "2026-03-09"}
        asked = maria.post(f"{place}approve", values)
        assert asked.status_code == 409 and "Prövningen hittade" in page_text(asked)
        assert "Ja, godkänn, fast prövningen hittade motexempel" in page_text(asked)
        ticked = maria.post(f"{place}approve", {**values, "done_though": "routine.refuted"})
        assert ticked.status_code == 422 and "Skriv varför" in page_text(ticked)
        why = {"done_though": "routine.refuted", "reason": "gäller bara en vecka"}
        preview = maria.post(f"{place}approve", {**values, **why})
        assert preview.status_code == 200 and "fast prövningen hittade motexempel" in page_text(preview)
        done = maria.post(f"{place}approve", {**hidden_fields(preview), "step": "confirm"})
        assert "Klart:" in page_text(done)
    assert last_line()["proven"] is False and last_line()["though"] == ["routine.refuted"]


def test_d_a_version_without_counterexamples_is_approved_as_proven(town: Town) -> None:
    place = propose_version(town)
    with town.standing():
        form = screen(town, "maria").get(f"{place}approve")
    assert "utan motexempel" in page_text(form) and "Varför" not in page_text(form)
    town.does("maria", "approve_routine", version=place.split("/")[3], in_force_from=town.day(0))
    assert last_line()["proven"] is True and "though" not in last_line()


def test_d_a_reason_alone_confirms_nothing(town: Town) -> None:
    version = propose_version(town, BROKEN).split("/")[3]
    values = {"version": version, "in_force_from": town.day(0), "reason": "det brådskar"}
    assert town.refused("maria", "approve_routine", "D", **values).code == "routine.refuted"


def test_every_move_has_its_words() -> None:
    assert set(proof.MOVES) == set(MOVES)


@pytest.mark.parametrize("name", HOUSEHOLDS | EDGES)
def test_every_household_is_told_day_by_day(name: str) -> None:
    household = (HOUSEHOLDS | EDGES)[name]
    told = [(event.day, proof.event_text(event)) for event in events_of(household, (ChosenMove("wait"),))]
    assert len(told) == len(household.already) + 1
    assert [day for day, _ in told] == sorted(day for day, _ in told)
    assert all("{" not in text and "None" not in text and "~" not in text for _, text in told)
    assert told[0][0] == date(2026, 8, 10) or not household.already
