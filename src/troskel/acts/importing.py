# SPDX-License-Identifier: EUPL-1.2
"""What came of a night's extract is kept: the lines that were not used are somebody's to mend (A4)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec

from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.ids import new_id
from troskel.people import operations as people
from troskel.people.imports import RejectedLine
from troskel.people.models import ImportedNight

MOST_KEPT = 500
"""Rejected lines of a night that are kept one by one; the others are counted."""


@act("A4", writes=["night.imported"])
def note_night(
    doing: Doing, *, day: date, unchanged: int, changes: dict[str, int], rejected: list[RejectedLine]
) -> dict[str, Any]:
    """A night's extract has been taken in. The same night again, that changes nothing, is the same."""
    kept = json.dumps(msgspec.to_builtins(rejected[:MOST_KEPT]), ensure_ascii=False)
    before = ImportedNight.objects.filter(municipality=doing.actor.municipality).order_by("-id").first()
    if before and (before.day, before.rejected, changes) == (day, kept, {}):
        return {"night": before.id}
    night = ImportedNight(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        day=day,
        taken_in=doing.now,
        unchanged=unchanged,
        changes=json.dumps(changes, sort_keys=True),
        rejections=len(rejected),
        rejected=kept,
    )
    people.keep_night(night)
    doing.journal("night.imported", night=night.id, day=day, rejections=len(rejected))
    return {"night": night.id}
