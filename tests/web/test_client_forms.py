# SPDX-License-Identifier: EUPL-1.2
"""From a situation on the client's page to done: what is chosen, and before saving why the lock stays."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from tests.town import ALARM, EAST, MEADOW, Town, snapshot
from tests.web.test_act_forms import case_of, inputs, screen
from tests.web.test_client import NO_BREAK, case_of_gate, open_client, ways


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def preview(town: Town, client: str, situation: str, **typed: str) -> str:
    """What the assessor is shown before saving; nothing is changed by it."""
    way = ways(open_client(town, "anna", client))[situation]
    with town.standing():
        browser = screen(town, "anna")
        form = browser.get(way).content.decode()
        chosen = dict(re.findall(r'type="radio" [^>]*name="([^"]+)" value="([^"]*)" checked', form))
        chosen |= dict(re.findall(r'<select [^>]*name="([^"]+)".*?value="([^"]*)" selected', form))
        before = snapshot()
        response = browser.post(way.split("?")[0], {**inputs(form), **chosen, **typed})
        page = response.content.decode()
    after = snapshot()
    for table in ("journal_line", "journal_chain"):
        before.pop(table), after.pop(table)
    assert before == after, "a preview changes nothing; that the client was looked at is noted"
    assert response.status_code == 200, re.findall(r'id="[^"]+-error">([^<]+)', page)
    return " ".join(re.sub(r"<[^>]+>", " ", html.unescape(page)).replace(NO_BREAK, " ").split())


def test_a7_home_care_ends_and_the_alarm_keeps_the_lock(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    page = preview(town, client, "Hemtjänsten upphör", on=town.day(3), reason="flyttar ihop")
    assert "Hemtjänst" in page
    assert "Låset P" in page or "Låset Punkt P6" in page
    assert "Från 6 mars. Lås L1 sitter kvar: kunden har själv hemtjänst eller trygghetslarm kvar." in page


def test_p6_the_last_care_ends_and_the_lock_may_go(town: Town) -> None:
    client = town.locked()
    page = preview(town, client, "Hemtjänsten upphör", on=town.day(3), reason="flyttar")
    assert "Från 6 mars. Lås L1 får tas ner" in page


def test_case_1_one_of_a_couple_dies_and_the_other_keeps_the_lock(town: Town) -> None:
    one, other = case_of_gate(town)
    page = preview(town, one, "Kunden har avlidit", **{"deaths.on": town.day(0)})
    assert "Lås L1 sitter kvar: någon annan bakom samma dörr har hemtjänst eller trygghetslarm." in page
    assert case_of(town, other) not in page


def test_case_4_change_of_provider_with_the_former_known_and_the_lock_that_stays(town: Town) -> None:
    client = town.locked()
    page = preview(
        town, client, "En annan utförare tar över", provider=MEADOW, on=town.day(4), reference="F99"
    )
    assert "Tidigare utförare Hemtjänsten Öst" in page
    assert "Lås L1 sitter kvar: kunden har själv" in page
    assert "syns i telefonen hos Ängens Hemvård tills vidare" in page


def test_case_15_who_moves_leaves_a_lock_that_may_go(town: Town) -> None:
    client = town.locked()
    page = preview(
        town,
        client,
        "Kunden flyttar",
        **{"moves.on": town.day(0), "moves.address.street": "Nyvägen 1", "moves.address.town": "Byn"},
    )
    assert "Lås L1 får tas ner" in page


def test_case_15_in_hospital_nothing_is_said_of_the_lock(town: Town) -> None:
    client = town.locked()
    page = preview(town, client, "Kunden är på sjukhus eller bortrest", since=town.day(0), reason="hospital")
    assert "Lås L1" not in page


def test_decision_is_a_choice(town: Town) -> None:
    client = town.client()
    old = town.grant(client, EAST, through=town.day(20))
    new = town.grant(client, None, begins=town.day(21))
    town.grant(town.client(), EAST)
    with town.standing():
        form = screen(town, "anna").get(f"/do/allocate?client={case_of(town, client)}").content.decode()
    offered = re.findall(r'type="radio" [^>]*name="allocations.decision" value="([^"]+)"', form)
    assert offered == [old, new]
    assert f"{new}: Hemtjänst, från 23{NO_BREAK}mars, tills vidare" in form


def test_url_choice_must_exist(town: Town) -> None:
    client = town.locked()
    with town.standing():
        browser, case = screen(town, "anna"), case_of(town, client)
        form = browser.get(f"/do/end_care?client={case}&service=safety_alarm&reason=%3Cb%3E").content.decode()
        assert 'value="safety_alarm"' not in form
        assert "&lt;b&gt;" not in form and "<b>" not in form
        assert browser.get("/do/end_care?client=2026-9999").status_code == 404
        assert browser.get("/do/end_care?client=193001039802").status_code == 404


def test_rule_7_form_of_client_out_of_sight_is_404(town: Town) -> None:
    client = town.locked()
    with town.standing():
        assert screen(town, "moa").get(f"/do/order_removal?client={case_of(town, client)}").status_code == 404


def test_repeated_client_form_counts_once(town: Town) -> None:
    client = town.locked()
    case = case_of(town, client)
    with town.standing():
        browser = screen(town, "anna")
        form = browser.get(f"/do/end_care?client={case}&service=home_care").content.decode()
        sent = {
            **inputs(form),
            "service": "home_care",
            "on": town.day(0),
            "reason": "flyttar",
            "step": "confirm",
        }
        for _ in range(2):
            source = browser.post("/do/end_care", sent).content.decode()
            assert "Klart:" in source
    town.is_sound()
