# SPDX-License-Identifier: EUPL-1.2
"""A night's rows as values of acts."""

from __future__ import annotations

from collections.abc import Iterable

from troskel.acts import housing, registering
from troskel.exchange.case_extract.rows import ClientRow, ExtractAddress


def address(written: ExtractAddress) -> housing.Address:
    """Returns a home's address."""
    return housing.Address(
        street=written.street, postcode=written.postcode, town=written.town, apartment=written.apartment
    )


def new_client(row: ClientRow) -> registering.NewClient:
    """Returns a client to register."""
    return registering.NewClient(
        reference=row.reference,
        identity=row.identity.number12,
        first_name=row.first_name,
        last_name=row.last_name,
        address=address(row.address),
        home_municipality=row.home_municipality,
        protection=registering.Protection(row.protection),
        phone=row.phone,
        died=row.died,
    )


def changed_client(row: ClientRow, fields: Iterable[str]) -> registering.ChangedClient:
    """Returns the new values of these fields."""
    values = {name: getattr(row, name) for name in fields if name != "identity"}
    if "identity" in fields:
        values["identity"] = row.identity.number12
    return registering.ChangedClient(client=row.reference, **values)
