# SPDX-License-Identifier: EUPL-1.2
"""Reads of openings and alarms."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Q, Subquery

from troskel.access.models import Opening
from troskel.access.rules import LOW_BATTERY_PER_CENT
from troskel.access.way_in_rules import LastAnswer
from troskel.custody.models import Thing
from troskel.ground.compiled_query import CompiledQuery
from troskel.people.roles import Actor

ONE_DAY = timedelta(days=1)


def accepted_by(viewer: Actor, now: datetime) -> Q:
    """Returns the condition on alarms that the viewer has accepted, with the acceptance still in force (rule 4)."""
    return Q(
        municipality=viewer.municipality,
        organisation=viewer.organisation,
        accepted_by=viewer.account,
        closed=None,
        until__gt=now,
    )


def of_denied_phones(now: datetime) -> Q:
    """Returns the condition on grants of phones that locks are to deny: lost, or of somebody who has left."""
    return Q(phone__lost=True) | Q(phone__account__closed__lte=now)


def opening(municipality: str, identifier: UUID) -> Opening:
    """Returns an allowed opening by id."""
    (row,) = _OPENING(municipality, identifier)
    found: Opening = row
    return found


_OPENING = CompiledQuery(
    lambda municipality, identifier: Opening.objects.filter(municipality=municipality, id=identifier)
)


def last_answers(municipality: str, locks: Collection[UUID]) -> dict[UUID, LastAnswer]:
    """Returns what each lock answered at its latest opening that was noted, by lock. One query."""
    noted = Opening.objects.filter(municipality=municipality, lock=OuterRef("pk"), noted__isnull=False)
    newest = Thing.objects.filter(id__in=locks).annotate(
        newest=Subquery(noted.order_by("-noted", "-id").values("id")[:1])
    )
    rows = Opening.objects.filter(id__in=newest.values("newest"))
    columns = ("lock_id", "outcome", "battery", "noted")
    return {lock: LastAnswer(*answer) for lock, *answer in rows.values_list(*columns)}


def is_low_battery_known(opening: Opening, now: datetime) -> bool:
    """Has the lock reported a low battery within a day? Then it is not reported again with each opening."""
    return bool(_LOW_BATTERY(opening.municipality_id, opening.lock_id, now - ONE_DAY))


_LOW_BATTERY = CompiledQuery(
    lambda municipality, lock, since: Opening.objects.filter(
        municipality=municipality, lock=lock, noted__gt=since, battery__lt=LOW_BATTERY_PER_CENT
    ).values_list("id")[:1]
)
