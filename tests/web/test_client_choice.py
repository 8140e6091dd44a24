# SPDX-License-Identifier: EUPL-1.2
"""A form from the list of acts asks whom it is about by name, and opens anew about the one who is chosen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.town import Town
from tests.web.test_act_forms import case_of, screen
from tests.web.test_desk import text
from troskel.journal.models import Line
from troskel.reading.client_names import MAX_TO_CHOOSE

ASKED = "Vilken kund gäller det?"


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def find(town: Town, who: str, act: str, **asked: str) -> str:
    with town.standing():
        return screen(town, who).post(f"/do/{act}", {"step": "find", **asked}).content.decode()


def ways(page: str) -> list[str]:
    return re.findall(r'href="(/do/[a-z_]+\?client=[^"]*)"', page)


def test_a_client_is_found_by_name_and_no_name_is_in_an_address(town: Town) -> None:
    case = case_of(town, town.new_client(first_name="Åke", last_name="Öman"))
    town.new_client(last_name="Annan")
    page = find(town, "anna", "end_care", question="öm")
    assert ways(page) == [f"/do/end_care?client={case}"]
    assert "Åke Öman" in page and "Annan" not in page
    with town.standing():
        form = screen(town, "anna").get(ways(page)[0]).content.decode()
    assert "Åke Öman" in form and ASKED not in form
    assert f'name="client" value="{case}"' in form


def test_what_the_client_has_is_chosen_of_then_and_not_typed(town: Town) -> None:
    order = town.order(town.new_client(last_name="Öman"))
    page = find(town, "laban", "report_installation", question="Öman")
    with town.standing():
        form = screen(town, "laban").get(ways(page)[0]).content.decode()
    assert f'name="order" value="{order}"' in form


def test_ones_own_are_shown_when_asked_for_and_the_read_is_written(town: Town) -> None:
    cases = [case_of(town, town.client(last_name=name)) for name in ("Bo", "Ek")]
    before = Line.objects.filter(kind="reads", event="clients.named").count()
    with town.standing():
        form = screen(town, "anna").get("/do/inform_client").content.decode()
    assert ASKED in form and "Ek" not in re.sub(r"<script.*?</script>", "", text(form).split(ASKED)[1])
    assert Line.objects.filter(kind="reads", event="clients.named").count() == before
    assert ways(find(town, "anna", "inform_client", own="1")) == [
        f"/do/inform_client?client={case}" for case in cases
    ]
    assert Line.objects.filter(kind="reads", event="clients.named").count() == before + 1
    assert len(cases) < MAX_TO_CHOOSE


def test_nobody_is_found_whom_one_may_not_see(town: Town) -> None:
    town.client(last_name="Hemlig", protection="S")
    town.client(last_name="Öman")
    assert ways(find(town, "moa", "order_installation", question="Öman")) == []
    page = find(town, "olle", "order_installation", question="Hemlig")
    assert ways(page) == [] and "Ingen kund stämde" in page


def test_it_says_when_the_act_does_not_apply_to_the_client(town: Town) -> None:
    case = case_of(town, town.client(last_name="Öman"))
    with town.standing():
        page = screen(town, "anna").get(f"/do/take_back_death?client={case}").content.decode()
    assert ASKED in page and f"Det går inte att göra för kunden i ärende {case} nu." in page


@pytest.mark.parametrize(
    ("who", "act"),
    [
        ("anna", "take_on_client"),
        ("siri", "register_account"),
        ("olle", "take_brief_sight"),
        ("siri", "count_stock"),
    ],
)
def test_it_is_not_asked_where_no_client_is_chosen(town: Town, who: str, act: str) -> None:
    town.client()
    with town.standing():
        assert ASKED not in screen(town, who).get(f"/do/{act}").content.decode()
