# SPDX-License-Identifier: EUPL-1.2
"""Bad input from people and other systems: acts refuse it with a message that says what to do, and change nothing.

`town.refused` compares every row of every table before and after. In files: tests/exchange/test_bad_input.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import ALARM, EAST, ELSEWHERE, FIRM, Town
from troskel.acts.chapters import REGISTER
from troskel.ground.refusals import BadValue
from troskel.people.models import Client

RIGHT = "194103129815"
ADDRESS = {"street": "Ängsvägen 90", "postcode": "99910", "town": "Byn", "apartment": "1001"}
PERSON = {
    "reference": "K90",
    "identity": RIGHT,
    "first_name": "Åke",
    "last_name": "Ö",
    "address": ADDRESS,
}
DECISION = {"client": "K1", "reference": "B90", "service": "home_care", "valid_from": "2026-03-02"}


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("194103129814", "check digit is wrong: look for a mistyped digit"),
        ("410312-9815", "twelve digits YYYYMMDDNNNC without hyphen"),
        ("194113129815", "date of birth does not exist: look at month and day"),
        ("204103129813", "in the future: look at the year"),
    ],
)
def test_invalid_identity_numbers(town: Town, number: str, says: str) -> None:
    message = town.refused(
        "anna", "register_clients", "BadValue identity", clients=[PERSON | {"identity": number}]
    )
    assert says in message and number not in message


def test_invalid_organisation_numbers(town: Town) -> None:
    new = {"orgnr": "5560009912", "name": "Ny", "email": "post@ny.example", "kind": "home_care"}
    message = town.refused("siri", "register_organisations", "BadValue orgnr", organisations=[new])
    assert "look for a mistyped digit" in message


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "30/2 2026", "i morgon", "", 20260230, None])
def test_days_that_do_not_exist(town: Town, day: Any) -> None:
    town.client()
    message = town.refused(
        "anna",
        "make_decisions",
        "BadValue decisions[0].valid_from",
        decisions=[DECISION | {"valid_from": day}],
    )
    assert message == "is no day that exists: write it as 2026-11-20"


def test_days_in_improbable_years(town: Town) -> None:
    town.client()
    wrong = [DECISION | {"valid_from": "0206-03-02"}]
    assert "look at the year" in town.refused(
        "anna", "make_decisions", "BadValue valid_from", decisions=wrong
    )


@pytest.mark.parametrize("instant", ["2026-03-02T08:00:00", "2026-03-02", "i går", 8])
def test_instants_without_offset(town: Town, instant: Any) -> None:
    values = {"client": town.new_client(), "arrived": instant, "by": "hand", "reason": "no_tag_yet"}
    message = town.refused("carin", "register_visit", "BadValue arrived", **values)
    assert "write it as 2026-11-20T08:00:00+01:00" in message


def test_endings_before_the_start(town: Town) -> None:
    reference = town.grant(town.client())
    backwards = {"valid_from": town.day(5), "valid_through": town.day(4)}
    field = "BadValue valid_through"
    for act, values in (
        ("make_decisions", {"decisions": [DECISION | backwards]}),
        ("change_decisions", {"periods": [{"reference": reference, **backwards}]}),
        ("change_allocations", {"periods": [{"reference": f"F{reference[1:]}", **backwards}]}),
        (
            "allocate",
            {"allocations": [{"decision": reference, "reference": "F90", "organisation": EAST, **backwards}]},
        ),
    ):
        message = town.refused("anna", act, field, **values)
        assert town.day(4) in message and town.day(5) in message and "correct one of them" in message


def test_visits_and_bookings_that_end_before_they_start(town: Town) -> None:
    client = town.new_client()
    hours = {"starts": town.at(14), "ends": town.at(13)}
    town.refused("laban", "book_order", "BadValue ends", order=town.order(client), **hours)
    visit = {"arrived": town.at(7), "departed": town.at(6), "by": "hand", "reason": "forgotten"}
    assert "check" in town.refused("carin", "register_visit", "BadValue departed", client=client, **visit)


@pytest.mark.parametrize(
    ("act", "values", "field", "codes"),
    [
        (
            "make_decisions",
            {"decisions": [DECISION | {"service": "städ"}]},
            "decisions[0].service",
            "home_care",
        ),
        ("inform_client", {"client": "K1", "way": "brev"}, "way", "oral, written"),
        (
            "register_clients",
            {"clients": [PERSON | {"protection": "X"}]},
            "clients[0].protection",
            "(empty), S, F",
        ),
    ],
)
def test_unknown_codes(town: Town, act: str, values: Any, field: str, codes: str) -> None:
    town.client()
    message = town.refused("anna", act, f"BadValue {field}", **values)
    assert message.startswith("is none of ") and codes in message and message.endswith(": write one of them")


def test_unknown_reason_codes(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    examples = [
        ("laban", "report_failure", "code", {"order": order, "code": "hunden"}, "nobody_home"),
        ("olle", "cancel_order", "reason", {"order": order, "reason": "därför"}, "care_ended"),
        (
            "olle",
            "order_repair",
            "fault",
            {"client": town.locked(), "locksmith": FIRM, "fault": "?"},
            "jammed",
        ),
    ]
    for who, act, field, values, code in examples:
        assert code in town.refused(who, act, f"BadValue {field}", **values)
    hand = {"client": client, "arrived": town.at(7), "by": "hand", "reason": "latade mig"}
    assert "forgotten" in town.refused("carin", "register_visit", "BadValue reason", **hand)


@pytest.mark.parametrize(
    ("act", "values", "field", "says"),
    [
        ("inform_client", {"client": "K1"}, "way", "is missing: it must be given"),
        ("make_decisions", {"decisions": [{"client": "K1"}]}, "decisions[0].reference", "is missing"),
        ("inform_client", {"client": "K1", "way": "oral", "sätt": "x"}, "sätt", "the fields here are client, way"),
        ("make_decisions", {"decisions": [DECISION | {"valid_thru": "x"}]}, "decisions[0].valid_thru", "unknown"),
        ("register_clients", {"clients": [PERSON | {"address": ADDRESS | {"floor": 1}}]},
         "clients[0].address.floor", "street, postcode, town, apartment"),
        ("make_decisions", {"decisions": []}, "decisions", "is empty: give at least one"),
        ("make_decisions", {"decisions": DECISION}, "decisions", "is no list"),
        ("make_decisions", {"decisions": ["B1"]}, "decisions[0]", "with client, reference, service, valid_from"),
        ("make_decisions", {"decisions": [DECISION | {"reference": ""}]}, "decisions[0].reference", "is empty"),
        ("make_decisions", {"decisions": [DECISION | {"reference": "B" * 51}]}, "decisions[0].reference", "shorten it"),
        ("register_clients", {"clients": [PERSON | {"home_municipality": "99"}]},
         "clients[0].home_municipality", "four digits"),
        ("inform_client", {"client": 1, "way": "oral"}, "client", "is no text: write it in quotation marks"),
        ("attest", {"duty": "P1"}, "duty", "is no id: copy the whole of it"),
        ("confirm_sharing", {"client": "K1", "shared": "ja"}, "shared", "is neither true nor false"),
        ("take_over_keys", {"keys": [{"client": "K1", "door": "", "holder": "", "count": "2"}]},
         "keys[0].count", "is no whole number"),
    ],
)  # fmt: skip
def test_values_of_the_wrong_type(act: str, values: Any, field: str, says: str) -> None:
    with pytest.raises(BadValue) as caught:
        REGISTER[act].read(values)
    assert caught.value.field == field and says in caught.value.message
    assert not any(word in caught.value.message for word in ("`", "Expected", "Invalid", "regex"))


def test_a_client_registered_twice(town: Town) -> None:
    town.does("anna", "register_clients", clients=[PERSON])
    assert "already registered" in town.refused("anna", "register_clients", "A4", clients=[PERSON])
    two = [PERSON | {"reference": "K91"}, PERSON | {"reference": "K91", "first_name": "Maj"}]
    town.refused("anna", "register_clients", "A4", clients=two)
    assert not Client.objects.filter(reference="K91").exists(), "not the first of the two either"


def test_allocation_of_a_rejected_decision(town: Town) -> None:
    town.client()
    refused = town.tries(
        "import",
        "make_decisions",
        {
            "decisions": [
                DECISION | {"reference": "B90", "valid_through": town.day(-1)},
                DECISION | {"reference": "B91"},
            ]
        },
    )
    assert [item["item"] for item in refused.refused] == [0], "one is refused, the other stands"
    lost = {"decision": "B90", "reference": "F90", "organisation": EAST, "valid_from": town.day(0)}
    assert "check how it is written" in town.refused("anna", "allocate", "NotFound", allocations=[lost])


def test_allocation_to_an_organisation_without_care(town: Town) -> None:
    reference = town.grant(town.client(), to=None)
    allocation = {"decision": reference, "reference": "F90", "organisation": FIRM, "valid_from": town.day(0)}
    assert "provider" in town.refused("anna", "allocate", "A4", allocations=[allocation])


def test_lock_reported_at_another_door(town: Town) -> None:
    town.locked(serial="L1")
    order = town.order(town.new_client())
    message = town.refused("laban", "report_installation", "rule 2", order=order, serial="L1")
    assert "hangs at another door" in message


def test_tag_placed_with_two_clients(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    town.does("carin", "place_tag", client=first, tag="E1")
    message = town.refused("carin", "place_tag", "rule 5", client=second, tag="E1")
    assert "held by someone else" in message and first not in message
    town.refused("carin", "take_tag", "rule 5", client=second, tag="E1")


def test_order_for_a_client_of_another_municipality(town: Town) -> None:
    client = town.client(home_municipality=ELSEWHERE)
    town.grant(client)
    for who in ("olle", "demo"):
        message = town.refused(
            who, "order_installation", "O1", client=client, locksmith=FIRM, reason="bråttom"
        )
        assert "neither lock nor tag" in message
    town.refused("carin", "place_tag", "NotFound", client=client, tag="E1")


def test_removal_while_the_spouse_has_an_alarm(town: Town) -> None:
    first, spouse = town.locked(address=77), town.client(address=77)
    town.grant(spouse, ALARM, "safety_alarm")
    town.end(first)
    town.days_pass(1)
    assert not town.duties("P6.order")
    for who in ("olle", "siri"):
        message = town.refused(who, "order_removal", "rule 1", client=first, locksmith=FIRM)
        assert "the lock stays" in message and spouse not in message


def test_link_to_the_neighbours_lock(town: Town) -> None:
    mine, neighbour = town.locked(serial="L1"), town.locked(serial="L2")
    assert "check the serial number" in town.refused("siri", "link_lock", "rule 2", client=mine, serial="L2")
    town.refused("siri", "correct_link", "rule 2", client=neighbour, wrong="L2", right="L1")
    town.refused("carin", "open_door", "S2", client=mine, serial="L2")
    town.refused("moa", "link_lock", "NotFound", client=mine, serial="L1")
