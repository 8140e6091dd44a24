# SPDX-License-Identifier: EUPL-1.2
"""Every form, light and dark, on a phone and on a large screen: axe finds no fault."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.page_faults import STATES, in_every_state
from tests.town import PEOPLE
from troskel.acts.chapters import REGISTER
from troskel.web.text import act_labels

FIRST_OF = {role: name for name, role, _ in reversed(PEOPLE)}


@pytest.mark.long
@pytest.mark.parametrize(
    "role", sorted({role.value for name in act_labels.act_names() for role in REGISTER[name].who})
)
def test_every_form_of_a_role(opens: Opens, axe: str, role: str) -> None:
    """Each form once, by the first of its roles; as it is, and with faults in it."""
    mine = [
        name
        for name in act_labels.act_names()
        if sorted(REGISTER[name].who)[0].value == role and role in FIRST_OF
    ]
    person = opens(FIRST_OF[role]) if mine else None
    found: list[str] = []
    for name in mine:
        assert person is not None
        page = person.goes(f"/do/{name}")
        found += in_every_state(page, axe, STATES)
    assert found == []
