# SPDX-License-Identifier: EUPL-1.2
"""Every page in English, as everybody who may use it: no Swedish is left but names and what people have written."""

from __future__ import annotations

import html
import re
from collections import Counter
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from tests.browser.seed import populate
from tests.duties.test_versions import changed
from tests.town import ORGANISATIONS, PEOPLE, Town
from tests.visits.signed_tag import SignedTag
from tests.web.test_act_forms import screen
from tests.web.test_signing_in import signed_in
from tests.web.test_untranslated import swedish_words
from troskel.duties.models import Duty
from troskel.people.models import Client as ClientRow
from troskel.people.models import Home
from troskel.screens import language
from troskel.screens.pages import PAGES

FUNCTION_WORDS = frozenset(
    [
        *(
            "och",
            "att",
            "det",
            "som",
            "till",
            "av",
            "den",
            "med",
            "från",
            "har",
            "inte",
            "ett",
            "ingen",
            "inget",
        ),
        *(
            "eller",
            "kan",
            "ska",
            "blev",
            "när",
            "där",
            "här",
            "dag",
            "dagar",
            "kl",
            "okt",
            "maj",
            "juni",
            "juli",
        ),
        *("januari", "februari", "måndag", "tisdag", "onsdag", "torsdag", "fredag"),
    ]
)
WRITTEN = (
    "bråttom",
    "särskilt boende",
    "Tröskelby",
    "Tröskel",
    "Svenska",
    "lgh",
    "kunder.csv",
    "personnummer",
)
"""What people of the town have written, names, and the columns of a file of the case system."""
PER_PAGE = 2
"""How many addresses of one page are looked at, for each person."""
NOT_REACHED = {
    *("live", "ready", "metrics"),
    *("demo-login", "demo-logout", "language", "read", "count", "basis-form"),
    *("sign-in-start", "sign-in-back"),
    *("phone-manifest", "phone-worker", "read-several"),
    *("letter", "receipt", "work-order", "labels", "calendar-feed"),
}
"""Pages that only send on, answer a script or a program, are papers, or a form in Swedish by the routine."""
ROLES = {role: name for name, role, _ in reversed(PEOPLE)}


@pytest.fixture
def populated(town: Town) -> Town:
    populate(town)
    town.does("maria", "draw_log_review", month="2026-02")
    town.does("siri", "propose_routine", text=changed(), name="2026-03-02.toml")
    return town


def data(town: Town) -> list[str]:
    """What is stored in the town in the words of its people, the longest first."""
    found = {text for _, name, email, _ in ORGANISATIONS for text in (name, email)} | set(WRITTEN)
    for client in ClientRow.objects.all():
        found |= {client.first_name, client.last_name}
    for home in Home.objects.all():
        found |= {home.street, home.town}
    return sorted(found, key=len, reverse=True)


def visible(page: str) -> str:
    """The words of a page that a person sees or hears, without what is marked as Swedish."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    page = re.sub(r'<(\w+)\b[^>]*\blang="sv"[^>]*>.*?</\1>', " ", page, flags=re.DOTALL)
    heard = re.findall(r'\b(?:alt|aria-label|placeholder|title)="([^"]*)"', page)
    return html.unescape(" ".join([re.sub(r"<[^>]*>", " ", page), *heard]))


def swedish(page: str, names: list[str]) -> list[str]:
    text = visible(page)
    for name in names:
        text = text.replace(name, " ")
    words = re.findall(r"[^\W\d_]{2,}", text)
    return sorted(
        {
            word
            for word in words
            if re.search("[åäöÅÄÖ]", word) or word.lower() in FUNCTION_WORDS | swedish_words()
        }
    )


def page_name(path: str) -> str:
    try:
        return resolve(path.split("?")[0]).url_name or ""
    except Resolver404:
        return ""


def walk(browser: Client, names: list[str], seen: set[str]) -> dict[str, list[str]]:
    """Search, follow the links from the start page, and give the Swedish of each address that has some."""
    browser.post("/search", {"question": "Öman"})
    attested = Duty.objects.filter(paragraph="P4", state="open").values_list("id", flat=True)[:1]
    tapped = ["/phone/tag/E1/", f"/phone/tag/?{urlencode(SignedTag('E1').taps())}"]
    waiting = ["/", "/phone/", "/search", *tapped, *(f"/do/attest?duty={duty}" for duty in attested)]
    found, visits, known = {}, Counter[str](), set(waiting)
    while waiting:
        path = waiting.pop(0)
        name = page_name(path)
        is_form = name.startswith("act-")
        if not name or visits[name] >= PER_PAGE or (is_form and name in seen):
            continue
        answer: Any = browser.get(path)
        if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
            continue
        visits[name] += 1
        seen.add(name)
        page = answer.content.decode()
        if left := swedish(page, names):
            found[path] = left
        if is_form and (left := swedish(browser.post(path.split("?")[0], {}).content.decode(), names)):
            found[f"{path}, sent empty"] = left
        for link in re.findall(r'href="([^"#]*)', page):
            link = html.unescape(link)
            link = path.split("?")[0] + link if link.startswith("?") else link
            if link.startswith("/") and not link.startswith(("/static", "/api")) and link not in known:
                known.add(link)
                waiting.append(link)
    return found


def signing_in(town: Town, names: list[str], seen: set[str]) -> dict[str, list[str]]:
    """The pages of signing in: with a link, with two accounts to choose between, and with one."""
    link = town.does("siri", "issue_enrolment_link", username="moa").answer["link"]
    found = {}
    for browser, paths in (
        (Client(), ["/sign-in", f"/enrol/{link}"]),
        (signed_in(town, "olle", "erik"), ["/sign-in/account"]),
        (signed_in(town, "siri"), ["/me/", "/sign-in/again"]),
    ):
        browser.cookies[language.COOKIE_NAME] = "en"
        for path in paths:
            answer = browser.get(path)
            assert answer.status_code == 200, path
            seen.add(page_name(path))
            if left := swedish(answer.content.decode(), names):
                found[path] = left
    return found


@pytest.mark.once
def test_no_swedish_on_english_pages(populated: Town, settings: Any) -> None:
    settings.DEMO = True
    names, seen, found = data(populated), set[str](), {}
    with populated.standing():
        for role, name in ROLES.items():
            browser = screen(populated, name)
            browser.cookies[language.COOKIE_NAME] = "en"
            found |= {f"{role} {path}": words for path, words in walk(browser, names, seen).items()}
        found |= signing_in(populated, names, seen)
    assert found == {}
    shown = {page.name for page in PAGES if "GET" in page.methods}
    assert sorted(shown - seen - NOT_REACHED) == []


def test_swedish_would_be_found() -> None:
    assert swedish("<p>This is the client. <b>Det är inte klart</b></p>", []) == [
        "Det",
        "inte",
        "klart",
        "är",
    ]
    assert swedish('<p title="Till kunden">Åke Öman</p>', ["Åke", "Öman"]) == ["Till", "kunden"]
    assert swedish('<button lang="sv">Svenska är ett språk</button> 11 okt', []) == ["okt"]
    assert swedish("<p>11 Oct at 13:30, 13 visits</p>", []) == []
