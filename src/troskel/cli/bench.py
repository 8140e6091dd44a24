# SPDX-License-Identifier: EUPL-1.2
"""What benches share: samples, costs, a database of their own, and the bare view that acts are measured next to."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test.utils import override_settings
from django.urls import get_resolver, path

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.people import queries as people
from troskel.people.roles import Actor, ActorKind

MUNICIPALITY = "0999"
PROVIDER = "5560000993"
WARM_UP = 10
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
        cuts = statistics.quantiles(self.milliseconds * 2, n=20)  # twice: one round will do
        return {
            "p10_ms": round(cuts[1], 2),
            "p50_ms": round(statistics.median(self.milliseconds), 2),
            "p95_ms": round(cuts[-1], 2),
            **({"cpu_p50_ms": round(statistics.median(self.cpu), 2)} if self.cpu else {}),
            "queries_mean": round(statistics.mean(self.queries), 1),
            "queries_most": max(self.queries),
        }


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
def with_bare_view() -> Iterator[None]:
    """Inside, this process's addresses have the bare view."""
    with override_settings(ROOT_URLCONF=_addresses()):
        yield


def add_bare_view() -> None:
    """Adds the bare view to this process's addresses."""
    settings.ROOT_URLCONF = _addresses()


def _addresses() -> ModuleType:
    addresses = ModuleType("addresseswith_bare_view")
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
