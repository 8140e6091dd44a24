# SPDX-License-Identifier: EUPL-1.2
"""The locksmith reports work as done (L1), which triggers the e-mails of S1 and S3."""

from __future__ import annotations

from typing import Any, Literal

from troskel.acts.core import lookup
from troskel.acts.core.register import act
from troskel.acts.core.transaction import ActContext
from troskel.acts.ordering import finish_order, order_fields
from troskel.custody import operations as custody
from troskel.custody import rules as custody_rules
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground.texts import _
from troskel.orders import rules
from troskel.people.roles import Role

CHAPTER = _("Montering och nedmontering")

WHO = (Role.LOCKSMITH,)


@act(
    "L1",
    who=WHO,
    writes=["installation.reported"],
    title=_("Låsvredet är monterat"),
    lead=_("Utföraren och systemförvaltaren får veta det."),
)
def report_installation(
    ctx: ActContext, *, order: str, serial: str, parts: Literal["", "client", "office", "locksmith"] = ""
) -> dict[str, Any]:
    """Report that a lock turner is mounted (L1). `parts`: where the door's own turner is stored meanwhile."""
    subject = lookup.find_order(ctx, order)
    rules.is_open(subject.row.state, order)
    rules.of_kind(subject.row.kind, "installation", order)
    rules.no_lock_at(lookup.door_of_order(ctx, subject))
    rules.own_client(lookup.client_of_order(ctx, subject))
    holding, is_linked = lookup.find_lock(ctx, serial)
    custody_rules.lock_is_in_stock_of(holding.kind, holding.holder, ctx.actor.organisation, serial)
    custody_rules.not_linked_elsewhere(is_linked, serial)
    custody.hand_over(
        holding, HolderKind.DOOR, subject.row.door_id, ctx.occurred, ctx.actor.account, ctx.actor.account
    )
    _finish_order(ctx, "installation.reported", subject, holding, parts=parts)
    return {"order": order, "lock": serial}


@act(
    "L1",
    who=WHO,
    writes=["removal.reported"],
    title=_("Låsvredet är nedmonterat"),
    lead=_("Låsvredet är nu hos er."),
)
def report_removal(
    ctx: ActContext, *, order: str, serial: str, parts: Literal["", "put_back", "missing"] = ""
) -> dict[str, Any]:
    """Report that a lock turner is taken down (L1); the locksmith holds it now.

    `parts`: whether the door's own turner is back in its place; empty where none was stored.
    """
    subject = lookup.find_order(ctx, order)
    rules.is_open(subject.row.state, order)
    rules.of_kind(subject.row.kind, "removal", order)
    rules.nobody_needs_the_lock(lookup.door_of_order(ctx, subject), ctx.facts, ctx.today)
    holding = lookup.find_holding(ctx, ThingKind.LOCK, serial)
    custody_rules.lock_is_at_door(holding.kind, holding.holder, subject.row.door_id, serial)
    custody.hand_over(
        holding,
        HolderKind.ORGANISATION,
        subject.row.locksmith_id,
        ctx.occurred,
        ctx.actor.account,
        ctx.actor.account,
    )
    _finish_order(ctx, "removal.reported", subject, holding, parts=parts)
    return {"order": order, "lock": serial}


def _finish_order(
    ctx: ActContext, event: str, subject: lookup.OrderSubject, holding: Holding, *, parts: str
) -> None:
    finish_order(ctx, subject.row.id, holding.thing_id, parts)
    ctx.journal(
        event,
        **order_fields(subject.row, subject.homes),
        lock=holding.thing_id,
        serial=holding.thing.number,
        parts=parts,
    )
