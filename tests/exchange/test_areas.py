# SPDX-License-Identifier: EUPL-1.2
"""Areas that the case system names: it places in what the provider has, and a coordinator's own placement stands."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.exchange.import_runs import Nights, take_in, troskel
from tests.exchange.nights import DAY, NORTH, SOUTH, Lines, client, files, make_night
from tests.town import CODE
from troskel.acts.chapters import REGISTER
from troskel.care.models import Allocation
from troskel.exchange.case_extract.mapping import parse_mapping
from troskel.exchange.case_extract.reading import read_night
from troskel.journal.models import Line
from troskel.people.models import Account, ClientArea, Organisation
from troskel.people.roles import Actor, ActorKind, Role


@pytest.fixture
def nights(tmp_path: Path, db: None) -> Nights:
    """The north has the areas Norr and Hamnen, the south Söder. The first night, without the column, is taken in."""
    nights = Nights(tmp_path)
    nights.take_in(make_night())
    demo = Actor.system(CODE, ActorKind.DEMO)
    for username, orgnr, area in [
        ("olle", NORTH, "Norr"),
        ("nora", NORTH, "Hamnen"),
        ("siv", SOUTH, "Söder"),
    ]:
        person = {"username": username, "name": username, "role": "coordinator", "organisation": orgnr}
        REGISTER["register_account"].perform(demo, person)
        coordinator(username, "place_in_unit", username=username, unit=area)
    return nights


def coordinator(who: str, act: str, **values: Any) -> None:
    account = Account.objects.get(username=f"{CODE}/{who}")
    actor = Actor(CODE, Role.COORDINATOR, account=account.id, organisation=account.organisation_id)
    REGISTER[act].perform(actor, values)


def naming(area: str) -> Lines:
    return make_night(fordelning=[f"F1;B1;{NORTH};2026-01-01;;{area}"])


def area(reference: str = "K1", orgnr: str = NORTH) -> str:
    rows = ClientArea.objects.filter(client__reference=reference, organisation__orgnr=orgnr)
    return rows.values_list("area", flat=True).first() or ""


def told(reference: str = "F1") -> str:
    return Allocation.objects.values_list("area_told", flat=True).get(reference=reference) or ""


def rejected(nights: Nights, lines: Lines) -> list[tuple[int, str, str, str]]:
    """Takes in a night with bad lines; what is told of them."""
    code, output = troskel("import", str(nights.write_files(lines)), "--day", DAY.isoformat(), "--confirm")
    assert code == 0 and output["refused"] == 0
    return [(one["line"], one["column"], one["value"], one["reason"]) for one in output["rejected"]]


def test_the_area_that_is_named_first_is_the_clients_and_the_journal_holds_it(nights: Nights) -> None:
    nights.take_in(naming(" norr "))  # and the same again, which changes nothing
    assert area() == "Norr", "as the provider spells it"
    (line,) = Line.objects.filter(event="client.placed")
    assert line.act == "note_areas"


def test_where_a_coordinator_has_placed_stands_until_another_area_is_named(nights: Nights) -> None:
    nights.take_in(naming("Norr"))
    coordinator("olle", "place_in_area", clients=["K1"], area="Hamnen")
    nights.take_in(naming("NORR"))
    assert area() == "Hamnen", "the same as last night, however it is spelt"
    nights.take_in(naming(""))
    nights.take_in(make_night(), "--confirm")
    assert area() == "Hamnen", "an empty value, and no column, say nothing"
    nights.take_in(naming("Norr"), "--confirm")
    assert area() == "Hamnen", "the same as was told last"
    coordinator("olle", "place_in_area", clients=["K1"], area="")
    nights.take_in(naming("Hamnen"))
    assert area() == "Hamnen"
    nights.take_in(naming("Norr"), "--confirm")
    assert (area(), told()) == ("Norr", "Norr")


def test_a_follow_up_that_names_the_same_area_is_no_other(nights: Nights) -> None:
    nights.take_in(naming("Norr"))
    coordinator("olle", "place_in_area", clients=["K1"], area="Hamnen")
    followed_up = naming("Norr")
    followed_up["beslut"].append("B2;K1;U2;HTJ;VERKST;2026-12-01;;B1;h;")
    followed_up["fordelning"].append(f"F2;B2;{NORTH};2026-12-01;;Norr")
    nights.take_in(followed_up)
    assert (area(), told("F2")) == ("Hamnen", "Norr")
    followed_up["fordelning"][1] = f"F2;B2;{NORTH};2026-12-01;;Hamnen"
    nights.take_in(followed_up)
    coordinator("olle", "place_in_area", clients=["K1"], area="Norr")
    nights.take_in(followed_up)
    assert area() == "Norr"


def test_each_provider_has_the_client_in_an_area_of_its_own(nights: Nights) -> None:
    both = naming("Norr")
    both["fordelning"].append(f"F2;B1;{SOUTH};2026-01-01;;Söder")
    nights.take_in(both, "--confirm")
    assert (area(), area(orgnr=SOUTH)) == ("Norr", "Söder")
    changed = make_night(
        fordelning=[f"F1;B1;{NORTH};2026-01-01;2026-11-30;Norr", f"F3;B1;{SOUTH};2026-12-01;;Söder"]
    )
    nights.take_in(changed, "--confirm")
    assert (area(), area(orgnr=SOUTH)) == ("Norr", "Söder"), (
        "the former one's stands as long as it sees the client"
    )


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        ("Öster", "not an area of the provider: "),
        ("Söder", "an area of another provider: "),
        ("N" * 101, "longer than 100 characters: "),
        ("Norr\x01", "a control character"),
    ],
)
def test_a_line_with_a_bad_area_changes_nothing_and_the_night_goes_on(
    nights: Nights, named: str, reason: str
) -> None:
    nights.take_in(naming("Norr"))
    night = make_night(kunder=[client("K1"), client("K2", address="Ängsvägen 2;11111;Byn;")])
    night["beslut"].append("B2;K2;U2;HTJ;VERKST;2026-11-20;;;h;")
    night["fordelning"] = [
        f"F1;B1;{NORTH};2026-01-01;2026-12-24;{named}",
        f"F2;B2;{NORTH};2026-11-20;;Hamnen",
        f"F3;B2;{SOUTH};2026-11-20;;{named if named != 'Söder' else 'Norr'}",
    ]
    (first, third) = rejected(nights, night)
    assert (first[:3], third[:2]) == ((2, "omrade", named), (4, "omrade"))
    assert first[3].startswith(reason)
    assert (area(), told(), area("K2")) == ("Norr", "Norr", "Hamnen")
    assert Allocation.objects.get(reference="F1").valid_through is None, "what was there stands untouched"
    assert not Allocation.objects.filter(reference="F3").exists()
    again = rejected(nights, night)
    assert [line[0] for line in again] == [2, 4]


def test_an_area_that_is_no_more_is_unknown_to_new_lines_and_ends_no_old_one(nights: Nights) -> None:
    nights.take_in(naming("Hamnen"))
    coordinator("nora", "place_in_unit", username="nora", unit="Norr")
    coordinator("nora", "place_in_area", clients=["K1"], area="Norr")
    nights.take_in(naming("Hamnen"))
    assert area() == "Norr", "the line that says nothing new is taken"
    night = naming("Hamnen")
    night["kunder"].append(client("K2", address="Ängsvägen 2;11111;Byn;"))
    night["beslut"] += ["B2;K2;U2;HTJ;VERKST;2026-11-20;;;h;", "B3;K1;U3;HTJ;VERKST;2026-12-01;;B1;h;"]
    night["fordelning"] += [f"F2;B2;{NORTH};2026-11-20;;Hamnen", f"F3;B3;{NORTH};2026-12-01;;Hamnen"]
    assert [one[:3] for one in rejected(nights, night)] == [(3, "omrade", "Hamnen")]
    assert area() == "Norr"
    assert Allocation.objects.filter(reference="F3").exists(), "a follow-up as before is a client's care"


def test_an_allocation_that_is_refused_is_told_of_once_and_places_nobody(nights: Nights) -> None:
    demo = Actor.system(CODE, ActorKind.DEMO)
    coordinator("siv", "place_in_unit", username="siv", unit="Söder")
    REGISTER["close_organisation"].perform(demo, {"organisation": SOUTH})
    assert Organisation.objects.get(orgnr=SOUTH).closed is not None
    night = make_night()
    night["fordelning"] = [f"F1;B1;{NORTH};2026-01-01;;Norr", f"F2;B1;{SOUTH};2026-11-20;;Söder"]
    code, output = troskel("import", str(nights.write_files(night)), "--day", DAY.isoformat(), "--confirm")
    assert code == 1
    assert [(one["line"], one["column"]) for one in output["rejected"]] == [(3, "fordelning_id")]
    assert (area(), area(orgnr=SOUTH)) == ("Norr", "")


def test_queries_do_not_grow_with_the_clients_who_are_named(nights: Nights) -> None:
    night = make_night(kunder=[client(f"K{n}", address=f"Gatan {n};11111;Byn;") for n in range(1, 15)])
    night["beslut"] = [f"B{n};K{n};U{n};HTJ;VERKST;2026-01-01;;;h;" for n in range(1, 15)]

    def cost(count: int, named: str) -> int:
        """Names an area for so many, and none for the others."""
        night["fordelning"] = [
            f"F{n};B{n};{NORTH};2026-01-01;;{named if n <= count else ''}" for n in range(1, 15)
        ]
        folder = nights.write_files(night)
        with CaptureQueriesContext(connection) as queries:
            take_in(folder, "--confirm")
        return len(queries)

    cost(0, "")
    placed = cost(2, "Norr"), cost(14, "Hamnen")
    assert ClientArea.objects.filter(area="Hamnen").count() == 14
    assert placed[1] - placed[0] <= 1, "clients who are moved, and clients who had no area before"
    assert cost(14, "Norr") <= placed[1]


def test_another_case_systems_column_is_named_by_the_mapping(nights: Nights) -> None:
    given = files(naming("Norr"))
    given["fordelning"] = given["fordelning"].replace(b"omrade", b"grupp")
    assert read_night(given, day=DAY).allocations["F1"].area == "", (
        "a column that nobody has named says nothing"
    )
    mapping = parse_mapping('[columns.fordelning]\nomrade = "Grupp"')
    (line,) = read_night(given, day=DAY, mapping=mapping).rejections
    assert (line.line, line.column) == (2, "Grupp")


def test_a_line_with_too_many_values_is_told_by_a_column_that_is_there() -> None:
    night = make_night()
    given = files(night)
    given["fordelning"] = given["fordelning"].replace(b";\r\n", b";;x\r\n")
    (line,) = read_night(given, day=DAY).rejections
    assert (line.line, line.column) == (2, "till")
