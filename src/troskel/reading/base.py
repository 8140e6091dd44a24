# SPDX-License-Identifier: EUPL-1.2
"""Every read is recorded in the chain of reads: an opened record is one line; a list is one line with filters, ids."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.journal import operations as journal
from troskel.people import queries as people
from troskel.people.models import Client
from troskel.people.roles import Actor
from troskel.permits import sight
from troskel.permits.sight import ROLES_SEEING_ALL, candidate_clients, visible_clients

Row = Mapping[str, Any]
CASE_NUMBER = re.compile(r"[0-9]{4}-[0-9]{4,7}")


def clients_in_sight(viewer: Actor, day: date | None = None) -> QuerySet[Client]:
    """The clients in the viewer's sight on the day, by default today."""
    return Client.objects.filter(visible_clients(viewer, day or clock.today()))


def readable_clients(viewer: Actor) -> QuerySet[Client]:
    """The same, and those in the viewer's brief sight: for the record of one client."""
    return Client.objects.filter(sight.readable_clients(viewer, clock.today()))


def clients_within_reach(viewer: Actor) -> QuerySet[Client]:
    """The same clients, for lists: searched within the viewer's reach instead of among all clients."""
    return clients_in_sight(viewer).filter(candidate_clients(viewer))


def clients_matching(viewer: Actor, client: str) -> QuerySet[Client]:
    """The clients in the viewer's sight, or the one with this case number. Raises BadValue for other text.

    Filters are stored in the chain of reads: an identity number typed here must never be stored there.
    """
    if client and not CASE_NUMBER.fullmatch(client):
        raise BadValue(
            "client", "client.malformed_number", _("Det är inget ärendenummer. Skriv till exempel 2026-0001.")
        )
    if not client:
        return clients_within_reach(viewer)
    return clients_in_sight(viewer).filter(case_number__in=[client, remaining(viewer, client)])


def remaining(viewer: Actor, case: str) -> str:
    """The case number of the client whose entry under this number was merged into it; empty for other numbers."""
    return people.name_of_remaining(viewer.municipality, case)


def about_clients(viewer: Actor, client: str = "") -> Q:
    """Returns the condition on rows about clients in the viewer's sight, or about the client with this case number."""
    if viewer.role in ROLES_SEEING_ALL and not client:
        return Q(municipality=viewer.municipality)  # all clients: no lookup needed
    return Q(municipality=viewer.municipality, client__in=clients_matching(viewer, client))


def between(field: str, first: date | None, last: date | None) -> Q:
    """Returns the condition on rows whose instant falls on these days, both included; None: no limit."""
    since = {f"{field}__gte": datetime.combine(first, time(), clock.STOCKHOLM)} if first else {}
    until = {f"{field}__lt": clock.midnight_after(last)} if last and last < date.max else {}
    return Q(**since, **until)


def note(
    viewer: Actor, event: str, *, client: UUID | None = None, ids: Iterable[UUID] = (), **filters: Any
) -> None:
    """Write one line in the chain of reads: who read, with which filters, and whose records were shown."""
    entry = journal.Entry(
        event=event,
        body={"asked": filters, "shown": sorted(str(i) for i in ids)},
        act="view",
        paragraph="",
        actor_kind=viewer.kind.value,
        actor=viewer.account,
        client=client,
    )
    with transaction.atomic():
        journal.append([entry], municipality=viewer.municipality, kind="reads")
