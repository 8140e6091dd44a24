# SPDX-License-Identifier: EUPL-1.2
"""What previews tell of clients out of sight: nothing that an unknown number does not, or it is a line (rule 7)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from tests.acts.test_every_act import EXAMPLES
from tests.town import ALARM, Town, _plain
from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.journal.models import Line
from troskel.people.models import Client

OUTSIDERS = ("moa", "mikael", "rut", "nina", "erik", "maria")
"""The other provider, the responder, the other locksmith, and the office's roles that see no client of it."""


def told(town: Town, who: str, act: str, values: dict[str, Any]) -> tuple[Any, int]:
    """What a preview says, whatever ids it makes; and how many lines of reads it leaves."""
    before = Line.objects.filter(kind="reads").count()
    with clock.frozen_at(town.now):
        try:
            answer = REGISTER[act].perform(town.actor(who), values, preview=True).answer
            said: Any = {name: value for name, value in answer.items() if name in ("case", "cases")}
        except (Refusal, NotFound, BadValue) as refused:
            said = refused.code
    return said, Line.objects.filter(kind="reads").count() - before


@pytest.mark.thorough
@pytest.mark.once
def test_a_preview_tells_outsiders_nothing_unwritten(town: Town) -> None:
    client = town.new_client()
    town.grant(client, ALARM, "safety_alarm")
    town.mount(town.order(client), "L5")
    town.link(client, "L5")
    order = town.order(town.new_client())
    town.does("carin", "place_tag", client=town.new_client(), tag="E5")
    town.does("carin", "receive_key", client=client, key="517", signed="client")
    case = Client.objects.get(reference=client).case_number
    there = {"client": case, "order": order, "tag": "E5", "key": "517", "decision": "B1", "allocation": "F1"}
    there |= dict.fromkeys(("serial", "number", "lock"), "L5")
    compared, written = 0, set()
    for name, example in sorted(EXAMPLES.items()):
        act = REGISTER[name]
        fields = set(act.values.__struct_fields__) & there.keys()
        who_may = [who for who in OUTSIDERS if town.actor(who).role in act.who]
        if not (fields and who_may):
            continue
        mark = transaction.savepoint()
        values = _plain(example.values(town))
        for who in who_may:
            for field in fields:
                said, lines = told(town, who, name, {**values, field: there[field]})
                unknown, _ = told(town, who, name, {**values, field: "2026-9999"})
                compared += 1
                written |= {name} if lines else set()
                assert lines or said == unknown, (name, who, field)
        transaction.savepoint_rollback(mark)
    assert compared > 60 and {"raise_alarm", "take_brief_sight"} <= written
