# SPDX-License-Identifier: EUPL-1.2
"""What was just done is undone in one click, whole; where something has followed, the correcting act is offered."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest

from tests.acts.test_every_act import EXAMPLES
from tests.town import FIRM, Town
from tests.web.test_act_forms import case_of, screen
from troskel.acts.chapters import REGISTER
from troskel.duties.models import Duty
from troskel.ground.ids import new_id
from troskel.people.models import Account
from troskel.people.queries import person_of_row
from troskel.web.forms.corrections import undo_form


@pytest.fixture(autouse=True)
def _standing(town: Town, settings: Any) -> Iterator[None]:
    settings.DEMO = True
    with town.standing():
        yield


UNDONE = sorted(name for name, act in REGISTER.items() if act.undone_by)


def asked() -> set[tuple[Any, ...]]:
    """What is asked of whom, about what, until when. Notices tell those who were told that it was taken back.

    But for letters: one to a client whose death was taken back is not asked for again.
    """
    columns = ("paragraph", "ask", "role", "organisation", "home", "client", "door", "due")
    return set(Duty.objects.filter(state="open", kind="duty").exclude(ask="letter").values_list(*columns))


def flat(values: dict[str, Any], of: str = "") -> dict[str, str]:
    """The values as a form has them, by field."""
    found: dict[str, str] = {}
    for name, value in values.items():
        one = value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else value
        found |= flat(one, f"{of}{name}.") if isinstance(one, dict) else {f"{of}{name}": str(one)}
    return found


AHEAD = {"valid_from": "2026-03-09", "valid_through": "2026-03-30"}
OTHERWISE: dict[str, tuple[str, Any]] = {
    "record_refusal": ("anna", lambda values: values),
    "make_decisions": ("anna", lambda values: {"decisions": [{**values["decisions"][0], **AHEAD}]}),
    "allocate": ("anna", lambda values: {"allocations": [{**values["allocations"][0], **AHEAD}]}),
}
"""Who does it, and with which values, where the act's example is of somebody or a time that has no one click back."""


@pytest.mark.parametrize("act", UNDONE)
def test_the_same_is_asked_as_before(town: Town, act: str) -> None:
    """Each act that is undone in one click: afterwards nobody is asked for more, for less, or for later."""
    example = EXAMPLES[act]
    who, ahead = OTHERWISE.get(act, (example.who, dict))
    values = ahead(example.values(town))
    before = asked()
    answer = town.does(who, act, **values).answer
    undo = REGISTER[act].undone_by
    assert undo is not None
    town.does(who, undo.act, **undo.values({**flat(values), **answer}))
    assert asked() == before


def done_page(town: Town, who: str, act: str, **values: str) -> str:
    form = {"key": str(new_id()), "step": "confirm", **values}
    answer = screen(town, who).post(f"/do/{act}", form)
    assert answer.status_code == 200
    return answer.content.decode()


def test_an_order_is_undone_from_the_page_that_says_it_is_done(town: Town) -> None:
    client = town.new_client()
    town.inform(client)
    done = done_page(town, "olle", "order_installation", client=case_of(town, client), locksmith=FIRM)
    form = done.partition('<div class="following">')[2].partition("</form>")[0]
    assert "Ångra" in form
    fields = {
        unescape(name): unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    }
    (address,) = re.findall(r' action="([^"]+)"', form)
    assert address == "/do/cancel_order"
    undone = screen(town, "olle").post(address, fields)
    assert "Klart:" in undone.content.decode()
    assert 'class="following"' not in undone.content.decode()


def test_what_has_begun_is_not_undone_in_one_click(town: Town) -> None:
    """A decision that holds since last week is ended, not withdrawn: the page leads to the act that changes it."""
    case = case_of(town, town.client())
    since = town.day(-7)
    done = done_page(
        town, "anna", "make_decisions",
        **{"decisions.client": case, "decisions.service": "home_care", "decisions.valid_from": since},
    )  # fmt: skip
    assert "Ångra" not in done
    assert "/do/change_decisions" in done


def test_where_somebody_has_acted_on_it_nothing_is_offered(town: Town) -> None:
    client = town.new_client()
    town.inform(client)
    order = town.order(client)
    row = Account.objects.select_related("organisation").get(id=town.actor("olle").account)
    person = person_of_row(row)
    assert undo_form(person, "order_installation", {}, {"order": order}) is not None
    town.mount(order)
    assert undo_form(person, "order_installation", {}, {"order": order}) is None
