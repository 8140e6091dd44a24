# SPDX-License-Identifier: EUPL-1.2
"""Who answers for a case: taken, handed over, looked after while somebody is away; told by the case system."""

from __future__ import annotations

import pytest

from tests.acts.examples import ActExample
from tests.town import OFFICE, Town
from troskel.acts.chapters import REGISTER
from troskel.exchange.case_extract.assessors import names_of
from troskel.people.models import Client
from troskel.reading.caseloads import Caseload, Whose, caseload


def two_assessors(town: Town) -> dict[str, object]:
    for username in ("ada", "bo"):
        town.does(
            "siri", "register_account", username=username, name=username, role="assessor", organisation=OFFICE
        )
    return {"clients": [town.client()], "to": "ada"}


NOBODY = {"client": "K1", "assessor": "nobody", "named": "nobody"}


def named(town: Town) -> dict[str, object]:
    two_assessors(town)
    return {"clients": [{"client": "K1", "assessor": "ada", "named": "Ada"}]}


def cover(town: Town) -> dict[str, object]:
    two_assessors(town)
    return {"deputy": "ada", "valid_from": town.day(0), "valid_through": town.day(6)}


def covered(town: Town) -> dict[str, object]:
    town.does("anna", "cover_absence", **cover(town))
    return {}


def a_client_of_annas(town: Town) -> dict[str, object]:
    return {"to": two_assessors(town)["to"]}


EXAMPLES = {
    "take_over_clients": ActExample(
        "ada", lambda town: {"clients": two_assessors(town)["clients"]}, "rule 6", again=True
    ),
    "hand_over_clients": ActExample("anna", two_assessors, "rule 6", again=True),
    "hand_over_caseload": ActExample("anna", a_client_of_annas, "rule 6", again=True),
    "note_assessors": ActExample(
        "import", lambda town: named(town), "NotFound", {"clients": [NOBODY]}, by="import"
    ),
    "cover_absence": ActExample("anna", cover, "rule 6", again=True),
    "end_cover": ActExample("anna", covered, "rule 6", again=True),
}


def assessor(client: str) -> str:
    return Client.objects.values_list("assessor__name", flat=True).get(reference=client) or ""


def seen(town: Town, who: str, wanted: str = "") -> Caseload:
    with town.standing():
        return caseload(town.actor(who), wanted)


def test_a_new_client_is_the_assessors_who_registers_it(town: Town) -> None:
    assert assessor(town.client()) == "Anna"


def test_one_several_or_all_are_handed_over_and_the_journal_holds_it(town: Town) -> None:
    two_assessors(town)
    first, second, third = (town.client() for _ in range(3))
    town.does("anna", "hand_over_clients", clients=[first, second], to="ada")
    assert [assessor(client) for client in (first, second, third)] == ["ada", "ada", "Anna"]
    town.does("bo", "take_over_clients", clients=[second])
    done = town.does("anna", "hand_over_caseload", assessor="ada", to="bo")
    assert (assessor(first), assessor(second), len(done.lines)) == ("bo", "bo", 1)
    town.is_sound()


def test_those_handed_over_by_mistake_go_back_and_the_receivers_own_stay(town: Town) -> None:
    two_assessors(town)
    annas, adas = town.client(), town.client()
    town.does("anna", "hand_over_clients", clients=[adas], to="ada")
    told = town.does("anna", "hand_over_caseload", to="ada").answer
    undo = REGISTER["hand_over_caseload"].undone_by
    assert undo is not None
    town.does("anna", undo.act, **undo.values(told))
    assert (assessor(annas), assessor(adas)) == ("Anna", "ada")
    town.is_sound()


def test_a_caseload_is_handed_over_after_its_assessor_has_left(town: Town) -> None:
    values = two_assessors(town)
    town.does("anna", "hand_over_clients", **values)
    town.does("siri", "close_account", username="ada")
    assert seen(town, "anna").nobodys == 1
    town.does("bo", "hand_over_caseload", assessor="ada", to="bo")
    assert (seen(town, "bo").clients, seen(town, "bo").nobodys) == (1, 0)


def test_mine_includes_those_of_whom_one_stands_in_for_on_the_stated_days_only(town: Town) -> None:
    two_assessors(town)
    town.client()
    assert (seen(town, "ada").chosen, seen(town, "ada").clients) == (Whose.ALL, 0)
    town.does("anna", "cover_absence", deputy="ada", valid_from=town.day(1), valid_through=town.day(3))
    assert seen(town, "ada").clients == 0
    town.days_pass(1)
    during = seen(town, "ada")
    assert (during.chosen, during.clients, [one.name for one in during.stands_in_for]) == (
        Whose.MINE,
        2,
        ["Anna"],
    )
    town.days_pass(3)
    assert seen(town, "ada").clients == 0


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"deputy": "anna"}, "BadValue deputy"),
        ({"deputy": "siri"}, "NotFound"),
        ({"valid_through": "2026-02-20"}, "BadValue valid_through"),
    ],
)
def test_no_cover_by_oneself_by_another_role_or_in_the_past(
    town: Town, values: dict[str, str], rule: str
) -> None:
    town.refused("anna", "cover_absence", rule, **(cover(town) | values))


def test_what_is_handed_over_here_stands_until_the_case_system_names_another(town: Town) -> None:
    two_assessors(town)
    client = town.client()

    def told(name: str) -> None:
        item = {"client": client, "assessor": name, "named": name}
        town.does("import", "note_assessors", clients=[item])

    told("ada")
    assert assessor(client) == "ada"
    town.does("bo", "take_over_clients", clients=[client])
    assert Client.objects.get(reference=client).assessor_told == "ada"  # so the next night says nothing new
    told("bo")
    assert (assessor(client), Client.objects.get(reference=client).assessor_told) == ("bo", "bo")


def test_a_person_is_named_by_username_or_name_and_two_of_a_name_are_nobody() -> None:
    people = [("anna", "Anna Ek"), ("kim1", "Kim Berg"), ("kim2", "Kim Berg")]
    found = names_of(people)
    assert (found["anna"], found["anna ek"], found["ek anna"], found["kim1"]) == (
        "anna",
        "anna",
        "anna",
        "kim1",
    )
    assert "kim berg" not in found
