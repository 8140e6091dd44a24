# SPDX-License-Identifier: EUPL-1.2
"""Lists: what each role sees, in which order, a page at a time, filtered; and never what is typed in an address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.town import ALARM, EAST, ELSEWHERE, MEADOW, Town
from tests.web.test_act_forms import MAX_QUERIES, case_of, screen
from troskel.journal.models import Line
from troskel.people.models import Client as Row
from troskel.web.lists import table

LISTS = {
    "anna": ("/clients/", "/visits/", "/orders/", "/things/lock/", "/things/tag/", "/things/key/", "/links/"),
    "siri": ("/clients/", "/orders/", "/things/lock/", "/lock-states/", "/accounts/", "/organisations/"),
    "olle": (
        *("/clients/", "/visits/", "/orders/", "/things/lock/", "/things/tag/", "/things/key/", "/links/"),
        "/lock-states/",
    ),
    "laban": ("/clients/", "/orders/", "/things/lock/"),
    "carin": ("/clients/",),
    "erik": ("/clients/",),
}


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


def rows(browser: Client, path: str) -> list[str]:
    """What stands first in each row; of a client the case number alone."""
    page = browser.get(path)
    assert page.status_code == 200, path
    heads = re.findall(r'<th scope="row".*?</th>', page.content.decode(), re.DOTALL)
    texts = [re.sub(r"<span class=\"heading\".*?</span>|<[^>]+>|\s", "", head) for head in heads]
    return [re.sub(r".*·(\d{4}-\d{4})$", r"\1", text) for text in texts]


def read(browser: Client, path: str) -> str:
    answer: Any = browser.get(path)
    return b"".join(answer.streaming_content if answer.streaming else [answer.content]).decode()


def test_rule_7_each_role_sees_its_own_clients_by_name(town: Town) -> None:
    east, meadow = case_of(town, town.new_client()), case_of(town, town.new_client(MEADOW))
    other = case_of(town, town.client(home_municipality=ELSEWHERE))
    ordered = town.new_client()
    town.order(ordered)
    seen = {
        "anna": [case_of(town, ordered), other, meadow, east],
        "olle": [case_of(town, ordered), east],
        "moa": [meadow],
        "carin": [case_of(town, ordered), east],
        "erik": [other],
        "laban": [case_of(town, ordered)],
    }
    for who, expected in seen.items():
        browser = screen(town, who)
        assert rows(browser, "/clients/") == expected, who
        page, export = (read(browser, path) for path in ("/clients/", "/clients/?as=csv"))
        assert page.count("Åke Öman") == len(expected), who
        assert "Öman" not in export and all(case in export for case in expected), "a file is by case number"


def test_case_14_a_protected_client_is_named_in_no_list(town: Town) -> None:
    secret, moved = town.new_client(protection="S"), town.new_client(protection="F", address=2)
    for who in ("anna", "olle", "siri"):
        page = read(screen(town, who), "/clients/")
        assert page.count("Skyddade uppgifter") == 2 and "Öman" not in page and "Ängsvägen" not in page, who
    town.does("siri", "entrust_client", client=secret, username="carin")
    carins = read(screen(town, "carin"), "/clients/")
    assert carins.count("Åke Öman") == 1 and case_of(town, moved) in carins, "entrusted with one of them"


def test_clients_are_chosen_by_state_service_and_provider(town: Town) -> None:
    cared, without = town.new_client(), town.client()
    alarmed = town.new_client(MEADOW)
    town.grant(alarmed, ALARM, service="safety_alarm")
    foreign = town.client(home_municipality=ELSEWHERE)
    secret = town.client(protection="S")
    dead = town.client()
    town.does("anna", "record_deaths", deaths=[{"client": dead, "on": town.day(0)}])
    browser = screen(town, "anna")
    for asked, expected in {
        "state=in_care": [alarmed, cared],
        "state=without_care": [dead, secret, foreign, without],
        "state=elsewhere": [foreign],
        "state=protected": [secret],
        "state=dead": [dead],
        "service=safety_alarm": [alarmed],
        f"provider={EAST}": [cared],
        f"provider={MEADOW}&service=home_care": [alarmed],
        f"provider={EAST}&service=safety_alarm": [],
        "order=turned&state=in_care": [cared, alarmed],
    }.items():
        assert rows(browser, f"/clients/?{asked}") == [case_of(town, one) for one in expected], asked


def test_unknown_filter_value_is_ignored(town: Town) -> None:
    town.new_client()
    browser = screen(town, "anna")
    assert len(rows(browser, "/clients/?state=193002039806&provider=Astrid&order=x")) == 1
    assert not Line.objects.filter(kind="reads", body__contains="Astrid").exists()
    assert not Line.objects.filter(kind="reads", body__contains="193002039806").exists()
    for cursor in ("Astrid", "AAAAAAAAAAAAAAAAAAAAAA"):
        response = browser.get(f"/things/lock/?after={cursor}")
        assert (response.status_code, response["Location"]) == (302, "/things/lock/")


def test_pages_have_each_row_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "PAGE_SIZE", 3)
    browser = screen(town, "siri")
    for path, count in (("/things/lock/", 8), ("/things/lock/?order=turned", 8), ("/accounts/", 12)):
        place, found = path, []
        while place:
            asked, page = place, browser.get(place).content.decode()
            found += rows(browser, place)
            following = re.search(r'href="([^"]*after=[^"]*)">Nästa sida', page)
            place = following[1].replace("&amp;", "&") if following else ""
            assert ("Från början" in page) == ("after=" in asked)
        assert len(found) == len(set(found)) == count, path
        assert found == sorted(found, reverse="turned" in path)


def test_swedish_order_of_accounts_and_organisations(town: Town) -> None:
    for username, name in (("z", "Örjan Alm"), ("y", "Åsa Alm"), ("x", "Zeb Alm"), ("w", "Ärla Alm")):
        town.does("siri", "register_account", username=username, name=name, role="carer", organisation=EAST)
    browser = screen(town, "siri")
    assert rows(browser, "/accounts/")[-5:] == ["Siri", "ZebAlm", "ÅsaAlm", "ÄrlaAlm", "ÖrjanAlm"]
    assert rows(browser, "/accounts/?role=responder") == ["Rut"]
    assert rows(browser, "/organisations/")[-1] == "ÄngensHemvård"
    assert rows(browser, "/organisations/?order=turned")[0] == "ÄngensHemvård"
    assert 'href="/do/register_account"' in browser.get("/accounts/").content.decode()


def test_things_and_stock(town: Town) -> None:
    client = town.locked(serial="L1")
    theirs = town.locked(MEADOW, serial="L2")
    siri, olle, laban = (screen(town, who) for who in ("siri", "olle", "laban"))
    page = siri.get("/things/lock/").content.decode()
    assert "Lås &amp; Nyckel: 6" in page
    assert case_of(town, client) in page
    assert rows(siri, "/things/lock/?where=door") == ["L1", "L2"]
    assert rows(siri, "/things/lock/?where=organisation&order=turned")[0] == "L8"
    assert rows(olle, "/things/lock/") == ["L1"]
    assert case_of(town, theirs) not in olle.get("/things/lock/").content.decode()
    assert rows(laban, "/things/lock/") == [f"L{number}" for number in range(3, 9)]
    assert laban.get("/things/tag/").status_code == 404
    assert siri.get("/things/door/").status_code == 404


@pytest.mark.parametrize("export", ["", "?as=csv"])
def test_rule_7_clients_shown_beside_things_are_journalled(town: Town, export: str) -> None:
    linked = town.locked(address=5)
    behind = town.new_client(address=5)
    unseen = town.new_client(MEADOW, address=5)
    town.does("carin", "receive_key", client=behind, key="1", signed="client")
    olle = screen(town, "olle")
    for kind, shown in (("lock", {linked}), ("key", {linked, behind})):
        told: Any = olle.get(f"/things/{kind}/{export}")
        page = b"".join(told.streaming_content if export else [told.content]).decode()
        for client in (linked, behind, unseen):
            assert (case_of(town, client) in page) == (client in shown), (kind, client)
        line = Line.objects.filter(kind="reads", event=f"{kind}.{'exported' if export else 'listed'}").get()
        noted = Row.objects.filter(id__in=json.loads(line.body)["shown"])
        assert set(noted.values_list("reference", flat=True)) == shown, kind


def test_provider_sees_its_own_orders_visits_and_links(town: Town) -> None:
    client, theirs = town.locked(), town.locked(MEADOW, serial="L2")
    town.visit(client)
    town.visit(theirs, "mikael")
    olle, anna = screen(town, "olle"), screen(town, "anna")
    for path in ("/visits/", "/links/"):
        assert rows(olle, path) == [case_of(town, client)], path
        assert rows(anna, path) == [case_of(town, theirs), case_of(town, client)], path
    assert rows(olle, "/orders/") == ["W-2026-0001"]
    assert rows(anna, "/orders/?state=open") == []
    assert rows(anna, f"/orders/?provider={MEADOW}&state=done&kind=installation") == ["W-2026-0002"]
    assert rows(anna, "/visits/?evidence=tag") == []


def test_empty_list(town: Town) -> None:
    browser = screen(town, "anna")
    assert "Här står kunder när de är registrerade" in browser.get("/clients/").content.decode()
    town.client()
    narrowed = browser.get("/clients/?state=dead").content.decode()
    assert "Inget stämmer med det du har valt." in narrowed
    assert 'href="/clients/">Visa allt' in narrowed


def test_act_links_of_each_role(town: Town) -> None:
    for who, ways in {
        "anna": ["Kunder", "Beställningar", "Lås, knappar och nycklar"],
        "siri": ["Kunder", "Beställningar", "Lås, knappar och nycklar", "Konton"],
        "laban": ["Beställningar", "Låsvred", "Kunder", "Konton"],
        "erik": ["Kunder"],
        "carin": [],
        "maria": [],
    }.items():
        nav = screen(town, who).get("/").content.decode().split("</nav>")[0]
        named = [
            one
            for one in re.findall(r'<a href="/[^"]+">([^<]+)</a>', nav)
            if one in {"Kunder", "Beställningar", "Lås, knappar och nycklar", "Låsvred", "Konton"}
        ]
        assert named == ways, who


def test_query_count_of_lists(town: Town) -> None:
    costs: dict[str, list[int]] = {}
    for serials in (("L1", "L2"), ("L3", "L4")):
        for serial in serials:
            town.visit(town.locked(serial=serial))
        for who, paths in LISTS.items():
            browser = screen(town, who)
            for path in paths:
                with CaptureQueriesContext(connection) as asked:
                    assert browser.get(path).status_code == 200
                statements = [one for one in asked if not re.match("(RELEASE )?SAVEPOINT", one["sql"])]
                costs.setdefault(f"{who} {path}", []).append(len(statements))
    assert {page: cost for page, cost in costs.items() if max(cost) > MAX_QUERIES} == {}
    assert {page: cost for page, cost in costs.items() if cost[0] < cost[1]} == {}, "a query for every row"


def test_the_state_of_a_lock_is_said_as_it_is_known(town: Town) -> None:
    client = town.locked()
    town.locked(to=MEADOW, serial="L2")
    made = town.does("carin", "open_door", client=client, serial="L1").answer["opening"]
    town.does("carin", "note_opening", opening=made, outcome="jammed", battery=12)
    siri, olle = screen(town, "siri"), screen(town, "olle")
    page = siri.get("/lock-states/").content.decode()
    assert "Svagt batteri · Senaste öppningen gick inte" in page and "12 %, " in page
    assert "Kärvade" in page and "Okänt" in page and "Har aldrig hörts av" in page
    assert rows(siri, "/lock-states/") == ["L1", "L2"] and rows(olle, "/lock-states/") == ["L1"]
    assert rows(siri, "/lock-states/?trouble=battery") == ["L1"]
    assert rows(siri, "/lock-states/?trouble=silent") == rows(siri, "/lock-states/?reached=neither") == ["L2"]
    assert screen(town, "laban").get("/lock-states/").status_code == 403
