# SPDX-License-Identifier: EUPL-1.2
"""What machines that watch the program ask: does it live, is it ready, and what are its figures."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import resolve

from troskel.ground import clock, counters, waiting
from troskel.reading.standing import Standing, kept_standings, last_backup
from troskel.screens.pages import public
from troskel.web.shell.forwarded import is_forwarded

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric

PATHS = "/-/"
TEXT = "text/plain; charset=utf-8"
BEARER = "Bearer "


class Watching:
    """Middleware: answers what is under `/-/` at once, whatever the host, without session or static files."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(PATHS):
            return self.get_response(request)
        try:
            request.resolver_match = match = resolve(request.path_info)
            answer: HttpResponse = match.func(request, *match.args, **match.kwargs)
        except Http404:
            return HttpResponse("not found\n", content_type=TEXT, status=404)
        return answer


@public(
    "-/live",
    name="live",
)
def live(_request: HttpRequest) -> HttpResponse:
    """Does the process answer? Asks nothing of the database."""
    return HttpResponse("live\n", content_type=TEXT)


@public(
    "-/ready",
    name="ready",
)
def ready(_request: HttpRequest) -> HttpResponse:
    """Can it answer people: is the database there? 503 where it is not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        response = HttpResponse("the database is away\n", content_type=TEXT, status=503)
        response["Retry-After"] = str(waiting.RETRY_AFTER_SECONDS)
        return response
    return HttpResponse("ready\n", content_type=TEXT)


@public(
    "-/metrics",
    name="metrics",
)
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, as Prometheus reads them; for those who may ask. Others learn nothing: 404.

    Without the database, the counts alone.
    """
    if not _may_ask(request):
        raise Http404
    facts: list[Standing] | None = None
    with suppress(DatabaseError):
        facts = kept_standings()
    return HttpResponse(
        counters.exposition(_metrics(facts)), content_type="text/plain; version=0.0.4; charset=utf-8"
    )


def _may_ask(request: HttpRequest) -> bool:
    """By the token, or from an address that is named. What came through a proxy has no address of this machine."""
    given = request.headers.get("Authorization", "")
    token = settings.TROSKEL_METRICS_TOKEN
    if token and hmac.compare_digest(given.encode(), f"{BEARER}{token}".encode()):
        return True
    try:
        address = ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return str(address) in settings.TROSKEL_METRICS_FROM and not (
        address.is_loopback and is_forwarded(request)
    )


FIGURES = {
    "day": ("last_turned_day_seconds", "The last day that was turned, as the instant it began"),
    "due": ("mail_due", "E-mails to be sent now"),
    "failing": ("mail_failing", "E-mails that were tried in vain, and will be tried again"),
    "parked": ("mail_parked", "E-mails that were given up and wait for a person"),
    "mail_waits": ("mail_oldest_age_seconds", "Age of the oldest e-mail that waits"),
    "mail_sent": ("mail_last_sent_seconds", "When an e-mail was last sent, within seven days"),
    "night": ("last_import_seconds", "When the last night of the case system was taken in"),
    "stopped": ("nights_stopped", "Nights that stopped and wait for an answer"),
    "late": ("duties_late", "Open duties whose day has passed"),
    "lines": ("journal_lines", "Lines in the chain of acts"),
    "head": ("chain_head_age_seconds", "Age of the last line in the chain of acts"),
}
"""By fact: the metric's name after `troskel_`, and what it says. Instants are seconds since 1970."""
AGES = ("mail_waits", "head")


def _metrics(facts: list[Standing] | None) -> Iterator[Metric]:
    from prometheus_client.core import GaugeMetricFamily

    yield GaugeMetricFamily("troskel_database_up", "1 where it answers", value=float(facts is not None))
    facts = facts or []
    workers = [one.worker for one in facts if one.worker]
    beat = GaugeMetricFamily("troskel_worker_last_seen_seconds", "The newest heartbeat of a worker")
    if workers:
        beat.add_metric([], max(workers).timestamp())
    yield beat
    made = last_backup()
    if isinstance(made, datetime):
        yield GaugeMetricFamily(
            "troskel_last_backup_seconds", "When the newest was written", made.timestamp()
        )
    for name, (metric, what) in FIGURES.items():
        family = GaugeMetricFamily(f"troskel_{metric}", what, labels=["municipality"])
        for one in facts:
            value = _number(getattr(one, name), is_age=name in AGES)
            if value is not None:
                family.add_metric([one.municipality], value)
        yield family


def _number(value: Any, *, is_age: bool) -> float | None:
    if isinstance(value, datetime):
        return (clock.now() - value).total_seconds() if is_age else value.timestamp()
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=clock.STOCKHOLM).timestamp()
    return None if value is None else float(value)
