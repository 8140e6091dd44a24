# SPDX-License-Identifier: EUPL-1.2
"""What is known of each lock at a door: wish and observation apart, unknown as unknown, and what is to be seen to."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.acts.door_street import Handset, mounted
from tests.town import CODE, EAST, MEADOW, Town
from troskel.access.drivers import BoltPosition, LockAt, LockState
from troskel.access.lock_state_rules import LockTrouble
from troskel.access.locks.records import LockCommand, SeenCredential, Turning
from troskel.access.locks.tables import KeptInTables
from troskel.access.models import LockKey
from troskel.journal.models import Line
from troskel.reading.lock_states import ANY, lock_states
from troskel.reading.lock_states import LockAsKnown as Known
from troskel.reading.paging import PageRequest
from troskel.simulator.door_locks import FaultOnDemand

ALL = PageRequest()
KEPT = KeptInTables()
L1 = LockAt(CODE, "L1")


def known(town: Town, who: str = "siri", **selection: Any) -> dict[str, Known]:
    with town.standing():
        return {lock.number: lock for lock in lock_states(town.actor(who), ALL, **selection).items}


def saw(town: Town, bolt: BoltPosition, battery: int | None = None, serial: str = "L1") -> datetime:
    """A lock service tells of a lock."""
    KEPT.saw(LockAt(CODE, serial), LockState(bolt, battery, None, town.now))
    return town.now


def opened(town: Town, client: str, outcome: str, battery: int | None = None, serial: str = "L1") -> None:
    made = town.does("carin", "open_door", client=client, serial=serial).answer
    town.does("carin", "note_opening", opening=made["opening"], outcome=outcome, battery=battery)


# --- unknown is said as unknown


def test_a_lock_that_nobody_has_heard_of_is_unknown(town: Town) -> None:
    town.locked()
    (lock,) = known(town).values()
    assert (lock.number, lock.clients) == ("L1", ["2026-0001"])
    assert (lock.bolt, lock.bolt_seen, lock.seen) == ("unknown", "", None)
    assert (lock.battery, lock.outcome, lock.outcome_at, lock.wished) == (None, "", None, "")
    assert not lock.by_server and not lock.by_phone
    assert lock.troubles == ["silent"]


def test_only_locks_at_doors_are_told_of(town: Town) -> None:
    assert known(town) == {}, "those in stock wait for a door"


def test_the_last_opening_and_the_battery_as_it_was_told_then(town: Town) -> None:
    client = town.locked()
    opened(town, client, "opened", 63)
    town.now += timedelta(minutes=30)
    opened(town, client, "no_answer")
    (lock,) = known(town).values()
    assert (lock.outcome, lock.battery) == ("no_answer", 63), "who did not answer told of no battery"
    assert lock.outcome_at is not None and lock.battery_told is not None
    assert lock.outcome_at > lock.battery_told
    assert lock.troubles == ["failed"]
    opened(town, client, "refused", 62)
    assert known(town)["L1"].troubles == [], "a lock that says no works"


def test_a_phones_opening_without_the_server_is_told_of_too(town: Town) -> None:
    town.locked()
    thing, phone = mounted(town), Handset(town)
    phone.enrols()
    phone.takes()
    thing.battery, thing.fault = 12, FaultOnDemand.JAM
    phone.opens(thing)
    phone.tells()
    (lock,) = known(town).values()
    assert (lock.by_phone, lock.outcome, lock.battery) == (True, "jammed", 12)
    assert lock.troubles == ["battery", "failed"]
    LockKey.objects.update(gap=town.now)
    assert known(town)["L1"].log == "gap"
    LockKey.objects.update(broken=town.now)
    assert known(town)["L1"].log == "broken" and "log" in known(town)["L1"].troubles


# --- what a lock service tells: wished and observed


def test_wished_and_observed_are_told_apart(town: Town) -> None:
    town.locked()
    at = saw(town, BoltPosition.LOCKED, 80)
    town.now += timedelta(minutes=10)
    KEPT.begin(LockCommand(L1, Turning.UNLOCK, None, town.now, town.now + timedelta(seconds=30)))
    (lock,) = known(town).values()
    assert (lock.wished, lock.wished_at) == ("unlock", town.now)
    assert (lock.bolt, lock.seen, lock.battery) == ("locked", at, 80), "what was wished is not what was seen"
    town.now += timedelta(minutes=51)
    (lock,) = known(town).values()
    assert (lock.bolt, lock.bolt_seen, lock.seen) == ("unknown", "locked", at), (
        "an hour ago says nothing of now"
    )


def test_a_code_is_wished_and_seen_apart(town: Town) -> None:
    town.locked()
    first, second = UUID(int=1), UUID(int=2)
    KEPT.wish(L1, first, "a", there=True, at=town.now)
    KEPT.wish(L1, second, "b", there=True, at=town.now)
    (lock,) = known(town).values()
    assert (lock.codes, lock.codes_seen, lock.codes_apart) == (2, 0, 0), "nobody has looked yet"
    KEPT.observe(L1, {first: SeenCredential("a", is_there=True)}, town.now)
    (lock,) = known(town).values()
    assert (lock.codes, lock.codes_seen, lock.codes_apart) == (2, 1, 1)
    KEPT.wish(L1, first, "a", there=False, at=town.now)
    (lock,) = known(town, trouble="codes").values()
    assert (lock.codes, lock.codes_seen, lock.codes_apart) == (1, 1, 2)


# --- which need attention


def test_each_filter_finds_the_locks_with_that_trouble(town: Town) -> None:
    """The condition in the database and the judgement of a lock are two: here they say the same."""
    clients = [town.locked(serial=f"L{n}") for n in range(1, 8)]
    opened(town, clients[0], "opened", 15, "L1")
    opened(town, clients[1], "jammed", 90, "L2")
    opened(town, clients[2], "opened", 90, "L3")
    opened(town, clients[3], "opened", 15, "L4")
    opened(town, clients[4], "opened", 90, "L5")
    town.now += timedelta(minutes=1)
    saw(town, BoltPosition.LOCKED, 95, "L4")  # its battery is new
    saw(town, BoltPosition.LOCKED, 10, "L5")
    mounted(town, "L3")
    LockKey.objects.update(broken=town.now)
    KEPT.saw(LockAt(CODE, "L7"), LockState(BoltPosition.LOCKED, 8, None, town.now))
    KEPT.wish(LockAt(CODE, "L7"), UUID(int=7), "", there=True, at=town.now)
    KEPT.observe(LockAt(CODE, "L7"), {}, town.now)
    every = known(town)
    found = {trouble: sorted(known(town, trouble=trouble)) for trouble in sorted(LockTrouble.codes())}
    assert found == {
        "battery": ["L1", "L5", "L7"],
        "codes": ["L7"],
        "failed": ["L2"],
        "log": ["L3"],
        "silent": ["L6"],
    }
    for trouble, numbers in found.items():
        assert sorted(number for number, lock in every.items() if trouble in lock.troubles) == numbers
    assert sorted(known(town, trouble=ANY)) == ["L1", "L2", "L3", "L5", "L6", "L7"]
    assert sorted(known(town, reached="phone")) == ["L3"]
    assert sorted(known(town, reached="server")) == ["L1", "L2", "L3", "L4", "L5", "L7"]
    assert sorted(known(town, reached="neither")) == ["L6"]


# --- who sees what


def test_a_provider_sees_the_locks_of_its_own_clients_and_its_own_openings(town: Town) -> None:
    ours = town.locked()
    town.locked(to=MEADOW, serial="L2")
    opened(town, ours, "opened", 63)
    assert list(known(town, "olle")) == ["L1"] and list(known(town, "moa")) == ["L2"]
    assert known(town, "olle")["L1"].outcome == "opened"
    decision = town.grant(ours, MEADOW)
    assert decision
    both = known(town, "moa")
    assert sorted(both) == ["L1", "L2"]
    assert (both["L1"].outcome, both["L1"].outcome_at, both["L1"].battery) == ("", None, None)
    line = Line.objects.filter(event="lock_states.listed").order_by("number").last()
    assert line is not None and len(json.loads(line.body)["shown"]) == 2, "who was shown is written down"


def test_as_many_queries_for_many_locks_as_for_one(town: Town) -> None:
    def cost() -> int:
        with town.standing(), CaptureQueriesContext(connection) as queries:
            lock_states(town.actor("siri"), ALL)
        return sum(query["sql"].startswith("SELECT") for query in queries)

    town.actor("siri")
    opened(town, town.locked(), "opened", 63)
    one = cost()
    for n in range(2, 6):
        opened(town, town.locked(to=EAST, serial=f"L{n}"), "opened", 63, f"L{n}")
    assert cost() == one <= 8
