# SPDX-License-Identifier: EUPL-1.2
"""Duties as they are stored: whose they are, how they stood on a day, and that what departs is found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.town import CODE, EAST, FIRM, Town
from troskel.duties import routines
from troskel.duties.models import Duty, HomeState
from troskel.duties.replay import compare, discrepancies
from troskel.reading import worklist as reading_worklist
from troskel.routine.parser import parse_routine


def stood(town: Town, on: int, who: str = "anna") -> dict[str, str]:
    """How the duties stood so many days from today."""
    with town.standing():
        rows = reading_worklist.duties_on(town.actor(who), town.today + timedelta(days=on))
    return {f"{row.paragraph}.{row.ask}": row.state for row in rows}


def worklist(town: Town, who: str) -> set[str]:
    with town.standing():
        items = reading_worklist.worklist(town.actor(who))
    return {f"{item.duty.paragraph}.{item.duty.ask}" for item in items}


def test_a_duty_is_open_then_late_then_done(town: Town) -> None:
    client = town.new_client()
    assert stood(town, 0)["A1.inform"] == "open"
    assert stood(town, -1) == {}
    town.days_pass(2)
    assert stood(town, 0)["A1.inform"] == "late"
    assert stood(town, -2)["A1.inform"] == "open"
    town.inform(client)
    assert stood(town, 0)["A1.inform"] == "done"
    assert stood(town, -1)["A1.inform"] == "late", "as it stood then"


def test_each_has_a_worklist_of_their_own(town: Town) -> None:
    town.mount(town.order(town.new_client()))
    town.order(town.new_client())
    assert {"A1.inform", "A2.keys", "A3.understood", "S1.tell_assessor"} <= worklist(town, "anna")
    assert worklist(town, "siri") == {"S1.letter", "S2.link"}
    assert {"P2.place_tag", "P5.collect_keys"} <= worklist(town, "olle")
    assert "A4.tell" not in worklist(town, "olle"), "both locks are ordered: nobody says so any more"
    assert worklist(town, "laban") == {"L1.install"}
    for who in ("moa", "mikael", "lars", "rut", "nina", "maria", "erik"):
        assert worklist(town, who) == set(), who


def test_a_carer_is_not_asked_about_one_who_is_not_on_the_phone(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, begins=town.day(5))
    assert worklist(town, "olle") and not worklist(town, "carin")
    town.days_pass(5)
    assert worklist(town, "carin")


def test_what_departs_from_the_journal_is_found(town: Town) -> None:
    town.new_client()
    town.is_sound()
    Duty.objects.filter(paragraph="P1").update(due=town.today)
    Duty.objects.filter(paragraph="P2").delete()
    found = discrepancies(CODE)
    assert any("P1 order" in told and "otherwise" in told for told in found)
    assert any("P2 place_tag" in told and "is not stored" in told for told in found)


def test_a_stored_state_that_departs_is_found(town: Town) -> None:
    town.new_client()
    row = HomeState.objects.get()
    row.state = row.state.replace('"stay":"2026-03-02"', '"stay":"2026-03-01"')
    row.save()
    assert any("state of home" in told for told in discrepancies(CODE))


def other(**replaced: str) -> Any:
    text = routines.SHIPPED.read_text("utf-8")
    for before, after in replaced.values():
        assert before in text
        text = text.replace(before, after)
    return parse_routine(text.encode(), "proposed")


def test_another_deadline_changes_just_those_duties(town: Town) -> None:
    client = town.locked()
    town.does("carin", "receive_key", client=client, key="1", signed="client")
    town.end(client)
    town.days_pass(1)
    proposed = other(days=('{ after = "opened", days = 14 }', '{ after = "opened", days = 10 }'))
    (difference,) = compare(CODE, proposed)
    assert (difference.paragraph, difference.ask) == ("P5", "return_keys")
    assert difference.before and difference.before.due and difference.after and difference.after.due
    assert difference.before.due - difference.after.due == timedelta(days=4)
    assert compare(CODE, other()) == []


def test_a_version_in_force_later_asks_otherwise_from_its_day(town: Town) -> None:
    text = routines.SHIPPED.read_text("utf-8").replace("working_days = 10", "working_days = 3")
    town.approved(text, begins=town.day(2))
    before = town.order(town.new_client())
    town.days_pass(2)
    town.order(town.new_client())
    assert [duty.due for duty in town.duties("L1.install")] == [
        town.today + timedelta(days=12),
        town.today + timedelta(days=5),
    ]
    town.does("olle", "cancel_order", order=before, reason="mistake")
    town.does("olle", "order_installation", client="K1", locksmith=FIRM, reason="x")
    assert town.duties("L1.install")[-1].due == town.today + timedelta(days=5)
    town.is_sound()
