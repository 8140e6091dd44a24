# SPDX-License-Identifier: EUPL-1.2
"""Reads of openings and alarms."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from troskel.access.models import Alarm, Opening
from troskel.access.rules import LOW_BATTERY, Answering
from troskel.people.roles import Actor, Role

A_DAY = timedelta(days=1)


def accepted(viewer: Actor, now: datetime) -> Q:
    """The condition on Alarm for those that the viewer has accepted, and whose acceptance lasts (rule 4)."""
    return Q(
        municipality=viewer.municipality,
        organisation=viewer.organisation,
        accepted_by=viewer.account,
        closed=None,
        until__gt=now,
    )


def answering(viewer: Actor, clients: Collection[UUID], now: datetime) -> dict[UUID, Answering]:
    """The alarms of these clients that a responder has accepted. One query; none for others, who open by A4."""
    if viewer.role is not Role.RESPONDER:
        return {}
    rows = Alarm.objects.filter(accepted(viewer, now), client__in=clients)
    told = rows.values_list("client_id", "id", "until")
    return {client: Answering(alarm, until) for client, alarm, until in told if until is not None}


def opening(municipality: str, identifier: UUID) -> Opening:
    """An opening that was allowed."""
    return Opening.objects.get(municipality=municipality, id=identifier)


def low_battery_known(opening: Opening, now: datetime) -> bool:
    """Has the lock told of its low battery the last day and night? Then it need not be said again with each opening."""
    return Opening.objects.filter(
        municipality=opening.municipality_id,
        lock=opening.lock_id,
        noted__gt=now - A_DAY,
        battery__lt=LOW_BATTERY,
    ).exists()
