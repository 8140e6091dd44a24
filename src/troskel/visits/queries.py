# SPDX-License-Identifier: EUPL-1.2
"""What was noted at doors that nobody opened: from the journal, of today and yesterday."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from troskel.ground import clock
from troskel.journal.models import ChainKind, Line
from troskel.visits.unanswered import DoorStep, NotedStep, Search, searches

EVENT = "door.unanswered"


def searches_of(
    municipality: str, *, clients: Collection[UUID] | None = None, organisation: UUID | None = None
) -> list[Search]:
    """The searches since yesterday morning, the oldest first; of these clients, or all. One query."""
    since = datetime.combine(clock.today() - timedelta(days=1), time(), clock.STOCKHOLM)
    of_whom: dict[str, Any] = {} if clients is None else {"client__in": clients}
    lines = Line.objects.filter(
        municipality=municipality, kind=ChainKind.ACTS, recorded__gte=since, event=EVENT, **of_whom
    )
    steps = []
    for client, body, occurred, account in lines.order_by("number").values_list(
        "client", "body", "occurred", "actor"
    ):
        told = json.loads(body)
        whose = UUID(told["organisation"])
        if client is not None and organisation in (None, whose):
            steps.append((client, whose, NotedStep(DoorStep(told["step"]), occurred, account)))
    return searches(steps)
