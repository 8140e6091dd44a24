# SPDX-License-Identifier: EUPL-1.2
"""A provider's areas: clients and colleagues are placed, moved and taken out; each organisation has its own."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from tests.acts.examples import ActExample
from tests.town import EAST, MEADOW, Town
from troskel.care.models import Allocation
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.people.models import Account, Client, ClientArea
from troskel.reading.caseloads import Caseload, Whose, area_clients
from troskel.reading.client_names import clients_to_choose


def allocation_of(client: str) -> str:
    return Allocation.objects.values_list("reference", flat=True).get(decision__client__reference=client)


EXAMPLES = {
    "place_in_area": ActExample(
        "olle", lambda town: {"clients": [town.new_client()], "area": "Norr"}, "rule 6", again=True
    ),
    "note_areas": ActExample(
        "import",
        lambda town: {"allocations": [{"allocation": allocation_of(town.new_client()), "area": "Norr"}]},
        "NotFound",
        {"allocations": [{"allocation": "F404", "area": "Norr"}]},
        by="import",
    ),
    "place_in_unit": ActExample(
        "siri", lambda town: {"username": "anna", "unit": "Norr"}, "NotFound", {"username": "nobody"}
    ),
}


def area(client: str, organisation: str = EAST) -> str:
    rows = ClientArea.objects.filter(client__reference=client, organisation__orgnr=organisation)
    return rows.values_list("area", flat=True).first() or ""


def seen(town: Town, who: str = "olle", wanted: str = "") -> Caseload | None:
    with town.standing():
        return area_clients(town.actor(who), wanted)


def test_several_are_placed_moved_and_taken_out_and_the_journal_holds_each(town: Town) -> None:
    first, second, third = (town.new_client() for _ in range(3))
    done = town.does("olle", "place_in_area", clients=[first, second], area="Norr")
    lines = Line.objects.filter(
        municipality=town.actor("olle").municipality, number__in=done.lines, kind="acts"
    )
    assert [line.event for line in lines] == ["client.placed"] * 2
    assert [area(client) for client in (first, second, third)] == ["Norr", "Norr", ""]
    moved = town.does("olle", "place_in_area", clients=[first, second, third], area="Söder")
    assert len(moved.lines) == 3
    town.does("olle", "place_in_area", clients=[second])
    assert [area(client) for client in (first, second, third)] == ["Söder", "", "Söder"]
    town.is_sound()


def test_who_is_there_already_is_not_moved_again(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    town.does("olle", "place_in_area", clients=[first], area="Norr")
    assert len(town.does("olle", "place_in_area", clients=[first, second], area="Norr").lines) == 1
    refused = town.refused("olle", "place_in_area", "rule 6", clients=[first], area="Norr")
    assert refused.code == "area.nothing_to_change"
    town.refused("olle", "place_in_area", "rule 6", clients=[town.new_client()])


def test_nothing_turns_on_how_an_area_is_spelt(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    town.does("olle", "place_in_unit", username="olle", unit="Norra  Berget")
    town.does("olle", "place_in_area", clients=[first, second], area=" norra berget ")
    assert {area(first), area(second)} == {"Norra Berget"}
    own = seen(town)
    assert own is not None and (own.chosen, own.clients) == (Whose.UNIT, 2)


def test_a_coordinator_places_the_organisations_clients_and_colleagues_alone(town: Town) -> None:
    theirs = town.new_client(to=MEADOW)
    town.refused("olle", "place_in_area", "NotFound", clients=[theirs], area="Norr")
    town.refused("olle", "place_in_unit", "NotFound", username="mikael", unit="Norr")
    town.does("olle", "place_in_unit", username="carin", unit="Norr")
    assert Account.objects.get(username__endswith="/carin").unit == "Norr"
    for who in ("anna", "siri", "carin", "laban"):
        town.refused(who, "place_in_area", "rule 7", clients=[theirs], area="Norr")


def test_a_change_of_provider_leaves_the_area_behind(town: Town) -> None:
    """The new provider has the client in no area; the old one as long as it sees the client, then not at all."""
    client = town.new_client()
    town.does("olle", "place_in_area", clients=[client], area="Norr")
    town.does("olle", "place_in_unit", username="olle", unit="Norr")
    town.does("moa", "place_in_area", clients=[town.new_client(to=MEADOW)], area="Öster")
    change = {"former": EAST, "provider": MEADOW, "on": town.day(7), "reference": "F9"}
    town.does("anna", "change_provider", client=client, **change)
    town.days_pass(7)
    assert (area(client), area(client, MEADOW)) == ("Norr", "")
    theirs, former = seen(town, "moa"), seen(town)
    assert theirs is not None and (theirs.nobodys, theirs.all) == (1, 2)
    assert former is not None and former.clients == 1, "tags and keys are still to come back"
    town.does("moa", "place_in_area", clients=[client], area="Norr")
    assert area(client, MEADOW) == "Norr"


def test_without_areas_there_is_no_filter_and_without_an_own_one_all_are_shown(town: Town) -> None:
    first, _second = town.new_client(), town.new_client()
    assert seen(town) is None
    town.does("olle", "place_in_area", clients=[first], area="Norr")
    found = seen(town)
    assert found is not None
    assert (found.chosen, found.unit, found.all, found.nobodys) == (Whose.ALL, "", 2, 1)
    assert seen(town, "moa") is None, "each organisation has its own"
    town.does("siri", "place_in_unit", username="olle", unit="Norr")
    own, every, nowhere = seen(town), seen(town, wanted="all"), seen(town, wanted="nobodys")
    assert own is not None and every is not None and nowhere is not None
    assert (own.chosen, own.clients, every.chosen, nowhere.chosen) == (
        Whose.UNIT,
        1,
        Whose.ALL,
        Whose.NOBODYS,
    )


def test_of_two_entries_of_a_person_the_remaining_ones_area_stands(town: Town) -> None:
    kept, gone = town.new_client(address=5), town.new_client(address=5)
    town.does("olle", "place_in_area", clients=[gone], area="Norr")
    town.does("olle", "place_in_area", clients=[kept], area="Söder")
    town.does("anna", "merge_clients", client=kept, other=gone, same_person=True, numbers_differ=True)
    assert list(ClientArea.objects.values_list("client__reference", "area")) == [(kept, "Söder")]


def test_those_in_no_area_are_offered_first_then_all(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    numbers = {row.reference: row.case_number for row in Client.objects.all()}

    def offered() -> list[str]:
        with town.standing():
            return sorted(client.case for client in clients_to_choose(town.actor("olle")))

    town.does("olle", "place_in_area", clients=[first], area="Norr")
    assert offered() == [numbers[second]]
    town.does("olle", "place_in_area", clients=[second], area="Norr")
    assert offered() == sorted([numbers[first], numbers[second]])


def test_who_has_died_can_be_placed_while_something_is_left_to_do(town: Town) -> None:
    """Else "in no area" would count somebody whom nobody can place."""
    placed, dead = town.new_client(), town.new_client()
    town.does("olle", "place_in_area", clients=[placed], area="Norr")
    town.does("anna", "record_deaths", deaths=[{"client": dead, "on": town.day(0)}])
    town.days_pass(1)
    found = seen(town, wanted="nobodys")
    assert found is not None and found.nobodys == 1
    with town.standing():
        (offered,) = clients_to_choose(town.actor("olle"))
    town.does("olle", "place_in_area", clients=[offered.case], area="Norr")
    assert area(dead) == "Norr"


@pytest.mark.parametrize(("area", "copies"), [("", 1), ("Norr", 2)])
def test_the_database_refuses_two_areas_and_a_nameless_one(town: Town, area: str, copies: int) -> None:
    client = Client.objects.get(reference=town.new_client())
    organisation = town.actor("olle").organisation
    rows = [
        ClientArea(
            id=new_id(),
            municipality_id=client.municipality_id,
            organisation_id=organisation,
            client=client,
            area=area,
        )
        for _ in range(copies)
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientArea.objects.bulk_create(rows)
