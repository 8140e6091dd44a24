# SPDX-License-Identifier: EUPL-1.2
"""The routine as a page: what it says to each role, how it was kept in a period, and the cases behind the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.http import Http404
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.town import ALARM, EAST, MEADOW, PEOPLE, Town
from tests.web.test_act_forms import MAX_QUERIES, case_of, screen
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.reading import conformance
from troskel.reading.conformance import Conformance
from troskel.reading.routine_versions import routine_on
from troskel.web.routine import compliance, periods

EVERYBODY = [name for name, *_ in PEOPLE]
SEE_VERSIONS = {"anna", "siri", "maria"}


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


def open_page(browser: Client, path: str) -> str:
    """A page's words, one space between."""
    response = browser.get(path)
    assert response.status_code == 200, path
    page = re.sub(r"<[^>]+>", " ", response.content.decode().split("<main")[1])
    return re.sub(r"\s+", " ", page.replace("&nbsp;", " "))


def row(town: Town, path: str, paragraph: str, who: str = "siri") -> str:
    """What the document says and shows of a paragraph."""
    page = screen(town, who).get(path).content.decode()
    return re.sub(
        r"\s+", " ", page.split(f'<article class="paragraph" id="{paragraph}"')[1].split("</article>")[0]
    )


# -- the document


@pytest.mark.parametrize("who", EVERYBODY)
def test_routine_page_of_every_person(town: Town, who: str) -> None:
    browser = screen(town, who)
    page, told = browser.get("/routine/").content.decode(), open_page(browser, "/routine/")
    document = routine_on(town.actor(who), clock.today()).document
    for paragraph in document.paragraphs:
        assert f'id="{paragraph.id}"' in page
        assert paragraph.text.sv in told
        assert all(ask.duty.sv in told and ask.fulfilled.sv in told for ask in paragraph.asks)
    assert "Rutin vid installation och avinstallation av digitala låsvred" in told
    assert "gäller från 1 januari 2012" in told and "ändrad 29 november 2016" in told
    assert "TRB-HT-LAS-01" in told and "Systemförvaltaren vid socialkontoret" in told
    assert ("Alla versioner" in told) == (who in SEE_VERSIONS)
    assert 'aria-current="page">Rutinen<' in page


def test_the_document_says_in_words_what_is_asked_of_whom_and_by_when(town: Town) -> None:
    page_text = re.sub(r"<[^>]+>", " ", row(town, "/routine/", "S2"))
    page_text = re.sub(r"\s+", " ", page_text)
    assert "Vem systemförvaltaren" in page_text
    assert (
        "Också hemtjänstutföraren som fick kunden först, annars den som svarar på larmet efter 1 arbetsdag"
        in page_text
    )
    assert "Senast 1 arbetsdag efter dagen då uppgiften uppstod" in page_text
    assert "Begärs när låsvredet är monterat" in page_text
    assert "Bortfaller om det stämmer inte att kunden lever och har ett beslut" in page_text
    assert "Klart när Kunden är kopplad till låset" in page_text


def test_the_document_in_english(town: Town) -> None:
    browser = screen(town, "siri")
    browser.post("/language", {"language": "en"})
    told = open_page(browser, "/routine/")
    assert "See that the client is told what the lock turner means" in told
    assert "By the first day of care" in told and "In force today" in told
    assert "first quarter of 2026" in told


def test_a_chip_leads_to_its_place_in_the_routine_but_not_out_of_a_form(town: Town) -> None:
    town.new_client()
    browser = screen(town, "olle")
    home = browser.get("/").content.decode()
    case = re.search(r'href="(/clients/[^"]+)"', home)
    assert case is not None
    chips = re.findall(
        r'<a class="chip" href="/routine/#(\w+)">.*?(\w+)</a>', browser.get(case[1]).content.decode()
    )
    assert chips and all(place == paragraph for place, paragraph in chips)
    way = re.search(r'href="(/do/order_installation[^"]+)"', home)
    assert way is not None
    assert "/routine/#" not in browser.get(way[1]).content.decode()


# -- how it is kept


def test_a1_asked_in_time_late_and_open_stand_beside_the_paragraph(town: Town) -> None:
    clients = [town.new_client() for _ in range(4)]
    town.inform(clients[0])
    town.days_pass(2)
    town.inform(clients[1])
    with town.standing():
        source = row(town, "/routine/", "A1")
    assert "1 av 4 i tid" in source
    assert "3 sena, varav 2 inte gjorda än" in source
    assert re.search(r"mediantid\s+1 dag", source)
    widths = [
        int(width) for width in re.findall(r'<rect class="[a-z-]+" x="\d+" y="0" width="(\d+)"', source)
    ]
    assert widths == [246, 750], "a quarter in time; the rest late"


def test_moot_duties_are_not_counted(town: Town) -> None:
    town.end(town.new_client())
    town.days_pass(1)
    with town.standing():
        source = row(town, "/routine/", "A1")
    assert "behövdes" in source and "i tid" not in source.replace("in-time", "")


def test_a_period_is_chosen_by_a_plain_form_and_stands_in_the_address(town: Town) -> None:
    town.new_client()
    browser = screen(town, "anna")
    page = browser.get("/routine/").content.decode()
    assert '<form class="choosing" method="get"' in page
    assert '<option value="2026-Q1" selected>första kvartalet 2026</option>' in page
    assert '<option value="2026-03">mars 2026</option>' in page
    assert "2025-Q4" not in page, "before the municipality began"
    for period, asked in (("2026-03", True), ("2026", True), ("2026-02", False), ("2025-Q4", False)):
        assert ("Inget begärt" not in row(town, f"/routine/?period={period}", "P1")) == asked, period
    for wrong in ("2026-Q5", "2026-13", "x", "1999"):
        assert browser.get("/routine/", {"period": wrong}).status_code == 404


def test_empty_period(town: Town) -> None:
    told = open_page(screen(town, "maria"), "/routine/?period=2026-02")
    assert "Inget skulle ha varit gjort under februari 2026." in told


@pytest.mark.parametrize(
    ("value", "first", "last", "word"),
    [
        ("2026-Q1", date(2026, 1, 1), date(2026, 3, 31), "första kvartalet 2026"),
        ("2026-Q4", date(2026, 10, 1), date(2026, 12, 31), "fjärde kvartalet 2026"),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29), "februari 2028"),
        ("2025", date(2025, 1, 1), date(2025, 12, 31), "2025"),
        ("", date(2026, 7, 1), date(2026, 9, 30), "tredje kvartalet 2026"),
    ],
)
def test_periods(value: str, first: date, last: date, word: str) -> None:
    period = periods.parse_period(value, date(2026, 9, 30))
    assert (period.first, period.last, period.label) == (first, last, word)
    if value:
        assert periods.parse_period(period.value, first) == period


def test_periods_to_choose_among_go_back_over_new_year() -> None:
    chosen = dict(periods.recent_periods(date(2026, 2, 1), date(2024, 1, 1)))
    assert [one.value for one in chosen["Kvartal"]][:3] == ["2026-Q1", "2025-Q4", "2025-Q3"]
    assert [one.value for one in chosen["Månad"]][:3] == ["2026-02", "2026-01", "2025-12"]
    with pytest.raises(Http404):
        periods.parse_period("2026-Q0", date(2026, 2, 1))


@pytest.mark.parametrize(
    ("counts", "names"),
    [((1, 999, 0), ["in-time", "late"]), ((0, 0, 3), ["open"]), ((1, 1, 1), ["in-time", "late", "open"])],
)
def test_bar_parts_fill_the_width(counts: tuple[int, ...], names: list[str]) -> None:
    in_time, late, still = counts
    figures = Conformance("P1", "order", "duty", "", None, sum(counts), in_time, late, still, 0, 0)
    told = compliance.figures_of(figures)
    assert told is not None
    assert [part.name for part in told.bar] == names
    assert sum(part.width for part in told.bar) == compliance.BAR_WIDTH
    assert all(part.width >= compliance.BAR_WIDTH // 100 for part in told.bar)
    assert told.bar[0].x == 0


# -- the manager


def test_the_manager_begins_with_how_the_routine_is_kept_worst_first(town: Town) -> None:
    clients = [town.new_client() for _ in range(6)]
    for client in clients[:5]:
        town.inform(client)
    town.days_pass(5)
    with town.standing():
        page = screen(town, "maria").get("/").content.decode()
    page_text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    assert re.search(r"Av \d+ uppgifter som skulle ha varit gjorda gjordes \d+ i tid", page_text)
    worst = page.split('<ol class="card worst">')[1].split("</ol>")[0]
    shares = [int(a) / int(b) for a, b in re.findall(r"(\d+) av (\d+) i tid", worst)]
    assert shares == sorted(shares) and 1 <= len(shares) <= compliance.MAX_WORST
    assert 'href="/routine/"' in page and 'href="/routine/#' in worst


# -- the cases behind


def test_cases_of_a_paragraph(town: Town) -> None:
    first, second, third = (town.new_client() for _ in range(3))
    town.inform(first)
    town.days_pass(3)
    town.inform(second)
    with town.standing():
        browser = screen(town, "siri")
        every = open_page(browser, "/routine/A1/")
        assert "Se till att kunden får veta vad låsvredet innebär" in every
        for fate, shown in (("all", 3), ("in_time", 1), ("late", 2), ("open", 0)):
            told = open_page(browser, f"/routine/A1/?which={fate}")
            assert sum(case_of(town, one) in told for one in (first, second, third)) == shown, fate
        late = open_page(browser, "/routine/A1/?which=late")
    assert "3 dagar sent" in late and "Biståndshandläggare" in late
    assert "Öman" not in every, "case numbers, never names"
    line = Line.objects.filter(kind="reads", event="duty.listed").latest("number")
    assert line.body and '"paragraph": "A1"' in str(line.body).replace("'", '"').replace('":"', '": "')


def test_rule_7_a_coordinator_sees_their_own_cases_and_a_manager_none(town: Town) -> None:
    east, meadow = town.new_client(EAST), town.new_client(MEADOW)
    seen = {
        who: [case_of(town, one) in open_page(screen(town, who), "/routine/P1/") for one in (east, meadow)]
        for who in ("siri", "anna", "olle", "moa", "maria", "carin", "laban", "rut", "erik")
    }
    assert seen == {
        "siri": [True, True],
        "anna": [True, True],
        "olle": [True, False],
        "moa": [False, True],
        "maria": [False, False],
        "carin": [True, False],
        "laban": [False, False],
        "rut": [False, False],
        "erik": [False, False],
    }
    told = open_page(screen(town, "maria"), "/routine/P1/")
    assert "Ett ärende visas bara för den som har skäl att känna till kunden" in told
    assert "0 öppna" not in told and re.search(r"Underlag saknas · 2\söppna", told), "figures are for all"


def test_rule_7_sight_that_has_ended_ends_here_too(town: Town) -> None:
    client = town.new_client(EAST)
    town.inform(client)
    town.end(client)
    case = case_of(town, client)
    town.days_pass(120)
    with town.standing():
        assert case not in open_page(screen(town, "olle"), "/routine/A4/?period=2026-Q1")
        assert case in open_page(screen(town, "siri"), "/routine/A4/?period=2026-Q1")


def test_small_numbers_are_withheld_from_the_manager_and_organisations_from_the_others(town: Town) -> None:
    for to, count in ((EAST, 6), (MEADOW, 1), (ALARM, 0)):
        for _ in range(count):
            town.new_client(to)
    manager, office, coordinator = (
        open_page(screen(town, who), "/routine/P1/") for who in ("maria", "siri", "olle")
    )
    assert manager.count("Visas inte: för få") == 2, "the one, and the one it could be reckoned from"
    assert "Visas inte" not in office and "Ängens Hemvård" in office
    assert "Ängens Hemvård" not in coordinator


def test_paging_of_cases(town: Town) -> None:
    clients = {case_of(town, town.new_client()) for _ in range(3)}
    town.days_pass(1)
    clients |= {case_of(town, town.new_client()) for _ in range(2)}
    from troskel.reading import paragraph_cases
    from troskel.reading.paging import PageRequest

    with town.standing():
        seen: list[str] = []
        after = ""
        while True:
            page = paragraph_cases.cases_of_paragraph(
                town.actor("siri"), "A1", date(2026, 3, 1), date(2026, 3, 31), PageRequest(2, after)
            )
            assert len(page.items) <= 2
            seen += [str(one.case) for one in page.items]
            if page.next is None:
                break
            after = page.next
        assert (len(seen), set(seen)) == (5, clients)
        days = [one.opened for one in page.items]
        assert days == sorted(days, reverse=True)
        browser = screen(town, "siri")
        assert browser.get("/routine/A1/", {"after": after}).status_code == 200
        for wrong in ("x", "2026-13-01_" + "0" * 36, "2026-03-01"):
            assert browser.get("/routine/A1/", {"after": wrong}).status_code == 404


def test_unknown_paragraph_or_filter_is_404(town: Town) -> None:
    browser = screen(town, "siri")
    assert browser.get("/routine/Z9/").status_code == 404
    assert browser.get("/routine/A1/", {"which": "x"}).status_code == 404


def test_the_figures_of_a_paragraph_are_those_of_its_duties_together(town: Town) -> None:
    town.new_client()
    town.inform(town.new_client())
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    found = conformance.conformance_by_paragraph(town.actor("siri"), first, last)
    one = conformance.conformance_of_paragraph(town.actor("siri"), "P5", first, last)
    assert one.paragraphs == {"P5": found.paragraphs["P5"]}
    duties = [each for each in found.asks.values() if each.kind == "duty"]
    assert found.whole.asked == sum(each.asked or 0 for each in duties)
    assert found.paragraphs["A4"].kind == "duty", "its notice is not counted with it"
    assert found.paragraphs["A4"].asked == found.asks["A4", "allocate"].asked


def test_query_count_is_bounded(town: Town) -> None:
    costs: dict[str, list[int]] = {}
    for _ in range(2):
        for _ in range(3):
            town.inform(town.new_client())
        for who in EVERYBODY:
            browser = screen(town, who)
            for path in ("/", "/routine/", "/routine/P1/", "/routine/A1/?which=late"):
                with CaptureQueriesContext(connection) as asked:
                    assert browser.get(path).status_code == 200
                statements = [
                    one for one in asked if not re.match("(RELEASE )?SAVEPOINT|BEGIN|COMMIT", one["sql"])
                ]
                costs.setdefault(f"{who} {path}", []).append(len(statements))
    assert {page: cost for page, cost in costs.items() if max(cost) > MAX_QUERIES} == {}
    assert {page: cost for page, cost in costs.items() if cost[0] < cost[1]} == {}, "a query for every row"
