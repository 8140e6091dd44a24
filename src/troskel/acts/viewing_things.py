# SPDX-License-Identifier: EUPL-1.2
"""Locks, tags and keys: where each is now, as far as the viewer has to do with it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from django.db.models import OuterRef, Q, QuerySet, Subquery

from troskel.acts.paging import Asked, Page, Row, rows_of
from troskel.acts.viewing import note, seen
from troskel.custody.models import Holding
from troskel.orders.models import Order, OrderState
from troskel.people.models import Client, HomeDoor, Organisation
from troskel.people.roles import Actor, Role
from troskel.permits.sight import EVERYBODY


class ListedThing(msgspec.Struct, frozen=True):
    """A thing and its holder: an organisation by its number, a client by the case, a door by its id."""

    number: str
    kind: str
    opens: UUID | None
    held_by: str
    organisation: str | None
    case: str | None
    door: UUID | None
    since: datetime


THING = ("id", "thing__number", "thing__kind", "thing__door_id", "kind", "holder", "orgnr", "case", "since")


def things(viewer: Actor, kind: str, asked: Asked) -> Page[ListedThing]:
    """The locks, tags or keys that the viewer has to do with."""
    rows = Holding.objects.filter(
        _theirs(viewer), municipality=viewer.municipality, thing__kind=kind, until=None
    )
    found, following = rows_of(_with_holder(rows), asked)
    held = {row["holder"] for row in found if row["kind"] == "client"}
    note(viewer, f"{kind}.listed", ids=held, limit=asked.limit, after=asked.after)
    return Page([thing(row) for row in found], following)


def things_about(viewer: Actor, client: UUID, doors: list[UUID]) -> list[ListedThing]:
    """What a client holds, what is at the client's doors, and the keys to them. One query."""
    about = Q(kind="client", holder=client) | Q(kind="door", holder__in=doors)
    keys = Q(thing__door__in=doors)
    if viewer.role not in EVERYBODY:
        keys &= Q(kind="organisation", holder=viewer.organisation)
    rows = Holding.objects.filter(about | keys, municipality=viewer.municipality, until=None)
    return [thing(row) for row in _with_holder(rows).order_by("thing__kind", "thing__number")]


def thing(row: Row) -> ListedThing:
    """A thing as a list shows it."""
    return ListedThing(
        number=row["thing__number"],
        kind=row["thing__kind"],
        opens=row["thing__door_id"],
        held_by=row["kind"],
        organisation=row["orgnr"],
        case=row["case"],
        door=row["holder"] if row["kind"] == "door" else None,
        since=row["since"],
    )


def _with_holder(rows: QuerySet[Holding]) -> QuerySet[Holding, Row]:
    organisation = Organisation.objects.filter(pk=OuterRef("holder")).values("orgnr")
    client = Client.objects.filter(pk=OuterRef("holder")).values("case_number")
    return rows.annotate(orgnr=Subquery(organisation), case=Subquery(client)).values(*THING)


def _theirs(viewer: Actor) -> Q:
    if viewer.role in EVERYBODY:
        return Q()
    own = Q(kind="organisation", holder=viewer.organisation)
    if viewer.role is Role.LOCKSMITH:
        open_orders = Order.objects.filter(
            locksmith=viewer.organisation, state__in=[OrderState.PLACED, OrderState.BOOKED]
        )
        return own | Q(kind="door", holder__in=open_orders.values("door_id"))
    clients = seen(viewer)
    doors = HomeDoor.objects.filter(home__clients__in=clients)
    return (
        own
        | Q(kind="client", holder__in=clients.values("pk"))
        | Q(kind="door", holder__in=doors.values("door_id"))
    )
