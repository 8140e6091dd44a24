# SPDX-License-Identifier: EUPL-1.2
"""Bad input from people and other systems: acts refuse it with a message that says what to do, and change nothing.

`town.refused` compares every row of every table before and after. In files: tests/exchange/test_bad_input.py.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import ALARM, EAST, ELSEWHERE, FIRM, Town
from troskel.acts.chapters import REGISTER
from troskel.ground.refusal_texts import english
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
    ("number", "code"),
    [
        ("194103129814", "identity.wrong_check_digit"),
        ("410312/9815", "identity.malformed"),
        ("194113129815", "identity.birth_day_missing"),
        ("204103129813", "identity.birth_in_the_future"),
    ],
)
def test_invalid_identity_numbers(town: Town, number: str, code: str) -> None:
    refused = town.refused(
        "anna", "register_clients", "BadValue identity", clients=[PERSON | {"identity": number}]
    )
    assert refused.code == code and number not in english(refused) + str(refused)


def test_invalid_organisation_numbers(town: Town) -> None:
    new = {"orgnr": "5560009912", "name": "Ny", "email": "post@ny.example", "kind": "home_care"}
    refused = town.refused("siri", "register_organisations", "BadValue orgnr", organisations=[new])
    assert refused.code == "orgnr.wrong_check_digit"


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "30/2 2026", "i morgon", "", 20260230, None])
def test_days_that_do_not_exist(town: Town, day: Any) -> None:
    town.client()
    refused = town.refused(
        "anna",
        "make_decisions",
        "BadValue decisions[0].valid_from",
        decisions=[DECISION | {"valid_from": day}],
    )
    assert refused.code == "value.not_a_day"
    assert english(refused) == "This is no day that exists: write it as 2026-11-20."


def test_days_in_improbable_years(town: Town) -> None:
    town.client()
    wrong = [DECISION | {"valid_from": "0206-03-02"}]
    assert (
        town.refused("anna", "make_decisions", "BadValue valid_from", decisions=wrong).code
        == "decision.day_unlikely"
    )


@pytest.mark.parametrize("instant", ["2026-03-02T08:00:00", "2026-03-02", "i går", 8])
def test_instants_without_offset(town: Town, instant: Any) -> None:
    values = {"client": town.new_client(), "arrived": instant, "by": "hand", "reason": "no_tag_yet"}
    refused = town.refused("carin", "register_visit", "BadValue arrived", **values)
    assert refused.code == "value.not_an_instant"


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
        refused = town.refused("anna", act, field, **values)
        assert refused.code == "decision.ends_before_start"
        days = {name: f"{day}" for name, day in refused.values.items()}
        assert days == {"day": town.day(4), "first_day": town.day(5)}


def test_visits_and_bookings_that_end_before_they_start(town: Town) -> None:
    client = town.new_client()
    hours = {"starts": town.at(14), "ends": town.at(13)}
    town.refused("laban", "book_order", "BadValue ends", order=town.order(client), **hours)
    visit = {"arrived": town.at(7), "departed": town.at(6), "by": "hand", "reason": "forgotten"}
    assert (
        town.refused("carin", "register_visit", "BadValue departed", client=client, **visit).code
        == "visit.ends_before_arrival"
    )


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
    refused = town.refused("anna", act, f"BadValue {field}", **values)
    assert refused.code == "value.not_a_choice"
    said = english(refused)
    assert said.startswith("This is none of ") and codes in said and said.endswith(": write one of them.")


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
        refused = town.refused(who, act, f"BadValue {field}", **values)
        assert refused.code == "value.not_a_choice" and code in english(refused)
    hand = {"client": client, "arrived": town.at(7), "by": "hand", "reason": "latade mig"}
    assert town.refused("carin", "register_visit", "BadValue reason", **hand).code == "visit.no_reason"


@pytest.mark.parametrize(
    ("act", "values", "field", "code", "says"),
    [
        ("inform_client", {"client": "K1"}, "way", "value.missing", "is missing: it must be given"),
        (
            "make_decisions",
            {"decisions": [{"client": "K1"}]},
            "decisions[0].service",
            "value.missing",
            "is missing",
        ),
        (
            "inform_client",
            {"client": "K1", "way": "oral", "sätt": "x"},
            "sätt",
            "value.unknown_field",
            "the fields here are client, way",
        ),
        (
            "make_decisions",
            {"decisions": [DECISION | {"valid_thru": "x"}]},
            "decisions[0].valid_thru",
            "value.unknown_field",
            "unknown",
        ),
        (
            "register_clients",
            {"clients": [PERSON | {"address": ADDRESS | {"floor": 1}}]},
            "clients[0].address.floor",
            "value.unknown_field",
            "street, postcode, town, apartment",
        ),
        ("make_decisions", {"decisions": []}, "decisions", "value.empty_list", "is empty: give at least one"),
        ("make_decisions", {"decisions": DECISION}, "decisions", "value.not_a_list", "is no list"),
        (
            "make_decisions",
            {"decisions": ["B1"]},
            "decisions[0]",
            "value.not_an_object",
            "with client, reference, service, valid_from",
        ),
        (
            "end_allocations",
            {"endings": [{"reference": "", "valid_through": "2026-03-01"}]},
            "endings[0].reference",
            "value.empty",
            "is empty",
        ),
        (
            "make_decisions",
            {"decisions": [DECISION | {"reference": "B" * 51}]},
            "decisions[0].reference",
            "value.too_long",
            "shorten it",
        ),
        (
            "register_clients",
            {"clients": [PERSON | {"home_municipality": "99"}]},
            "clients[0].home_municipality",
            "value.wrong_pattern",
            "four digits",
        ),
        (
            "inform_client",
            {"client": 1, "way": "oral"},
            "client",
            "value.not_a_text",
            "is no text: write it in quotation marks",
        ),
        ("attest", {"duty": "P1"}, "duty", "value.not_an_id", "is no id: copy the whole of it"),
        (
            "confirm_sharing",
            {"client": "K1", "shared": "ja"},
            "shared",
            "value.not_true_or_false",
            "is neither true nor false",
        ),
        (
            "take_over_keys",
            {"keys": [{"client": "K1", "door": "", "holder": "", "count": "2"}]},
            "keys[0].count",
            "value.not_a_whole_number",
            "is no whole number",
        ),
    ],
)
def test_values_of_the_wrong_type(act: str, values: Any, field: str, code: str, says: str) -> None:
    with pytest.raises(BadValue) as caught:
        REGISTER[act].read(values)
    said = english(caught.value)
    assert caught.value.field == field and (caught.value.code, says in said) == (code, True)
    assert not any(word in said for word in ("`", "Expected", "Invalid", "regex"))


def test_a_client_registered_twice(town: Town) -> None:
    town.does("anna", "register_clients", clients=[PERSON])
    assert (
        town.refused("anna", "register_clients", "A4", clients=[PERSON]).code == "client.already_registered"
    )
    town.refused("anna", "register_clients", "rule 6", clients=[PERSON | {"reference": "K91"}])
    another = PERSON | {"reference": "K91", "identity": "193105069995"}
    two = [another, another | {"first_name": "Maj"}]
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
    assert town.refused("anna", "allocate", "NotFound", allocations=[lost]).code == "decision.not_found"


def test_allocation_to_an_organisation_without_care(town: Town) -> None:
    reference = town.grant(town.client(), to=None)
    allocation = {"decision": reference, "reference": "F90", "organisation": FIRM, "valid_from": town.day(0)}
    assert (
        town.refused("anna", "allocate", "A4", allocations=[allocation]).code == "organisation.gives_no_care"
    )


def test_lock_reported_at_another_door(town: Town) -> None:
    town.locked(serial="L1")
    order = town.order(town.new_client())
    refused = town.refused("laban", "report_installation", "rule 2", order=order, serial="L1")
    assert refused.code == "lock.not_in_stock"


def test_tag_placed_with_two_clients(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    town.does("carin", "place_tag", client=first, tag="E1")
    refused = town.refused("carin", "place_tag", "rule 5", client=second, tag="E1")
    assert (refused.code, refused.values) == ("thing.held_by_another", {"thing": "tag", "number": "E1"})
    town.refused("carin", "take_tag", "rule 5", client=second, tag="E1")


def test_order_for_a_client_of_another_municipality(town: Town) -> None:
    client = town.client(home_municipality=ELSEWHERE)
    town.grant(client)
    for who in ("olle", "demo"):
        refused = town.refused(
            who, "order_installation", "O1", client=client, locksmith=FIRM, reason="bråttom"
        )
        assert refused.code == "client.gets_no_lock_or_tag"
    town.refused("carin", "place_tag", "NotFound", client=client, tag="E1")


def test_removal_while_the_spouse_has_an_alarm(town: Town) -> None:
    first, spouse = town.locked(address=77), town.client(address=77)
    town.grant(spouse, ALARM, "safety_alarm")
    town.end(first)
    town.days_pass(1)
    assert not town.duties("P6.order")
    for who in ("olle", "siri"):
        refused = town.refused(who, "order_removal", "rule 1", client=first, locksmith=FIRM)
        assert (refused.code, refused.values) == ("lock.needed", {}), "it says nobody's name"


def test_link_to_the_neighbours_lock(town: Town) -> None:
    mine, neighbour = town.locked(serial="L1"), town.locked(serial="L2")
    assert (
        town.refused("siri", "link_lock", "rule 2", client=mine, serial="L2").code
        == "lock.not_mounted_at_client"
    )
    town.refused("siri", "correct_link", "rule 2", client=neighbour, wrong="L2", right="L1")
    town.refused("carin", "open_door", "S2", client=mine, serial="L2")
    town.refused("moa", "link_lock", "NotFound", client=mine, serial="L1")


def test_one_number_is_one_person_however_it_is_written(town: Town) -> None:
    other = PERSON | {"reference": "K91", "identity": "410312-9815"}
    town.refused("anna", "register_clients", "rule 6", clients=[PERSON, other])
    town.does("anna", "register_clients", clients=[PERSON])
    town.refused("anna", "register_clients", "rule 6", clients=[other])
    third = town.client()
    town.refused("anna", "change_clients", "rule 6", changes=[{"client": third, "identity": "410312-9815"}])


@pytest.mark.parametrize(
    ("name", "value"), [("first_name", " "), ("last_name", "\u200b"), ("last_name", "Ö\tberg")]
)
def test_name_is_not_blank_and_has_no_controls(town: Town, name: str, value: str) -> None:
    town.refused("anna", "register_clients", f"BadValue clients[0].{name}", clients=[PERSON | {name: value}])


def test_things_are_one_however_they_are_scanned(town: Town) -> None:
    stock = {"kind": "tag", "organisation": EAST}
    town.does("siri", "register_things", **stock, numbers=["t-901"])
    town.refused("siri", "register_things", "rule 5", **stock, numbers=["https://tag.example/T-901"])
    town.refused("siri", "register_things", "BadValue numbers[0]", **stock, numbers=[" "])
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="\x1dT-901 ")


UNREADABLE = {
    "early": "0001-01-01T00:00:00+14:00",
    "late": "9999-12-31T23:59:59-12:00",
    "old": "1203-05-01T08:00:00Z",
}


@pytest.mark.parametrize("instant", UNREADABLE.values(), ids=UNREADABLE)
@pytest.mark.parametrize("field", ["arrived", "departed"])
def test_absurd_instant_refuses_its_visit_and_no_other(town: Town, field: str, instant: str) -> None:
    client = town.new_client()
    good = {"client": client, "arrived": town.at(7).isoformat(), "by": "hand", "reason": "forgotten"}
    done = town.does("carin", "register_visits", visits=[good | {field: instant}, good])
    assert [(item["item"], item["code"]) for item in done.refused] == [(0, "value.outside_years")]
    assert [visit["case"] for visit in done.answer["visits"]] == ["2026-0001"]
    town.refused("carin", "register_visit", f"BadValue {field}", **(good | {field: instant}))


def test_plural_act_that_takes_nothing_is_refused_with_each_reason(town: Town) -> None:
    wrong = [
        {"client": name, "arrived": town.at(7).isoformat(), "by": "hand", "reason": "x"} for name in "ab"
    ]
    refused = town.refused("carin", "register_visits", "NotFound", visits=wrong)
    assert [item["item"] for item in refused.items] == [0, 1]


def test_plural_act_that_takes_nothing_keeps_no_answer(town: Town) -> None:
    client = town.client()
    made = [DECISION | {"client": client, "reference": name} for name in ("B1", "B2")]
    wrong = [item | {"valid_from": "0206-03-02"} for item in made]
    with town.standing(), pytest.raises(BadValue):
        REGISTER["make_decisions"].perform(town.actor("anna"), {"decisions": wrong}, key="k")
    done = town.tries("anna", "make_decisions", {"decisions": made}, key="k")
    assert done.answer["decisions"] == ["B1", "B2"], "a refusal is not stored: the key is free"
