# SPDX-License-Identifier: EUPL-1.2
"""What the processes that answer have counted since they were started: acts, refusals, requests, sign-ins, limits.

Labels are names of the program's own: acts, codes, routes. Never an id, a name or an address. Where a server has
several processes, `shared()` lets each see the counts of all (prometheus-client's files, in memory).
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from prometheus_client import Counter, Summary
    from prometheus_client.metrics_core import Metric

SHARED = "PROMETHEUS_MULTIPROC_DIR"
IN_MEMORY = Path("/dev/shm")  # a full disk must not stop the counting process


class _Counters(NamedTuple):
    acts: Counter
    refusals: Counter
    requests: Summary
    sign_ins: Counter
    limits: Counter


@contextmanager
def shared() -> Iterator[None]:
    """Inside, processes that are started count together. To be entered before anything is counted."""
    if os.environ.get(SHARED):
        yield
        return
    place = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    folder = tempfile.mkdtemp(prefix="troskel-counts-", dir=place)
    os.environ[SHARED] = folder
    try:
        yield
    finally:
        os.environ.pop(SHARED, None)
        shutil.rmtree(folder, ignore_errors=True)


def count_act(act: str) -> None:
    """An act was carried out."""
    _counters().acts.labels(act).inc()


def count_refusal(act: str, code: str) -> None:
    """An act was refused. A refused opening is a refusal of `open_door`."""
    _counters().refusals.labels(act, code).inc()


def count_request(method: str, route: str, status: int, seconds: float) -> None:
    """A request was answered."""
    _counters().requests.labels(method, route, status).observe(seconds)


def count_sign_in(method: str, result: str) -> None:
    """Somebody signed in (`done`), or was refused."""
    _counters().sign_ins.labels(method, result).inc()


def count_limit(limit: str) -> None:
    """A request met a limit."""
    _counters().limits.labels(limit).inc()


def exposition(facts: Iterable[Metric]) -> bytes:
    """Returns all counts, and `facts` beside them, as Prometheus reads them."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.multiprocess import MultiProcessCollector

    registry = CollectorRegistry()
    counters = _counters()
    if os.environ.get(SHARED):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    else:
        for counter in counters:
            registry.register(counter)
    registry.register(_Collected(list(facts)))
    return generate_latest(registry)


class _Collected:
    """Figures that are known already, as a registry asks for them."""

    def __init__(self, metrics: list[Metric]) -> None:
        self.metrics = metrics

    def collect(self) -> list[Metric]:
        return self.metrics


@cache
def _counters() -> _Counters:
    """Made at the first count, so that a command that counts nothing does not wait for the library."""
    from prometheus_client import Counter, Summary

    def made(kind: Any, name: str, what: str, *labels: str) -> Any:
        return kind(f"troskel_{name}", what, labels, registry=None)

    return _Counters(
        acts=made(Counter, "acts", "Acts that were carried out", "act"),
        refusals=made(Counter, "refusals", "Acts that were refused, by the refusal's code", "act", "code"),
        requests=made(Summary, "request_seconds", "Requests, and the seconds they took", "method", "route", "status"),
        sign_ins=made(Counter, "sign_ins", "People who signed in, or were refused", "method", "result"),
        limits=made(Counter, "limits", "Requests that met a limit", "limit"),
    )  # fmt: skip
