# SPDX-License-Identifier: EUPL-1.2
"""Every duty has a way: an act that there is, and that fulfils it. (In a whole life: tests/simulator/test_ways.py.)"""

from __future__ import annotations

import pytest

from tests.town import EAST, MEADOW, Town
from troskel.acts.chapters import REGISTER
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.offers.duty_action_table import FULFILLING
from troskel.offers.duty_actions import ways
from troskel.routine import reading

SHIPPED = reading.read_routine(routines.SHIPPED)


@pytest.mark.parametrize(("paragraph", "ask"), [ask for ask, a in SHIPPED.asks.items() if a.kind == "duty"])
def test_every_duty_of_the_shipped_routine_has_an_act_that_fulfils_it(paragraph: str, ask: str) -> None:
    asked = SHIPPED.asks[paragraph, ask]
    known = [event for event in asked.done_by if event in FULFILLING]
    assert known or asked.by_hand
    written_by = {event: [a for a in REGISTER.values() if event in a.writes and a.who] for event in known}
    assert all(written_by.values())


def test_p1_is_ordered_for_the_provider_s_own_client_behind_the_door(town: Town) -> None:
    """The duty is the door's; the one it names may have another provider."""
    town.grant(town.client(address=1), MEADOW, begins=town.day(3))
    town.grant(town.client(address=1), EAST)
    (duty,) = Duty.objects.filter(paragraph="P1", state="open")
    with town.standing():
        (way,) = ways(town.actor("olle"), [duty.id])[duty.id]
        assert ways(town.actor("moa"), [duty.id]) == {}
    assert way.left == ("locksmith", "reason")
    town.does("olle", way.act, **way.filled(locksmith="5560009945", reason="bråttom"))
    assert Duty.objects.get(id=duty.id).state == "done"


def test_a_duty_is_fulfilled_by_its_way_alone(town: Town) -> None:
    client = town.new_client()
    asked = Duty.objects.filter(state="open", client__reference=client, role="assessor", kind="duty")
    with town.standing():
        found = ways(town.actor("anna"), [duty.id for duty in asked])
    assert len(found) == 3
    for its_ways in found.values():
        for way in its_ways:
            if way.act != "record_refusal":
                town.does("anna", way.act, **way.filled())
    assert not asked.all().exists()
