# SPDX-License-Identifier: EUPL-1.2
"""Homes: clients move (case 15), share a home (case 1), or turn out not to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import msgspec

from troskel.acts.core import lookup
from troskel.acts.core.fields import Apartment, Many, Name, Postcode, Words
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.sorting import stored_key
from troskel.people.addresses import address_key
from troskel.people.models import Client, Door, Home, HomeDoor, Residence
from troskel.people.roles import Role

WHO = (Role.ASSESSOR,)
ROWS = 400


class Address(msgspec.Struct, frozen=True):
    """Where a client lives. An empty street is shared with nobody."""

    street: Words = ""
    postcode: Postcode = ""
    town: Name = ""
    apartment: Apartment = ""

    @property
    def key(self) -> str | None:
        """What two clients of one home have in common; None where nobody shares."""
        return address_key(self.street, self.postcode, self.town, self.apartment)


class Move(msgspec.Struct, frozen=True):
    """A client lives at a new address from `on`."""

    client: str
    address: Address
    on: date


class Resident(msgspec.Struct, frozen=True):
    """The address of the home where a client lives."""

    client: str
    address: Address


@act("P6", who=WHO, writes=["client.moved", "home.registered", "door.registered"])
def move_clients(doing: Doing, *, moves: Many[Move]) -> dict[str, Any]:
    """A client moves (case 15): removal at one door, installation at the other."""
    rows = lookup.clients(doing, [item.client for item in moves])
    homes = homes_at(doing, [item.address for item in moves])
    new: list[Residence] = []
    left: dict[date, list[UUID]] = {}
    for item, home in zip(moves, homes, strict=True):
        if item.on > doing.today:
            raise BadValue("on", "lies ahead: write the move when the client has moved")
        row = rows[item.client]
        before, row.home = row.home_id, home
        new.append(Residence(municipality_id=row.municipality_id, client=row, home=home, valid_from=item.on))
        doing.journal(
            "client.moved",
            homes={before, home.id},
            client=row.id,
            from_home=before,
            to_home=home.id,
            on=item.on,
        )
        left.setdefault(item.on, []).append(row.id)
    for on, clients in left.items():
        standing = Residence.objects.filter(client__in=clients, valid_through=None)
        standing.update(valid_through=on - timedelta(days=1))
    Client.objects.bulk_update(list(rows.values()), ["home"], batch_size=ROWS)
    Residence.objects.bulk_create(new, batch_size=ROWS)
    return {"clients": len(rows)}


@act("P1", who=WHO, writes=["home.corrected"])
def correct_addresses(doing: Doing, *, clients: Many[Resident]) -> dict[str, Any]:
    """The home where a client lives has another address than was written; nobody moves."""
    rows = lookup.clients(doing, [item.client for item in clients])
    homes = {home.id: home for home in Home.objects.filter(id__in={row.home_id for row in rows.values()})}
    for item in clients:
        home = homes[rows[item.client].home_id]
        home.street, home.postcode = item.address.street, item.address.postcode
        home.town, home.apartment = item.address.town, item.address.apartment
        home.address_key, home.street_key = item.address.key, stored_key(item.address.street)
        doing.journal("home.corrected", homes=[home.id], client=rows[item.client].id, home=home.id)
    fields = ["street", "postcode", "town", "apartment", "address_key", "street_key"]
    Home.objects.bulk_update(list(homes.values()), fields, batch_size=ROWS)
    return {"homes": len(homes)}


@act("P6", who=WHO, writes=["sharing.proposed"])
def propose_sharing(doing: Doing, *, addresses: Many[Address]) -> dict[str, Any]:
    """Clients at one address without an apartment number may share a home: until a person says, they do (rule 1)."""
    homes = Home.objects.filter(
        municipality=doing.actor.municipality, address_key__in={a.key for a in addresses if a.key}, sharing=""
    )
    ids = sorted(homes.values_list("id", flat=True))
    doing.lock_homes(ids)
    for home in ids:
        doing.journal("sharing.proposed", homes=[home], home=home)
    Home.objects.filter(id__in=ids).update(sharing="proposed")
    return {"homes": len(ids)}


@act("P6", who=WHO, writes=["sharing.confirmed"])
def confirm_sharing(doing: Doing, *, client: str, shared: bool) -> dict[str, Any]:
    """A person says whether those at the client's address share a home (rule 1)."""
    found = lookup.client(doing, client)
    Home.objects.filter(id=found.home.home).update(sharing="confirmed" if shared else "refuted")
    doing.journal("sharing.confirmed", homes=[found.home.home], home=found.home.home, shared=shared)
    return {"case": found.row.case_number, "shared": shared}


@act("P6", who=WHO, writes=["client.moved", "sharing.confirmed", "home.registered", "door.registered"])
def separate_home(doing: Doing, *, client: str, apartment: Apartment) -> dict[str, Any]:
    """The client lives behind another door than the others at this address: a home of its own, from today (rule 1).

    Nobody moves; but the door, its lock and its keys are those of the home they stay with.
    """
    found = lookup.client(doing, client)
    before = Home.objects.get(id=found.home.home)
    stay = [one for one in found.home.clients.values() if one.moved_to is None and one.client != found.row.id]
    if not stay:
        raise Refusal("rule 1", "nobody else lives in this home: correct its address instead")
    address = Address(before.street, before.postcode, before.town, apartment)
    if address.key == before.address_key:
        raise BadValue("apartment", "is the number that the shared home has: give the client's own")
    (home,) = homes_at(doing, [address])
    found.row.home = home
    found.row.save(update_fields=["home"])
    ends_today = Residence.objects.filter(client=found.row, valid_through=None)
    ends_today.update(valid_through=doing.today - timedelta(days=1))
    Residence.objects.create(
        municipality_id=doing.actor.municipality, client=found.row, home=home, valid_from=doing.today
    )
    doing.journal(
        "client.moved",
        homes={before.id, home.id},
        client=found.row.id,
        from_home=before.id,
        to_home=home.id,
        on=doing.today,
    )
    if len(stay) == 1:
        Home.objects.filter(id=before.id).update(sharing="refuted")
        doing.journal("sharing.confirmed", homes=[before.id], home=before.id, shared=False)
    return {"case": found.row.case_number}


def homes_at(doing: Doing, addresses: list[Address]) -> list[Home]:
    """The home of each address: the one there is, or a new one with a door."""
    keys = {address.key for address in addresses if address.key}
    known: dict[str | None, Home] = {
        home.address_key: home
        for home in Home.objects.filter(municipality=doing.actor.municipality, address_key__in=keys)
    }
    doing.lock_homes({home.id for home in known.values()})
    new: list[Home] = []
    homes = []
    for address in addresses:
        home = known.get(address.key) if address.key else None
        if home is None:
            home = Home(
                id=new_id(),
                municipality_id=doing.actor.municipality,
                street=address.street,
                postcode=address.postcode,
                town=address.town,
                apartment=address.apartment,
                address_key=address.key,
                street_key=stored_key(address.street),
            )
            new.append(home)
            if address.key:
                known[address.key] = home
        homes.append(home)
    _make(doing, new)
    return homes


def _make(doing: Doing, homes: list[Home]) -> None:
    doors = [Door(id=new_id(), municipality_id=doing.actor.municipality, kind="apartment") for _ in homes]
    Home.objects.bulk_create(homes, batch_size=ROWS)
    Door.objects.bulk_create(doors, batch_size=ROWS)
    HomeDoor.objects.bulk_create(
        [
            HomeDoor(municipality_id=home.municipality_id, home=home, door=door)
            for home, door in zip(homes, doors, strict=True)
        ],
        batch_size=ROWS,
    )
    for home, door in zip(homes, doors, strict=True):
        doing.journal("home.registered", homes=[home.id], home=home.id)
        doing.journal("door.registered", homes=[home.id], door=door.id, kind=door.kind)
