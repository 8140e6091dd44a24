# SPDX-License-Identifier: EUPL-1.2
"""Reads the state before the night, in a constant number of queries; in an order that no id decides (rule 11)."""

from __future__ import annotations

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from troskel.care.models import Allocation, Decision, Investigation
from troskel.exchange.case_extract.areas import by_provider
from troskel.exchange.case_extract.assessors import names_of
from troskel.exchange.case_extract.known_records import (
    KnownAllocation,
    KnownClient,
    KnownDecision,
    KnownOrganisation,
    KnownState,
)
from troskel.exchange.case_extract.rows import ExtractAddress
from troskel.people import caseloads
from troskel.people.imports import BegunNight
from troskel.people.models import (
    Client,
    Home,
    Identifier,
    ImportedNight,
    Municipality,
    Organisation,
    StoppedNight,
)


def is_founded(municipality: str) -> bool:
    """Does the municipality exist?"""
    return Municipality.objects.filter(code=municipality).exists()


def is_taken_over(municipality: str) -> bool:
    """Has the import of its first night at least begun?"""
    return Municipality.objects.filter(code=municipality, take_over__isnull=False).exists()


def is_first_night(municipality: str) -> bool:
    """Has no night been imported completely yet?"""
    return not Municipality.objects.filter(code=municipality, taken_over=True).exists()


def begun(municipality: str, day: date, digest: str) -> BegunNight | None:
    """Returns what was noted when this night began to be taken in, where it was then broken off."""
    stored = Municipality.objects.filter(code=municipality).values_list("begun_night", flat=True).first()
    night = msgspec.json.decode(stored, type=BegunNight) if stored else None
    return night if night and (night.day, night.digest) == (day, digest) else None


def homes_of_clients(municipality: str) -> dict[str, UUID]:
    """Returns where each client lives, by reference."""
    return dict(Client.objects.filter(municipality=municipality).values_list("reference", "home_id"))


class TakenIn(NamedTuple):
    """The nights taken in so far: the newest day, the digests of what was taken in last, and of all."""

    newest_day: date | None = None
    latest: frozenset[str] = frozenset()
    digests: frozenset[str] = frozenset()


def taken_in(municipality: str) -> TakenIn:
    """Returns which nights have been taken in."""
    nights = list(
        ImportedNight.objects.filter(municipality=municipality).values_list("day", "taken_in", "digest")
    )
    if not nights:
        return TakenIn()
    last = max((instant for _day, instant, digest in nights if digest), default=None)
    return TakenIn(
        max(day for day, _instant, _digest in nights),
        frozenset(digest for _day, instant, digest in nights if digest and instant == last),
        frozenset(digest for _day, _instant, digest in nights if digest),
    )


def answer_to(municipality: str, day: date, digest: str) -> str:
    """Returns what the administrator has said of a night that stopped; empty before the answer."""
    asked = StoppedNight.objects.filter(municipality=municipality, day=day, digest=digest)
    return asked.exclude(answer="taken_in").values_list("answer", flat=True).first() or ""


def load(municipality: str) -> KnownState:
    """Returns the state, keyed by the case system's ids."""
    return KnownState(
        municipality=municipality,
        organisations={row["orgnr"]: KnownOrganisation(**row) for row in _organisations(municipality)},
        homes=dict(_homes(municipality)),
        clients={row.reference: row for row in map(_known_client, _clients(municipality))},
        investigations=set(
            Investigation.objects.filter(municipality=municipality).values_list("reference", flat=True)
        ),
        decisions={row.reference: row for row in map(_known_decision, _decisions(municipality))},
        allocations={row.reference: row for row in map(_known_allocation, _allocations(municipality))},
        merged=dict(
            Client.objects.filter(municipality=municipality, merged_into__isnull=False).values_list(
                "reference", "merged_into__reference"
            )
        ),
        assessors=names_of((one.username, one.name) for one in caseloads.assessors(municipality)),
        areas=by_provider(caseloads.areas_of_providers(municipality)),
    )


def _homes(municipality: str) -> Any:
    rows = Home.objects.filter(municipality=municipality).exclude(address_key=None)
    return rows.order_by("address_key").values_list("address_key", "sharing")


def _organisations(municipality: str) -> Any:
    rows = Organisation.objects.filter(municipality=municipality).order_by("orgnr")
    return rows.values("orgnr", "name", "email", "kind", "closed")


def _clients(municipality: str) -> Any:
    numbers = dict(
        Identifier.objects.filter(municipality=municipality, until=None).values_list("client_id", "number")
    )
    clients = Client.objects.filter(municipality=municipality, merged_into=None).order_by("case_number")
    rows = clients.values_list(
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
        "assessor_told",
    )
    for identifier, *row in rows.iterator():
        yield numbers.get(identifier, ""), row


def _known_client(numbered_row: tuple[str, list[Any]]) -> KnownClient:
    number, (reference, first, last, protection, street, postcode, town, apartment, *rest) = numbered_row
    home_municipality, phone, died, assessor_told = rest
    return KnownClient(
        reference=reference,
        number12=number,
        first_name=first,
        last_name=last,
        protection=protection,
        address=ExtractAddress(street=street, postcode=postcode, town=town, apartment=apartment),
        home_municipality=home_municipality,
        phone=phone,
        died=died,
        assessor_told=assessor_told or "",
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
    rows = Decision.objects.filter(municipality=municipality).order_by("valid_from", "reference")
    return rows.values_list(*fields).iterator()


def _known_decision(row: tuple[Any, ...]) -> KnownDecision:
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
        "area_told",
    )
    rows = Allocation.objects.filter(municipality=municipality).order_by("valid_from", "reference")
    return rows.values_list(*fields).iterator()


def _known_allocation(row: tuple[Any, ...]) -> KnownAllocation:
    reference, decision, organisation, first, last, ending, withdrawn, area = row
    return KnownAllocation(reference, decision, organisation, first, last, ending, withdrawn, area or "")
