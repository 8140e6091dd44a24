# SPDX-License-Identifier: EUPL-1.2
"""Measures two parts of an act, each in turn with the least that a database does for it.

The access decision: against the same SQL, run on the driver's own connection. The chain's head: how long an act holds
it, against a bare transaction that locks a row, inserts one and updates the first.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from troskel.access.drivers import Grant, LockAnswer, LockAt
from troskel.access.simulated import SimulatedLocks
from troskel.acts.chapters import REGISTER
from troskel.cli.bench import MUNICIPALITY, PROVIDER, WARM_UP, Cost, measure_cost, perform
from troskel.ground import clock
from troskel.ground.driver import for_sqlite
from troskel.ground.ids import new_id
from troskel.people import queries as people
from troskel.people.roles import Actor
from troskel.permits import doors

FIRM = "5560000969"
DOOR = {"client": "K1", "serial": "L1"}
HEAD = "journal_chain"


def fill_door() -> str:
    """Mounts a lock at K1's door and links it. Returns a carer's token."""
    firm = {"orgnr": FIRM, "name": "Firm", "email": "f@example.org", "kind": "locksmith"}
    perform("register_organisations", organisations=[firm])
    for username, role, organisation in (("carin", "carer", PROVIDER), ("laban", "locksmith", FIRM)):
        perform("register_account", username=username, name=username, role=role, organisation=organisation)
    perform("register_things", kind="lock", numbers=["L1"], organisation=FIRM)
    ordered = {"client": "K1", "locksmith": FIRM, "reason": "bench"}
    order = REGISTER["order_installation"].perform(_actor("olle"), ordered).answer["order"]
    REGISTER["report_installation"].perform(_actor("laban"), {"order": order, "serial": "L1"})
    perform("link_lock", **DOOR)
    return str(perform("issue_token", username="carin", label="bench")["token"])


class LockMeasuredApart(SimulatedLocks):
    """The simulated lock; `cost` is that of the last time that it was asked to unlock."""

    cost = Cost()

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        """Unlocks as the simulated lock does."""
        counted = bool(connection.execute_wrappers)
        with measure_cost(counted=counted) as LockMeasuredApart.cost:
            return super().unlock(lock, account, grant)


def _actor(name: str) -> Actor:
    actor = people.actor_of_username(f"{MUNICIPALITY}/{name}")
    assert actor is not None
    return actor


def measure_access(rounds: int) -> dict[str, float]:
    """The microseconds of "may this carer open this door now, and by which paragraph", and of its bare SQL."""
    carer = _actor("carin")

    def decide() -> None:
        doors.doors_of(carer, DOOR["client"], clock.now()).may_open(DOOR["serial"])

    statements = _statements_of(decide)
    cursor = connection.connection.cursor()
    bare_statements = [(_for_driver(sql), params) for sql, params in statements if sql.startswith("SELECT")]

    def bare() -> None:
        for sql, params in bare_statements:
            cursor.execute(sql, params)
            cursor.fetchall()

    return {**_compared("function", "bare_sql", *_in_turn(decide, bare, rounds)), "queries": len(statements)}


def measure_head(rounds: int) -> dict[str, float]:
    """The microseconds from the moment that the head is locked until the commit has ended."""
    held: list[float] = []
    bare: list[float] = []
    olle = _actor("olle")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_head (id integer PRIMARY KEY, number bigint NOT NULL)")
        cursor.execute("INSERT INTO bench_head VALUES (1, 0)")
    for number in range(-WARM_UP, rounds):
        act = "place_tag" if number % 2 == 0 else "take_tag"
        with _held_since_lock(HEAD) as act_held:
            REGISTER[act].perform(olle, {"client": "K1", "tag": "T1"})
        with _held_since_lock("bench_head") as bare_held:
            _bare_chain()
        if number >= 0:
            held.append(act_held[0])
            bare.append(bare_held[0])
    return _compared("act", "bare", held, bare)


def _bare_chain() -> None:
    lock = "" if connection.vendor == "sqlite" else " FOR UPDATE"
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(f"SELECT number FROM bench_head WHERE id = 1{lock}")
        (number,) = cursor.fetchone()
        cursor.execute("INSERT INTO bench_bare (id, body) VALUES (%s, %s)", [new_id().hex, "{}"])
        cursor.execute("UPDATE bench_head SET number = %s WHERE id = 1", [number + 1])


@contextmanager
def _held_since_lock(table: str) -> Iterator[list[float]]:
    """Yields a list that gets the seconds from the end of the first SELECT on `table` to the end of the commit."""
    locked: list[float] = []
    held: list[float] = []
    commit = connection.commit

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        result = execute(sql, params, many, context)
        if sql.startswith("SELECT") and table in sql:
            connection.execute_wrappers.remove(watch)  # what is watched goes a longer way
            locked.append(time.perf_counter())
        return result

    def timed_commit() -> None:
        commit()
        if locked and not held:
            held.append(time.perf_counter() - locked[0])

    connection.commit = timed_commit  # type: ignore[method-assign]
    connection.execute_wrappers.append(watch)
    try:
        yield held
    finally:
        del connection.commit


def _in_turn(
    first: Callable[[], None], second: Callable[[], None], rounds: int
) -> tuple[list[float], list[float]]:
    """The seconds of each, run in turn."""
    seconds: tuple[list[float], list[float]] = ([], [])
    for number in range(-WARM_UP, rounds):
        for function, samples in zip((first, second), seconds, strict=True):
            started = time.perf_counter()
            function()
            if number >= 0:
                samples.append(time.perf_counter() - started)
    return seconds


def _compared(name: str, baseline: str, measured: list[float], bare: list[float]) -> dict[str, float]:
    """Median and tenth percentile of both in microseconds, and the ratios."""
    report: dict[str, float] = {}
    for cut, index in (("p50", 9), ("p10", 1)):
        of_measured, of_bare = (statistics.quantiles(values, n=20)[index] for values in (measured, bare))
        report[f"{name}_{cut}_us"] = round(of_measured * 1e6, 1)
        report[f"{baseline}_{cut}_us"] = round(of_bare * 1e6, 1)
        report[f"ratio_{cut}"] = round(of_measured / of_bare, 2)
    return report


def _statements_of(function: Callable[[], None]) -> list[tuple[str, Any]]:
    """The queries that the function makes, with their parameters."""
    statements: list[tuple[str, Any]] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        statements.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        function()
    return statements


def _for_driver(sql: str) -> str:
    return for_sqlite(sql) if connection.vendor == "sqlite" else sql
