# SPDX-License-Identifier: EUPL-1.2
"""The page of gaps: whose phone loses whom, to the office; to a provider its own alone (A8)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import EAST, MEADOW, Town
from tests.web.test_act_forms import screen
from troskel.people.roles import CARE_ROLES

WHO_MAY = {"gaps": CARE_ROLES}


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True


def shown(town: Town, who: str) -> str:
    with town.standing():
        answer = screen(town, who).get("/gaps/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_a8_each_provider_that_loses_a_client_is_listed(town: Town) -> None:
    client = town.client()
    decision = town.grant(client, EAST)
    given = {"decision": decision, "reference": "G1", "organisation": MEADOW}
    town.does(
        "anna", "allocate", allocations=[given | {"valid_from": town.day(0), "valid_through": town.day(9)}]
    )
    assert "2026-0001" in shown(town, "anna") and "Ängens Hemvård</span>" in shown(town, "anna")
    assert "Hemtjänsten Öst</span>" not in shown(town, "anna"), "it goes on"
    assert "2026-0001" in shown(town, "moa")
    assert "2026-0001" not in shown(town, "olle"), "another provider's loss"


def test_a8_what_is_given_to_nobody_is_listed(town: Town) -> None:
    town.grant(town.client(), None, begins=town.day(3))
    assert "beslutet är inte fördelat" in shown(town, "anna")
