# SPDX-License-Identifier: EUPL-1.2
"""A coordinator's start page and list of clients: the own area first, all a click away, nobody in no list."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.town import EAST, MEADOW, Town
from tests.web.test_act_forms import case_of, screen
from tests.web.test_csv import csv_rows
from tests.web.test_desk import page, text
from tests.web.test_own_cases import sixty_clients
from troskel.duties.models import Duty
from troskel.ground.ids import new_id
from troskel.people.models import Client, Organisation
from troskel.reading.caseloads import area_clients
from troskel.reading.worklist import worklist

MAX_QUERIES = 12
"""Of the start page with areas, besides the read that is written in the chain of reads."""


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def two_areas(town: Town) -> None:
    """Olle is in Norr, with one client; one is in Söder, and one in no area."""
    norr, soder = town.new_client(last_name="Norrman"), town.new_client(last_name="Sörman")
    town.new_client(last_name="Nyman")
    town.does("olle", "place_in_area", clients=[norr], area="Norr")
    town.does("olle", "place_in_area", clients=[soder], area="Söder")
    town.does("olle", "place_in_unit", username="olle", unit="Norr")


def names_in(shown: str) -> set[str]:
    return {name for name in ("Norrman", "Sörman", "Nyman") if name in text(shown)}


@pytest.mark.parametrize("path", ["/", "/clients/"])
def test_the_own_area_is_first_and_the_others_are_a_click_away(town: Town, path: str) -> None:
    two_areas(town)
    shown = page(town, "olle", path)
    assert names_in(shown) == {"Norrman"}
    for label in ("Mitt område, Norr (1)", "Alla (3)", "Utan område (1)"):
        assert label in text(shown)
    assert names_in(page(town, "olle", f"{path}?whose=all")) == {"Norrman", "Sörman", "Nyman"}
    assert names_in(page(town, "olle", f"{path}?whose=nobodys")) == {"Nyman"}
    town.does("olle", "place_in_unit", username="olle")
    assert "Mitt område" not in page(town, "olle", path)
    assert names_in(page(town, "olle", path)) == {"Norrman", "Sörman", "Nyman"}


@pytest.mark.parametrize("path", ["/", "/clients/"])
def test_where_there_are_no_areas_nothing_is_chosen(town: Town, path: str) -> None:
    two_areas(town)
    town.new_client(to=MEADOW, last_name="Ängman")
    shown = page(town, "moa", path)
    assert "Ängman" in shown
    assert "Utan område" not in shown and "Alla (" not in shown


def open_duties(town: Town, whose: str = "") -> set[tuple[str, str]]:
    """The paragraph and the client's name of what the start page's reading has for olle."""
    with town.standing():
        viewer = town.actor("olle")
        found = worklist(viewer, caseload=area_clients(viewer, whose))
    return {(one.duty.paragraph, one.client.last_name if one.client else "") for one in found}


def test_each_duty_is_in_a_list(town: Town) -> None:
    """Also one of a home alone; and what the viewer has taken is in the viewer's, whatever the area."""
    two_areas(town)
    asked = Duty.objects.filter(state="open", kind="duty", organisation__orgnr=EAST)
    town.does("olle", "assign_duty", duty=asked.get(client__last_name="Sörman", paragraph="P5").id, to="olle")
    for paragraph, name in (("P1", "Norrman"), ("P2", "Nyman")):
        asked.filter(client__last_name=name, paragraph=paragraph).update(client=None)
    every = open_duties(town, "all")
    own, nowhere = open_duties(town), open_duties(town, "nobodys")
    assert own == {("P1", ""), ("P2", "Norrman"), ("P5", "Norrman"), ("A4", "Norrman"), ("P5", "Sörman")}
    assert nowhere == {("P2", ""), ("P1", "Nyman"), ("P5", "Nyman"), ("A4", "Nyman")}
    town.does("olle", "place_in_unit", username="olle", unit="Söder")
    assert own | nowhere | open_duties(town) == every
    assert not own & nowhere


def test_the_list_keeps_the_area_while_it_is_filtered_and_exported(town: Town) -> None:
    two_areas(town)
    shown = page(town, "olle", "/clients/?whose=all&state=in_care")
    assert 'name="whose" value="all"' in shown
    assert "/clients/?state=in_care&amp;whose=unit" in shown
    assert "Söder" in shown, "a column says the area"
    with town.standing():
        rows = csv_rows(town, "olle", "/clients/?as=csv&whose=unit")
    assert len(rows) == 2, "the headings and the area's only client"


def test_placing_is_of_people_whom_one_ticks_and_is_undone(town: Town) -> None:
    two_areas(town)
    case = case_of(town, Client.objects.get(last_name="Nyman").reference)
    with town.standing():
        browser = screen(town, "olle")
        form = browser.get("/do/place_in_area").content.decode()
        assert "Nyman" in form and "Norrman" not in form
        assert '<option value="Söder">' in form, "the areas that are there are proposed"
        given = {"key": str(new_id()), "clients": [case], "area": "Väster", "step": "confirm"}
        done = browser.post("/do/place_in_area", given).content.decode()
        assert "Klart:" in done and "Ångra" in done
        own = browser.get(f"/do/place_in_area?client={case}").content.decode()
        assert "Nyman" in own, "from the client's own page it is that client"


def queries(town: Town, path: str) -> list[str]:
    browser = screen(town, "olle")
    with town.standing(), CaptureQueriesContext(connection) as asked:
        assert browser.get(path).status_code == 200
    of_chain = ("SAVEPOINT", "BEGIN", "COMMIT", "RELEASE", "journal_")
    return [one["sql"] for one in asked if not any(word in one["sql"] for word in of_chain)]


def test_sixty_clients_cost_what_three_do(town: Town) -> None:
    two_areas(town)
    town.days_pass(1)
    few = {path: len(queries(town, path)) for path in ("/", "/clients/", "/clients/?whose=all")}
    sixty_clients(town)
    cases = list(Client.objects.filter(reference__startswith="S").values_list("case_number", flat=True))
    town.does("olle", "place_in_area", clients=cases, area="Norr")
    many = {path: queries(town, path) for path in few}
    of_total = 1  # a list of more than a page counts its rows
    assert len(many["/"]) == few["/"] <= MAX_QUERIES, "\n".join(many["/"])
    for path in ("/clients/", "/clients/?whose=all"):
        assert len(many[path]) <= few[path] + of_total, "\n".join(many[path])
    assert Organisation.objects.get(orgnr=EAST).areas.count() > 50
