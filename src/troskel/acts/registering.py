# SPDX-License-Identifier: EUPL-1.2
"""Clients, homes and doors, organisations and accounts come to be, change, move and die."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

import msgspec

from troskel.acts import housing
from troskel.acts.core import lookup
from troskel.acts.core.fields import Language, Many, Municipal, Name, Phone, Reference
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.acts.housing import Address
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue
from troskel.ground.sorting import stored_key
from troskel.people import identity, operations
from troskel.people.models import (
    Client,
    Identifier,
    Municipality,
    Residence,
)
from troskel.people.roles import Role

WHO = (Role.ASSESSOR,)
ROWS = 400
CHANGEABLE = ("first_name", "last_name", "home_municipality", "protection", "phone", "language")


class NewClient(msgspec.Struct, frozen=True):
    """A person whom the municipality has to do with. `identity` has twelve characters."""

    reference: Reference
    identity: str
    first_name: Name
    last_name: Name
    address: Address
    home_municipality: Municipal = ""
    protection: Literal["", "S", "F"] = ""
    phone: Phone = ""
    language: Language = "sv"
    died: date | None = None


class ChangedClient(msgspec.Struct, frozen=True):
    """What is to be known of a client from now on; an absent field stays as it is."""

    client: str
    identity: str | None = None
    first_name: Name | None = None
    last_name: Name | None = None
    home_municipality: Municipal | None = None
    protection: Literal["", "S", "F"] | None = None
    phone: Phone | None = None
    language: Language | None = None


class Death(msgspec.Struct, frozen=True):
    """A client died on `on`; without a day, an earlier word of a death was a mistake."""

    client: str
    on: date | None


@act("A4", who=WHO, writes=["home.registered", "door.registered", "client.registered", "client.died"])
def register_clients(doing: Doing, *, clients: Many[NewClient]) -> dict[str, Any]:
    """Register clients with their homes. A new home has one door until more are told of."""
    numbers = [_identity(doing, item.identity) for item in clients]
    homes = housing.homes_at(doing, [item.address for item in clients])
    cases = operations.next_numbers(doing.actor.municipality, "case", doing.today.year, len(clients))
    begun = Municipality.objects.values_list("take_over", "taken_over")
    take_over, taken_over = begun.get(code=doing.actor.municipality)
    rows: list[Client] = []
    for item, home, case in zip(clients, homes, cases, strict=True):
        row = Client(
            id=new_id(),
            municipality_id=doing.actor.municipality,
            case_number=case,
            reference=item.reference,
            home=home,
            first_name=item.first_name,
            last_name=item.last_name,
            sort_key=stored_key(item.last_name, item.first_name),
            first_key=stored_key(item.first_name, item.last_name),
            phone=item.phone,
            language=item.language,
            protection=item.protection,
            home_municipality=item.home_municipality or doing.actor.municipality,
            died=item.died,
        )
        rows.append(row)
        doing.journal(
            "client.registered",
            homes=[home.id],
            client=row.id,
            home=home.id,
            own=row.is_own,
            take_over=take_over,
            settling=take_over is not None and not taken_over,
        )
        if item.died:
            doing.journal("client.died", homes=[home.id], client=row.id, on=item.died)
    Client.objects.bulk_create(rows, batch_size=ROWS)
    Identifier.objects.bulk_create(
        [
            Identifier(
                municipality_id=row.municipality_id, client=row, kind=kind, number=number, since=doing.today
            )
            for row, (kind, number) in zip(rows, numbers, strict=True)
        ],
        batch_size=ROWS,
    )
    Residence.objects.bulk_create(
        [Residence(municipality_id=row.municipality_id, client=row, home_id=row.home_id) for row in rows],
        batch_size=ROWS,
    )
    return {"cases": {row.reference: row.case_number for row in rows}}


@act("A4", "O1", who=WHO, writes=["client.changed", "client.municipality_changed"])
def change_clients(doing: Doing, *, changes: Many[ChangedClient]) -> dict[str, Any]:
    """Change what is known of clients: name, telephone, language, protection, identity, home municipality (O1)."""
    rows = lookup.clients(doing, [item.client for item in changes])
    for item in changes:
        row = rows[item.client]
        was_own = row.is_own
        for field in CHANGEABLE:
            if getattr(item, field) is not None:
                setattr(row, field, getattr(item, field))
        row.sort_key = stored_key(row.last_name, row.first_name)
        row.first_key = stored_key(row.first_name, row.last_name)
        if item.identity is not None:
            _replace_identity(doing, row, item.identity)
        fields = [
            field
            for field in item.__struct_fields__
            if field != "client" and getattr(item, field) is not None
        ]
        doing.journal("client.changed", homes=[row.home_id], client=row.id, own=row.is_own, fields=fields)
        if row.is_own != was_own:
            doing.journal(
                "client.municipality_changed",
                homes=[row.home_id],
                client=row.id,
                paragraph="O1",
                own=row.is_own,
            )
    Client.objects.bulk_update(list(rows.values()), [*CHANGEABLE, "sort_key", "first_key"], batch_size=ROWS)
    return {"clients": len(rows)}


@act("P6", "P7", who=WHO, writes=["client.died"])
def record_deaths(doing: Doing, *, deaths: Many[Death]) -> dict[str, Any]:
    """Clients have died (case 15): their care ends that day."""
    rows = lookup.clients(doing, [item.client for item in deaths])
    for item in deaths:
        row = rows[item.client]
        row.died = item.on
        doing.journal("client.died", homes=[row.home_id], client=row.id, on=item.on)
    Client.objects.bulk_update(list(rows.values()), ["died"], batch_size=ROWS)
    return {"clients": len(rows)}


def _identity(doing: Doing, written: str) -> tuple[str, str]:
    try:
        read = identity.parse_identity(written, on=doing.today)
    except ValueError as error:
        raise BadValue("identity", str(error)) from None
    return str(read.kind), read.number12


def _replace_identity(doing: Doing, row: Client, written: str) -> None:
    kind, number = _identity(doing, written)
    Identifier.objects.filter(client=row, until=None).update(until=doing.today)
    Identifier.objects.create(
        municipality_id=row.municipality_id, client=row, kind=kind, number=number, since=doing.today
    )
