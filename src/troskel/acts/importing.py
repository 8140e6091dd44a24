# SPDX-License-Identifier: EUPL-1.2
"""The result of a night's extract: somebody has to correct the rejected lines, or to answer for a stop (A4)."""

from __future__ import annotations

import json
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.people import rules
from troskel.people.imports import BegunNight, RejectedLine, StopReason
from troskel.people.models import ImportedNight, Municipality, StoppedNight
from troskel.people.roles import Role
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

MAX_STORED_REJECTIONS = 500
"""The most rejected lines stored for a night; the others are counted only."""


@act("A4")
def note_beginning(ctx: ActContext, *, night: BegunNight) -> dict[str, Any]:
    """Note that a night begins to be taken in, so that it is told of as a whole if it is broken off and comes again.

    It changes nothing else, so no line is written.
    """
    _municipality(ctx).update(begun_night=msgspec.json.encode(night).decode())
    return {"day": night.day}


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
    _municipality(ctx).exclude(begun_night="").update(begun_night="")
    latest = (
        ImportedNight.objects.filter(municipality=ctx.actor.municipality).order_by("-taken_in", "-id").first()
    )
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
    StoppedNight.objects.filter(_same_night(ctx, day, digest)).update(answer="taken_in")
    ctx.journal("night.imported", night=night.id, day=day, rejections=len(rejected))
    return {"night": night.id}


@act("A4")
def note_stop(ctx: ActContext, *, day: date, digest: str, reasons: list[StopReason]) -> dict[str, Any]:
    """Note that a night has stopped, for the administrator. Nothing else changes, so no line is written."""
    told = json.dumps(msgspec.to_builtins(reasons))
    night = StoppedNight.objects.filter(_same_night(ctx, day, digest)).first()
    if night is None:
        night = StoppedNight(
            id=new_id(), municipality_id=ctx.actor.municipality, day=day, digest=digest, reasons=told
        )
    night.stopped, night.reasons = ctx.now, told
    night.save()
    return {"night": night.id}


@act("A4", who=(Role.ADMINISTRATOR,), writes=["night.answered"])
def answer_night(ctx: ActContext, *, night: UUID, release: bool) -> dict[str, Any]:
    """Release a stopped night, so that it is taken in when it is imported again; or reject it, so that it never is."""
    row = (
        StoppedNight.objects.select_for_update().filter(municipality=ctx.actor.municipality, id=night).first()
    )
    if row is None:
        raise NotFound("night", "night")
    rules.night_waits(row.answer)
    row.answer = "released" if release else "rejected"
    row.save(update_fields=["answer"])
    ctx.journal("night.answered", night=row.id, day=row.day, release=release)
    return {"night": row.id, "answer": row.answer}


def _municipality(ctx: ActContext) -> QuerySet[Municipality]:
    return Municipality.objects.filter(code=ctx.actor.municipality)


def _same_night(ctx: ActContext, day: date, digest: str) -> Q:
    """The condition on the question about a night, by its day and its bytes, until it is taken in."""
    same = Q(municipality=ctx.actor.municipality, day=day, digest=digest)
    return same & ~Q(answer="taken_in")
