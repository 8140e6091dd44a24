# SPDX-License-Identifier: EUPL-1.2
"""A lock turner that does not work is mended, or another hung in its place with the same links."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from troskel.acts.core import lookup
from troskel.acts.core.fields import Text
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.acts.ordering import about, place
from troskel.custody import operations as custody
from troskel.custody import rules as custody_rules
from troskel.custody.models import HolderKind, ThingKind
from troskel.orders import operations as orders
from troskel.orders import rules
from troskel.orders.models import OrderKind
from troskel.people.roles import Role
from troskel.routine import standing


@act("P1", who=(Role.COORDINATOR, Role.ADMINISTRATOR), writes=["repair.ordered"])
def order_repair(
    doing: Doing,
    *,
    client: str,
    locksmith: str,
    fault: str,
    door: UUID | None = None,
    presence: Literal["none", "client", "carer"] = "none",
    text: Text = "",
) -> dict[str, Any]:
    """Order that the lock turner at a door be mended."""
    found = lookup.client(doing, client)
    rules.own_client(found.facts)
    at = lookup.door_of(found.home, door)
    lock = rules.a_lock_at(at)
    rules.no_open_order(at)
    rules.known_code("fault", fault, custody_rules.FAULTS)
    order = place(doing, OrderKind.REPAIR, found, at, locksmith, presence=presence, fault=fault)
    doing.journal(
        "repair.ordered",
        **about(order, lookup.homes_of_door(doing, at.door)),
        presence=presence,
        lock=lock,
        code=fault,
        detail={"text": text} if text else None,
    )
    return {"order": order.number}


@act("L1", who=(Role.LOCKSMITH,), writes=["repair.reported", "link.removed", "link.made"])
def report_repair(doing: Doing, *, order: str, serial: str, replaced_by: str = "") -> dict[str, Any]:
    """The lock turner with this serial works again; or another has taken its place at the door, with its links."""
    found = lookup.order(doing, order)
    rules.is_open(found.row.state, order)
    rules.of_kind(found.row.kind, "repair", order)
    held = lookup.held_thing(doing, ThingKind.LOCK, serial)
    custody_rules.lock_is_at_door(held.kind, held.holder, found.row.door_id, serial)
    hangs = held
    if replaced_by:
        hangs, is_linked = lookup.lock_to_mount(doing, replaced_by)
        custody_rules.lock_is_in_stock_of(hangs.kind, hangs.holder, doing.actor.organisation, replaced_by)
        custody_rules.not_linked_elsewhere(is_linked, replaced_by)
        by = (doing.occurred, doing.actor.account, doing.actor.account)
        custody.hand_over(held, HolderKind.ORGANISATION, found.row.locksmith_id, *by)
        custody.hand_over(hangs, HolderKind.DOOR, found.row.door_id, *by)
    orders.finish(found.row.id, hangs.thing_id, doing.now)
    doing.journal(
        "repair.reported",
        **about(found.row, found.homes),
        lock=hangs.thing_id,
        serial=hangs.thing.number,
        instead_of=held.thing_id if replaced_by else None,
    )
    if replaced_by:
        _move_links(doing, found, held.thing_id, hangs.thing_id)
    return {"order": order, "lock": hangs.thing.number}


def _move_links(doing: Doing, found: lookup.FoundOrder, old: UUID, new: UUID) -> None:
    """Whoever could open the door with the old lock can with the new one: it is the same door (rule 2)."""
    linked = [
        (home, client, identifier, link.door)
        for home in found.homes
        for client in doing.facts[home].clients.values()
        for identifier, link in client.links.items()
        if link.lock == old and client.moved_to is None
    ]
    made = []
    for home, client, _, door in linked:
        if client.own and standing.needs_the_door(client, doing.today):
            row = custody.new_link(doing.actor.municipality, new, client.client, door, doing.now)
            made.append(row)
            doing.journal("link.made", homes=[home], client=client.client, link=row.id, lock=new, door=door)
    for home, client, link, door in linked:
        doing.journal("link.removed", homes=[home], client=client.client, link=link, lock=old, door=door)
    custody.link(made)
    custody.unlink([link for _, _, link, _ in linked], doing.now)
