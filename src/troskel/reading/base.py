# SPDX-License-Identifier: EUPL-1.2
"""Reading is an act too: a record opened is a line in the chain of reads; a list is one line with filter and ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.journal import operations as journal
from troskel.people.models import Client
from troskel.people.roles import Actor
from troskel.permits.sight import EVERYBODY, visible_clients, within_reach

Row = Mapping[str, Any]
CASE_NUMBER = re.compile(r"[0-9]{4}-[0-9]{4,7}")


def seen(viewer: Actor) -> QuerySet[Client]:
    """The clients that the viewer may know of today."""
    return Client.objects.filter(visible_clients(viewer, clock.today()))


def seen_in_all(viewer: Actor) -> QuerySet[Client]:
    """The same clients, for a list of them: looked for where they can be, and not among all of a country's."""
    return seen(viewer).filter(within_reach(viewer))


def clients_named(viewer: Actor, client: str) -> QuerySet[Client]:
    """The clients that the viewer sees, or the one of this case number.

    What is asked for is kept in the chain of reads: an identity number typed here must never come there.
    """
    if client and not CASE_NUMBER.fullmatch(client):
        raise BadValue("client", "is no case number: write it as 2026-0001")
    return seen(viewer).filter(case_number=client) if client else seen_in_all(viewer)


def about_clients(viewer: Actor, client: str = "") -> Q:
    """The condition on rows about a client: one that the viewer sees, or the one of this case number."""
    if viewer.role in EVERYBODY and not client:
        return Q(municipality=viewer.municipality)  # all of them: none needs to be looked up
    return Q(municipality=viewer.municipality, client__in=clients_named(viewer, client))


def note(
    viewer: Actor, what: str, *, client: UUID | None = None, ids: Iterable[UUID] = (), **asked: Any
) -> None:
    """Write that something was read: by whom, what was asked for, and whose records were shown."""
    entry = journal.Entry(
        event=what,
        body={"asked": asked, "shown": sorted(str(i) for i in ids)},
        act="view",
        paragraph="",
        actor_kind=viewer.kind.value,
        actor=viewer.account,
        client=client,
    )
    with transaction.atomic():
        journal.append([entry], municipality=viewer.municipality, kind="reads")
