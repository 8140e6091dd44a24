# SPDX-License-Identifier: EUPL-1.2
"""Measures acts over WSGI, next to a bare view with the same middleware, a token and one insert; and their parts."""

from __future__ import annotations

import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import get_resolver, path

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.people import queries as people
from troskel.people.roles import Actor, ActorKind
from troskel.simulator.people import identity_number

MUNICIPALITY = "0999"
PROVIDER = "5560000993"
WARM_UP = 10
LOCK_APART = "troskel.cli.bench_parts.LockMeasuredApart"
TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Samples(NamedTuple):
    """Milliseconds of each round, the queries of each round that counted them, and the processor's milliseconds."""

    milliseconds: list[float]
    queries: list[int]
    cpu: list[float] | None = None

    def summary(self) -> dict[str, float]:
        """Returns percentiles in milliseconds, and the mean and maximum number of queries.

        The tenth percentile is what a busy machine disturbs least; `cpu_p50_ms` is this process's time.
        """
        cuts = statistics.quantiles(self.milliseconds, n=20)
        return {
            "p10_ms": round(cuts[1], 2),
            "p50_ms": round(statistics.median(self.milliseconds), 2),
            "p95_ms": round(cuts[-1], 2),
            **({"cpu_p50_ms": round(statistics.median(self.cpu), 2)} if self.cpu else {}),
            "queries_mean": round(statistics.mean(self.queries), 1),
            "queries_most": max(self.queries),
        }


def bench_act(rounds: int = 200) -> dict[str, Any]:
    """Measures acts over WSGI, the access decision and the chain's head, each in turn with its baseline.

    What the simulated lock costs, which stands for a device at the door, is told apart from its opening.
    """
    from troskel.cli import bench_parts

    rounds += rounds % 2  # a tag is handed over, and back
    with temporary_database(), _with_bare_view(), override_settings(TROSKEL_LOCK_DRIVER=LOCK_APART):
        token = _fill()
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
                cost = _call(serve, url, bearer, body, key=f"{url} {number}", counted=number < 0)
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


def _call(serve: Any, url: str, token: str, body: bytes, key: str, *, counted: bool) -> Cost:
    """Makes one request. Returns what it cost; its queries are counted only if `counted`."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": url,
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


@dataclass
class Cost:
    """Seconds, those of this thread's processor, and number of queries."""

    seconds: float = 0
    cpu: float = 0
    queries: int = 0

    def without(self, part: Cost) -> Cost:
        """Returns what is left when a part of it is taken away."""
        return Cost(self.seconds - part.seconds, self.cpu - part.cpu, self.queries - part.queries)


@contextmanager
def measure_cost(*, counted: bool = True) -> Iterator[Cost]:
    """Measures what runs inside; BEGIN, COMMIT and savepoints are not counted as queries.

    `counted`: counting makes each query go through Django's cursor and takes time of its own; False only measures it.
    """
    cost = Cost()

    def counting(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        cost.queries += not sql.startswith(TRANSACTION)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting) if counted else nullcontext():
        started, cpu = time.perf_counter(), time.thread_time()
        yield cost
        cost.seconds, cost.cpu = time.perf_counter() - started, time.thread_time() - cpu


def _bare_view(request: HttpRequest) -> HttpResponse:
    """Identifies the account and inserts one row."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    actor = people.actor_of_token(people.digest_of(token), clock.now())
    if actor is None:
        return HttpResponse(status=401)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_bare (id, body) VALUES (%s, %s)", [new_id().hex, request.body.decode()]
        )
    return HttpResponse(b"{}", content_type="application/json")


_bare_view.csrf_exempt = True  # type: ignore[attr-defined]


@contextmanager
def _with_bare_view() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=_addresses()):
        yield


def add_bare_view() -> None:
    """Adds the bare view to this process's addresses."""
    settings.ROOT_URLCONF = _addresses()


def _addresses() -> ModuleType:
    addresses = ModuleType("addresses_with_bare_view")
    addresses.urlpatterns = [*get_resolver().url_patterns, path("bench/bare", _bare_view)]  # type: ignore[attr-defined]
    return addresses


@contextmanager
def temporary_database() -> Iterator[None]:
    """Creates a database and drops it afterwards; the configured database is not touched."""
    before = connection.settings_dict["NAME"]
    with tempfile.TemporaryDirectory() as folder:
        if connection.vendor == "sqlite":
            connection.settings_dict["TEST"]["NAME"] = str(Path(folder) / "bench.sqlite3")
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            with connection.cursor() as cursor:
                cursor.execute("CREATE TABLE bench_bare (id varchar(32) PRIMARY KEY, body text NOT NULL)")
            yield
        finally:
            connection.creation.destroy_test_db(before, verbosity=0)


def perform(act: str, **values: Any) -> dict[str, Any]:
    """Runs an act as the system. Returns its answer."""
    return REGISTER[act].perform(Actor.system(MUNICIPALITY, ActorKind.DEMO), values).answer


def _fill() -> str:
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
