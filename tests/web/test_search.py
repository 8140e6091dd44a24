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
from tests.web.test_acting import MOST_QUERIES, case_of, screen
from troskel.journal.models import Line
from troskel.people import searching
from troskel.people.models import Client as Row
from troskel.people.models import Identifier
from troskel.permits.sight import entrusted_to
from troskel.reading.client_record import is_named, is_placed, person_shown
from troskel.web.lists import search


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


def asks(browser: Client, question: str) -> str:
    """What the page shows of a question."""
    sent = browser.post("/search", {"question": question})
    assert (sent.status_code, sent["Location"]) == (302, "/search")
    return browser.get("/search").content.decode().split("<main")[1].split("<footer")[0]


def cases(page: str) -> list[str]:
    """The cases of the clients found, in order."""
    return re.findall(r'rowheader">.*?(\d{4}-\d{4,})', page)


@pytest.mark.parametrize("who", ["anna", "siri", "olle"])
def test_a_client_is_found_by_all_that_one_knows(town: Town, who: str) -> None:
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
        assert cases(asks(browser, question)) == [case], question
    assert order in asks(browser, order.lower())


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
def test_an_identity_number_is_read_however_it_is_written(written: str, read: tuple[str, ...]) -> None:
    asked = searching.read(written)
    assert (asked.identities, asked.words) == (read, "")
    assert "9806" not in repr(asked)


def test_swedish_order_and_names_by_their_beginning(town: Town) -> None:
    names = ("Zorn", "Öberg", "Åberg", "Ärlig", "Abel")
    town_of = {name: case_of(town, town.client(first_name="Bo", last_name=name)) for name in names}
    found = cases(asks(screen(town, "anna"), "Bo"))
    assert found == [town_of[name] for name in ("Abel", "Zorn", "Åberg", "Ärlig", "Öberg")]


def test_rule_7_what_is_not_ones_own_is_not_found(town: Town) -> None:
    theirs = town.locked(MEADOW, last_name="Hemlig", address=9)
    number = Identifier.objects.get(client__reference=theirs).number
    elsewhere = case_of(town, town.client(home_municipality=ELSEWHERE, last_name="Hemlig"))
    for question in ("Hemlig", "Ängsvägen 9", number, case_of(town, theirs), "L1", "W-2026-0001"):
        for who in ("olle", "carin", "rut"):
            assert "Inget stämde" in asks(screen(town, who), question), (who, question)
    assert cases(asks(screen(town, "erik"), "Hemlig")) == [elsewhere]
    assert screen(town, "maria").get("/search").status_code == 403


def test_case_14_a_protected_client_is_not_found_by_what_is_not_shown(town: Town) -> None:
    marked = town.locked(protection="S", last_name="Dold", address=51)
    moved = town.locked(protection="F", serial="L2", last_name="Gömd", address=52)
    numbers = [Identifier.objects.get(client__reference=one).number for one in (marked, moved)]
    olle, anna = screen(town, "olle"), screen(town, "anna")
    for question in ("Dold", "Gömd", "Ängsvägen 5", *numbers):
        assert "Inget stämde" in asks(olle, question), question
    assert cases(asks(olle, "L2")) == [case_of(town, moved)], "the case alone"
    assert "Gömd" not in asks(olle, "L2")
    assert cases(asks(anna, "Ängsvägen 5")) == [case_of(town, marked)], "F: nobody is told where"
    assert cases(asks(anna, "Gömd")) == [case_of(town, moved)]


def test_case_14_the_order_of_those_behind_a_door_tells_no_name(town: Town) -> None:
    first = town.locked(last_name="Öst", address=5)
    hidden = town.new_client(protection="S", last_name="Abel", address=5)
    last = town.new_client(last_name="Alm", address=5)
    for who in ("olle", "anna"):
        found = cases(asks(screen(town, who), "L1"))
        assert found == [case_of(town, one) for one in (first, hidden, last)], who


def test_case_14_search_and_record_agree_on_whom_to_name(town: Town) -> None:
    for protection in ("", "S", "F"):
        town.new_client(protection=protection)
    entrusted = town.new_client(protection="F")
    town.does("siri", "entrust_client", client=entrusted, username="carin")
    for who in ("anna", "erik", "olle", "carin", "laban"):
        viewer = town.actor(who)
        named, placed = Row.objects.filter(is_named(viewer)), Row.objects.filter(is_placed(viewer))
        for row in Row.objects.select_related("home"):
            mine = entrusted_to(viewer).filter(client=row.pk).exists()
            shown = person_shown(viewer, row, entrusted=mine)
            assert named.filter(pk=row.pk).exists() == (shown is not None), who
            assert placed.filter(pk=row.pk).exists() == bool(shown and shown.street), who


def test_the_question_is_in_no_address_cookie_page_or_journal(town: Town, caplog: Any) -> None:
    town.new_client(last_name="Sällsynt")
    browser = screen(town, "anna")
    sent = browser.post("/search", {"question": "sällsyn"})
    shown = browser.get("/search")
    page = shown.content.decode()
    assert "Sällsynt" in page.split("<main")[1]
    assert "Sällsynt" not in page.split("</head>")[0]
    told = (
        f"{sent.headers} {sent.cookies} {caplog.text} {[*Line.objects.values_list('body', 'homes', 'event')]}"
    )
    assert "llsyn" not in told.lower()
    assert 'value="säll' not in page
    line = Line.objects.filter(kind="reads").order_by("-number")[1]
    assert (line.event, line.actor) == ("search.made", town.actor("anna").account)
    assert str(Row.objects.get().pk) in line.body


def test_an_answer_can_be_reloaded_and_is_ones_own_for_a_while(town: Town) -> None:
    town.new_client(last_name="Ek")
    browser = screen(town, "anna")
    first = asks(browser, "Ek")
    assert browser.get("/search").content.decode().count("Ek, Åke") == first.count("Ek, Åke") == 1
    other = screen(town, "siri")
    other.cookies[search.COOKIE] = browser.cookies[search.COOKIE].value
    assert "Skriv i fältet" in other.get("/search").content.decode()
    browser.cookies[search.COOKIE] = browser.cookies[search.COOKIE].value.replace(":", "x:", 1)
    assert "Skriv i fältet" in browser.get("/search").content.decode()
    assert timedelta(minutes=1) < search.LASTS < timedelta(hours=1)


def test_an_empty_or_odd_question_finds_nothing_and_breaks_nothing(town: Town) -> None:
    browser = screen(town, "anna")
    for question in ("", " ", "\0", "%", "_", "'", '"', "a" * 5000, "W-", "0000000000", "\ud83d"):
        browser.post("/search", {"question": question.encode("utf-8", "surrogatepass")})
        assert browser.get("/search").status_code == 200, question


@pytest.mark.parametrize("question", ["\u0301\u0301", "a\u0301", "\u0301 \u0308"])
def test_accents_alone_are_no_letters(town: Town, question: str) -> None:
    town.new_client(first_name="Anna", last_name="Alm")
    assert searching.read(question).words == ""
    assert "Inget stämde" in asks(screen(town, "anna"), question)


def test_more_than_can_be_shown_says_so(town: Town) -> None:
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
    page = asks(screen(town, "anna"), "Många")
    assert len(cases(page)) == 40
    assert "De första 40 kunderna visas" in page
    cookie = screen(town, "anna")
    asks(cookie, "Många")
    assert len(cookie.cookies[search.COOKIE].value) < 2000


def test_a_search_costs_few_queries(town: Town) -> None:
    town.locked(last_name="Alm")
    for who in ("anna", "olle", "carin", "laban", "erik", "rut"):
        browser = screen(town, who)
        for question in ("Alm", "L1", "2026-0001", "193002039806", "W-2026-0001"):
            with CaptureQueriesContext(connection) as asked:
                browser.post("/search", {"question": question})
            with CaptureQueriesContext(connection) as shown:
                browser.get("/search")
            for queries in (asked, shown):
                told = [one for one in queries if not re.match("(RELEASE )?SAVEPOINT", one["sql"])]
                assert len(told) <= MOST_QUERIES, (who, question)


def test_the_field_is_there_for_all_who_may_see_clients(town: Town) -> None:
    for who in ("anna", "siri", "erik", "olle", "carin", "laban", "rut"):
        assert 'role="search"' in screen(town, who).get("/").content.decode(), who
    assert 'role="search"' not in screen(town, "maria").get("/").content.decode()
    assert 'role="search"' not in Client().get("/").content.decode()
