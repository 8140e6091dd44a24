# SPDX-License-Identifier: EUPL-1.2
"""What the system knows before the night, read in a constant number of queries."""

from __future__ import annotations

from typing import Any

from troskel.care.models import Allocation, Decision, Investigation
from troskel.exchange.case_extract.known import (
    Known,
    KnownAllocation,
    KnownClient,
    KnownDecision,
    KnownOrganisation,
)
from troskel.exchange.case_extract.rows import Address
from troskel.people.models import Client, Home, Identifier, Municipality, Organisation


def is_founded(municipality: str) -> bool:
    """Is the municipality there?"""
    return Municipality.objects.filter(code=municipality).exists()


def is_taken_over(municipality: str) -> bool:
    """Has its first night at least begun?"""
    return Municipality.objects.filter(code=municipality, take_over__isnull=False).exists()


def is_first_night(municipality: str) -> bool:
    """Has no night been taken in to its end yet?"""
    return not Municipality.objects.filter(code=municipality, taken_over=True).exists()


def known(municipality: str) -> Known:
    """The picture, keyed by the case system's own ids."""
    return Known(
        municipality=municipality,
        organisations={row["orgnr"]: KnownOrganisation(**row) for row in _organisations(municipality)},
        homes=dict(_homes(municipality)),
        clients={row.reference: row for row in map(_client, _clients(municipality))},
        investigations=set(
            Investigation.objects.filter(municipality=municipality).values_list("reference", flat=True)
        ),
        decisions={row.reference: row for row in map(_decision, _decisions(municipality))},
        allocations={row.reference: row for row in map(_allocation, _allocations(municipality))},
    )


def _homes(municipality: str) -> Any:
    rows = Home.objects.filter(municipality=municipality).exclude(address_key=None)
    return rows.values_list("address_key", "sharing")


def _organisations(municipality: str) -> Any:
    return Organisation.objects.filter(municipality=municipality).values("orgnr", "name", "email", "kind")


def _clients(municipality: str) -> Any:
    numbers = dict(
        Identifier.objects.filter(municipality=municipality, until=None).values_list("client_id", "number")
    )
    rows = Client.objects.filter(municipality=municipality).values_list(
        "id",
        "reference",
        "first_name",
        "last_name",
        "protection",
        "home__street",
        "home__postcode",
        "home__town",
        "home__apartment",
        "home_municipality",
        "phone",
        "died",
    )
    for identifier, *row in rows.iterator():
        yield numbers.get(identifier, ""), row


def _client(found: tuple[str, list[Any]]) -> KnownClient:
    number, (reference, first, last, protection, street, postcode, town, apartment, *rest) = found
    home_municipality, phone, died = rest
    return KnownClient(
        reference=reference,
        number12=number,
        first_name=first,
        last_name=last,
        protection=protection,
        address=Address(street=street, postcode=postcode, town=town, apartment=apartment),
        home_municipality=home_municipality,
        phone=phone,
        died=died,
    )


def _decisions(municipality: str) -> Any:
    fields = (
        "reference",
        "client__reference",
        "service",
        "valid_from",
        "valid_through",
        "ending",
        "withdrawn",
    )
    return Decision.objects.filter(municipality=municipality).values_list(*fields).iterator()


def _decision(row: tuple[Any, ...]) -> KnownDecision:
    return KnownDecision(*row)


def _allocations(municipality: str) -> Any:
    fields = (
        "reference",
        "decision__reference",
        "organisation__orgnr",
        "valid_from",
        "valid_through",
        "ending",
        "withdrawn",
    )
    return Allocation.objects.filter(municipality=municipality).values_list(*fields).iterator()


def _allocation(row: tuple[Any, ...]) -> KnownAllocation:
    return KnownAllocation(*row)
