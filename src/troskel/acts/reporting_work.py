# SPDX-License-Identifier: EUPL-1.2
"""The locksmith reports the work as done (L1), which is what triggers S1's and S3's e-mails."""

from __future__ import annotations

from typing import Any, Literal

from troskel.acts.core import lookup
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.acts.ordering import about
from troskel.custody import operations as custody
from troskel.custody import rules as custody_rules
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.orders import operations as orders
from troskel.orders import rules
from troskel.people.roles import Role

WHO = (Role.LOCKSMITH,)


@act("L1", who=WHO, writes=["installation.reported"])
def report_installation(
    doing: Doing, *, order: str, serial: str, parts: Literal["", "client", "office", "locksmith"] = ""
) -> dict[str, Any]:
    """The lock turner with this serial is mounted (L1). `parts`: where the door's own turner is kept meanwhile."""
    found = lookup.order(doing, order)
    rules.is_open(found.row.state, order)
    rules.of_kind(found.row.kind, "installation", order)
    rules.no_lock_at(lookup.door_of_order(doing, found))
    rules.own_client(lookup.client_of_order(doing, found))
    held, is_linked = lookup.lock_to_mount(doing, serial)
    custody_rules.lock_is_in_stock_of(held.kind, held.holder, doing.actor.organisation, serial)
    custody_rules.not_linked_elsewhere(is_linked, serial)
    custody.hand_over(
        held, HolderKind.DOOR, found.row.door_id, doing.occurred, doing.actor.account, doing.actor.account
    )
    _done(doing, "installation.reported", found, held, parts=parts)
    return {"order": order, "lock": serial}


@act("L1", who=WHO, writes=["removal.reported"])
def report_removal(
    doing: Doing, *, order: str, serial: str, parts: Literal["", "put_back", "missing"] = ""
) -> dict[str, Any]:
    """The lock turner with this serial is taken down (L1); the locksmith holds it now.

    `parts`: whether the door's own turner is back where it was; empty where none was kept.
    """
    found = lookup.order(doing, order)
    rules.is_open(found.row.state, order)
    rules.of_kind(found.row.kind, "removal", order)
    rules.nobody_needs_the_lock(lookup.door_of_order(doing, found), doing.facts, doing.today)
    held = lookup.held_thing(doing, ThingKind.LOCK, serial)
    custody_rules.lock_is_at_door(held.kind, held.holder, found.row.door_id, serial)
    custody.hand_over(
        held,
        HolderKind.ORGANISATION,
        found.row.locksmith_id,
        doing.occurred,
        doing.actor.account,
        doing.actor.account,
    )
    _done(doing, "removal.reported", found, held, parts=parts)
    return {"order": order, "lock": serial}


def _done(doing: Doing, event: str, found: lookup.FoundOrder, held: Holding, *, parts: str) -> None:
    orders.finish(found.row.id, held.thing_id, doing.now, parts)
    doing.journal(
        event,
        **about(found.row, found.homes),
        lock=held.thing_id,
        serial=held.thing.number,
        parts=parts,
    )
