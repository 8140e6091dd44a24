# SPDX-License-Identifier: EUPL-1.2
"""A small town where whoever may tries whatever: each act is tried first (preview), and then done."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence
from typing import Any, ClassVar, TypeVar

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.town import ALARM, EAST, ELSEWHERE, LOCKS, MEADOW, TAGS, Town
from troskel.duties.models import Duty
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.orders.models import Order
from troskel.people.models import Client, Door
from troskel.permits.sight import visible_clients
from troskel.runner.outcome import ActOutcome

RULE = re.compile(r"(?:[APSLO]\d|D|rule [1-8])$")
FORESEEN = ("opened", "closed", "mailed", "refused", "lines")

HOME_CARE = st.sampled_from([EAST, MEADOW])
PROVIDERS = st.sampled_from([EAST, MEADOW, ALARM])
CLIENTS = st.integers(0, 3)
LOCK = st.sampled_from(LOCKS[:3])
TAG = st.sampled_from([*TAGS[EAST][:1], *TAGS[MEADOW][:1]])
DAYS = st.integers(-3, 6)
WHICH = st.integers(0, 7)
SERVICE = st.sampled_from(["home_care", "safety_alarm"])
ADDRESSES = {
    number: {"street": f"Ängsvägen {number}", "postcode": "99910", "town": "Byn", "apartment": "1001"}
    for number in (1, 2)
}
Found = TypeVar("Found")


class Machine(RuleBasedStateMachine):
    """Two addresses, four clients, three locks, two tags."""

    founded: ClassVar[Town]
    tried: ClassVar[set[str]] = set()
    done: ClassVar[set[str]] = set()

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.town = dataclasses.replace(self.founded, actors=dict(self.founded.actors))
        self.clients: list[str] = []

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    def tries(self, who: str, act: str, **values: Any) -> ActOutcome | None:
        """The outcome, or None where it was refused: by a paragraph or a rule, and saying something.

        What the preview tells is what then happens; what it refuses is refused.
        """
        type(self).tried.add(act)
        foreseen, refused = self.foreseen(who, act, values)
        try:
            outcome = self.town.does(who, act, **values)
        except (Refusal, NotFound, BadValue) as refusal:
            assert refused is not None and refusal.code == refused.code, "the preview saw no refusal"
            assert RULE.match(refusal.rule) if isinstance(refusal, Refusal) else refusal.field
            assert len(english(refusal)) > 15
            return None
        assert foreseen is not None, f"the preview of {act} was refused: {refused}"
        for field in FORESEEN:
            assert getattr(outcome, field) == getattr(foreseen, field), (
                f"{act}: {field} otherwise than foreseen"
            )
        type(self).done.add(act)
        return outcome

    def foreseen(
        self, who: str, act: str, values: dict[str, Any]
    ) -> tuple[ActOutcome | None, Refusal | NotFound | BadValue | None]:
        try:
            return self.town.tries(who, act, values, preview=True), None
        except (Refusal, NotFound, BadValue) as refusal:
            return None, refusal

    # -- picking something that may be there

    def client(self, number: int) -> str:
        return self.clients[number % len(self.clients)]

    def one_of(self, found: Sequence[Found], number: int, otherwise: Found) -> Found:
        return found[number % len(found)] if found else otherwise

    def order(self, number: int) -> str:
        """An open order, as a rule; now and then any."""
        rows = Order.objects.order_by("number").values_list("number", flat=True)
        still_open = list(rows.filter(state__in=["placed", "booked"]))
        return self.one_of(still_open if still_open and number else list(rows), number, "W-2026-9999")

    def door(self, number: int) -> str:
        return str(self.one_of(list(Door.objects.order_by("id").values_list("id", flat=True)), number, None))

    def open_duty(self, number: int, kind: str) -> tuple[str, str]:
        """An open duty or notice, and somebody of whom it is asked."""
        found = list(
            Duty.objects.select_related("organisation").filter(state="open", kind=kind).order_by("id")
        )
        if not found:
            return "00000000-0000-7000-8000-000000000000", "olle"
        duty = found[number % len(found)]
        return str(duty.id), asked_of(duty)

    # -- who there is, and the days

    @initialize(foreign=st.booleans(), alarm=st.booleans(), locks=st.integers(0, 2), ends=st.booleans())
    def people(self, foreign: bool, alarm: bool, locks: int, ends: bool) -> None:
        """A couple, and two neighbours; three with home care, some with an alarm, a lock, an ending ahead."""
        town = self.town
        for address in (1, 1, 2):
            self.clients.append(town.client(address=address))
        elsewhere = {"home_municipality": ELSEWHERE} if foreign else {}
        self.clients.append(town.client(address=2, **elsewhere))
        for number, provider in enumerate((EAST, EAST, MEADOW)):
            town.grant(self.clients[number], provider, through=town.day(5) if ends and number else None)
        if alarm:
            town.grant(self.clients[0], ALARM, "safety_alarm")
        for number in range(locks):
            client, provider = self.clients[2 * number], (EAST, MEADOW)[number]
            town.mount(town.order(client, provider), LOCKS[number])
            town.link(client, LOCKS[number])

    @rule(days=st.integers(1, 4))
    def days_go_by(self, days: int) -> None:
        self.town.days_pass(days)


def seen(town: Town, who: str) -> set[str]:
    rows = Client.objects.filter(visible_clients(town.actor(who), town.today))
    return set(rows.values_list("reference", flat=True))


def asked_of(duty: Duty) -> str:
    """A person who answers for the duty."""
    if duty.role == "provider" and duty.organisation is not None:
        return {EAST: "olle", MEADOW: "moa", ALARM: "lars"}[duty.organisation.orgnr]
    return {"assessor": "anna", "administrator": "siri", "locksmith": "laban", "economist": "erik"}[duty.role]
