# SPDX-License-Identifier: EUPL-1.2
"""A client's journal lines, the newest first, as far as the viewer may read them."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import OuterRef, Q, QuerySet, Subquery

from troskel.journal.models import ChainKind, Line
from troskel.journal.queries import concerning
from troskel.people.models import Account, Client
from troskel.people.roles import MUNICIPAL_ROLES, Actor, Role


class ClientLine(msgspec.Struct, frozen=True):
    """A journal line with its author's role and organisation, both empty for the system.

    `person`: who corrected a visit, for the coordinator of the same organisation.
    """

    number: int
    occurred: datetime
    act: str
    paragraph: str
    event: str
    body: dict[str, Any]
    role: str
    organisation: str
    person: str = ""


def client_lines(
    viewer: Actor, client: UUID, *, before: int | None, excluded_events: Collection[str], limit: int
) -> tuple[list[ClientLine], int | None]:
    """The newest lines about the client (or those `before` a number), and the number to continue from. One query.

    Also those written about an entry that was merged into this one.
    The municipality reads all lines; others read lines that name their organisation, and their own.
    """
    lines = Line.objects.filter(municipality=viewer.municipality, kind=ChainKind.ACTS)
    lines = lines.filter(client__in=entries_of(client))
    if before is not None:
        lines = lines.filter(number__lt=before)
    if viewer.role not in MUNICIPAL_ROLES:
        lines = lines.filter(concerning(viewer.organisation) | Q(actor=viewer.account))
    author = Account.objects.filter(id=OuterRef("actor"))
    rows = (
        lines.exclude(event__in=excluded_events)
        .annotate(role=Subquery(author.values("role")))
        .annotate(by=Subquery(author.values("organisation__name")))
        .annotate(person=Subquery(_named_to(viewer, author).values("name")))
    )
    line_rows = list(rows.order_by("-number").values(*LINE_COLUMNS)[: limit + 1])
    page_rows = line_rows[:limit]
    return [_client_line(row) for row in page_rows], page_rows[-1]["number"] if len(
        line_rows
    ) > limit else None


def entries_of(client: UUID) -> QuerySet[Client, UUID]:
    """The ids under which lines are about the client, as a subquery: its own, and of entries merged into it."""
    return Client.objects.filter(Q(id=client) | Q(merged_into=client)).values_list("id", flat=True)


def _named_to(viewer: Actor, author: QuerySet[Account]) -> QuerySet[Account]:
    """The author, where the viewer leads the person's work and is to see who has corrected a visit."""
    if viewer.role is not Role.COORDINATOR:
        return author.none()
    return author.filter(organisation=viewer.organisation)


NAMED = ("visit.corrected",)
"""Events that say whose work they are."""
LINE_COLUMNS = ("number", "occurred", "act", "paragraph", "event", "body", "role", "by", "person")


def _client_line(row: dict[str, Any]) -> ClientLine:
    fields = {name: row[name] for name in ("number", "occurred", "act", "paragraph", "event")}
    return ClientLine(
        **fields,
        body=json.loads(row["body"]),
        role=row["role"] or "",
        organisation=row["by"] or "",
        person=(row["person"] or "") if row["event"] in NAMED else "",
    )
