# SPDX-License-Identifier: EUPL-1.2
"""Acts in any order by anyone (hypothesis): no rule is broken after any of them, and what is stored follows."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from django.db.models import Q
from hypothesis import HealthCheck, settings
from hypothesis.stateful import invariant, run_state_machine_as_test

from tests.stateful.as_asked import AsAsked, without_a_way
from tests.stateful.by_hand import ByHand
from tests.stateful.by_providers import ByProviders
from tests.stateful.by_the_office import ByTheOffice
from tests.stateful.machine import Machine, seen
from tests.town import CARER, COORDINATOR, Town
from troskel.care.models import Allocation, Decision, Suspension
from troskel.custody.models import Holding, Link, Thing
from troskel.duties.models import Duty
from troskel.duties.replay import discrepancies
from troskel.journal.models import Line
from troskel.orders.models import Order
from troskel.people.models import Client, Door
from troskel.runner.register import REGISTER

ELSEWHERE_TRIED = {
    "found_municipality": "once, before",
    "change_municipality": "tests/cli",
    "propose_routine": "tests/duties",
    "withdraw_proposal": "tests/duties",
    "approve_routine": "tests/duties",
    "bill_month": "months: tests/acts/test_billing.py",
    "make_basis_forms": "months: tests/acts/test_billing.py",
    "sign_basis_form": "months: tests/acts/test_billing.py",
    "send_basis_form": "months: tests/acts/test_billing.py",
    "receive_basis_form": "months: tests/acts/test_billing.py",
    "blank_details": "years: tests/acts/test_retention.py",
    "begin_take_over": "the first night: tests/exchange",
    "finish_take_over": "the first night: tests/exchange",
    "settle_homes": "the first night: tests/exchange",
    "take_over_locks": "the first night: tests/exchange",
    "take_over_keys": "the first night: tests/exchange",
    "take_over_tags": "the first night: tests/exchange",
    "supersede_decisions": "by an import alone: tests/exchange",
    "supersede_allocations": "by an import alone: tests/exchange",
    "propose_sharing": "by an import alone: tests/exchange",
    "correct_addresses": "nothing follows from it",
    "register_organisations": "before",
    "change_organisation": "nothing follows from it",
    "register_account": "before",
    "note_night": "by an import alone: tests/exchange",
    "note_stop": "by an import alone: tests/exchange",
    "answer_night": "a night that stopped: tests/exchange",
    **dict.fromkeys(
        [
            "begin_session",
            "use_account",
            "leave_account",
            "end_session",
            "end_own_session",
            "sign_out_account",
            "refuse_sign_in",
            "issue_enrolment_link",
            "enrol_passkey",
            "enrol_identity",
            "enrol_login",
            "add_passkey",
            "remove_passkey",
            "follow_claims",
            "note_token_use",
        ],
        "signing in: tests/acts/test_signing_in.py",
    ),
    "update_staff": "a list: tests/acts/test_staff.py",
    "move_account": "closes and registers: tests/acts/test_staff.py",
    "issue_token": "nothing follows from it",
    "revoke_token": "nothing follows from it",
    "register_things": "before",
    "register_clients": "before",
    "turn_the_day": "as the days go by",
}
"""Acts that no rule of the machine tries, and why."""


class AnyOrder(ByTheOffice, ByProviders, ByHand, AsAsked, Machine):
    """All of them, with what always holds."""

    @invariant()
    def what_is_stored_follows_from_the_journal(self) -> None:
        assert discrepancies("0999") == []

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
        standing = Order.objects.filter(kind="removal", state__in=["placed", "booked"])
        for order in standing.select_related("door"):
            if in_care(self.town, order.door):
                assert Duty.objects.filter(paragraph="P6", ask="stop", state="open", door=order.door).exists()

    @invariant()
    def no_removal_is_ordered_while_there_is_care(self) -> None:
        """Rule 1, by what was written last: the order of removal that has just been placed."""
        line = Line.objects.filter(kind="acts").order_by("-number").first()
        if line is not None and line.event == "removal.ordered":
            order = Order.objects.filter(kind="removal").order_by("-placed", "-number").first()
            assert order is not None and not in_care(self.town, order.door)

    @invariant()
    def another_municipalitys_client_has_neither_lock_nor_tag(self) -> None:
        """Or it is asked for that they go: a client may become another municipality's."""
        foreign = list(Client.objects.exclude(home_municipality="0999").values_list("id", flat=True))
        orders = Order.objects.filter(client__in=foreign, kind="installation", state__in=["placed", "booked"])
        for order in orders:
            assert has_duty("P6", door=order.door_id) or another_wants(self.town, order)
        for link in Link.objects.filter(client__in=foreign, until=None):
            lock_goes = has_duty("P6", door=link.door_id) or Order.objects.filter(
                door=link.door_id, kind="removal", state__in=["placed", "booked"]
            )
            assert lock_goes or has_duty("S3", client=link.client_id)
        for held in Holding.objects.filter(kind="client", holder__in=foreign, until=None, thing__kind="tag"):
            assert has_duty("P7", client=held.holder)

    @invariant()
    def nobody_is_asked_for_the_impossible(self) -> None:
        """Duties are asked of those who may act: a provider's has an organisation."""
        assert not Duty.objects.filter(state="open", role="provider", organisation=None).exists()

    @invariant()
    def every_open_duty_can_be_fulfilled(self) -> None:
        """Or it waits for something that is known."""
        assert without_a_way(self.town) == []

    @invariant()
    def nothing_is_seen_that_sight_does_not_allow(self) -> None:
        for orgnr, who in CARER.items():
            shown = seen(self.town, who)
            assert shown == {client for client in self.clients if on_the_phone(self.town, client, orgnr)}
        for orgnr, who in COORDINATOR.items():
            for client in seen(self.town, who):
                assert Allocation.objects.filter(
                    decision__client__reference=client, organisation__orgnr=orgnr, withdrawn=False
                ).exists()


def has_duty(paragraph: str, **about: object) -> bool:
    return Duty.objects.filter(paragraph=paragraph, state="open", **about).exists()


def another_wants(town: Town, order: Order) -> bool:
    return in_care(town, order.door)


def in_care(town: Town, door: Door) -> bool:
    """Has an own client who lives behind the door a decision that covers today or later? By the tables alone."""
    lives_there = Q(client__home__ways__door=door, client__home_municipality="0999")
    alive = Q(client__died=None) | Q(client__died__gte=town.today)
    lasts = Q(valid_through=None) | Q(valid_through__gte=town.today)
    return Decision.objects.filter(lives_there, alive, lasts, withdrawn=False).exists()


def on_the_phone(town: Town, client: str, organisation: str) -> bool:
    """Own, alive, at home, and an ongoing decision allocated to the organisation: reckoned row by row (rule 4)."""
    row, today = Client.objects.get(reference=client), town.today
    if row.home_municipality != "0999" or (row.died is not None and row.died <= today):
        return False
    for away in Suspension.objects.filter(client=row, withdrawn=False):
        if away.valid_from <= today <= (away.valid_through or today):
            return False
    rows: Iterable[Allocation] = Allocation.objects.select_related("decision").filter(
        decision__client=row, organisation__orgnr=organisation
    )
    return any(
        not (one.withdrawn or one.decision.withdrawn)
        and max(one.valid_from, one.decision.valid_from) <= today
        and min(one.valid_through or today, one.decision.valid_through or today) >= today
        for one in rows
    )


def run(founded: Town, examples: int, steps: int) -> None:
    AnyOrder.founded = founded
    AnyOrder.tried, AnyOrder.done = set(), set()
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


@pytest.mark.thorough
@pytest.mark.once  # the long one runs on both
def test_no_order_of_acts_breaks_a_rule(founded: Town, db: None) -> None:
    run(founded, examples=5, steps=30)


@pytest.mark.long
def test_no_order_of_many_acts_breaks_a_rule(founded: Town, db: None) -> None:
    run(founded, examples=400, steps=50)
    assert AnyOrder.tried | ELSEWHERE_TRIED.keys() == REGISTER.keys()
    assert AnyOrder.done | ELSEWHERE_TRIED.keys() == REGISTER.keys(), (
        "an act that always is refused proves nothing"
    )
