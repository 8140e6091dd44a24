# SPDX-License-Identifier: EUPL-1.2
"""Concurrent acts: openings, alarms, arrivals and batches by two people, or by one phone twice."""

from __future__ import annotations

import json
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import transaction

from tests.acts.test_concurrency import call, refusal_rules, run_at_once
from tests.town import ALARM, CODE, EAST, Town, found
from tests.visits.carers_phone import CarersPhone
from troskel.access.drivers import SPENT, Grant, LockAt
from troskel.access.models import Alarm, Opening, SimulatedLock
from troskel.access.rules import GRANT_LIFETIME, LockOutcome
from troskel.access.simulated import SimulatedLocks
from troskel.acts import opening
from troskel.acts.opening import Opened
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.runner.outcome import ActOutcome
from troskel.visits.models import PhoneEvent, Visit

pytestmark = pytest.mark.django_db(transaction=True)
HAND = {"by": "hand", "reason": "phone_failed"}


@pytest.fixture
def town(transactional_db: None) -> Town:
    """A committed town, visible to every connection, with Cilla as a second carer and Ragna as a second responder."""
    town = found()
    for username, role, organisation in (("cilla", "carer", EAST), ("ragna", "responder", ALARM)):
        town.does(
            "demo", "register_account", username=username, name="N", role=role, organisation=organisation
        )
    for who in ("carin", "cilla", "rut", "ragna", "lars"):
        town.actor(who)
    return town


def opens(town: Town, who: str, client: str, key: str) -> Callable[[], Opened]:
    def work() -> Opened:
        with clock.frozen_at(town.now):
            values = {"client": client, "serial": "L1"}
            return opening.open_the_door(town.actor(who), SimulatedLocks(), values, key=key)

    return work


def test_rule_4_two_carers_open_one_door_with_own_grants(town: Town) -> None:
    client = town.locked()
    results = run_at_once(*(opens(town, who, client, "k") for who in ("carin", "cilla")))
    assert [result.outcome for result in results] == ["opened", "opened"]
    assert Opening.objects.filter(outcome="opened").count() == 2
    spent = json.loads(SimulatedLock.objects.get().spent)
    assert spent.keys() == {str(grant) for grant in Opening.objects.values_list("grant", flat=True)}
    town.is_sound()


def test_rule_6_concurrent_repeats_turn_the_lock_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "TRIES", 600)  # as long as a slow machine needs
    client = town.locked()
    results = run_at_once(*(opens(town, "carin", client, "k") for _ in range(4)))
    assert {result.opening for result in results} == {Opening.objects.get().id}
    assert {result.outcome for result in results} == {"opened"}, (
        "who comes second waits for what the first was told"
    )
    assert (Opening.objects.get().outcome, SimulatedLock.objects.get().charge) == ("opened", 999)
    assert Line.objects.filter(event="door.opened").count() == 1
    town.is_sound()


def test_concurrent_use_of_a_grant_opens_once(town: Town) -> None:
    client = town.locked()
    account = town.actor("carin").account
    assert account is not None
    grant = Grant(new_id(), CODE, "L1", UUID(town.door(client)), account, town.now, town.now + GRANT_LIFETIME)

    def present() -> tuple[str, str]:
        with clock.frozen_at(town.now):
            answer = SimulatedLocks().unlock(LockAt(CODE, "L1"), account, grant)
        return answer.outcome, answer.code

    assert sorted(run_at_once(*(present for _ in range(4)))) == [
        (LockOutcome.OPENED, ""),
        *[(LockOutcome.REFUSED, SPENT)] * 3,
    ]


def test_rule_4_one_of_two_responders_gets_the_alarm(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    raised = run_at_once(*(call(town, who, "raise_alarm", client=client) for who in ("rut", "ragna", "lars")))
    assert refusal_rules(raised) == [] and Alarm.objects.count() == 1
    alarm = Alarm.objects.get().id
    results = run_at_once(*(call(town, who, "accept_alarm", alarm=alarm) for who in ("rut", "ragna")))
    assert refusal_rules(results) == ["rule 4"]
    town.is_sound()


def test_p2_concurrent_arrivals_leave_one_open_visit(town: Town) -> None:
    clients = [town.new_client() for _ in range(3)]
    results = run_at_once(*(call(town, "carin", "arrive", client=client, **HAND) for client in clients))
    assert set(refusal_rules(results)) <= {"P2"}, "told to look again, or the one left open for the other"
    assert Visit.objects.filter(open=True).count() == 1
    town.is_sound()


def test_rule_6_concurrent_batches_register_visits_once(town: Town) -> None:
    clients = [town.new_client() for _ in range(3)]
    town.days_pass(1)
    batch = [{"client": client, "arrived": town.at(7), "visit": new_id(), **HAND} for client in clients]
    results = run_at_once(*(call(town, "carin", "register_visits", visits=batch) for _ in range(3)))
    assert set(refusal_rules(results)) <= {"rule 6"}
    assert Visit.objects.count() == 3
    assert Line.objects.filter(event="visit.registered").count() == 3
    town.is_sound()


def test_rule_6_a_phones_batch_sent_at_once_is_settled_once(town: Town) -> None:
    """By one installation it waits for itself; by another, with the same events, one of the two is refused whole."""
    phone = CarersPhone(town, "carin")
    arrived = phone.notes("arrive", client=town.new_client(), **HAND)
    phone.notes("depart", visit=arrived.id, **HAND)
    batch = phone.request(phone.events)
    copied = batch | {"phone": str(new_id())}
    results = run_at_once(*(call(town, "carin", "sync_phone", **values) for values in (batch, batch, copied)))
    assert set(refusal_rules(results)) <= {"rule 6"}
    assert any(isinstance(result, ActOutcome) for result in results)
    assert Visit.objects.count() == 1
    assert Line.objects.filter(event__startswith="visit.").count() == 2
    assert set(PhoneEvent.objects.values_list("state", flat=True)) == {"acknowledged"}
    town.is_sound()


def test_simulated_lock_raises_inside_a_transaction(transactional_db: None) -> None:
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        SimulatedLocks().state(LockAt(CODE, "L1"))
