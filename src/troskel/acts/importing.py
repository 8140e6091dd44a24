# SPDX-License-Identifier: EUPL-1.2
"""The result of a night's extract: somebody has to correct the rejected lines (A4)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import msgspec

from troskel.ground.ids import new_id
from troskel.people.imports import RejectedLine
from troskel.people.models import ImportedNight
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

MAX_STORED_REJECTIONS = 500
"""The most rejected lines stored for a night; the others are counted only."""


@act("A4", writes=["night.imported"])
def note_night(
    ctx: ActContext,
    *,
    day: date,
    digest: str = "",
    unchanged: int,
    changes: dict[str, int],
    rejected: list[RejectedLine],
    to_decide: list[RejectedLine] = [],  # noqa: B006
) -> dict[str, Any]:
    """Record that a night's extract has been imported. A repeat of the latest night without changes adds nothing."""
    stored_lines = json.dumps(
        msgspec.to_builtins([*to_decide, *rejected][:MAX_STORED_REJECTIONS]), ensure_ascii=False
    )
    latest = ImportedNight.objects.filter(municipality=ctx.actor.municipality).order_by("-id").first()
    if latest and (latest.day, latest.digest, latest.rejected, changes) == (day, digest, stored_lines, {}):
        return {"night": latest.id}
    night = ImportedNight(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        day=day,
        digest=digest,
        taken_in=ctx.now,
        unchanged=unchanged,
        changes=json.dumps(changes, sort_keys=True),
        rejections=len(rejected),
        rejected=stored_lines,
    )
    night.save(force_insert=True)
    ctx.journal("night.imported", night=night.id, day=day, rejections=len(rejected))
    return {"night": night.id}
