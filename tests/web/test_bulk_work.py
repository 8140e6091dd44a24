# SPDX-License-Identifier: EUPL-1.2
"""Work in bulk where people do it: several notices, visits of other municipalities' clients; how many there are."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.town import ELSEWHERE, MEADOW, Town
from tests.web.test_act_forms import case_of, inputs, screen
from tests.web.test_desk import page, text
from troskel.duties.models import Duty
from troskel.journal.models import Line
from troskel.visits.models import Visit
from troskel.web.lists import table


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def test_several_notices_are_read_at_once_each_with_its_receipt(town: Town) -> None:
    for _ in range(3):
        town.new_client()
    source = page(town, "olle", "/notices/?show=unread")
    ids = re.findall(r'type="checkbox" form="several" name="notice" value="([^"]+)"', source)
    assert len(ids) == 3
    others = str(Duty.objects.filter(kind="duty").values_list("id", flat=True)[0])
    with town.standing():
        browser = screen(town, "olle")
        for _ in range(2):  # pressed twice
            answer = browser.post("/notices/read", {"notice": [*ids[:2], others, "nonsense"], "listed": "1"})
            assert answer["Location"] == "/notices/?show=unread"
        assert Line.objects.filter(event="notice.read").count() == 2
        screen(town, "moa").post("/notices/read", {"notice": ids})
        assert Line.objects.filter(event="notice.read").count() == 2, "another provider reads nothing of ours"
    assert "Jag har läst" in page(town, "olle", "/") and 'name="notice"' not in page(town, "olle", "/")


def test_all_that_one_is_offered_is_received_in_one_form(town: Town) -> None:
    assert page(town, "moa", "/do/accept_things").count(">E1") == 0
    town.does("olle", "offer_things", kind="tag", numbers=["E1", "E2", "E3"], to=MEADOW)
    form = page(town, "moa", "/do/accept_things")
    sent = inputs(form) | {"kind": "tag", "numbers": "E1\nE2\nE3"}
    assert ">E1\nE2\nE3</textarea>" in form and 'value="tag" checked' in form
    assert ">E1" not in page(town, "lars", "/do/accept_things"), "it is not offered to them"
    with town.standing():
        done = screen(town, "moa").post("/do/accept_things", {**sent, "step": "confirm"})
    assert "Klart:" in done.content.decode()
    assert "\nE2" not in page(town, "moa", "/do/accept_things")


def test_o2_several_visits_are_written_in_one_table_and_what_is_refused_stays_with_why(town: Town) -> None:
    one, other = (town.new_client(home_municipality=ELSEWHERE) for _ in range(2))
    own = town.new_client()
    town.days_pass(2)
    source = page(town, "olle", "/billing/visits")
    assert case_of(town, one) in source and case_of(town, own) not in source
    form = inputs(source)
    day = town.day(-1)
    for at, (client, arrived, departed, carer) in enumerate(
        [
            (one, "08:00", "09:15", ""),
            (other, "22:30", "00:10", "carin"),
            (one, "tolv", "", ""),
            (one, "07:00", "", "mikael"),
        ]
    ):
        typed = {
            "client": case_of(town, client),
            "day": day,
            "arrived": arrived,
            "departed": departed,
            "carer": carer,
        }
        form |= {f"{name}-{at}": value for name, value in typed.items()}
    with town.standing():
        browser = screen(town, "olle")
        answer = browser.post("/billing/visits", form)
        again = browser.post("/billing/visits", form)
    said = text(answer.content.decode())
    assert answer.status_code == 422 and "2 besök är inskrivna." in said
    assert "Skriv dag och klockslag" in said
    assert answer.content.decode().count('class="ds-validation-message"') == 2
    assert again.status_code == 422 and Visit.objects.count() == 2, "a double click counts once"
    lasted = sorted(
        (visit.departed - visit.arrived).seconds // 60 for visit in Visit.objects.all() if visit.departed
    )
    assert lasted == [75, 100], "past midnight is the next day"
    assert set(Visit.objects.values_list("reason", flat=True)) == {"other_municipality"}
    assert "/billing/visits" in page(town, "olle", "/billing/")
    assert "/billing/visits" not in page(town, "erik", "/billing/")


def test_a_list_says_how_many_there_are_leaves_out_what_is_empty_and_is_chosen_by_day(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "PAGE_SIZE", 2)
    client = town.new_client()
    town.days_pass(3)
    for back in (0, 1, 2):
        town.visit(client, arrived=f"{town.day(-back)}T07:00:00+01:00")
    source = page(town, "olle", "/visits/")
    assert "3 besök" in text(source) and "2 av dem står här." in text(source)
    head = text(source.split("<thead")[1].split("</thead")[0].join(["<main>", ""]))
    assert "Ankomst" in head and "Avgång" not in head, "nobody has told when they left"
    of_a_day = text(page(town, "olle", f"/visits/?first={town.day(-1)}&last={town.day(-1)}"))
    assert "1 besök" in of_a_day and "2 av dem" not in of_a_day
    assert "3 besök" in text(page(town, "olle", "/visits/?first=igår&last="))
    exported = page_csv(town, f"/visits/?first={town.day(0)}&as=csv")
    assert len(exported.splitlines()) == 2


def page_csv(town: Town, path: str) -> str:
    with town.standing():
        answer: Any = screen(town, "olle").get(path)
        return b"".join(answer.streaming_content).decode()
