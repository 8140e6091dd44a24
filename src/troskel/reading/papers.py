# SPDX-License-Identifier: EUPL-1.2
"""What is printed: work orders, receipts of handovers, labels; and what there is to print of a client.

All of it is made on request and not stored. What shows a client is recorded.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q

from troskel.custody import papers
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground.formatting import long_day, long_instant, time_of_day
from troskel.ground.ids import created
from troskel.ground.refusals import NotFound
from troskel.orders import work_order as orders_work_order
from troskel.orders.letter import Language
from troskel.orders.models import Order, OrderState
from troskel.orders.rules import LETTER_PARAGRAPHS
from troskel.people.models import Client, HomeDoor, Municipality, Organisation
from troskel.people.roles import CARE_ROLES, PROVIDER_ROLES, Actor, Role
from troskel.permits.sight import entrustments_of
from troskel.reading.base import clients_in_sight, note
from troskel.reading.bookings import open_trip
from troskel.reading.discretion import Words, visible_person
from troskel.reading.lists import own_orders
from troskel.reading.register import read
from troskel.reading.things import is_own_holding

MOST_LABELS = 480
"""Twenty sheets."""
WITH_RECEIPT = (ThingKind.KEY, ThingKind.TAG)


class OrderPaper(msgspec.Struct, frozen=True):
    """An order of a client. `letter`: the client's letter about it can be written; `open`: it has a work order."""

    number: str
    kind: str
    placed: datetime
    letter: bool
    open: bool


class Handover(msgspec.Struct, frozen=True):
    """A handover of a key or a tag, by the id of the holding that it began. `back`: the client's side took it."""

    id: UUID
    kind: str
    number: str
    at: datetime
    back: bool


class Papers(msgspec.Struct, frozen=True):
    """What there is to print about a client, the newest first."""

    case: str
    orders: list[OrderPaper]
    handovers: list[Handover]


@read(who=CARE_ROLES)
def papers_of_client(viewer: Actor, case: str) -> Papers:
    """What there is to print about a client in sight: letters, work orders, receipts. Raises NotFound."""
    client = clients_in_sight(viewer).filter(case_number=case).first()
    if client is None:
        raise NotFound("client", "case")
    note(viewer, "papers.viewed", client=client.id, case=case)
    orders = Order.objects.filter(own_orders(viewer), municipality=viewer.municipality, client=client)
    may_write = viewer.role is Role.ADMINISTRATOR
    shown = [
        OrderPaper(
            row.number,
            row.kind,
            row.placed,
            may_write and row.state == OrderState.DONE and row.kind in LETTER_PARAGRAPHS,
            row.state in (OrderState.PLACED, OrderState.BOOKED),
        )
        for row in orders.order_by("-placed", "-number")
    ]
    rows = _handovers(viewer, client).select_related("thing").order_by("-since", "-id")
    handovers = [
        Handover(row.id, row.thing.kind, row.thing.number, row.since, row.kind == HolderKind.CLIENT)
        for row in rows
    ]
    return Papers(case, shown, handovers)


def _handovers(viewer: Actor, client: Client) -> Any:
    """Handovers of keys to the client's doors, and of tags that the client has had, in which the viewer took part."""
    doors = HomeDoor.objects.filter(home__residences__client=client).values("door")
    before = Holding.objects.filter(thing=OuterRef("thing"), sequence=OuterRef("sequence") - 1)
    with_client = Q(kind=HolderKind.CLIENT, holder=client.id)
    of_client = with_client | Exists(before.filter(with_client))
    rows = Holding.objects.filter(
        of_client,
        Q(thing__kind=ThingKind.TAG) | Q(thing__kind=ThingKind.KEY, thing__door__in=doors),
        municipality=viewer.municipality,
        sequence__gt=1,
    )
    if viewer.role in PROVIDER_ROLES:
        ours = Q(kind=HolderKind.ORGANISATION, holder=viewer.organisation)
        rows = rows.filter(ours | Exists(before.filter(ours)))
    return rows


@read(who=CARE_ROLES)
def receipt(viewer: Actor, handover: UUID, language: Language) -> bytes:
    """The receipt of a handover of a key or a tag between a client and a provider, as PDF. Raises NotFound."""
    row = Holding.objects.select_related("thing__door", "taken_by").filter(
        municipality=viewer.municipality, id=handover, thing__kind__in=WITH_RECEIPT
    )
    taken = row.first()
    before = taken and Holding.objects.select_related("given_by").filter(
        thing=taken.thing_id, sequence=taken.sequence - 1
    ).first()  # fmt: skip
    sides = [one for one in (before, taken) if one is not None and one.kind == HolderKind.CLIENT]
    if taken is None or before is None or not sides:
        raise NotFound("key", "handover")
    mine = entrustments_of(viewer).filter(client=OuterRef("pk"))
    clients = clients_in_sight(viewer).select_related("home").annotate(entrusted_to_viewer=Exists(mine))
    client: Any = clients.filter(id__in=[sides[0].holder]).first()
    if client is None or not _handovers(viewer, client).filter(id=handover).exists():
        raise NotFound("key", "handover")
    note(viewer, "receipt.opened", client=client.id, handover=handover, language=language)
    entrusted = client.entrusted_to_viewer
    person = visible_person(viewer, client, entrusted=entrusted)
    name = f"{person.first_name} {person.last_name}" if person else client.case_number
    door = taken.thing.door
    return papers.receipt(
        {
            "language": language,
            "kind": taken.thing.kind,
            "number": taken.thing.number,
            "door": door.kind if door else "",
            "label": Words(viewer).label(door.label, client, entrusted=entrusted) if door else "",
            "case": client.case_number,
            "at": long_instant(taken.since, language),
            "giver": _side(before, before.given_by, name),
            "taker": _side(taken, taken.taken_by, name),
            "signature": taken.signature,
            "municipality": _municipality_name(viewer),
        }
    )


def _side(holding: Holding, account: Any, client: str) -> list[str]:
    """Returns who stood on a side of a handover: the client, or a person and their organisation."""
    if holding.kind == HolderKind.CLIENT:
        return [client]
    organisation = Organisation.objects.filter(id__in=[holding.holder]).first()
    return [account.name if account else "", organisation.name if organisation else ""]


@read(who=[Role.LOCKSMITH, Role.COORDINATOR, Role.ADMINISTRATOR])
def work_order(viewer: Actor, number: str, language: Language) -> bytes:
    """The work order of an open order, as PDF. Raises NotFound out of sight, or when it is no longer open."""
    trip = open_trip(viewer, number)
    if trip is None:
        raise NotFound("order", "order")
    row = Order.objects.select_related("locksmith").get(municipality=viewer.municipality, number=number)
    note(viewer, "work_order.opened", client=row.client_id, order=number, language=language)
    person, attending = trip.person, trip.attending
    when = ""
    if trip.starts and trip.ends:
        when = f"{long_instant(trip.starts, language)}\N{EN DASH}{time_of_day(trip.ends, language)}"
    street = ""
    if person and person.street:
        street = f"{person.street}, lgh {person.apartment}" if person.apartment else person.street
    place = f"{person.postcode[:3]} {person.postcode[3:]} {person.town}".strip() if person and street else ""
    return orders_work_order.render(
        {
            "language": language,
            "number": trip.order,
            "kind": trip.kind,
            "firm": row.locksmith.name,
            "when": when,
            "where": [line for line in (street, place) if line],
            "client": [
                f"{person.first_name} {person.last_name}" if person else "",
                person.phone if person else "",
                trip.case,
            ],
            "door": trip.door_kind,
            "label": trip.door_label,
            "lock": trip.lock,
            "presence": trip.presence,
            "meets": [attending.name, attending.organisation, attending.phone] if attending else [],
            "by": [trip.provider, trip.phone],
            "placed": long_day(created(row.id).date(), language),
        }
    )


@read(who=CARE_ROLES | {Role.LOCKSMITH})
def labels(
    viewer: Actor, kind: str, language: Language, *, number: str = "", organisation: str = ""
) -> bytes:
    """Labels of locks or tags with their numbers as codes, as PDF: of one, or of all in an organisation's stock.

    Without `organisation` it is the viewer's own. No client is read, so nothing is recorded. Raises NotFound.
    """
    rows = Holding.objects.filter(
        is_own_holding(viewer), municipality=viewer.municipality, thing__kind=kind, until=None
    )
    if number:
        rows = rows.filter(thing__number=number)
    else:
        firm = Q(orgnr=organisation) if organisation else Q(id=viewer.organisation)
        holders = Organisation.objects.filter(firm, municipality=viewer.municipality)
        rows = rows.filter(kind=HolderKind.ORGANISATION, holder__in=holders.values("id"))
    numbers = list(rows.order_by("thing__number").values_list("thing__number", flat=True)[:MOST_LABELS])
    if not numbers or kind == ThingKind.KEY:
        raise NotFound("thing_kind", "kind")
    return papers.labels(kind, numbers, _municipality_name(viewer), language)


def _municipality_name(viewer: Actor) -> str:
    return Municipality.objects.get(code=viewer.municipality).name
