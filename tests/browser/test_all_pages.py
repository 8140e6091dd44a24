# SPDX-License-Identifier: EUPL-1.2
"""Every page that links lead a role to, light and dark, on a phone and on a large screen: axe finds no fault."""

from __future__ import annotations

import pytest

from tests.browser.conftest import Opens
from tests.browser.page_faults import STATES, in_every_state
from tests.town import PEOPLE
from tools.sheets import linked

FIRST_OF = {role: name for name, role, _ in reversed(PEOPLE)}
"""One of each role; the others see the same pages."""


@pytest.mark.long
@pytest.mark.parametrize("name", FIRST_OF.values(), ids=FIRST_OF)
def test_every_page_that_links_lead_to(opens: Opens, axe: str, name: str) -> None:
    person = opens(name)
    paths = list(linked(person.page, person.server))
    assert len(paths) > 5
    assert [fault for path in paths for fault in in_every_state(person.goes(path), axe, STATES)] == []
