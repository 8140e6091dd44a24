# SPDX-License-Identifier: EUPL-1.2
"""Reading is an act too: a record opened is a line in the chain of reads; a list is one line with filter and ids."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from troskel.care import queries as care
from troskel.duties import queries as duties
from troskel.duties import routines
from troskel.ground import clock
from troskel.journal import operations as journal
from troskel.people.models import Client
from troskel.people.roles import Actor, Role
from troskel.permits.sight import EVERYBODY, visible_clients

Row = Mapping[str, Any]


def seen(viewer: Actor) -> QuerySet[Client]:
    """The clients that the viewer may know of today."""
    return Client.objects.filter(visible_clients(viewer, clock.today()))


def note(
    viewer: Actor, what: str, *, client: UUID | None = None, ids: Iterable[UUID] = (), **asked: Any
) -> None:
    """Write that something was read: by whom, what was asked for, and whose records were shown."""
    entry = journal.Entry(
        event=what,
        body={"asked": asked, "shown": sorted(str(i) for i in ids)},
        act="view",
        paragraph="",
        actor_kind=viewer.kind.value,
        actor=viewer.account,
        client=client,
    )
    with transaction.atomic():
        journal.append([entry], municipality=viewer.municipality, kind="reads")


def gaps(viewer: Actor, on: date, days: int) -> list[care.Gap]:
    """Who will be without cover, and when (case 8)."""
    found = list(care.gaps(seen(viewer), viewer.municipality, on, days))
    note(viewer, "gaps.viewed", on=on, days=days, cases=[gap.case for gap in found])
    return found


def phone_clients(viewer: Actor, on: date) -> dict[str, int]:
    """How many clients each organisation's phones have on a day."""
    return care.phone_clients(seen(viewer), viewer.municipality, on)


class Counts(NamedTuple):
    """Clients in all: own and another municipality's; and of them all, protected and dead."""

    own: int
    other_municipality: int
    protected: int
    dead: int


def count_clients(viewer: Actor) -> Counts:
    """How many clients there are."""
    rows = seen(viewer)
    own = Q(home_municipality=viewer.municipality)
    counted = rows.aggregate(
        own=Count("pk", filter=own),
        other_municipality=Count("pk", filter=~own),
        protected=Count("pk", filter=~Q(protection="")),
        dead=Count("pk", filter=~Q(died=None)),
    )
    return Counts(**counted)


def duties_on(viewer: Actor, on: date) -> list[dict[str, Any]]:
    """The duties and notices that had been asked by `on`, with how each stood that day."""
    found = [_duty(row, on) for row in duties_of(viewer, duties.known_on(on))]
    note(viewer, "duties.viewed", on=on, cases=sorted({row["case"] for row in found if row["case"]}))
    return found


def duties_of(viewer: Actor, condition: Q) -> QuerySet[Any, Row]:
    """The duties that the viewer may read: the office every one, others what is asked of them."""
    rows = duties.duties(viewer, condition, all_of_them=viewer.role in EVERYBODY)
    return of_their_clients(viewer, rows)


def of_their_clients(viewer: Actor, rows: QuerySet[Any, Row]) -> QuerySet[Any, Row]:
    """To be asked is a reason to know the client; not for a carer: a whole organisation is asked (rule 4)."""
    return rows.filter(client__in=seen(viewer)) if viewer.role is Role.CARER else rows


def worklist(viewer: Actor) -> list[dict[str, Any]]:
    """What the viewer must do now."""
    today = clock.today()
    found = [_duty(row, today) for row in of_their_clients(viewer, duties.worklist(viewer, today))]
    note(viewer, "worklist.viewed", cases=[row["case"] for row in found])
    return found


def _duty(row: Mapping[str, Any], on: date) -> dict[str, Any]:
    asked = routines.version(row["version"]).asks[row["paragraph"], row["ask"]]
    return {
        "id": row["id"],
        "kind": row["kind"],
        "paragraph": row["paragraph"],
        "ask": row["ask"],
        "text": asked.duty.sv,
        "fulfilled": asked.fulfilled.sv,
        "case": row["client__case_number"],
        "client": row["client__reference"],
        "organisation": row["organisation__orgnr"],
        "role": row["role"],
        "opened": row["opened"],
        "due": row["due"],
        "state": duties.state_on(dict(row), on),
    }
