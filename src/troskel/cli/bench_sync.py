# SPDX-License-Identifier: EUPL-1.2
"""Measures phones' batches of 50 events through the API, next to a bare view and the bare writing of as many rows."""

from __future__ import annotations

import json
import statistics
import time
from datetime import datetime, timedelta
from typing import Any, cast

from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction

from troskel.cli.bench import PROVIDER, Cost, perform, temporary_database, with_bare_view
from troskel.cli.bench_acts import call, fill
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.simulator.people import identity_number

PHONES, CLIENTS, BATCH = 20, 40, 50
WEEK = 500
"""The events of a phone that has been a week without coverage."""
ROWS_OF_A_BATCH = BATCH + BATCH // 2 + BATCH
"""Events, visits, and lines of the journal."""
ROW = "x" * 400
PATH = "/api/v1/phone/sync?plan=false"


def bench_sync(rounds: int) -> dict[str, Any]:
    """Returns events a second through HTTP in batches of 50 from 20 phones, by the clock and by the processor.

    Each round is a batch, one bare request with as large a body, and one transaction with as many rows (COPY on
    PostgreSQL, one INSERT on SQLite), in turn.
    """
    with temporary_database(), with_bare_view():
        fill()
        tokens = _carers_and_clients()
        serve = get_wsgi_application()
        costs: dict[str, list[Cost]] = {"sync": [], "bare_view": [], "bare_rows": []}
        began, statements = clock.now() - timedelta(days=20), 0
        for number in range(-PHONES, rounds):
            phone = number % PHONES
            body = _batch(phone, began + timedelta(hours=5 * ((number + PHONES) // PHONES)))
            sync = call(serve, PATH, tokens[phone], body, key="", counted=number < 0)
            bare_view = call(serve, "/bench/bare", tokens[phone], body, key="", counted=False)
            if number < 0:
                statements = sync.queries
                continue
            for name, cost in (("sync", sync), ("bare_view", bare_view), ("bare_rows", _bare_rows())):
                costs[name].append(cost)
        week = _week(serve, tokens[0], began - timedelta(days=9))
        sent = (rounds + PHONES) * BATCH + WEEK
        if (stored := _stored()) != (sent, sent // 2):
            raise RuntimeError(f"{sent} events were sent, and {stored} events and visits are stored")
    seconds = {name: statistics.median(cost.seconds for cost in took) for name, took in costs.items()}
    cpu = {name: statistics.median(cost.cpu for cost in took) for name, took in costs.items()}
    return {
        "rounds": rounds,
        "database": connection.vendor,
        "statements": statements,
        "events_per_second": {name: round(BATCH / took) for name, took in seconds.items()},
        "events_per_cpu_second": {name: round(BATCH / took) for name, took in cpu.items()},
        "ratio_to_rows": round(seconds["bare_rows"] / seconds["sync"], 3),
        "ratio_to_view": round(seconds["bare_view"] / seconds["sync"], 3),
        "week_offline_seconds": round(week, 2),
    }


def _carers_and_clients() -> list[str]:
    """Registers the phones' carers, each with a token, and the provider's clients. Returns the tokens."""
    since = (clock.today() - timedelta(days=60)).isoformat()
    born = clock.today().replace(year=1941, day=1)
    clients = [
        {
            "reference": f"S{n}",
            "first_name": "A",
            "last_name": "B",
            "identity": identity_number(born + timedelta(days=n), 980),
            "address": {"street": f"Almvägen {n}"},
        }
        for n in range(CLIENTS)
    ]
    perform("register_clients", clients=clients)
    period = {"valid_from": since}
    perform(
        "make_decisions",
        decisions=[
            {"client": f"S{n}", "reference": f"D{n}", "service": "home_care", **period}
            for n in range(CLIENTS)
        ],
    )
    perform(
        "allocate",
        allocations=[
            {"decision": f"D{n}", "reference": f"A{n}", "organisation": PROVIDER, **period}
            for n in range(CLIENTS)
        ],
    )
    tokens = []
    for n in range(PHONES):
        perform("register_account", username=f"c{n}", name=f"C{n}", role="carer", organisation=PROVIDER)
        tokens.append(str(perform("issue_token", username=f"c{n}", label="bench")["token"]))
    return tokens


def _batch(phone: int, began: datetime) -> bytes:
    """Returns a request with 25 visits, one after another, to clients in turn."""
    events: list[dict[str, Any]] = []
    for n in range(BATCH // 2):
        arrived = began + timedelta(minutes=12 * n)
        arrival = str(new_id())
        evidence = {"by": "hand", "reason": "phone_failed"}
        for own, noted, content in (
            (arrival, arrived, {"kind": "arrive", "client": f"S{(phone + n) % CLIENTS}"}),
            (str(new_id()), arrived + timedelta(minutes=10), {"kind": "depart", "visit": arrival}),
        ):
            events.append(
                {
                    "id": own,
                    "sequence": len(events) + 1,
                    "noted": noted.isoformat(),
                    "content": content | evidence,
                }
            )
    request = {
        "phone": f"00000000-0000-4000-8000-{phone:012}",
        "sent": clock.now().isoformat(),
        "events": events,
    }
    return json.dumps(request).encode()


def _week(serve: Any, token: str, began: datetime) -> float:
    """Returns the seconds until a phone that was a week offline is done."""
    bodies = [_batch(0, began + timedelta(hours=6 * n)) for n in range(WEEK // BATCH)]
    return sum(call(serve, PATH, token, body, key="", counted=False).seconds for body in bodies)


def _stored() -> tuple[int, int]:
    """Returns how many events became visits, and how many visits there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM visits_phoneevent WHERE state = 'acknowledged'")
        (events,) = cursor.fetchone()
        cursor.execute("SELECT count(*) FROM visits_visit")
        (visits,) = cursor.fetchone()
    return events, visits


def _bare_rows() -> Cost:
    """Writes as many rows as a batch does, in one durable transaction, as fast as the database takes them."""
    rows = [(new_id().hex, ROW) for _ in range(ROWS_OF_A_BATCH)]
    started, cpu = time.perf_counter(), time.thread_time()
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            driver = cast(Any, cursor.cursor)
            with driver.copy("COPY bench_bare (id, body) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            places = ", ".join(["(%s, %s)"] * len(rows))
            values = [value for row in rows for value in row]
            cursor.execute(f"INSERT INTO bench_bare (id, body) VALUES {places}", values)
    return Cost(time.perf_counter() - started, time.thread_time() - cpu)
