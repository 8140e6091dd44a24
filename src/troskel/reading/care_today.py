# SPDX-License-Identifier: EUPL-1.2
"""Today's care and locks of listed clients, as far as the viewer may know."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, QuerySet

from troskel.care import queries as care
from troskel.care.models import Allocation
from troskel.custody.models import Link
from troskel.ground import clock
from troskel.people.roles import PROVIDER_ROLES, Actor, Role


class ListedCare(msgspec.Struct, frozen=True):
    """Today's care: service, organisation and last day (null: no end set)."""

    service: str
    organisation: str
    through: date | None


def has_care(viewer: Actor, service: str, provider: str) -> Q:
    """Returns the condition on clients with care today. For speed, one provider's are found from its allocations."""
    rows = _care_today(viewer)
    if service:
        rows = rows.filter(decision__service=service)
    if provider:
        rows = rows.filter(organisation__orgnr=provider)
    if provider or viewer.role in PROVIDER_ROLES:
        return Q(pk__in=rows.values("decision__client"))
    return Q(Exists(rows.filter(decision__client=OuterRef("pk"))))


def _care_today(viewer: Actor) -> QuerySet[Allocation]:
    today = clock.today()
    return Allocation.objects.filter(
        own_allocations(viewer),
        care.covers(today, today),
        care.is_alive(today),
        municipality=viewer.municipality,
    )


def care_of(viewer: Actor, clients: list[UUID]) -> dict[UUID, list[ListedCare]]:
    """Today's care by client id; empty for the locksmith. One query."""
    if viewer.role is Role.LOCKSMITH:
        return {}
    rows = _care_today(viewer).filter(decision__client__in=clients).annotate(last=care.last_day_on_phone())
    rows = rows.order_by("decision__service", "id")
    found: dict[UUID, list[ListedCare]] = {}
    columns = ("decision__client", "decision__service", "organisation__orgnr", "last")
    for client, service, organisation, last in rows.values_list(*columns):
        through = None if last >= care.FAR_AWAY else last
        found.setdefault(client, []).append(ListedCare(service, organisation, through))
    return found


def locks_of(clients: list[UUID]) -> dict[UUID, list[str]]:
    """Serial numbers of linked locks by client id. One query."""
    rows = Link.objects.filter(client__in=clients, until=None).order_by("since", "id")
    locks: dict[UUID, list[str]] = {}
    for client, number in rows.values_list("client", "lock__number"):
        locks.setdefault(client, []).append(number)
    return locks


def own_allocations(viewer: Actor) -> Q:
    """The condition on allocations that the viewer may know of: a provider's own, or all."""
    return Q(organisation=viewer.organisation) if viewer.role in PROVIDER_ROLES else Q()
