# SPDX-License-Identifier: EUPL-1.2
"""What a staff page shows of the outbox: what waits, what was given up, and whether a worker lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from troskel.ground import clock
from troskel.outbox.models import UNFINISHED, Parcel, Pulse
from troskel.outbox.post import COPY, MESSAGE

ALIVE = timedelta(minutes=1)


@dataclass(frozen=True)
class Condition:
    """How the outbox is. What is due while no worker lives will not be sent: say so on every page.

    `failing` have failed and will be tried again; `parked` will not, unless a person says so.
    """

    due: int
    oldest_due: datetime | None
    failing: int
    parked: int
    workers: int


def condition(municipality: str) -> Condition:
    """Two queries."""
    now = clock.now()
    due, parked = UNFINISHED & Q(run_at__lte=now), Q(parked_at__isnull=False)
    counted = Parcel.objects.filter(UNFINISHED | parked, municipality=municipality).aggregate(
        due=Count("id", filter=due),
        oldest_due=Min("run_at", filter=due),
        failing=Count("id", filter=UNFINISHED & ~Q(last_error="")),
        parked=Count("id", filter=parked),
    )
    return Condition(**counted, workers=living().count())


def living(within: timedelta = ALIVE) -> QuerySet[Pulse]:
    """The workers that gave a sign of life lately."""
    return Pulse.objects.filter(seen_at__gte=clock.now() - within).order_by("started_at")


def parked(municipality: str) -> QuerySet[Parcel]:
    """What was given up, the newest first."""
    return Parcel.objects.filter(municipality=municipality, parked_at__isnull=False).order_by(
        "-parked_at", "id"
    )


def emails(municipality: str) -> QuerySet[Parcel]:
    """The e-mails of a municipality, however far they have come."""
    return Parcel.objects.filter(municipality=municipality, kind__in=(MESSAGE, COPY))
