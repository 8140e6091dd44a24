# SPDX-License-Identifier: EUPL-1.2
"""Every duty has an act that fulfils it. (Over whole lives: tests/simulator.)"""

from __future__ import annotations

import pytest

from tests.town import EAST, MEADOW, Town
from troskel.acts.chapters import REGISTER
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.offers.duty_actions import suggestions
from troskel.routine import parser
from troskel.runner.suggestions import SUGGESTERS

SHIPPED = parser.read_routine(routines.SHIPPED)


@pytest.mark.parametrize(("paragraph", "ask"), [ask for ask, a in SHIPPED.asks.items() if a.kind == "duty"])
def test_every_duty_of_the_shipped_routine_has_an_act_that_fulfils_it(paragraph: str, ask: str) -> None:
    requirement = SHIPPED.asks[paragraph, ask]
    events = [event for event in requirement.done_by if event in SUGGESTERS]
    assert events or requirement.by_hand
    written_by = {event: [a for a in REGISTER.values() if event in a.writes and a.who] for event in events}
    assert all(written_by.values())


def test_p1_is_ordered_for_the_providers_own_client_behind_the_door(town: Town) -> None:
    """The duty is about the door; the client that it names may have another provider."""
    town.grant(town.client(address=1), MEADOW, begins=town.day(3))
    town.grant(town.client(address=1), EAST)
    (duty,) = Duty.objects.filter(paragraph="P1", state="open")
    with town.standing():
        (way,) = suggestions(town.actor("olle"), [duty.id])[duty.id]
        assert suggestions(town.actor("moa"), [duty.id]) == {}
    assert way.missing == ("locksmith", "reason")
    town.does("olle", way.act, **way.with_answers(locksmith="5560009945", reason="bråttom"))
    assert Duty.objects.get(id=duty.id).state == "done"


def test_only_its_own_act_fulfils_a_duty(town: Town) -> None:
    client = town.new_client()
    duties_open = Duty.objects.filter(state="open", client__reference=client, role="assessor", kind="duty")
    with town.standing():
        suggestions_by_duty = suggestions(town.actor("anna"), [duty.id for duty in duties_open])
    assert len(suggestions_by_duty) == 3
    for duty_suggestions in suggestions_by_duty.values():
        for way in duty_suggestions:
            if way.act != "record_refusal":
                town.does("anna", way.act, **way.with_answers())
    assert not duties_open.all().exists()


def test_nothing_is_suggested_to_a_carer_about_a_client_out_of_sight(town: Town) -> None:
    """A duty is asked of a whole organisation; a carer sees the client from the first day of the care (rule 4)."""
    client = town.client()
    town.grant(client, EAST, begins=town.day(3))
    duties = list(Duty.objects.filter(client__reference=client, role="provider", state="open"))
    asked = [duty.id for duty in duties]
    with town.standing():
        assert suggestions(town.actor("olle"), asked).keys() == set(asked) != set()
        assert suggestions(town.actor("carin"), asked) == {}
