# SPDX-License-Identifier: EUPL-1.2
"""Gaps in coverage, clients per organisation's phones, and counts of clients (A8, case 8)."""

from __future__ import annotations

from collections import Counter
from datetime import date
from enum import StrEnum

import msgspec
from django.db.models import Count, Q, QuerySet

from troskel.care import queries as care
from troskel.duties import known_then
from troskel.ground import clock
from troskel.ground.ids import first_id_at
from troskel.people.models import Client, Organisation
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


class Known(StrEnum):
    """By which knowledge a day that has passed is told: what was known on that day, or what is known now."""

    THEN = "then"
    NOW = "now"


@read(
    who=OFFICE_ROLES,
    title="The number of clients on each organisation's phones; for a past day as was known then, or as is known now",
)
def phone_clients(viewer: Actor, on: date, known: Known = Known.THEN) -> dict[str, int]:
    """How many clients each organisation's phones have on a day. A past day: had, as it was known then (rule 12).

    Of a client who was not entered here until later, as with an import, only what is known now can be told.
    """
    return _phone_clients(viewer, clients_in_sight(viewer), on, known)


@read(who=OFFICE_ROLES)
def phones_with(viewer: Actor, reference: str, on: date, known: Known = Known.THEN) -> list[str]:
    """The organisations whose phones have the client on a day, by number: `phone_clients` of one client."""
    client = clients_in_sight(viewer).filter(reference=reference)
    organisations = list(_phone_clients(viewer, client, on, known))
    note(viewer, "phones.viewed", ids=client.values_list("id", flat=True), on=on)
    return organisations


def _phone_clients(viewer: Actor, clients: QuerySet[Client], on: date, known: Known) -> dict[str, int]:
    if on >= clock.today() or known is Known.NOW:
        return care.phone_clients(clients, viewer.municipality, on)
    phones = known_then.phones_on(viewer.municipality, clients.values("id"), {on})[on]
    counts = Counter(organisation for organisations in phones.values() for organisation in organisations)
    rows = Organisation.objects.filter(municipality=viewer.municipality, id__in=counts)
    found = Counter({orgnr: counts[identifier] for identifier, orgnr in rows.values_list("id", "orgnr")})
    entered_later = clients.filter(id__gte=first_id_at(clock.midnight_after(on)))
    found.update(care.phone_clients(entered_later, viewer.municipality, on))
    return dict(sorted(found.items()))


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
