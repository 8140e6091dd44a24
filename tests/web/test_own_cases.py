# SPDX-License-Identifier: EUPL-1.2
"""An assessor's start page: own cases first, of one's unit and all; what it costs with sixty clients."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.town import EAST, OFFICE, Town
from tests.web.test_act_forms import case_of, screen
from tests.web.test_desk import page, text
from troskel.ground.ids import new_id

MAX_QUERIES = 12
"""Of the page, besides the read that is written in the chain of reads."""


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def sixty_clients(town: Town) -> None:
    """Sixty new clients of anna's with home care, each of whom A1–A3 ask for."""
    names = [town.client() for _ in range(3)]
    template = [
        {
            "reference": f"S{n}",
            "identity": f"1940{1 + n // 20:02}02{980 + n % 20}",
            "first_name": "Åsa",
            "last_name": f"Ek{n}",
            "address": {"street": f"Gatan {n}", "postcode": "99910", "town": "Byn", "apartment": "1001"},
        }
        for n in range(57)
    ]
    for client in template:
        client["identity"] = with_check_digit(str(client["identity"]))
    town.does("anna", "register_clients", clients=template)
    names += [str(client["reference"]) for client in template]
    days = {"valid_from": town.day(0), "valid_through": None}
    decisions = [{"client": n, "reference": f"BB{n}", "service": "home_care", **days} for n in names]
    town.does("anna", "make_decisions", decisions=decisions)
    given = [{"decision": f"BB{n}", "reference": f"FF{n}", "organisation": EAST, **days} for n in names]
    town.does("anna", "allocate", allocations=given)


def with_check_digit(eleven: str) -> str:
    total = sum(sum(divmod(int(d) * (2 - i % 2), 10)) for i, d in enumerate(eleven[2:]))
    return f"{eleven}{-total % 10}"


def test_sixty_clients_are_a_page_of_cards_in_twelve_queries(town: Town) -> None:
    sixty_clients(town)
    town.days_pass(1)
    browser = screen(town, "anna")
    with town.standing(), CaptureQueriesContext(connection) as asked:
        shown = browser.get("/").content.decode()
    of_chain = ("SAVEPOINT", "BEGIN", "COMMIT", "RELEASE", "journal_")
    read = [one["sql"] for one in asked if not any(word in one["sql"] for word in of_chain)]
    assert len(read) <= MAX_QUERIES, "\n".join(read)
    assert shown.count("person-card") - shown.count("person-cards") <= 10, "the rest is on the next page"
    assert "60 kunder behöver dig i dag" in text(shown)


def test_mine_are_first_and_the_others_a_click_away(town: Town) -> None:
    for username in ("ada", "bo"):
        town.does(
            "siri", "register_account", username=username, name=username, role="assessor", organisation=OFFICE
        )
    town.new_client(last_name="Egen")
    adas = town.new_client(last_name="Annans")
    town.does("anna", "hand_over_clients", clients=[adas], to="ada")
    assert "Egen" in page(town, "anna", "/")
    assert "Annans" not in page(town, "anna", "/")
    assert "Annans" in page(town, "anna", "/?whose=all")
    assert "Annans" in page(town, "bo", "/"), "who has no cases sees all"
    assert "Du har inga egna kunder ännu." in page(town, "bo", "/")
    assert "Enhetens" not in page(town, "anna", "/")
    for username in ("anna", "ada"):
        town.does("siri", "place_in_unit", username=username, unit="Norr")
    assert "Annans" in page(town, "anna", "/?whose=unit")
    town.does(
        "anna",
        "cover_absence",
        absent="ada",
        deputy="anna",
        valid_from=town.day(0),
        valid_through=town.day(4),
    )
    shown = page(town, "anna", "/")
    assert "Annans" in shown
    assert "Du är ersättare för ada till och med 6 mars." in text(shown).replace("\N{NO-BREAK SPACE}", " ")
    town.does("siri", "close_account", username="ada")
    assert "Utan handläggare (1)" in page(town, "bo", "/")
    assert "Egen" not in page(town, "bo", "/?whose=nobodys")


def test_a_hand_over_is_of_people_whom_one_ticks(town: Town) -> None:
    """Names and not numbers to copy; of a protected client the number alone; nobody else's clients."""
    for username in ("ada",):
        town.does(
            "siri", "register_account", username=username, name=username, role="assessor", organisation=OFFICE
        )
    cases = [case_of(town, town.client(last_name=name)) for name in ("Egen", "Likaså", "Kvar")]
    hidden = case_of(town, town.client(last_name="Hemlig", protection="S"))
    others = town.client(last_name="Annans")
    town.does("anna", "hand_over_clients", clients=[others], to="ada")
    with town.standing():
        browser = screen(town, "anna")
        form = browser.get("/do/hand_over_clients").content.decode()
        assert "Egen" in form and "Hemlig" not in form and hidden in form
        assert "Annans" not in form
        given = {"key": str(new_id()), "clients": cases[:2], "to": "ada", "step": "confirm"}
        assert "Klart:" in browser.post("/do/hand_over_clients", given).content.decode()
        left = browser.get("/do/hand_over_clients").content.decode()
    assert "Egen" not in left and "Likaså" not in left and "Kvar" in left


def test_one_is_not_among_those_who_take_over_ones_clients(town: Town) -> None:
    town.does("siri", "register_account", username="ada", name="Ada", role="assessor", organisation=OFFICE)
    town.client()
    with town.standing():
        browser = screen(town, "anna")
        forms = {
            name: browser.get(f"/do/{name}").content.decode()
            for name in ("hand_over_clients", "hand_over_caseload")
        }
    for form in forms.values():
        assert choices(form, "to") == ["ada"]
    assert choices(forms["hand_over_caseload"], "assessor") == ["", "ada"], "oneself is there once"


def choices(form: str, name: str) -> list[str]:
    return re.findall(rf'type="radio" id="[^"]*" name="{name}" value="([^"]*)"', form)
