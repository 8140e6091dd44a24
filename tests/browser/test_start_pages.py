# SPDX-License-Identifier: EUPL-1.2
"""The start pages of those who have 60 clients, and 600, all of them waiting: what one sees first, and how far it goes.

`./dev test -m long -s tests/browser/test_start_pages.py` prints the figures.
"""

from __future__ import annotations

import gzip
import sys

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import opening
from tests.browser.town_server import Town

HEIGHTS = {390: 844, 1280: 860}
WHO = ("anna", "olle", "carin", "siri", "laban", "maria", "erik", "rut")
SCREENS = 3
"""How high a page may be on a large screen, however many clients there are."""

ON_THE_PHONE = ("carin", "rut")
"""Their start page is the day's list, however long the day is."""

ROWS = """() => [...document.querySelectorAll('main li.card, main li.duty, main tbody tr')]
  .filter(row => row.getBoundingClientRect().top < innerHeight - 40).length"""


@pytest.mark.long
@pytest.mark.parametrize("many", [60, 600])
def test_a_start_page_answers_what_now_however_many_there_are(
    many: int, browser: Browser, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MANY", str(many))
    town = Town(tmp_path_factory.mktemp("many"), "tests.browser.seed_many")
    town.opens()
    tells = sys.stdout.write
    tells(f"\n{many} clients: who, width: height in px, screens, rows above the fold, kB compressed\n")
    try:
        with opening(town.address, browser) as open_for:
            for who in WHO:
                for width, height in HEIGHTS.items():
                    page = open_for(who, width=width).page
                    page.set_viewport_size({"width": width, "height": height})
                    answer = page.goto(town.address + ("/phone/" if who in ON_THE_PHONE else "/"))
                    assert answer is not None and answer.ok
                    whole = int(page.evaluate("() => document.documentElement.scrollHeight"))
                    rows = int(page.evaluate(ROWS))
                    sent = len(gzip.compress(answer.body())) / 1000
                    tells(f"{who} {width}: {whole}, {whole / height:.1f}, {rows}, {sent:.1f}\n")
                    if width == 1280 and who not in ON_THE_PHONE:
                        assert whole <= SCREENS * height, who
                    if who in ("anna", "olle", "carin"):
                        assert rows >= 1, who
    finally:
        town.closes()
