# SPDX-License-Identifier: EUPL-1.2
"""Acts in any order by anyone (hypothesis): no rule is broken after any of them, and what is stored follows."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.town import ALARM, CARER, COORDINATOR, EAST, ELSEWHERE, FIRM, LOCKS, MEADOW, TAGS, Town
from troskel.acts.outcome import Outcome
from troskel.billing.models import BasisForm, InvoiceRow
from troskel.care.models import Allocation, Decision
from troskel.custody.models import Holding, Link, Thing
from troskel.duties.models import Duty
from troskel.duties.replaying import departures
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.orders.models import Order
from troskel.people.models import Client
from troskel.people.models import Door as DoorRow

RULE = re.compile(r"(?:[APSLO]\d|D|rule [1-8])$")
HOME_CARE = st.sampled_from([EAST, MEADOW])
PROVIDERS = st.sampled_from([EAST, MEADOW, ALARM])
CLIENTS = st.integers(0, 3)
LOCK = st.sampled_from(LOCKS[:2])
TAG = st.sampled_from([*TAGS[EAST][:1], *TAGS[MEADOW][:1]])
DAYS = st.integers(-3, 6)
ADDRESSES = {
    number: {"street": f"Ängsvägen {number}", "postcode": "99910", "town": "Byn", "apartment": "1001"}
    for number in (1, 2)
}


class AnyOrder(RuleBasedStateMachine):
    """Two addresses, four clients, two locks, two tags; whoever may, tries whatever."""

    founded: ClassVar[Town]

    def __init__(self) -> None:
        super().__init__()
        self.before = transaction.savepoint()
        self.town = dataclasses.replace(self.founded, actors=dict(self.founded.actors))
        self.clients: list[str] = []

    def teardown(self) -> None:
        transaction.savepoint_rollback(self.before)

    def tries(self, who: str, act: str, **values: Any) -> Outcome | None:
        """The outcome, or None where it was refused: by a paragraph or a rule, and saying something."""
        try:
            return self.town.does(who, act, **values)
        except (Refusal, NotFound, BadValue) as refusal:
            said = refusal
        assert RULE.match(said.rule) if isinstance(said, Refusal) else said.field
        assert len(said.message) > 15
        return None

    def client(self, number: int) -> str:
        return self.clients[number % len(self.clients)]

    def order(self, number: int) -> str:
        numbers = list(Order.objects.order_by("number").values_list("number", flat=True))
        return numbers[number % len(numbers)] if numbers else "W-2026-9999"

    # -- who there is

    @initialize(foreign=st.booleans())
    def people(self, foreign: bool) -> None:
        for address in (1, 1, 2):
            self.clients.append(self.town.client(address=address))
        elsewhere = {"home_municipality": ELSEWHERE} if foreign else {}
        self.clients.append(self.town.client(address=2, **elsewhere))

    # -- the assessor

    @rule(who=CLIENTS, to=PROVIDERS, begins=DAYS, length=st.none() | st.integers(0, 6))
    def granted(self, who: int, to: str, begins: int, length: int | None) -> None:
        service = "safety_alarm" if to == ALARM else "home_care"
        first = self.town.today + timedelta(days=begins)
        last = None if length is None else first + timedelta(days=length)
        self.town.grant(self.client(who), to, service, first, last)

    @rule(who=CLIENTS, service=st.sampled_from(["home_care", "safety_alarm"]), on=DAYS)
    def ended(self, who: int, service: str, on: int) -> None:
        self.tries(
            "anna", "end_care", client=self.client(who), service=service, on=self.town.day(on), reason="x"
        )

    @rule(who=CLIENTS, former=HOME_CARE, provider=HOME_CARE, on=DAYS)
    def provider_changed(self, who: int, former: str, provider: str, on: int) -> None:
        self.town.count += 1
        told = {
            "former": former,
            "provider": provider,
            "on": self.town.day(on),
            "reference": f"F-{self.town.count}",
        }
        self.tries("anna", "change_provider", client=self.client(who), **told)

    @rule(who=CLIENTS, refuses=st.booleans())
    def told(self, who: int, refuses: bool) -> None:
        if refuses:
            self.tries("anna", "record_refusal", client=self.client(who), reason="other")
        else:
            self.tries("anna", "confirm_understanding", client=self.client(who))

    @rule(who=CLIENTS, address=st.sampled_from([1, 2]))
    def moved(self, who: int, address: int) -> None:
        told = {"client": self.client(who), "address": ADDRESSES[address], "on": self.town.day(0)}
        if not Client.objects.filter(reference=told["client"], home__street=f"Ängsvägen {address}").exists():
            self.tries("anna", "move_clients", moves=[told])

    @rule(who=CLIENTS, alive=st.booleans())
    def died(self, who: int, alive: bool) -> None:
        death = {"client": self.client(who), "on": None if alive else self.town.day(0)}
        self.tries("anna", "record_deaths", deaths=[death])

    # -- orders, locks, links

    @rule(who=CLIENTS, by=PROVIDERS)
    def installation_ordered(self, who: int, by: str) -> None:
        values = {"client": self.client(who), "locksmith": FIRM, "reason": "x"}
        self.tries(COORDINATOR[by], "order_installation", **values)

    @rule(who=CLIENTS, by=PROVIDERS, door=st.integers(0, 1))
    def removal_ordered(self, who: int, by: str, door: int) -> None:
        doors = list(DoorRow.objects.order_by("id"))
        at = doors[door % len(doors)]
        ordered = self.tries(
            COORDINATOR[by], "order_removal", client=self.client(who), locksmith=FIRM, door=at.id
        )
        if ordered is not None:
            assert not in_care(self.town, at), "rule 1: someone behind the door has care"

    @rule(number=st.integers(0, 3), serial=LOCK)
    def work_reported(self, number: int, serial: str) -> None:
        order = self.order(number)
        kind = Order.objects.filter(number=order).values_list("kind", flat=True).first() or "installation"
        self.tries("laban", f"report_{kind}", order=order, serial=serial)

    @rule(number=st.integers(0, 3), reason=st.sampled_from(["care_ended", "care_again", "cannot_be_fitted"]))
    def order_cancelled(self, number: int, reason: str) -> None:
        self.tries("siri", "cancel_order", order=self.order(number), reason=reason)

    @rule(who=CLIENTS, serial=LOCK)
    def linked(self, who: int, serial: str) -> None:
        self.tries("siri", "link_lock", client=self.client(who), serial=serial)

    @rule(who=CLIENTS, serial=LOCK)
    def unlinked(self, who: int, serial: str) -> None:
        self.tries("siri", "unlink_lock", client=self.client(who), serial=serial)

    # -- things, visits, doors

    @rule(who=CLIENTS, by=HOME_CARE, tag=TAG, place=st.booleans())
    def tag_handed_over(self, who: int, by: str, tag: str, place: bool) -> None:
        act = "place_tag" if place else "take_tag"
        self.tries(COORDINATOR[by], act, client=self.client(who), tag=tag)

    @rule(who=CLIENTS, by=HOME_CARE, back=st.booleans())
    def key_handed_over(self, who: int, by: str, back: bool) -> None:
        act = "return_key" if back else "receive_key"
        self.tries(COORDINATOR[by], act, client=self.client(who), key=f"{self.client(who)}-1")

    @rule(who=CLIENTS, by=HOME_CARE, days_late=st.integers(0, 3))
    def visited(self, who: int, by: str, days_late: int) -> None:
        arrived = self.town.now - timedelta(days=days_late, hours=1)
        values = {"client": self.client(who), "arrived": arrived, "by": "hand", "reason": "forgotten"}
        self.tries(COORDINATOR[by], "register_visit", **values)

    @rule(who=CLIENTS, by=HOME_CARE, serial=LOCK)
    def door_opened(self, who: int, by: str, serial: str) -> None:
        opened = self.tries(CARER[by], "open_door", client=self.client(who), serial=serial)
        if opened is not None:
            assert covered(self.town, self.client(who), by), "rule 4: no ongoing allocated decision"

    @rule(by=HOME_CARE, months_back=st.integers(0, 2))
    def month_billed(self, by: str, months_back: int) -> None:
        month = f"2026-{self.town.today.month - months_back:02}"
        self.tries(COORDINATOR[by], "bill_month", month=month)
        self.tries(COORDINATOR[by], "make_basis_forms", month=month)

    @rule(by=HOME_CARE, number=st.integers(1, 3), step=st.sampled_from(["sign", "send", "receive"]))
    def form_goes_on(self, by: str, number: int, step: str) -> None:
        who = "erik" if step == "receive" else COORDINATOR[by]
        self.tries(who, f"{step}_basis_form", form=f"U-2026-{number:04}")

    @rule(number=st.integers(0, 3))
    def letter_sent(self, number: int) -> None:
        self.tries("siri", "send_letter", order=self.order(number))

    @rule(days=st.sampled_from([1, 2, 4, 30]))
    def days_go_by(self, days: int) -> None:
        self.town.days_pass(days)

    # -- what always holds

    @invariant()
    def what_is_stored_follows_from_the_journal(self) -> None:
        assert departures("0999") == []

    @invariant()
    def every_thing_has_one_holder(self) -> None:
        assert Holding.objects.filter(until=None).count() == Thing.objects.count()

    @invariant()
    def a_link_has_its_lock_at_the_door_or_is_to_be_removed(self) -> None:
        for link in Link.objects.filter(until=None):
            at_door = Holding.objects.filter(thing=link.lock_id, until=None, kind="door", holder=link.door_id)
            to_go = Duty.objects.filter(paragraph="S3", state="open", about__contains=str(link.id))
            assert at_door.exists() or to_go.exists()

    @invariant()
    def a_removal_while_there_is_care_is_to_be_stopped(self) -> None:
        for order in Order.objects.filter(kind="removal", state__in=["placed", "booked"]).select_related(
            "door"
        ):
            if in_care(self.town, order.door):
                assert Duty.objects.filter(paragraph="P6", ask="stop", state="open", door=order.door).exists()

    @invariant()
    def another_municipalitys_client_has_neither_lock_nor_tag(self) -> None:
        foreign = Client.objects.exclude(home_municipality="0999").values_list("id", flat=True)
        assert not Order.objects.filter(client__in=foreign).exists()
        assert not Link.objects.filter(client__in=foreign).exists()
        assert not Holding.objects.filter(kind="client", holder__in=list(foreign)).exists()

    @invariant()
    def what_is_signed_is_what_is_billed(self) -> None:
        for form in BasisForm.objects.exclude(state="made"):
            row = InvoiceRow.objects.get(
                month=form.month, client=form.client_id, organisation=form.organisation_id
            )
            assert (row.visits, row.minutes) == (form.visits, form.minutes)

    @invariant()
    def nobody_is_asked_for_the_impossible(self) -> None:
        """Duties are asked of those who may act: a provider's has an organisation."""
        assert not Duty.objects.filter(state="open", role="provider", organisation=None).exists()


def in_care(town: Town, door: DoorRow) -> bool:
    """Has an own client who lives behind the door a decision that covers today or later? By the tables alone."""
    lives_there = Q(client__home__ways__door=door, client__home_municipality="0999")
    alive = Q(client__died=None) | Q(client__died__gte=town.today)
    lasts = Q(valid_through=None) | Q(valid_through__gte=town.today)
    return Decision.objects.filter(lives_there, alive, lasts, withdrawn=False).exists()


def covered(town: Town, client: str, organisation: str) -> bool:
    today = town.today
    rows: Iterable[Allocation] = Allocation.objects.select_related("decision__client").filter(
        decision__client__reference=client, organisation__orgnr=organisation, withdrawn=False
    )
    return any(
        not row.decision.withdrawn
        and max(row.valid_from, row.decision.valid_from) <= today
        and min(row.valid_through or today, row.decision.valid_through or today) >= today
        for row in rows
    )


def run(founded: Town, examples: int, steps: int) -> None:
    AnyOrder.founded = founded
    run_state_machine_as_test(
        AnyOrder,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=examples < 50,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_no_order_of_acts_breaks_a_rule(founded: Town, db: None) -> None:
    run(founded, examples=8, steps=25)


@pytest.mark.long
def test_no_order_of_many_acts_breaks_a_rule(founded: Town, db: None) -> None:
    run(founded, examples=300, steps=50)
