# SPDX-License-Identifier: EUPL-1.2
"""What an act costs over WSGI, beside a bare view with the same middleware, the same token and one insert."""

from __future__ import annotations

import io
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

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
TRANSACTION = ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK")


class Measured(NamedTuple):
    """Milliseconds of each round, and the queries of each."""

    milliseconds: list[float]
    queries: list[int]

    def told(self) -> dict[str, float]:
        """Half of the rounds, and all but one in twenty, were at least this quick."""
        cuts = statistics.quantiles(self.milliseconds, n=20)
        return {
            "p50_ms": round(statistics.median(self.milliseconds), 2),
            "p95_ms": round(cuts[-1], 2),
            "queries_mean": round(statistics.mean(self.queries), 1),
            "queries_most": max(self.queries),
        }


def bench_act(rounds: int = 200) -> dict[str, Any]:
    """Hand a tag over and back over WSGI, each time followed by the bare view, in a database of its own."""
    act, bare = Measured([], []), Measured([], [])
    with own_database(), _with_bare_view():
        token = _filled()
        serve = get_wsgi_application()
        for number in range(-WARM_UP, rounds):
            name = "place_tag" if number % 2 == 0 else "take_tag"
            body = json.dumps({"client": "K1", "tag": "T1"}).encode()
            for measured, where in ((act, f"/api/v1/acts/{name}"), (bare, "/bench/bare")):
                spent, queries = _call(serve, where, token, body, key=f"{where} {number}")
                if number >= 0:
                    measured.milliseconds.append(spent * 1000)
                    measured.queries.append(queries)
    told_act, told_bare = act.told(), bare.told()
    return {
        "rounds": rounds,
        "database": connection.vendor,
        "act": told_act,
        "bare": told_bare,
        "ratio_p50": round(told_act["p50_ms"] / told_bare["p50_ms"], 2),
    }


def _call(serve: Any, where: str, token: str, body: bytes, key: str) -> tuple[float, int]:
    """One request; gives the seconds it took and its queries."""
    asked = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": where,
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
    with counted() as cost:
        answer = serve(asked, lambda status, headers, error=None: statuses.append(status))
        said = b"".join(answer)
    if not statuses[0].startswith("200"):
        raise RuntimeError(f"{where} answered {statuses[0]}: {said.decode()}")
    return cost.seconds, cost.queries


@dataclass
class Cost:
    """What something cost."""

    seconds: float = 0
    queries: int = 0


@contextmanager
def counted() -> Iterator[Cost]:
    """The cost of what is done inside; the ends of transactions are no queries."""
    cost = Cost()

    def counting(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        cost.queries += not sql.startswith(TRANSACTION)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(counting):
        started = time.perf_counter()
        yield cost
        cost.seconds = time.perf_counter() - started


def _bare(request: HttpRequest) -> HttpResponse:
    """Who is it? One row; done."""
    token = request.headers["Authorization"].removeprefix("Bearer ")
    actor = people.actor_of_token(people.digest_of(token), clock.now())
    if actor is None:
        return HttpResponse(status=401)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_bare (id, body) VALUES (%s, %s)", [new_id().hex, request.body.decode()]
        )
    return HttpResponse(b"{}", content_type="application/json")


_bare.csrf_exempt = True  # type: ignore[attr-defined]


@contextmanager
def _with_bare_view() -> Iterator[None]:
    addresses = ModuleType("addresses_with_bare_view")
    addresses.urlpatterns = [*get_resolver().url_patterns, path("bench/bare", _bare)]  # type: ignore[attr-defined]
    with override_settings(ROOT_URLCONF=addresses):
        yield


@contextmanager
def own_database() -> Iterator[None]:
    """A database made for this and dropped afterwards; what is there already is not touched."""
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


def _filled() -> str:
    """A client with home care, and a tag in the provider's stock; gives a coordinator's token."""
    today = clock.today()
    system = Actor.system(MUNICIPALITY, ActorKind.DEMO)
    since = (today - timedelta(days=30)).isoformat()

    def does(act: str, **values: Any) -> dict[str, Any]:
        return REGISTER[act].perform(system, values).answer

    does("found_municipality", name="Bench", valid_from=since)
    office = {"orgnr": PROVIDER, "name": "Provider", "email": "p@example.org", "kind": "home_care"}
    does("register_organisations", organisations=[office])
    does("register_account", username="olle", name="Olle", role="coordinator", organisation=PROVIDER)
    client = {"reference": "K1", "first_name": "A", "last_name": "B", "address": {"street": "Ekvägen 1"}}
    client["identity"] = identity_number(today.replace(year=1940, day=1), 980)
    does("register_clients", clients=[client])
    decision = {"client": "K1", "reference": "B1", "service": "home_care", "valid_from": since}
    does("make_decisions", decisions=[decision])
    allocation = {"decision": "B1", "reference": "F1", "organisation": PROVIDER, "valid_from": since}
    does("allocate", allocations=[allocation])
    does("register_things", kind="tag", numbers=["T1"], organisation=PROVIDER)
    return str(does("issue_token", username="olle", label="bench")["token"])
