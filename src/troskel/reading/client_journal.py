# SPDX-License-Identifier: EUPL-1.2
"""What the journal tells of one client, newest first, within what the viewer may read."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import OuterRef, Q, Subquery

from troskel.journal.models import Kind, Line
from troskel.people.models import Account
from troskel.people.roles import MUNICIPAL_ROLES, Actor


class LineTold(msgspec.Struct, frozen=True):
    """A line, with who wrote it: role and organisation, both empty for the system."""

    number: int
    occurred: datetime
    act: str
    paragraph: str
    event: str
    body: dict[str, Any]
    role: str
    organisation: str


def told_about(
    viewer: Actor, client: UUID, *, before: int | None, without: Collection[str], most: int
) -> tuple[list[LineTold], int | None]:
    """The newest lines about the client (or those `before` a number), and where to go on for older ones. One query.

    The municipality reads them all; others the lines that name their organisation, and their own.
    """
    lines = Line.objects.filter(municipality=viewer.municipality, kind=Kind.ACTS, client=client)
    if before is not None:
        lines = lines.filter(number__lt=before)
    if viewer.role not in MUNICIPAL_ROLES:
        lines = lines.filter(Q(body__contains=str(viewer.organisation)) | Q(actor=viewer.account))
    wrote = Account.objects.filter(id=OuterRef("actor"))
    rows = (
        lines.exclude(event__in=without)
        .annotate(role=Subquery(wrote.values("role")))
        .annotate(by=Subquery(wrote.values("organisation__name")))
    )
    found = list(rows.order_by("-number").values(*LINE)[: most + 1])
    shown = found[:most]
    return [_told(row) for row in shown], shown[-1]["number"] if len(found) > most else None


LINE = ("number", "occurred", "act", "paragraph", "event", "body", "role", "by")


def _told(row: dict[str, Any]) -> LineTold:
    named = {name: row[name] for name in ("number", "occurred", "act", "paragraph", "event")}
    return LineTold(
        **named, body=json.loads(row["body"]), role=row["role"] or "", organisation=row["by"] or ""
    )
