# SPDX-License-Identifier: EUPL-1.2
"""What goes wrong for a person: twice, too late, from an old page, logged out, and when the server or network fails."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Iterator
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Works
from tests.browser.person_at_work import START, AtWork
from tests.browser.town_server import Town
from troskel.simulator.people import identity_number

WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False])
TAG = "Kvittensprodukten är hos kunden"
TAG_NUMBER = "Kvittensproduktens nummer"
ORDER = "Beställ montering"
REGISTER = "Lägg upp en ny kund"
GONE = "Uppgiften är redan gjord, eller behövs inte längre."
LOGGED_OUT = "Du var inte längre inloggad, så inget sparades"


@WITH_AND_WITHOUT
def test_a_double_click_counts_once(works: Works, scripts: bool) -> None:
    """The case numbers go on one by one: no client was registered in between."""
    anna = works("anna", scripts=scripts)
    first = registers(anna, "Före", scripts)
    anna.chooses_among_all(REGISTER)
    anna.answers(known("Dubbel", scripts))
    anna.shows()
    anna.page.get_by_role("button", name="Ja, gör det").dblclick()
    expect(anna.page.get_by_role("heading", level=1)).to_have_text(f"Klart: {REGISTER}")
    second = number_told(anna)
    assert (second, registers(anna, "Efter", scripts)) == (first + 1, first + 2)


def test_back_is_the_start_page_as_it_is_now_and_forward_says_that_it_is_done(
    works: Works, town: Town
) -> None:
    case = town.cases["informed"][0]
    olle = works("olle")
    olle.does(ORDER, case, {"Låssmed": "Lås & Nyckel"})
    olle.page.go_back()
    expect(olle.page.get_by_role("heading", level=1)).to_contain_text(START)
    expect(olle.beside(ORDER, case)).to_have_count(0)
    olle.page.go_forward()
    expect(olle.page.get_by_role("heading", level=1)).to_have_text(ORDER)
    expect(olle.page.get_by_role("alert")).to_contain_text(GONE)


def test_old_form_is_refused_and_keeps_the_input(works: Works, town: Town) -> None:
    """Two windows with the same duty: what the second sends is told to be done, and stands there still."""
    case = town.cases["informed"][1]
    olle, also_olle = works("olle"), works("olle", scripts=False)
    for window in (olle, also_olle):
        window.opens(ORDER, case)
        window.answers({"Låssmed": "Lås & Nyckel", "Vem behöver vara med?": "Kunden"})
    olle.confirms(ORDER)
    also_olle.says_show()
    also_olle.is_told("Det gick inte.")
    expect(also_olle.page.get_by_label("Lås & Nyckel")).to_be_checked()
    expect(also_olle.page.get_by_label("Kunden", exact=True)).to_be_checked()


def test_two_colleagues_at_the_same_duty(works: Works, town: Town) -> None:
    """The second is told before anything is done, and after: that one brings the tag home, nobody has to guess."""
    case = town.cases["informed"][2]
    carin, olle = works("carin", width=390), works("olle")
    for colleague, tag in ((carin, "E3"), (olle, "E4")):
        colleague.opens(TAG, case)
        colleague.answers({TAG_NUMBER: tag})
    carin.confirms(TAG)
    olle.shows()
    expect(olle.page.get_by_role("status")).to_contain_text(GONE)
    olle.page.get_by_role("button", name="Ändra").click()
    expect(olle.page.get_by_label(TAG_NUMBER)).to_have_value("E4")
    olle.answers({TAG_NUMBER: "E3"})
    olle.says_show()
    olle.is_told("Det gick inte.")
    for colleague in (carin, olle):
        colleague.is_not_asked("Lämna en kvittensprodukt hos kunden", case)


@WITH_AND_WITHOUT
def test_lost_session_does_nothing(works: Works, town: Town, scripts: bool) -> None:
    case = town.cases["uninformed"][0 if scripts else 1]
    anna = works("anna", scripts=scripts)
    for step in ("fill in", "confirm"):
        anna.opens("Kunden säger nej", case)
        anna.page.get_by_label("Vill inte").check()
        if step == "confirm":
            anna.shows()
        is_logged_out(anna)
        anna.says_yes() if step == "confirm" else anna.says_show()
        expect(anna.page.get_by_role("status")).to_contain_text(LOGGED_OUT)
        anna.logs_in("anna")
        anna.opens("Kunden säger nej", case)  # it is offered still


def test_polled_fragment_does_not_redirect(works: Works, town: Town) -> None:
    """The count of notices asks now and then; who types meanwhile goes on typing. A button says what has happened."""
    case = town.cases["informed"][3]
    olle = works("olle")
    olle.page.clock.install()
    olle.opens(TAG, case)
    olle.answers({TAG_NUMBER: "E5"})
    is_logged_out(olle)
    with olle.page.expect_response(re.compile("/notices/count")) as asked:
        olle.page.clock.fast_forward("01:01")
    assert asked.value.status == 204
    expect(olle.page.get_by_label(TAG_NUMBER)).to_have_value("E5")
    olle.goes_to(olle.page.get_by_role("navigation").get_by_role("link", name="Att göra"))
    olle.logs_in("olle")
    is_logged_out(olle)
    olle.page.get_by_role("button", name=re.compile("^Jag har läst")).first.click()
    expect(olle.page.get_by_role("status")).to_contain_text(LOGGED_OUT)


@WITH_AND_WITHOUT
def test_refusal_keeps_the_input(works: Works, town: Town, scripts: bool) -> None:
    """A1: the client is not informed, so a reason is asked for; then it goes on from there."""
    case = town.cases["uninformed"][2 if scripts else 3]
    olle = works("olle", scripts=scripts)
    olle.opens(ORDER, case)
    olle.answers({"Låssmed": "Nya Låssmeden", "Vem behöver vara med?": "Personal från utföraren"})
    olle.says_show()
    olle.is_told("Det gick inte.")
    expect(olle.page.get_by_label("Nya Låssmeden")).to_be_checked()
    expect(olle.page.get_by_label("Personal från utföraren")).to_be_checked()
    olle.answers({"Varför beställs det innan kunden är informerad?": "bråttom"})
    olle.confirms(ORDER)


def test_server_error_keeps_the_input_and_counts_once(works: Works, town: Town) -> None:
    case = town.cases["informed"][4]
    olle = works("olle")
    olle.opens(ORDER, case)
    olle.answers({"Låssmed": "Lås & Nyckel"})
    with broken(town):
        olle.says_show()
        olle.is_told("Servern svarar inte som den ska. Det du har skrivit står kvar.")
        expect(olle.page.get_by_label("Lås & Nyckel")).to_be_checked()
    olle.shows()
    with broken(town):
        olle.says_yes()
        olle.is_told("Försök igen om en stund: det räknas bara en gång.")
    olle.says_yes()
    expect(olle.page.get_by_role("heading", level=1)).to_have_text(f"Klart: {ORDER}")
    assert [told[:3] for told in olle.person.complaints] == ["500", "500"]
    olle.person.complaints.clear()


def test_server_error_without_scripts(works: Works, town: Town) -> None:
    case = town.cases["informed"][5]
    olle = works("olle", scripts=False)
    olle.opens(TAG, case)
    olle.answers({TAG_NUMBER: "E8"})
    with broken(town):
        olle.says_show()
        expect(olle.page.get_by_role("heading", level=1)).to_have_text("Något gick sönder hos oss")
    olle.goes_to(olle.page.get_by_role("link", name="Till startsidan"))
    olle.is_asked("Lämna en kvittensprodukt hos kunden", case)
    assert [told[:3] for told in olle.person.complaints] == ["500"]
    olle.person.complaints.clear()


def test_lost_network_keeps_the_input(works: Works, town: Town) -> None:
    case = town.cases["uninformed"][4]
    olle = works("olle")
    olle.opens(ORDER, case)
    olle.answers({"Varför beställs det innan kunden är informerad?": "bråttom", "Låssmed": "Lås & Nyckel"})
    olle.page.context.set_offline(True)
    olle.says_show()
    olle.is_told("Servern svarar inte som den ska. Det du har skrivit står kvar.")
    olle.page.context.set_offline(False)
    olle.confirms(ORDER)
    (complaint,) = olle.person.complaints
    assert "Failed to fetch" in complaint
    olle.person.complaints.clear()


def known(last_name: str, scripts: bool) -> dict[str, str]:
    """What is known of a new client, one for each way of working."""
    born = date(1935, 5 if scripts else 6, len(last_name))
    return {
        "Beteckning i verksamhetssystemet": f"K-{last_name}-{scripts}",
        "Personnummer": identity_number(born, 980),
        "Förnamn": "Åke",
        "Efternamn": last_name,
        "Gatuadress": f"{last_name}vägen {born.month}",
        "Postnummer": "99910",
        "Ort": "Byn",
    }


def registers(anna: AtWork, last_name: str, scripts: bool) -> int:
    """Registers a client; gives the case's number within the year."""
    anna.does_another(REGISTER, known(last_name, scripts))
    return number_told(anna)


def number_told(person: AtWork) -> int:
    """The number within the year of the case that the page tells of."""
    found = re.search(r"Ärende \d{4}-(\d+)", person.page.get_by_role("main").inner_text())
    assert found
    return int(found[1])


def is_logged_out(person: AtWork) -> None:
    """The cookie that tells who one is has gone, as it does after twelve hours."""
    person.page.context.clear_cookies(name="troskel_account")


@contextlib.contextmanager
def broken(town: Town) -> Iterator[None]:
    """A table is missing, so that every act fails, and the server answers 500."""
    with contextlib.closing(sqlite3.connect(town.folder / "town.sqlite3", timeout=60)) as database:
        database.execute("ALTER TABLE custody_holding RENAME TO mislaid")
        try:
            yield
        finally:
            database.execute("ALTER TABLE mislaid RENAME TO custody_holding")
