# SPDX-License-Identifier: EUPL-1.2
"""What is asked says its fact: which day, provider, door, tag, key and lock, where it is, and who did it."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.town import EAST, ELSEWHERE, MEADOW, Town
from troskel.duties import routines
from troskel.reading import worklist
from troskel.routine.model import LocalizedText
from troskel.routine.text_facts import FACTS
from troskel.routine.wording import filled, general, left_open

WORDS = LocalizedText("Koppla kunden till låset[ {lock}][ på {door}]", "Link the client[ to {lock}]")


def said(town: Town, on: int = 0) -> dict[str, str]:
    """The texts of all duties and notices, as they stood so many days from today."""
    with town.standing():
        rows = worklist.duties_on(town.actor("siri"), town.today + timedelta(days=on))
    return {f"{row.paragraph}.{row.ask}": row.text for row in rows if row.state != "moot"}


def test_a_part_in_brackets_is_left_out_where_something_in_it_is_not_known() -> None:
    known = {"lock": "L1"}
    assert filled(WORDS, lambda name, _: known.get(name)).sv == "Koppla kunden till låset L1"
    assert general(WORDS).sv == "Koppla kunden till låset"
    assert general(LocalizedText("{giver} vill", "")).sv == "Den förra utföraren vill"


def test_every_ask_of_the_shipped_routine_names_something_of_its_case() -> None:
    silent = {
        f"{paragraph}.{name}"
        for (paragraph, name), ask in routines.shipped().asks.items()
        if ask.told is None
    }
    assert silent == set()


def test_both_languages_name_the_same() -> None:
    for ask in routines.shipped().asks.values():
        assert ask.told is not None
        swedish = left_open(LocalizedText(ask.told.sv, ""))
        assert swedish == left_open(LocalizedText("", ask.told.en)), ask.told
        assert swedish <= FACTS.keys()


def test_what_a_closed_provider_has_left_says_whose_it_was_and_what_to_do(town: Town) -> None:
    client = town.new_client(home_municipality=ELSEWHERE)
    town.until("2026-04-01")
    assert said(town)["O2.bill"] == "Fakturera mars 2026: en egen rad för kunden"
    values = {"organisation": EAST, "successor": MEADOW, "on": town.day(1)}
    town.does("siri", "succeed_organisation", **values, reference="N", reason="bankruptcy")
    town.days_pass(1)
    assert town.owner("O2.bill", client) == ("administrator", None)
    assert said(town)["O2.bill"] == (
        "Fakturera mars 2026: en egen rad för kunden. Hemtjänsten Öst har upphört: intyga när månaden är uppgjord"
    )


def test_a_new_clients_duties_say_service_day_provider_and_door(town: Town) -> None:
    client = town.new_client()
    texts = said(town)
    assert texts["A4.tell"] == (
        "Kunden är ny. Beställ montering av låsvred. Hemtjänst från 2 mars, fördelad av Anna (Socialkontoret)"
    )
    assert texts["P1.order"] == "Beställ montering av låsvred på lägenhetsdörren"
    assert texts["P2.place_tag"] == "Lämna en kvittensprodukt hos kunden. Er insats börjar 2 mars"
    assert texts["P5.collect_keys"].endswith("Ni saknar nyckel till lägenhetsdörren")
    town.does("anna", "inform_client", client=client, way="oral")
    assert said(town)["A1.inform"].endswith("muntligt och skriftligt: muntligt klart, skriftligt kvar")


def test_a_lock_and_a_tag_are_named_by_their_numbers(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    order = town.order(client)
    assert (
        said(town)["L1.install"]
        == f"Montera låsvredet och rapportera det: lägenhetsdörren, beställning {order}"
    )
    town.mount(order)
    texts = said(town)
    assert texts["P3.take_tag"] == "Ta med kvittensprodukten hem: E1. Låsvredet sattes upp 2 mars"
    assert texts["S2.link"] == "Koppla kunden till låset L1 på lägenhetsdörren"
    town.does("olle", "report_lost", kind="tag", number="E1")
    assert said(town)["P7.lost"] == "En kvittensprodukt är borta: E1. Kunden hade den sist"


def test_what_is_over_says_what_happened_and_not_how_it_stands(town: Town) -> None:
    client = town.new_client()
    town.does("anna", "inform_client", client=client, way="oral")
    town.does("anna", "inform_client", client=client, way="written")
    assert said(town)["A1.inform"] == "Berätta för kunden om låsvredet, muntligt och skriftligt"


def test_losing_a_client_says_who_and_from_which_day(town: Town) -> None:
    client = town.client()
    town.grant(client, EAST, through=town.day(30))
    texts = said(town)
    assert texts["A8.investigation"] == "Följ upp beslutet innan det går ut: hemtjänst till och med 1 april"
    assert texts["A8.allocation"] == (
        "Fördela insatsen (hemtjänst) så att Hemtjänsten Öst inte förlorar kunden 2 april"
    )


def test_a_page_of_duties_costs_three_queries(town: Town) -> None:
    def queries() -> int:
        with town.standing():
            items = worklist.unnoted_worklist(town.actor("olle"))
            with CaptureQueriesContext(connection) as asked:
                worklist.told_of(town.actor("olle"), items)
        return len(asked)

    town.new_client()
    for _ in range(3):
        town.new_client()
    assert queries() <= 3
