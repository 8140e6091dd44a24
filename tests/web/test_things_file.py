# SPDX-License-Identifier: EUPL-1.2
"""What hangs on doors already, from a file on a page: shown, done, and done again without a change."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.town import EAST, Town, acted
from tests.web.test_act_forms import inputs, screen
from troskel.custody.models import Holding, Link, Thing

LOCKS = "kund_id;dorr;serienummer;monterat\nK1;;OLD1;2025-05-01\nK9;;OLD2;\nK3;Port A;OLD3;igår\nK3;Port A;OLD4;\n"
KEYS = f"kund_id;dorr;innehavare;antal\nK1;;Hemtjänsten Öst;2\nK3;;{EAST};1\nK3;;kund;1\n"


def chosen(browser: Any, text: str) -> Any:
    return browser.post("/things/file", {"file": SimpleUploadedFile("las.csv", text.encode())})


def test_a_file_is_shown_done_and_done_again(town: Town, settings: Any) -> None:
    settings.DEMO = True
    for _ in range(2):
        town.new_client()
    with town.standing():
        browser = screen(town, "siri")
        before = acted()
        shown = chosen(browser, LOCKS).content.decode()
        assert acted() == before, "nothing is changed yet"
        assert "Nytt som läggs in: 2." in shown and "Inget är ändrat än" in shown
        assert "Rad 3:" in shown and "Rad 4:" in shown and "Rad 2:" not in shown and "Rad 5:" not in shown
        done = {"key": inputs(shown)["key"][0], "text": LOCKS, "step": "confirm"}
        assert "Det är gjort" in browser.post("/things/file", done).content.decode()
        assert sorted(Thing.objects.filter(number__startswith="OLD").values_list("number", flat=True)) == [
            "OLD1",
            "OLD4",
        ]
        assert Link.objects.filter(until=None).count() == 2
        before = acted()
        again = chosen(browser, LOCKS).content.decode()
        assert acted() == before and "Nytt som läggs in: 0." in again


def test_a_holder_may_be_named_and_no_label_tells_where_it_fits(town: Town, settings: Any) -> None:
    settings.DEMO = True
    for _ in range(2):
        town.new_client()
    with town.standing():
        browser = screen(town, "siri")
        shown = chosen(browser, KEYS).content.decode()
        assert "Nytt som läggs in: 4." in shown
        browser.post("/things/file", {"key": inputs(shown)["key"][0], "text": KEYS, "step": "confirm"})
        named = KEYS.replace(";;", ";Ängsvägen 1 port;", 1).replace(";2\n", ";1\n", 1)
        shown = chosen(browser, named).content.decode()
        browser.post("/things/file", {"key": inputs(shown)["key"][0], "text": named, "step": "confirm"})
    labels = list(Holding.objects.filter(thing_kind="key").values_list("thing__number", flat=True))
    assert len(labels) == 5 and not [label for label in labels if "NGSV" in label]


def test_a_file_that_is_none_of_the_three_or_not_whole_is_refused(town: Town, settings: Any) -> None:
    settings.DEMO = True
    with town.standing():
        browser = screen(town, "siri")
        assert chosen(browser, "a;b\n1;2\n").status_code == 422
        cut = chosen(browser, LOCKS.removesuffix("\n").removesuffix(";"))
        assert cut.status_code == 422 and "Rad 5 går inte att läsa" in cut.content.decode()
        assert browser.post("/things/file", {}).status_code == 422
        assert screen(town, "olle").get("/things/file").status_code == 403
        assert "/things/file" in browser.get("/things/lock/").content.decode()


def test_the_api_previews_and_takes_over(town: Town) -> None:
    client = town.new_client()
    told = {
        "locks": [
            {"client": client, "door": "", "serial": "OLD1"},
            {"client": "K9", "door": "", "serial": "OLD2"},
        ]
    }
    outcome = town.tries("siri", "take_over_locks", told, preview=True)
    assert outcome.answer == {"locks": 1} and [entry["item"] for entry in outcome.refused] == [1]
    assert town.does("siri", "take_over_locks", **told).answer == {"locks": 1}
