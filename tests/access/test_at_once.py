# SPDX-License-Identifier: EUPL-1.2
"""Two people, or one phone twice, at the same moment: at a lock, at an alarm, at two clients."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest

from tests.acts.test_at_once import at_once, doing, rules
from tests.town import ALARM, CODE, EAST, Town, found
from troskel.access.drivers import SPENT, Grant, LockAt
from troskel.access.models import Alarm, Opening, SimulatedLock, SpentGrant
from troskel.access.rules import GRANT_LASTS, Outcome
from troskel.access.simulated import SimulatedLocks
from troskel.acts import opening
from troskel.acts.opening import Opened
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.visits.models import Visit

pytestmark = pytest.mark.django_db(transaction=True)
HAND = {"by": "hand", "reason": "phone_failed"}


@pytest.fixture
def town(transactional_db: None) -> Town:
    """A town that is there for every connection; Cilla is a carer beside Carin, Ragna a responder beside Rut."""
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
        with clock.standing_at(town.now):
            values = {"client": client, "serial": "L1"}
            return opening.open_the_door(town.actor(who), SimulatedLocks(), values, key=key)

    return work


def test_rule_4_two_carers_open_the_same_door_each_with_a_grant(town: Town) -> None:
    client = town.locked()
    opened = at_once(*(opens(town, who, client, "k") for who in ("carin", "cilla")))
    assert [said.outcome for said in opened] == ["opened", "opened"]
    assert Opening.objects.filter(outcome="opened").count() == SpentGrant.objects.count() == 2
    town.is_sound()


def test_rule_6_the_same_opening_sent_twice_at_once_turns_the_lock_once(town: Town) -> None:
    client = town.locked()
    opened = at_once(*(opens(town, "carin", client, "k") for _ in range(4)))
    assert {said.opening for said in opened} == {Opening.objects.get().id}
    assert {said.outcome for said in opened} <= {"opened", "unknown"}
    assert (Opening.objects.get().outcome, SimulatedLock.objects.get().charge) == ("opened", 999)
    assert Line.objects.filter(event="door.opened").count() == 1
    town.is_sound()


def test_a_grant_shown_twice_at_once_opens_once(town: Town) -> None:
    client = town.locked()
    account = town.actor("carin").account
    assert account is not None
    grant = Grant(new_id(), CODE, "L1", UUID(town.door(client)), account, town.now, town.now + GRANT_LASTS)

    def shown() -> tuple[str, str]:
        with clock.standing_at(town.now):
            said = SimulatedLocks().unlock(LockAt(CODE, "L1"), account, grant)
        return said.outcome, said.code

    assert sorted(at_once(*(shown for _ in range(4)))) == [
        (Outcome.OPENED, ""),
        *[(Outcome.REFUSED, SPENT)] * 3,
    ]


def test_rule_4_two_responders_accept_the_same_alarm(town: Town) -> None:
    client = town.locked()
    town.grant(client, ALARM, "safety_alarm")
    raised = at_once(*(doing(town, who, "raise_alarm", client=client) for who in ("rut", "ragna", "lars")))
    assert rules(raised) == [] and Alarm.objects.count() == 1
    alarm = Alarm.objects.get().id
    results = at_once(*(doing(town, who, "accept_alarm", alarm=alarm) for who in ("rut", "ragna")))
    assert rules(results) == ["rule 4"]
    town.is_sound()


def test_p2_one_carer_arrives_at_two_clients_at_once(town: Town) -> None:
    clients = [town.new_client() for _ in range(3)]
    results = at_once(*(doing(town, "carin", "arrive", client=client, **HAND) for client in clients))
    assert set(rules(results)) <= {"P2"}, "told to look again, or the one left open for the other"
    assert Visit.objects.filter(open=True).count() == 1
    town.is_sound()


def test_rule_6_a_batch_sent_twice_at_once_is_the_same_visits(town: Town) -> None:
    clients = [town.new_client() for _ in range(3)]
    town.days_pass(1)
    batch = [{"client": client, "arrived": town.at(7), "visit": new_id(), **HAND} for client in clients]
    results = at_once(*(doing(town, "carin", "register_visits", visits=batch) for _ in range(3)))
    assert set(rules(results)) <= {"rule 6"}
    assert Visit.objects.count() == 3
    assert Line.objects.filter(event="visit.registered").count() == 3
    town.is_sound()
