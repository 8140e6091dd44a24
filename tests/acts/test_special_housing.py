# SPDX-License-Identifier: EUPL-1.2
"""A client moves to special housing: home care and alarm end, and nobody is sent to, or writes to, an empty home."""

from __future__ import annotations

from tests.acts.examples import ActExample
from tests.town import ALARM, EAST, Town
from troskel.care.models import Decision

EXAMPLES = {
    "move_to_special_housing": ActExample(
        "anna", lambda town: {"client": town.locked(), "on": town.day(2)}, "NotFound", {"client": "no such"}
    )
}


def test_p6_p7_all_care_ends_and_what_is_out_comes_back(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    town.does("carin", "receive_key", client=client, key="K-1", signed="client")
    town.does("anna", "move_to_special_housing", client=client, on=town.day(2))
    town.refused("anna", "move_to_special_housing", "rule 6", client=client, on=town.day(2))
    assert {str(d.valid_through) for d in Decision.objects.all()} == {town.day(2)}
    assert not town.duties("P6.order")
    town.days_pass(2)
    town.does("carin", "open_door", client=client, serial="L1")
    town.days_pass(1)
    assert not town.duties("A8"), "the ending is confirmed"
    assert town.owner("P6.order", client) == ("provider", EAST)
    assert town.the("P5.return_keys", client)
    town.removed(client)
    assert not town.duties("S3.letter"), "no letter to a home where nobody lives"
    town.is_sound()


def test_home_again_the_client_has_care_as_anybody(town: Town) -> None:
    client = town.locked()
    town.does("anna", "move_to_special_housing", client=client, on=town.day(0))
    town.days_pass(3)
    town.grant(client)
    assert not town.duties("P6.order"), "the lock is needed again"
    town.does("carin", "open_door", client=client, serial="L1")
    town.does("anna", "move_to_special_housing", client=client, on=town.day(1))
    town.is_sound()


def test_undone_as_any_ending_by_the_decisions_days(town: Town) -> None:
    client = town.locked()
    decision = Decision.objects.get()
    town.does("anna", "move_to_special_housing", client=client, on=town.day(1))
    period = {"reference": decision.reference, "valid_from": str(decision.valid_from), "valid_through": None}
    town.does("anna", "change_decisions", periods=[period])
    town.days_pass(2)
    assert not town.duties("P6")
    town.does("carin", "open_door", client=client, serial="L1")
    town.is_sound()


def test_the_dead_do_not_move_and_a_planned_move_is_called_off(town: Town) -> None:
    client, dead = town.locked(), town.new_client()
    address = {"street": "Ny 1", "postcode": "99910", "town": "Byn", "apartment": "1"}
    town.does("anna", "plan_move", client=client, address=address, on=town.day(9))
    town.does("anna", "move_to_special_housing", client=client, on=town.day(2))
    town.refused("anna", "call_off_move", "rule 6", client=client)
    town.does("anna", "record_deaths", deaths=[{"client": dead, "on": town.day(0)}])
    town.refused("anna", "move_to_special_housing", "rule 6", client=dead, on=town.day(2))
    town.days_pass(10)
    town.is_sound()
