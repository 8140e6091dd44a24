# SPDX-License-Identifier: EUPL-1.2
"""Repairs: a faulty lock turner is repaired, or replaced by another with the same links."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from troskel.acts import reported_locks
from troskel.acts.ordering import finish_order, order_fields, place_order
from troskel.acts.reporting_work import can_still_be_done, suggest_report_at_lock
from troskel.custody import operations as custody
from troskel.custody import rules as custody_rules
from troskel.custody.models import HolderKind, Link, ThingKind
from troskel.ground.ids import new_id
from troskel.ground.texts import _
from troskel.orders import rules
from troskel.orders.models import OrderKind
from troskel.people.roles import Role
from troskel.routine import client_state
from troskel.runner import lookup
from troskel.runner.choices import Presence
from troskel.runner.fields import (
    CaseNumber,
    ClientCondition,
    DoorId,
    LocksmithNumber,
    Named,
    OrderNumber,
    Serial,
    Text,
    field,
)
from troskel.runner.register import act
from troskel.runner.reported import DoneThough, Reported
from troskel.runner.suggestions import DutyContext, Suggestion, Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Reparationer")


@act(
    "P1",
    who=(Role.COORDINATOR, Role.ADMINISTRATOR),
    writes=["repair.ordered"],
    title=_("Beställ reparation"),
    lead=_("Låssmeden lagar eller byter låsvredet."),
    applies_to=ClientCondition.HAS_LOCK,
    corrected_by="cancel_order",
    undone_by=Undo(
        "cancel_order", lambda told: {"order": told["order"], "reason": rules.Cancellation.MISTAKE}
    ),
)
def order_repair(
    ctx: ActContext,
    *,
    client: CaseNumber,
    locksmith: LocksmithNumber,
    fault: Annotated[str, field(_("Vad är fel?"), choices=custody_rules.LockFault)],
    door: DoorId | None = None,
    presence: Presence = Presence.NONE,
    text: Text = "",
) -> dict[str, Any]:
    """Order the repair of the lock turner at a door: the client's, or one where the client is to move in."""
    subject = lookup.find_client(ctx, client)
    rules.own_client(subject.facts)
    door_facts = lookup.find_door(subject.home, door, lookup.homes_ahead(ctx, subject))
    lock = rules.mounted_lock(door_facts)
    rules.no_open_order(door_facts)
    rules.known_code("fault", fault, custody_rules.FAULTS)
    order = place_order(ctx, OrderKind.REPAIR, subject, door_facts, locksmith, presence=presence, fault=fault)
    ctx.journal(
        "repair.ordered",
        **order_fields(order, lookup.homes_of_door(ctx, door_facts.door)),
        presence=presence,
        lock=lock,
        code=fault,
        detail={"text": text} if text else None,
    )
    return {"order": order.number}


@order_repair.suggested_by("repair.ordered")
def _suggest_repair(context: DutyContext) -> Iterator[Suggestion]:
    if context.door is not None:
        at = {"door": str(context.door.door), "fault": context.door.fault}
        yield order_repair.suggestion({"client": context.case, **at}, ("locksmith",))


@act(
    "L1",
    who=(Role.LOCKSMITH,),
    writes=["repair.reported", "link.removed", "link.made", "lock.corrected", "home.unknown"],
    title=_("Låsvredet är lagat"),
    lead=_("Byttes låsvredet flyttar kopplingen med."),
    corrected_by="correct_report",
    undone_by=Undo("correct_report", lambda told: {"order": told["order"]}),
)
def report_repair(
    ctx: ActContext,
    *,
    order: Annotated[OrderNumber, field(names=Named.REPAIR_ORDER)],
    serial: Annotated[Serial, field(names=Named.MOUNTED_LOCK)],
    replaced_by: Annotated[str, field(_("Nytt låsnummer, om låset byttes"), scanned=True)] = "",
    done_though: DoneThough = [],  # noqa: B006 -- msgspec copies it
) -> dict[str, Any]:
    """Report a repair: the lock turner works again, or another (`replaced_by`) has its place and its links.

    `done_though`: the order was cancelled, or the new lock was not in the firm's stock, is unknown or linked.
    """
    report = Reported(done_though)
    subject = lookup.find_order(ctx, order)
    rules.of_kind(subject.row.kind, "repair", order)
    can_still_be_done(report, subject, order)
    holding = lookup.find_holding(ctx, ThingKind.LOCK, serial)
    custody_rules.lock_is_at_door(holding.kind, holding.holder, subject.row.door_id, serial)
    mounted_holding = holding
    if replaced_by:
        mounted_holding = reported_locks.find_mounted(
            ctx, report, replaced_by, subject.row.door_id, firm=subject.row.locksmith_id
        )
        handover = (ctx.occurred, ctx.actor.account, ctx.actor.account)
        custody.hand_over(holding, HolderKind.ORGANISATION, subject.row.locksmith_id, *handover)
        custody.hand_over(mounted_holding, HolderKind.DOOR, subject.row.door_id, *handover)
    finish_order(ctx, subject.row.id, mounted_holding.thing_id, marks=report.marks)
    ctx.journal(
        "repair.reported",
        **order_fields(subject.row, subject.homes),
        lock=mounted_holding.thing_id,
        serial=mounted_holding.thing.number,
        instead_of=holding.thing_id if replaced_by else None,
        though=report.marks,
    )
    if replaced_by:
        _move_links(ctx, subject, holding.thing_id, mounted_holding.thing_id)
    return {"order": order, "lock": mounted_holding.thing.number}


@report_repair.suggested_by("repair.reported")
def _suggest_report(context: DutyContext) -> Iterator[Suggestion]:
    yield from suggest_report_at_lock(context, report_repair)


def _move_links(ctx: ActContext, subject: lookup.OrderSubject, old: UUID, new: UUID) -> None:
    """Moves the links from the old lock to the new one: the door is the same (rule 2)."""
    old_links = [
        (home, client, identifier, link.door)
        for home in subject.homes
        for client in ctx.facts[home].clients.values()
        for identifier, link in client.links.items()
        if link.lock == old and client.moved_to is None
    ]
    new_links = []
    for home, client, _link, door in old_links:
        if client.own and client_state.needs_the_door(client, ctx.today):
            row = Link(
                id=new_id(),
                municipality_id=ctx.actor.municipality,
                lock_id=new,
                client_id=client.client,
                door_id=door,
                since=ctx.now,
            )
            new_links.append(row)
            ctx.journal("link.made", homes=[home], client=client.client, link=row.id, lock=new, door=door)
    for home, client, link, door in old_links:
        ctx.journal("link.removed", homes=[home], client=client.client, link=link, lock=old, door=door)
    Link.objects.bulk_create(new_links)
    Link.objects.filter(id__in=[link for _, _, link, _ in old_links]).update(until=ctx.now)
