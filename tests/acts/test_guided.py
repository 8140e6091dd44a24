# SPDX-License-Identifier: EUPL-1.2
"""Guided acts: several acts in one form and one transaction, as if done one after the other."""

from __future__ import annotations

from typing import Any

from tests.acts.examples import ActExample
from tests.town import EAST, FIRM, Town
from troskel.journal.models import Line
from troskel.people.models import Client
from troskel.simulator.people import identity_number

ADDRESS = {"street": "Ängsvägen 99", "postcode": "99910", "town": "Byn", "apartment": "1001"}


def newcomer(town: Town, **values: Any) -> dict[str, Any]:
    return {
        "identity": identity_number(town.today.replace(year=1940), 980),
        "first_name": "Asta",
        "last_name": "Ek",
        "address": ADDRESS,
        "valid_from": town.day(0),
        "organisation": EAST,
        **values,
    }


def told(town: Town) -> dict[str, Any]:
    return {"client": town.new_client(), "oral": True}


EXAMPLES = {
    "take_on_client": ActExample("anna", newcomer, "NotFound", {"organisation": "5560000000"}),
    "hold_conversation": ActExample("anna", told, "BadValue oral", {"oral": False}),
}


def acts_of(lines: list[int]) -> list[str]:
    rows = Line.objects.filter(kind="acts", number__in=lines).order_by("number")
    return [f"{row.act} {row.paragraph}" for row in rows]


def test_a_client_is_registered_decided_on_and_allocated_as_one_or_not_at_all(town: Town) -> None:
    done = town.does("anna", "take_on_client", **newcomer(town))
    case = str(done.answer["case"])
    row = Client.objects.get(case_number=case)
    assert (row.reference, done.answer["decision"]) == ("T-2026-0001", "T-2026-0002")
    assert row.assessor is not None
    assert acts_of(done.lines)[-2:] == ["make_decisions A8", "allocate A4"]
    assert {"A1.inform", "A2.keys", "A3.understood", "P1.order", "P2.place_tag", "P5.collect_keys"} <= set(
        town.names(row.reference)
    )
    other = newcomer(town, identity=identity_number(town.today.replace(year=1941), 981))
    town.refused("anna", "take_on_client", "A4", **(other | {"organisation": FIRM}))
    town.refused(
        "anna", "take_on_client", "BadValue valid_through", **(other | {"valid_through": town.day(-1)})
    )
    town.is_sound()


def test_a1_a2_a3_one_conversation_says_what_was_said_and_leaves_the_rest(town: Town) -> None:
    client = town.new_client()
    done = town.does("anna", "hold_conversation", client=client, oral=True, keys=True)
    assert acts_of(done.lines) == ["inform_client A1", "tell_about_keys A2"]
    assert town.names(client).count("A1.inform") == 1
    assert "A2.keys" in town.names(client), "told orally, and not yet in writing"
    town.does("anna", "hold_conversation", client=client, written=True, keys=True, understood=True)
    assert not {"A1.inform", "A2.keys", "A3.understood"} & set(town.names(client))
    town.is_sound()


def test_what_no_case_system_names_gets_a_reference_of_the_municipalitys_own(town: Town) -> None:
    client = town.client(reference="")
    assert client == "K1"
    row = Client.objects.get(last_name="Öman1")
    assert row.reference == "T-2026-0001"
    period = {"valid_from": town.day(0), "service": "home_care"}
    made = town.does("anna", "make_decisions", decisions=[{"client": row.case_number, **period}] * 2)
    assert made.answer["decisions"] == ["T-2026-0002", "T-2026-0003"]
