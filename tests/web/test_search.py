# SPDX-License-Identifier: EUPL-1.2
"""One field finds what one may see, however it is written; the question is kept nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.town import ELSEWHERE, MEADOW, Town
from tests.web.test_act_forms import MAX_QUERIES, case_of, screen
from troskel.journal.models import Line
from troskel.people import search_terms
from troskel.people.models import Client as Row
from troskel.people.models import Identifier
from troskel.permits.sight import entrustments_of
from troskel.reading.discretion import is_address_visible, is_name_visible, visible_person
from troskel.web.lists import search


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


def search_for(browser: Client, question: str) -> str:
    """What the page shows of a question."""
    response = browser.post("/search", {"question": question})
    assert (response.status_code, response["Location"]) == (302, "/search")
    return browser.get("/search").content.decode().split("<main")[1].split("<footer")[0]


def cases(page: str) -> list[str]:
    """The cases of the clients found, in order."""
    return re.findall(r'rowheader">.*?(\d{4}-\d{4,})', page)


@pytest.mark.parametrize("who", ["anna", "siri", "olle"])
def test_search_by_each_kind_of_value(town: Town, who: str) -> None:
    client = town.locked(first_name="Märta", last_name="von Öst", address=7)
    town.new_client()
    browser, case = screen(town, who), case_of(town, client)
    number = Identifier.objects.get(client__reference=client).number
    order = town.does("olle", "order_repair", client=client, locksmith="5560009945", fault="jammed").answer[
        "order"
    ]
    for question in (
        case,
        "von ö",
        "Märta",
        "märta von",
        "VON ÖST, MÄRTA",
        "ängsvägen 7",
        "L1",
        "l1",
        number,
    ):
        assert cases(search_for(browser, question)) == [case], question
    assert order in search_for(browser, order.lower())


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("193002039806", ("193002039806",)),
        (" 19300203-9806 ", ("193002039806",)),
        ("300203-9806", ("193002039806", "203002039806", "183002039806")),
        ("300203 9806", ("193002039806", "203002039806", "183002039806")),
        ("300203+9806", ("193002039806", "183002039806")),
        ("300203\N{EN DASH}9806", ("193002039806", "203002039806", "183002039806")),
        ("22300203ab12", ("22300203AB12",)),
    ],
)
def test_formats_of_identity_numbers(written: str, read: tuple[str, ...]) -> None:
    asked = search_terms.parse_search(written)
    assert (asked.identities, asked.words) == (read, "")
    assert "9806" not in repr(asked)


def test_swedish_order_and_names_by_their_beginning(town: Town) -> None:
    names = ("Zorn", "Öberg", "Åberg", "Ärlig", "Abel")
    town_of = {name: case_of(town, town.client(first_name="Bo", last_name=name)) for name in names}
    cases_found = cases(search_for(screen(town, "anna"), "Bo"))
    assert cases_found == [town_of[name] for name in ("Abel", "Zorn", "Åberg", "Ärlig", "Öberg")]


def test_rule_7_search_is_limited_by_sight(town: Town) -> None:
    theirs = town.locked(MEADOW, last_name="Hemlig", address=9)
    number = Identifier.objects.get(client__reference=theirs).number
    elsewhere = case_of(town, town.client(home_municipality=ELSEWHERE, last_name="Hemlig"))
    for question in ("Hemlig", "Ängsvägen 9", number, case_of(town, theirs), "L1", "W-2026-0001"):
        for who in ("olle", "carin", "rut"):
            assert "Inget stämde" in search_for(screen(town, who), question), (who, question)
    assert cases(search_for(screen(town, "erik"), "Hemlig")) == [elsewhere]
    assert screen(town, "maria").get("/search").status_code == 403


def test_case_14_a_protected_client_is_not_found_by_what_is_not_shown(town: Town) -> None:
    marked = town.locked(protection="S", last_name="Dold", address=51)
    moved = town.locked(protection="F", serial="L2", last_name="Gömd", address=52)
    numbers = [Identifier.objects.get(client__reference=one).number for one in (marked, moved)]
    olle, anna = screen(town, "olle"), screen(town, "anna")
    for question in ("Dold", "Gömd", "Ängsvägen 5", *numbers):
        assert "Inget stämde" in search_for(olle, question), question
    assert cases(search_for(olle, "L2")) == [case_of(town, moved)], "the case alone"
    assert "Gömd" not in search_for(olle, "L2")
    assert cases(search_for(anna, "Ängsvägen 5")) == [case_of(town, marked)], "F: nobody is told where"
    assert cases(search_for(anna, "Gömd")) == [case_of(town, moved)]


def test_case_14_the_order_of_those_behind_a_door_tells_no_name(town: Town) -> None:
    first = town.locked(last_name="Öst", address=5)
    hidden = town.new_client(protection="S", last_name="Abel", address=5)
    last = town.new_client(last_name="Alm", address=5)
    for who in ("olle", "anna"):
        cases_found = cases(search_for(screen(town, who), "L1"))
        assert cases_found == [case_of(town, one) for one in (first, hidden, last)], who


def test_case_14_search_and_record_agree_on_whom_to_name(town: Town) -> None:
    for protection in ("", "S", "F"):
        town.new_client(protection=protection)
    entrusted = town.new_client(protection="F")
    town.does("siri", "entrust_client", client=entrusted, username="carin")
    for who in ("anna", "erik", "olle", "carin", "laban"):
        viewer = town.actor(who)
        named, placed = (
            Row.objects.filter(is_name_visible(viewer)),
            Row.objects.filter(is_address_visible(viewer)),
        )
        for row in Row.objects.select_related("home"):
            mine = entrustments_of(viewer).filter(client=row.pk).exists()
            shown = visible_person(viewer, row, entrusted=mine)
            assert named.filter(pk=row.pk).exists() == (shown is not None), who
            assert placed.filter(pk=row.pk).exists() == bool(shown and shown.street), who


def test_query_is_not_stored(town: Town, caplog: Any) -> None:
    town.new_client(last_name="Sällsynt")
    browser = screen(town, "anna")
    response = browser.post("/search", {"question": "sällsyn"})
    shown = browser.get("/search")
    page = shown.content.decode()
    assert "Sällsynt" in page.split("<main")[1]
    assert "Sällsynt" not in page.split("</head>")[0]
    lines = [*Line.objects.values_list("body", "homes", "event")]
    traces = f"{response.headers} {response.cookies} {caplog.text} {lines}"
    assert "llsyn" not in traces.lower()
    assert 'value="säll' not in page
    line = Line.objects.filter(kind="reads").order_by("-number")[1]
    assert (line.event, line.actor) == ("search.made", town.actor("anna").account)
    assert str(Row.objects.get().pk) in line.body


def test_result_can_be_reloaded_until_it_expires(town: Town) -> None:
    town.new_client(last_name="Ek")
    browser = screen(town, "anna")
    first = search_for(browser, "Ek")
    assert browser.get("/search").content.decode().count("Åke Ek") == first.count("Åke Ek") == 1
    other = screen(town, "siri")
    other.cookies[search.COOKIE_NAME] = browser.cookies[search.COOKIE_NAME].value
    assert "Skriv i fältet" in other.get("/search").content.decode()
    browser.cookies[search.COOKIE_NAME] = browser.cookies[search.COOKIE_NAME].value.replace(":", "x:", 1)
    assert "Skriv i fältet" in browser.get("/search").content.decode()
    assert timedelta(minutes=1) < search.COOKIE_LIFETIME < timedelta(hours=1)


def test_empty_and_odd_queries(town: Town) -> None:
    browser = screen(town, "anna")
    for question in ("", " ", "\0", "%", "_", "'", '"', "a" * 5000, "W-", "0000000000", "\ud83d"):
        browser.post("/search", {"question": question.encode("utf-8", "surrogatepass")})
        assert browser.get("/search").status_code == 200, question


@pytest.mark.parametrize("question", ["\u0301\u0301", "a\u0301", "\u0301 \u0308"])
def test_accents_alone_are_no_letters(town: Town, question: str) -> None:
    town.new_client(first_name="Anna", last_name="Alm")
    assert search_terms.parse_search(question).words == ""
    assert "Inget stämde" in search_for(screen(town, "anna"), question)


def test_truncated_result(town: Town) -> None:
    template = Row.objects.get(reference=town.client(last_name="Många"))
    for number in range(60):
        template.pk = None
        Row.objects.create(
            **{
                field.name: getattr(template, field.name)
                for field in Row._meta.concrete_fields
                if field.name not in ("id", "case_number", "reference")
            },
            case_number=f"2025-{number:04}",
            reference=f"M{number}",
        )
    page = search_for(screen(town, "anna"), "Många")
    assert len(cases(page)) == 40
    assert "De första 40 kunderna visas" in page
    cookie = screen(town, "anna")
    search_for(cookie, "Många")
    assert len(cookie.cookies[search.COOKIE_NAME].value) < 2000


def test_query_count_of_a_search(town: Town) -> None:
    town.locked(last_name="Alm")
    for who in ("anna", "olle", "carin", "laban", "erik", "rut"):
        browser = screen(town, who)
        for question in ("Alm", "L1", "2026-0001", "193002039806", "W-2026-0001"):
            with CaptureQueriesContext(connection) as asked:
                browser.post("/search", {"question": question})
            with CaptureQueriesContext(connection) as shown:
                browser.get("/search")
            for queries in (asked, shown):
                statements = [one for one in queries if not re.match("(RELEASE )?SAVEPOINT", one["sql"])]
                assert len(statements) <= MAX_QUERIES, (who, question)


def test_search_field_of_each_role(town: Town) -> None:
    for who in ("anna", "siri", "erik", "olle", "carin", "laban", "rut"):
        assert 'role="search"' in screen(town, who).get("/").content.decode(), who
    assert 'role="search"' not in screen(town, "maria").get("/").content.decode()
    assert 'role="search"' not in Client().get("/").content.decode()
