# SPDX-License-Identifier: EUPL-1.2
"""Rule 4: the one query on doors answers as the facts do, for every phone, client and lock of a simulated life.

The oracle is `routine.client_state` on the facts that the engine folded from the journal.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tests.town import CODE, undone_at_the_end
from troskel.access.models import Alarm
from troskel.custody.models import Holding, Thing
from troskel.duties.models import HomeState
from troskel.ground import clock
from troskel.ground.refusals import NotFound, Refusal
from troskel.people.models import Account, Client
from troskel.people.queries import actor_of
from troskel.people.roles import Actor, Role
from troskel.permits import doors
from troskel.routine import client_state, coverage
from troskel.routine.duty import HomeSnapshot as EngineState
from troskel.routine.facts import ClientFacts, HomeFacts
from troskel.simulator import day_loop
from troskel.simulator.town import BRISK

NOW = datetime(2026, 11, 20, 18, tzinfo=clock.STOCKHOLM)
Answer = tuple[str, date | None, UUID] | str
"""By what, through which day and at which door; or the rule that says no."""


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Ten weeks of a municipality."""
    with undone_at_the_end(django_db_blocker):
        day_loop.live(
            CODE, days=70, clients=30, seed=5, pace=BRISK, now=NOW, tell=lambda rules: None, every_day=None
        )
        yield


def homes() -> dict[UUID, HomeFacts]:
    states = HomeState.objects.values_list("home_id", "state")
    return {home: msgspec.json.decode(state, type=EngineState).facts for home, state in states}


def expected(viewer: Actor, facts: ClientFacts, home: HomeFacts, lock: UUID, now: datetime) -> Answer:
    """What the facts say of one lock: an answer, or "out of sight", "S2" or "rule 2"."""
    day = clock.day_of(now)
    assert viewer.organisation is not None
    if viewer.role is Role.RESPONDER:
        alarms = Alarm.objects.filter(client=facts.client, accepted_by=viewer.account, closed=None)
        if not alarms.filter(until__gt=now).exists():
            return "out of sight"
        paragraph, through = "alarm", None
    else:
        if not coverage.on_phone(facts, viewer.organisation, day):
            return "out of sight"
        ongoing = [a for a in client_state.ongoing(facts, day) if a.organisation == viewer.organisation]
        last = max(client_state.last_day(facts, allocation) for allocation in ongoing)
        paragraph, through = "A4", None if last == client_state.FOREVER else last
    if not facts.own:
        return "O1"
    for link in facts.links.values():
        if link.lock == lock:
            mounted = Holding.objects.filter(thing=lock, until=None, kind="door", holder=link.door).exists()
            return (paragraph, through, link.door) if mounted else "rule 2"
    return "S2"


def answer_of(viewer: Actor, client: Client, serial: str, now: datetime) -> Answer:
    try:
        basis, _ = doors.doors_of(viewer, client.case_number, now).may_open(serial)
    except NotFound:
        return "out of sight"
    except Refusal as refusal:
        return refusal.rule
    return basis.by.paragraph, basis.by.through, basis.door


@pytest.mark.django_db
def test_rule_4_query_answers_as_the_facts(lived: None) -> None:
    facts = homes()
    locks = dict(Thing.objects.filter(kind="lock", links__until=None).values_list("number", "id").distinct())
    phones = Account.objects.filter(role__in=["carer", "responder"], is_active=True)
    viewers = {(row.role, row.organisation_id): actor_of(row) for row in phones}
    seen: Counter[str] = Counter()
    for now in (NOW, NOW + timedelta(days=9), NOW + timedelta(days=60)):
        for viewer in viewers.values():
            for client in Client.objects.all():
                home = facts[client.home_id]
                linked = {link.lock for link in home.clients[client.id].links.values()}
                near = [(serial, lock) for serial, lock in locks.items() if lock in linked]
                for serial, lock in near or list(locks.items())[:1]:
                    told = answer_of(viewer, client, serial, now)
                    with_lock = [
                        found
                        for found in doors.doors_with(viewer, serial, now)
                        if found.client.client == client.id
                    ]
                    meant = expected(viewer, home.clients[client.id], home, lock, now)
                    assert told == meant, (viewer.role, client.case_number, serial, now)
                    if isinstance(meant, tuple):
                        assert with_lock and with_lock[0].may_open(serial)[0].door == meant[2]
                    elif meant == "out of sight":
                        assert not with_lock
                    seen[meant if isinstance(meant, str) else meant[0]] += 1
    assert seen["A4"] > 20 and seen["out of sight"] > 20, seen
