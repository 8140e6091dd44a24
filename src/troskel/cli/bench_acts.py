# SPDX-License-Identifier: EUPL-1.2
"""Measures acts over WSGI, next to a bare view with the same middleware, a token and one insert; and their parts."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.test.utils import override_settings

from troskel.cli import bench_parts
from troskel.cli.bench import (
    PROVIDER,
    WARM_UP,
    Cost,
    Samples,
    measure_cost,
    perform,
    temporary_database,
    with_bare_view,
)
from troskel.ground import clock
from troskel.simulator.people import identity_number

LOCK_APART = "troskel.cli.bench_parts.LockMeasuredApart"


def bench_act(rounds: int = 200) -> dict[str, Any]:
    """Measures acts over WSGI, the access decision and the chain's head, each in turn with its baseline.

    What the simulated lock costs, which stands for a device at the door, is told apart from its opening.
    """
    rounds += rounds % 2  # a tag is handed over, and back
    with temporary_database(), with_bare_view(), override_settings(TROSKEL_LOCK_DRIVER=LOCK_APART):
        token = fill()
        carer = bench_parts.fill_door()
        serve = get_wsgi_application()
        over_http = {name: Samples([], [], []) for name in ("act", "open_door", "lock", "bare")}

        def note(name: str, cost: Cost, number: int) -> None:
            samples = over_http[name]
            if number < 0:
                samples.queries.append(cost.queries)
            else:
                samples.milliseconds.append(cost.seconds * 1000)
                samples.cpu.append(cost.cpu * 1000)  # type: ignore[union-attr]

        for number in range(-WARM_UP, rounds):
            tag = ("place_tag" if number % 2 == 0 else "take_tag", {"client": "K1", "tag": "T1"})
            for name, url, bearer, values in (
                ("act", f"/api/v1/acts/{tag[0]}", token, tag[1]),
                ("open_door", "/api/v1/phone/open", carer, bench_parts.DOOR),
                ("bare", "/bench/bare", token, tag[1]),
            ):
                body = json.dumps(values).encode()
                cost = call(serve, url, bearer, body, key=f"{url} {number}", counted=number < 0)
                if name == "open_door":
                    lock = bench_parts.LockMeasuredApart.cost
                    note("lock", lock, number)
                    cost = cost.without(lock)
                note(name, cost, number)
        report = {name: samples.summary() for name, samples in over_http.items()}
        ratios = {
            f"{name}_ratio_{cut}": round(report[name][f"{cut}_ms"] / report["bare"][f"{cut}_ms"], 2)
            for name in ("act", "open_door")
            for cut in ("p50", "p10", "cpu_p50")
        }
        return {
            "rounds": rounds,
            "database": connection.vendor,
            **report,
            **ratios,
            "access": bench_parts.measure_access(rounds),
            "head": bench_parts.measure_head(rounds),
        }


def call(serve: Any, url: str, token: str, body: bytes, key: str, *, counted: bool) -> Cost:
    """Makes one request. Returns what it cost; its queries are counted only if `counted`."""
    path, _, query = url.partition("?")
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_IDEMPOTENCY_KEY": key,
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
    }
    statuses: list[str] = []
    with measure_cost(counted=counted) as cost:
        answer = serve(environ, lambda status, headers, error=None: statuses.append(status))
        body_bytes = b"".join(answer)
    if not statuses[0].startswith("200"):
        raise RuntimeError(f"{url} answered {statuses[0]}: {body_bytes.decode()}")
    return cost


def fill() -> str:
    """Creates a client with home care, and a tag in the provider's stock. Returns a coordinator's token."""
    today = clock.today()
    since = (today - timedelta(days=30)).isoformat()
    perform("found_municipality", name="Bench", valid_from=since)
    office = {"orgnr": PROVIDER, "name": "Provider", "email": "p@example.org", "kind": "home_care"}
    perform("register_organisations", organisations=[office])
    perform("register_account", username="olle", name="Olle", role="coordinator", organisation=PROVIDER)
    client = {"reference": "K1", "first_name": "A", "last_name": "B", "address": {"street": "Ekvägen 1"}}
    client["identity"] = identity_number(today.replace(year=1940, day=1), 980)
    perform("register_clients", clients=[client])
    decision = {"client": "K1", "reference": "B1", "service": "home_care", "valid_from": since}
    perform("make_decisions", decisions=[decision])
    allocation = {"decision": "B1", "reference": "F1", "organisation": PROVIDER, "valid_from": since}
    perform("allocate", allocations=[allocation])
    perform("register_things", kind="tag", numbers=["T1"], organisation=PROVIDER)
    return str(perform("issue_token", username="olle", label="bench")["token"])
