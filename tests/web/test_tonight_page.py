# SPDX-License-Identifier: EUPL-1.2
"""The page "Vem kommer in i natt?", and the line that leads the coordinator there in the afternoon."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.town import ALARM, Town
from tests.web.test_act_forms import screen, statements
from tests.web.test_signing_in import signed_in
from troskel.access.simulated import SimulatedLocks
from troskel.acts import opening
from troskel.people.roles import Role

WHO_MAY = {"tonight": frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})}
PAGE_QUERIES = 18


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def text_of(page: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", page.split("<main")[1])).split())


def shown(town: Town, who: str, path: str = "/tonight/", **query: str) -> str:
    with town.standing():
        answer = screen(town, who).get(path, query)
    assert answer.status_code == 200
    return answer.content.decode()


def groups(page: str) -> dict[str, str]:
    """The text of each group of clients, by its verdict."""
    found = re.findall(r'<section aria-labelledby="(\w+)"(.*?)</section>', page, re.DOTALL)
    return {name: " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split()) for name, body in found}


def test_the_red_ones_stand_first_and_the_others_are_folded(town: Town) -> None:
    town.locked(last_name="Öppen")
    town.new_client(last_name="Stängd")
    keyed = town.new_client(last_name="Nyckel")
    town.does("olle", "receive_key", client=keyed, key="N7", signed="client")
    page = shown(town, "olle")
    found = groups(page)
    assert list(found) == ["nobody", "key", "open", "people"]
    assert "Åke Stängd" in found["nobody"] and "Nyckel" not in found["nobody"].split("Åke Stängd")[0]
    assert "Det sitter inget låsvred. Ingen nyckel är lämnad." in found["nobody"]
    assert "Nyckeln finns hos dem som ska in: N7." in found["key"]
    assert "Låsvredet öppnas med telefonen." in found["open"]
    assert "<details" not in page.split('id="nobody"')[1].split("</section>")[0]
    assert page.count('<details class="ds-details card">') == 2
    assert "3 kunder är hemma" in text_of(page)
    assert "Carin" in found["people"]


def test_where_somebody_gets_in_everywhere_nothing_is_red(town: Town) -> None:
    assert "Ingen kund är hemma i natt" in text_of(shown(town, "lars"))
    town.grant(town.locked(), ALARM, "safety_alarm")
    page = shown(town, "lars")
    assert "Någon kommer in hos alla i natt" in text_of(page)
    assert list(groups(page)) == ["open", "people"]


def test_where_nobody_has_signed_in_that_is_said(town: Town, settings: Any) -> None:
    town.grant(town.locked(), ALARM, "safety_alarm")
    browser = signed_in(town, "lars")
    settings.DEMO = False
    with town.standing():
        found = groups(browser.get("/tonight/").content.decode())
    assert "Ingen med telefon har loggat in på länge. Ingen nyckel är lämnad." in found["nobody"]
    assert "Kan åka Ingen: ingen har loggat in. Inte inloggad Rut" in found["people"]


def test_the_fault_and_the_locks_last_answer_stand_in_words(town: Town) -> None:
    client = town.locked()
    with town.standing():
        opening.open_the_door(town.actor("carin"), SimulatedLocks(), {"client": client, "serial": "L1"})
    town.does("carin", "tell_fault", client=client, serial="L1", code="jammed")
    said = groups(shown(town, "olle"))["nobody"]
    assert "Låsvredet har ett anmält fel som inte är lagat: Kolven går trögt. Ingen nyckel är lämnad." in said
    assert re.search(
        r"Låset öppnades senast 2 mars kl. 0?8.\d\d, med \d+ % batteri.", said.replace("\u00a0", " ")
    ), said


def test_the_administrator_sees_who_would_come_and_who_has_the_key(town: Town) -> None:
    client = town.new_client()
    town.grant(client, ALARM, "safety_alarm")
    town.does("olle", "receive_key", client=client, key="N7", signed="client")
    of_office = groups(shown(town, "siri"))
    assert "Larmpatrullen" in of_office["nobody"] and "Hemtjänsten Öst" in of_office["key"]
    assert "Nyckeln finns hos någon annan: N7 (Hemtjänsten Öst)." in of_office["nobody"]
    of_alarm = groups(shown(town, "lars"))
    assert "Nyckeln finns hos någon annan." in of_alarm["nobody"]
    assert "N7" not in of_alarm["nobody"] and "Hemtjänsten" not in of_alarm["nobody"]


def test_a_protected_client_has_no_name_in_the_list(town: Town) -> None:
    town.new_client(last_name="Hemlig", protection="F")
    page = shown(town, "olle")
    assert "Hemlig" not in page and "Ängsvägen" not in page
    assert "Skyddade uppgifter" in page


def test_the_page_asks_as_many_queries_for_many_as_for_few(town: Town) -> None:
    def count() -> int:
        with town.standing():
            browser = screen(town, "olle")
            browser.get("/tonight/")
            with CaptureQueriesContext(connection) as asked:
                browser.get("/tonight/")
        return len(statements(asked))

    town.locked()
    few = count()
    for number in range(2, 8):
        town.locked(serial=f"L{number}")
        town.new_client()
    assert few == count() <= PAGE_QUERIES


def test_the_coordinator_is_told_from_two_in_the_afternoon(town: Town) -> None:
    town.new_client()
    town.now = town.at(13)
    assert "/tonight/" not in shown(town, "olle", "/").split("<main")[1]
    town.now = town.at(14)
    page = shown(town, "olle", "/")
    assert "Hos en kund kommer ingen in i natt. Se vad som saknas" in text_of(page)
    assert '<a class="ds-link" href="/tonight/">' in page
    town.new_client()
    assert "Hos en kund kommer ingen in i natt." in text_of(shown(town, "olle", "/")), "kept for a minute"
    cache.clear()
    assert "Hos 2 kunder kommer ingen in i natt." in text_of(shown(town, "olle", "/"))
    for who in ("moa", "lars", "anna", "siri", "maria"):
        assert "kommer ingen in i natt" not in shown(town, who, "/"), who


def test_the_page_is_reached_under_more(town: Town) -> None:
    for who in ("olle", "lars", "siri"):
        more = shown(town, who, "/do/").split("<header")[1].split("<details", 1)[1].split("</details>")[0]
        assert 'href="/tonight/"' in more, who
    assert 'href="/tonight/"' not in shown(town, "anna", "/do/")


def test_the_page_in_english(town: Town) -> None:
    town.new_client()
    town.now = town.at(14)
    with town.standing():
        browser = screen(town, "olle")
        browser.post("/language", {"language": "en"})
        page = text_of(browser.get("/tonight/").content.decode())
        assert (
            "Who gets in tonight?" in page and "There is no lock turner. No key has been handed over." in page
        )
        assert "At one client nobody gets in tonight." in text_of(browser.get("/").content.decode())
