# SPDX-License-Identifier: EUPL-1.2
"""Examples of the acts about a phone's events. What they do is tried in tests/visits/test_syncing.py."""

from __future__ import annotations

from typing import Any

from tests.acts.examples import ActExample
from tests.town import Town
from tests.visits.carers_phone import CarersPhone

HAND = {"by": "hand", "reason": "phone_failed"}


def batch(town: Town) -> dict[str, Any]:
    phone = CarersPhone(town, "carin")
    phone.notes("arrive", client=town.new_client(), **HAND)
    return phone.request(phone.unsent)


def refused_event(town: Town) -> dict[str, Any]:
    phone = CarersPhone(town, "carin")
    phone.notes("arrive", client="2026-9999", **HAND)
    (answer,) = phone.sends()
    return {"told": answer["told"]}


EXAMPLES = {
    "sync_phone": ActExample("carin", batch, "rule 7", by="olle"),
    "contest_event": ActExample("carin", refused_event, "NotFound", by="mikael"),
    "settle_event": ActExample(
        "olle", lambda town: refused_event(town) | {"answer": "stands"}, "rule 6", again=True
    ),
}
"""`test_every_act.py` refuses them, previews them, does them, and repeats them."""


def test_contesting_twice_is_contesting_once(town: Town) -> None:
    told = refused_event(town)
    first = town.does("carin", "contest_event", **told)
    assert town.does("carin", "contest_event", **told).answer == first.answer
