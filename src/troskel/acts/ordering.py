# SPDX-License-Identifier: EUPL-1.2
"""The web order system: installations and removals are ordered, booked, failed, cancelled (P1, P4, P6)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal
from uuid import UUID

from troskel.acts.core import lookup
from troskel.acts.core.fields import Instant, Text
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue
from troskel.orders import operations as orders
from troskel.orders import rules
from troskel.orders.models import Order, OrderKind
from troskel.people.operations import next_numbers
from troskel.people.roles import Role
from troskel.routine.facts import DoorFacts

ORDERER = (Role.COORDINATOR,)
Presence = Literal["none", "client", "carer"]
REMOVER = (Role.COORDINATOR, Role.ADMINISTRATOR)


@act("P1", who=ORDERER, writes=["installation.ordered"])
def order_installation(
    doing: Doing,
    *,
    client: str,
    locksmith: str,
    door: UUID | None = None,
    presence: Presence = "none",
    reason: Text = "",
) -> dict[str, Any]:
    """Order the installation of a lock turner at one door (P1): at the latest after the first visit.

    `presence`: who needs to be there (P4). `reason` is asked for where the client has not been told and understood
    (A1, A3).
    """
    found = lookup.client(doing, client)
    rules.own_client(found.facts)
    rules.care_to_come(found.facts, doing.today)
    rules.organisation_has_the_client(found.facts, doing.actor.organisation, doing.today)
    rules.not_refused(found.facts)
    rules.client_is_informed(found.facts, reason)
    at = lookup.door_of(found.home, door)
    rules.no_lock_at(at)
    rules.no_open_order(at)
    rules.owner_consents(at)
    order = place(doing, OrderKind.INSTALLATION, found, at, locksmith, presence=presence)
    doing.journal(
        "installation.ordered",
        **about(order, lookup.homes_of_door(doing, at.door)),
        presence=presence,
        reason_code="not_informed" if reason else "",
        detail={"reason": reason} if reason else None,
    )
    return {"order": order.number, "door": at.door}


@act("P6", who=REMOVER, writes=["removal.ordered", "order.cancelled"])
def order_removal(
    doing: Doing,
    *,
    client: str,
    locksmith: str,
    door: UUID | None = None,
    presence: Presence = "none",
) -> dict[str, Any]:
    """Order the removal (P6), once nobody behind the door has home care or a safety alarm (rule 1).

    A repair that is ordered there is cancelled: what is taken down is not mended.
    """
    found = lookup.client(doing, client)
    at = lookup.door_of(found.home, door, found.left)
    lock = rules.may_be_taken_down(at, doing.facts, doing.today)
    _cancel_repairs(doing, at)
    order = place(doing, OrderKind.REMOVAL, found, at, locksmith, presence=presence)
    homes = lookup.homes_of_door(doing, at.door)
    doing.journal("removal.ordered", **about(order, homes), presence=presence, lock=lock)
    return {"order": order.number}


@act("P4", who=(Role.LOCKSMITH, Role.COORDINATOR), writes=["order.booked"])
def book_order(
    doing: Doing,
    *,
    order: str,
    starts: Instant,
    ends: Instant,
    presence: Presence | None = None,
) -> dict[str, Any]:
    """Book when the locksmith comes, and who must be present (P4): who the order says, where nothing else is said.

    A new booking takes the place of the old.
    """
    found = lookup.order(doing, order)
    rules.is_open(found.row.state, order)
    if found.row.kind == OrderKind.REMOVAL:
        rules.nobody_needs_the_lock(lookup.door_of_order(doing, found), doing.facts, doing.today)
    if ends <= starts:
        raise BadValue("ends", "is not after 'starts'")
    needed = presence or found.row.presence
    orders.book(found.row.id, doing.actor.municipality, starts, ends, needed)
    _journal_order(doing, "order.booked", found, starts=starts, ends=ends, presence=needed)
    return {"order": order}


@act("L1", who=(Role.LOCKSMITH,), writes=["order.failed"])
def report_failure(doing: Doing, *, order: str, code: str, text: Text = "") -> dict[str, Any]:
    """The trip was in vain (case 11): the order is not done, and is booked again."""
    found = lookup.order(doing, order)
    rules.is_open(found.row.state, order)
    rules.known_code("code", code, rules.FAILURES)
    orders.fail(found.row.id, code)
    _journal_order(doing, "order.failed", found, code=code, detail={"text": text} if text else None)
    return {"order": order}


@act("P1", "P6", who=(Role.COORDINATOR, Role.ADMINISTRATOR), writes=["order.cancelled"])
def cancel_order(doing: Doing, *, order: str, reason: str) -> dict[str, Any]:
    """Cancel an order that is not to be carried out (cases 5 and 6); the locksmith is told."""
    found = lookup.order(doing, order)
    rules.is_open(found.row.state, order)
    rules.known_code("reason", reason, rules.CANCELLATIONS)
    orders.cancel(found.row.id, reason, doing.now)
    _journal_order(doing, "order.cancelled", found, reason_code=reason)
    return {"order": order}


def place(
    doing: Doing,
    kind: OrderKind,
    found: lookup.FoundClient,
    at: DoorFacts,
    locksmith: str,
    *,
    presence: str,
    fault: str = "",
) -> Order:
    """Place an order at a locksmith firm, by the actor's organisation."""
    firm = lookup.organisation(doing, locksmith, "locksmith")
    rules.is_a_locksmith(firm.kind)
    (number,) = next_numbers(doing.actor.municipality, "order", doing.today.year, 1)
    order = Order(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        number=f"W-{number}",
        kind=kind,
        client=found.row,
        door_id=at.door,
        organisation_id=rules.orderer(doing.actor.organisation),
        locksmith=firm,
        placed=doing.now,
        presence=presence,
        fault=fault,
    )
    orders.place([order])
    return order


def about(order: Order, homes: Iterable[UUID]) -> dict[str, Any]:
    """What every line about an order says."""
    return {
        "homes": homes,
        "client": order.client_id,
        "order": order.id,
        "number": order.number,
        "door": order.door_id,
        "organisation": order.organisation_id,
        "locksmith": order.locksmith_id,
    }


def _cancel_repairs(doing: Doing, at: DoorFacts) -> None:
    for identifier, order in at.orders.items():
        if order.kind == OrderKind.REPAIR:
            orders.cancel(identifier, "care_ended", doing.now)
            doing.journal(
                "order.cancelled",
                homes=lookup.homes_of_door(doing, at.door),
                client=order.client,
                order=identifier,
                number=order.number,
                door=at.door,
                organisation=order.organisation,
                locksmith=order.locksmith,
                reason_code="care_ended",
            )


def _journal_order(doing: Doing, event: str, found: lookup.FoundOrder, **body: Any) -> None:
    doing.journal(event, **about(found.row, found.homes), **body)
