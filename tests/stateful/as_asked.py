# SPDX-License-Identifier: EUPL-1.2
"""People do what a duty asks, in the way that stands beside it: what is asked can be done, and then it is over."""

from __future__ import annotations

from typing import Any

from hypothesis.stateful import rule

from tests.stateful.machine import WHICH, Machine
from tests.town import CODE, FIRM, TAGS
from troskel.custody.models import Holding
from troskel.duties.models import Duty
from troskel.offers.duty_actions import Suggestion, suggestions
from troskel.people.roles import Actor, ActorKind

WAITS = {
    ("P4", "be_present"): "for the hour that is booked",
    ("A8", "allocation"): "for a decision to allocate",
    ("P1", "order"): "for a client whom the provider has, and who has not refused",
    ("A4", "allocate"): "for the decision to hold at all",
}
"""Duties that may have no way for now, and what they wait for."""

OTHERWISE = frozenset(
    {"record_refusal", "make_decisions", "start_investigations", "change_decisions", "end_care"}
)
"""Ways that are tried by rules of their own."""


class AsAsked(Machine):
    """An open duty, and the ways to its end."""

    @rule(number=WHICH)
    def does_what_is_asked(self, number: int) -> None:
        duty, who = self.open_duty(number, "duty")
        if not Duty.objects.filter(id=duty).exists():
            return
        with self.town.standing():
            found = suggestions(self.town.actor(who), [Duty.objects.get(id=duty).id])
        wanted = [way for its in found.values() for way in its if way.act not in OTHERWISE and way.is_final]
        done = [self.tries(who, way.act, **self.filled(way)) for way in wanted]
        if done and all(outcome is not None for outcome in done):
            assert Duty.objects.get(id=duty).state != "open", f"{wanted}: all that it asks is done"

    def filled(self, way: Suggestion) -> dict[str, Any]:
        """With what a person would fill in."""
        self.town.count += 1
        told: dict[str, Any] = {
            "locksmith": FIRM,
            "reason": "x",
            "fault": "jammed",
            "tag": self.free_tag(),
            "key": f"N{self.town.count}",
            "signed": "client",
            "owner": "Brf",
            "way": "key" if way.act == "decide_way_in" else "oral",
            "serial": "L3",
            "reference": f"R{self.town.count}",
            "organisation": "5560009911",
            "code": "nobody_home",
        }
        return way.with_answers(**{name: told.get(name) for name in way.missing})

    def free_tag(self) -> str:
        numbers = [number for tags in TAGS.values() for number in tags]
        free = Holding.objects.filter(thing__number__in=numbers, kind="organisation", until=None)
        return str(free.order_by("thing__number").values_list("thing__number", flat=True).first() or "none")


def without_a_way(town: Any) -> list[tuple[str, str]]:
    """Open duties that nobody could do anything about, beside those that wait."""
    rows = list(Duty.objects.filter(state="open", kind="duty"))
    with town.standing():
        found = suggestions(Actor.system(CODE, ActorKind.DEMO), [row.id for row in rows])
    stuck = {(row.paragraph, row.ask) for row in rows if not found[row.id]}
    return sorted(stuck - WAITS.keys())
