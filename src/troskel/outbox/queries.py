# SPDX-License-Identifier: EUPL-1.2
"""The outbox as a staff page shows it: waiting and parked messages, and running workers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Count, Min, Q, QuerySet

from troskel.ground import clock
from troskel.outbox.email_delivery import COPY_KIND, EMAIL_KIND
from troskel.outbox.models import UNFINISHED, Heartbeat, OutboxMessage

ALIVE_WITHIN = timedelta(minutes=1)


class OutboxStatus(NamedTuple):
    """Counts of a municipality's outbox. Due messages are not sent while no worker runs: every page shows that.

    `failing` have failed and will be retried; `parked` will not, unless a person retries them.
    """

    due: int
    oldest_due: datetime | None
    failing: int
    parked: int
    workers: int


def outbox_status(municipality: str) -> OutboxStatus:
    """Returns the municipality's outbox status. Two queries."""
    now = clock.now()
    due, parked = UNFINISHED & Q(run_at__lte=now), Q(parked_at__isnull=False)
    counts = OutboxMessage.objects.filter(UNFINISHED | parked, municipality=municipality).aggregate(
        due=Count("id", filter=due),
        oldest_due=Min("run_at", filter=due),
        failing=Count("id", filter=UNFINISHED & ~Q(last_error="")),
        parked=Count("id", filter=parked),
    )
    return OutboxStatus(**counts, workers=live_workers().count())


def live_workers(within: timedelta = ALIVE_WITHIN) -> QuerySet[Heartbeat]:
    """Returns the workers that have reported within `within`."""
    return Heartbeat.objects.filter(seen_at__gte=clock.now() - within).order_by("started_at")


def parked_messages(municipality: str) -> QuerySet[OutboxMessage]:
    """Returns the parked messages, newest first."""
    return OutboxMessage.objects.filter(municipality=municipality, parked_at__isnull=False).order_by(
        "-parked_at", "id"
    )


def emails(municipality: str) -> QuerySet[OutboxMessage]:
    """Returns the e-mails of a municipality, in any state."""
    return OutboxMessage.objects.filter(municipality=municipality, kind__in=(EMAIL_KIND, COPY_KIND))
