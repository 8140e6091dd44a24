# SPDX-License-Identifier: EUPL-1.2
"""What a page says when the routine says no, or a value can't be used: in the language of the page, and in no code."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.acts.test_billing import (
    APRIL_1,
    MARCH,
    advance_form,
    client_of_another_municipality,
    register_visit,
)
from tests.town import FIRM, Town
from tests.web.test_act_forms import case_of, screen
from troskel.ground.ids import new_id
from troskel.reading.routine_versions import routine_on
from troskel.routine.model import Routine
from troskel.web.text.refusals import PagePhrasing


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


def message_of(town: Town, who: str, act: str, values: dict[str, str], language: str) -> tuple[int, str]:
    """What the page says, without its markup, when somebody sends the form."""
    with town.standing():
        browser = screen(town, who)
        browser.post("/language", {"language": language, "next": "/"})
        response = browser.post(f"/do/{act}", {"key": str(new_id()), **values})
    text = re.sub(r"<[^>]+>", " ", response.content.decode().split("<main")[1].split("<form")[0])
    return response.status_code, " ".join(html.unescape(text).split()).replace("\N{NO-BREAK SPACE}", " ")


def in_both(town: Town, who: str, act: str, values: dict[str, str], swedish: str, english: str) -> None:
    """The same refusal, read in both languages."""
    for language, expected in (("sv", swedish), ("en", english)):
        status, said = message_of(town, who, act, values, language)
        assert expected in said, said
        assert status in (409, 422)


def test_p6_someone_behind_the_door_has_care(town: Town) -> None:
    values = {"client": case_of(town, town.locked()), "locksmith": FIRM, "presence": "none"}
    swedish = "Någon i bostaden har hemtjänst eller trygghetslarm. Låsvredet sitter kvar."
    english = "Someone in the home has home care or a safety alarm: the lock stays."
    in_both(town, "olle", "order_removal", values, swedish, english)


def test_l1_an_order_that_is_cancelled(town: Town) -> None:
    order = town.order(town.new_client())
    town.does("olle", "cancel_order", order=order, reason="mistake")
    values = {"order": order, "serial": "L1"}
    swedish = f"Beställning {order} är avbeställd. Bara en öppen beställning går att arbeta med."
    english = f"Order {order} is cancelled: only an open order can be worked on."
    in_both(town, "laban", "report_installation", values, swedish, english)


def test_a7_a_service_and_a_day_are_words(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(3))
    values = {"client": case_of(town, client), "service": "home_care", "on": town.day(9), "reason": "x"}
    status, said = message_of(town, "anna", "end_care", values, "sv")
    assert status == 409
    assert re.search(
        r"Inget beslut om hemtjänst gäller efter \d+ \w+( \d{4})?\. Det finns inget att avsluta\.", said
    )
    _, said = message_of(town, "anna", "end_care", values, "en")
    assert re.search(
        r"No decision on home care goes on past \d+ \w+( \d{4})?: there is nothing to end\.", said
    )
    assert "home_care" not in said and town.day(9) not in said


def test_o2_a_month_that_has_not_ended(town: Town) -> None:
    month = f"{town.now:%Y-%m}"
    status, said = message_of(town, "olle", "bill_month", {"month": month}, "sv")
    assert status == 409
    assert re.search(r"\w+ \d{4} är inte slut\. Fakturera från och med 1 \w+", said)
    assert month not in said


def test_a_month_that_is_none_says_how_it_is_written(town: Town) -> None:
    values = {"month": "förra"}
    swedish = "Månad: Det är inte skrivet som det ska. Skriv en månad, till exempel 2026-10."
    english = "Month: This is not as it should be: write a month as 2026-10."
    in_both(town, "olle", "bill_month", values, swedish, english)


def test_an_identity_number_that_is_mistyped_is_said_at_its_field(town: Town) -> None:
    values = {"clients.reference": "K77", "clients.identity": "193001019999", "clients.first_name": "Åsa",
              "clients.last_name": "Ek", "clients.address.street": "Vägen 1", "clients.address.postcode": "12345",
              "clients.address.town": "Ort"}  # fmt: skip
    for language, expected in (
        ("sv", "Personnummer: Sista siffran stämmer inte. Leta efter en felskriven siffra."),
        ("en", "Identity number: The check digit is wrong: look for a mistyped digit."),
    ):
        status, said = message_of(town, "anna", "register_clients", values, language)
        assert (status, expected in said) == (422, True), said
        assert "9999" not in said


def test_an_end_before_its_start(town: Town) -> None:
    values = {
        "order": town.order(town.new_client()),
        "starts": "2026-12-01T14:00",
        "ends": "2026-12-01T13:00",
    }
    swedish = "Slutar: Sluttiden är inte efter starttiden. Rätta en av dem."
    english = "Ends: The end is not after the start. Correct one of them."
    in_both(town, "laban", "book_order", values, swedish, english)


def test_an_order_that_is_not_there(town: Town) -> None:
    values = {"order": "W-2026-0999", "reason": "mistake"}
    swedish = "Det finns ingen beställning som du får se med den uppgiften. Kontrollera hur den är skriven."
    english = "There is no order that you may see with this. Check how it is written."
    in_both(town, "olle", "cancel_order", values, swedish, english)


def test_an_answer_that_is_none_of_those_to_choose_among(town: Town) -> None:
    values = {"order": town.order(town.new_client()), "reason": "hunden"}
    _, said = message_of(town, "olle", "cancel_order", values, "sv")
    assert "Välj ett av de här svaren: Låsvredet går inte att montera, Kunden får hemtjänst igen" in said
    _, said = message_of(town, "olle", "cancel_order", values, "en")
    assert "This is none of The lock cannot be fitted, The client gets care again" in said


def test_a_duty_that_an_act_fulfils_names_the_act_by_its_button(town: Town) -> None:
    duty = town.the("P1.order", town.new_client())
    values = {"duty": str(duty.id), "duty-id": str(duty.id), "fixed": "duty"}
    swedish = "Uppgiften går inte att intyga för hand. Den blir klar av det här: ”Beställ montering”."
    english = "The duty can't be attested by hand. It is done by this: “Order installation”."
    in_both(town, "olle", "attest", values, swedish, english)


def test_every_duty_has_an_act_title(town: Town) -> None:
    routine: Routine = routine_on(town.actor("siri"), town.now.date()).document
    for language in ("sv", "en"):
        page = PagePhrasing(language, None)
        nameless = [
            key for key, ask in routine.asks.items() if ask.done_by and not any(map(page.event, ask.done_by))
        ]
        assert nameless == []


def test_a_tag_that_is_not_there(town: Town) -> None:
    client = town.new_client()
    values = {"client": case_of(town, client), "tag": "T404"}
    swedish = "Det finns ingen kvittensprodukt som du får se"
    in_both(town, "olle", "take_tag", values, swedish, "There is no tag that you may see")


def test_refused_item_of_a_plural_act(town: Town) -> None:
    one, other = client_of_another_municipality(town), client_of_another_municipality(town)
    town.until(APRIL_1)
    town.does("olle", "bill_month", month=MARCH)
    forms = town.does("olle", "make_basis_forms", month=MARCH).answer["forms"]
    advance_form(town, forms[0], "sign")
    for client in (one, other):
        register_visit(town, client, "2026-03-30")
    _, said = message_of(town, "olle", "bill_month", {"month": MARCH}, "sv")
    assert (
        "Görs inte Punkt O3 Underlagsblanketten för ärende 2026-0001 och mars 2026 är underskriven." in said
    )
    _, said = message_of(town, "olle", "bill_month", {"month": MARCH}, "en")
    assert re.search(r"Left out (\w+ )?O3 The basis form of 2026-0001 for March 2026 is signed", said), said
