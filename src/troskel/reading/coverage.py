# SPDX-License-Identifier: EUPL-1.2
"""Gaps in coverage, clients per organisation's phones, and counts of clients (A8, case 8)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

import msgspec
from django.db.models import Count, Q

from troskel.care import queries as care
from troskel.people.models import Organisation
from troskel.people.roles import CARE_ROLES, OFFICE_ROLES, PROVIDER_ROLES, Actor
from troskel.reading.base import clients_in_sight, note
from troskel.reading.register import read


class By(StrEnum):
    """Whom gaps are told of: clients whom nobody covers, or each provider that loses a client."""

    CLIENT = "client"
    PROVIDER = "provider"


class GapShown(msgspec.Struct, frozen=True, omit_defaults=True):
    """The days on which a client is covered by nobody, or no longer by the organisation (its number).

    By provider, an empty organisation: the service is decided, and given to nobody.
    """

    client: str
    case: str
    service: str
    days: list[date]
    organisation: str | None = None


@read(who=CARE_ROLES, title="Clients without coverage, and on which days")
def gaps(viewer: Actor, on: date, days: int, by: By = By.CLIENT) -> list[GapShown]:
    """Gaps in coverage within `days` days from `on` (case 8): of clients covered on `on`, or by provider (A8).

    A provider is told of its own losses alone.
    """
    in_sight = clients_in_sight(viewer), viewer.municipality, on, days
    if by is By.CLIENT:
        coverage_gaps = [
            GapShown(row.client, row.case, row.service, row.days) for row in care.gaps(*in_sight)
        ]
    else:
        own = _own_number(viewer)
        coverage_gaps = [
            GapShown(row.client, row.case, row.service, row.days, row.organisation)
            for row in care.provider_gaps(*in_sight)
            if own in (None, row.organisation)
        ]
    note(
        viewer,
        "gaps.viewed",
        on=on,
        days=days,
        by=by,
        cases=list(dict.fromkeys(g.case for g in coverage_gaps)),
    )
    return coverage_gaps


def _own_number(viewer: Actor) -> str | None:
    """The organisation whose gaps a provider may know; None: everybody's."""
    if viewer.role not in PROVIDER_ROLES:
        return None
    assert viewer.organisation is not None
    return Organisation.objects.get(id=viewer.organisation).orgnr


@read(who=OFFICE_ROLES, title="The number of clients on each organisation's phones")
def phone_clients(viewer: Actor, on: date) -> dict[str, int]:
    """How many clients each organisation's phones have on a day."""
    return care.phone_clients(clients_in_sight(viewer), viewer.municipality, on)


@read(who=OFFICE_ROLES)
def phones_with(viewer: Actor, reference: str, on: date) -> list[str]:
    """The organisations whose phones have the client on a day, by number: `phone_clients` of one client."""
    client = clients_in_sight(viewer).filter(reference=reference)
    organisations = list(care.phone_clients(client, viewer.municipality, on))
    note(viewer, "phones.viewed", ids=client.values_list("id", flat=True), on=on)
    return organisations


class ClientCounts(msgspec.Struct, frozen=True):
    """Numbers of clients: own and another municipality's; and of both, protected and dead."""

    own: int
    other_municipality: int
    protected: int
    dead: int


@read(who=OFFICE_ROLES)
def count_clients(viewer: Actor) -> ClientCounts:
    """Counts the clients in the viewer's sight."""
    rows = clients_in_sight(viewer)
    own = Q(home_municipality=viewer.municipality)
    counts = rows.aggregate(
        own=Count("pk", filter=own),
        other_municipality=Count("pk", filter=~own),
        protected=Count("pk", filter=~Q(protection="")),
        dead=Count("pk", filter=~Q(died=None)),
    )
    return ClientCounts(**counts)
