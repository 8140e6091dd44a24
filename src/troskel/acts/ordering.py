# SPDX-License-Identifier: EUPL-1.2
"""The web order system: orders of installations and removals are placed, booked, failed, cancelled (P1, P4, P6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Annotated, Any
from uuid import UUID

from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.orders import operations as orders
from troskel.orders import queries as orders_queries
from troskel.orders import rules
from troskel.orders.models import Order, OrderKind, OrderState
from troskel.people.models import Client
from troskel.people.operations import next_number
from troskel.people.roles import Role
from troskel.routine import client_state, door_state
from troskel.routine.facts import ClientFacts, DoorFacts
from troskel.runner import lookup
from troskel.runner.choices import Presence
from troskel.runner.fields import (
    CaseNumber,
    ClientCondition,
    DoorId,
    InAddress,
    Instant,
    LocksmithNumber,
    Named,
    OrderNumber,
    Text,
    field,
)
from troskel.runner.found_order import FoundOrder
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion, Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Beställningar")

ORDERING_ROLES = (Role.COORDINATOR,)

SLOT_BEGIN = field(_("Börjar"), names=Named.SLOT_BEGIN, in_address=InAddress.CHANGEABLE)
SLOT_END = field(_("Slutar"), names=Named.SLOT_END, in_address=InAddress.CHANGEABLE)

REMOVAL_ROLES = (Role.COORDINATOR, Role.ADMINISTRATOR)


@act(
    "P1",
    who=ORDERING_ROLES,
    writes=["installation.ordered"],
    title=_("Beställ montering"),
    lead=_("Låssmeden får beställningen och bokar en tid."),
    corrected_by="cancel_order",
    undone_by=Undo(
        "cancel_order", lambda told: {"order": told["order"], "reason": rules.Cancellation.MISTAKE}
    ),
)
def order_installation(
    ctx: ActContext,
    *,
    client: CaseNumber,
    locksmith: LocksmithNumber,
    door: DoorId | None = None,
    presence: Presence = Presence.NONE,
    reason: Annotated[
        Text,
        field(
            _("Varför beställs det innan kunden är informerad?"),
            hint=_("Behövs bara om kunden inte har fått veta och förstått"),
        ),
    ] = "",
) -> dict[str, Any]:
    """Order the installation of a lock turner at one door (P1), at the latest after the first visit.

    `presence`: who needs to be there (P4). `reason`: needed where the client has not been informed and understood
    (A1, A3).
    """
    subject = lookup.find_client(ctx, client)
    rules.own_client(subject.facts)
    rules.care_to_come(subject.facts, ctx.today)
    ahead = lookup.homes_ahead(ctx, subject)
    rules.organisation_has_the_client(subject.facts, ctx.actor.organisation, ctx.today)
    rules.not_refused(subject.facts)
    rules.client_is_informed(subject.facts, reason)
    door_facts = lookup.find_door(subject.home, door, ahead)
    rules.no_lock_at(door_facts)
    rules.no_open_order(door_facts)
    rules.owner_consents(door_facts)
    order = place_order(ctx, OrderKind.INSTALLATION, subject, door_facts, locksmith, presence=presence)
    ctx.journal(
        "installation.ordered",
        **order_fields(order, lookup.homes_of_door(ctx, door_facts.door)),
        presence=presence,
        reason_code="not_informed" if reason else "",
        detail={"reason": reason} if reason else None,
    )
    return {"order": order.number, "door": door_facts.door}


@order_installation.suggested_by("installation.ordered")
def _suggest_installation(context: DutyContext) -> Iterator[Suggestion]:
    """Order for the duty's client or, if that one has another provider or has refused, for another client of the home.

    No suggestion where the provider has no such client.
    """
    client = _provider_client(context)
    if client is None or context.door is None:
        return
    informed = set(client.informed) >= {"oral", "written"} and client.told_about_keys and client.understood
    left = ("locksmith",) if informed else ("locksmith", "reason")
    case = context.names.cases[client.client]
    yield order_installation.suggestion({"client": case, "door": str(context.door.door)}, left)


def _provider_client(context: DutyContext) -> ClientFacts | None:
    organisation, today = context.duty.organisation_id, clock.today()
    own = [client for client in context.home.clients.values() if client.own]
    served_clients = [
        client
        for client in own
        if not client.refused and organisation in client_state.providers_of(client, today)
    ]
    return context.client if context.client in served_clients else next(iter(served_clients), None)


@act(
    "P6",
    who=REMOVAL_ROLES,
    writes=["removal.ordered", "order.cancelled"],
    title=_("Beställ nedmontering"),
    lead=_("När ingen i bostaden har hemtjänst eller trygghetslarm kvar."),
    applies_to=ClientCondition.HAS_LOCK,
    corrected_by="cancel_order",
    undone_by=Undo(
        "cancel_order", lambda told: {"order": told["order"], "reason": rules.Cancellation.MISTAKE}
    ),
)
def order_removal(
    ctx: ActContext,
    *,
    client: CaseNumber,
    locksmith: LocksmithNumber,
    door: DoorId | None = None,
    presence: Presence = Presence.NONE,
) -> dict[str, Any]:
    """Order the removal of a lock turner (P6), once nobody behind the door has home care or a safety alarm (rule 1).

    An open repair order at the door is cancelled.
    """
    subject = lookup.find_client(ctx, client)
    others = chain(subject.former_homes, lookup.homes_ever_planned(ctx, subject))
    door_facts = lookup.find_door(subject.home, door, others)
    lock = rules.may_be_taken_down(door_facts, ctx.facts, ctx.today)
    if ctx.actor.role is Role.COORDINATOR:
        rules.is_asked_to_remove(door_facts, subject.facts, ctx.facts, ctx.actor.organisation, ctx.today)
    _cancel_repairs(ctx, door_facts)
    order = place_order(ctx, OrderKind.REMOVAL, subject, door_facts, locksmith, presence=presence)
    homes = lookup.homes_of_door(ctx, door_facts.door)
    ctx.journal("removal.ordered", **order_fields(order, homes), presence=presence, lock=lock)
    return {"order": order.number}


@order_removal.suggested_by("removal.ordered")
def _suggest_removal(context: DutyContext) -> Iterator[Suggestion]:
    if context.door is not None:
        yield order_removal.suggestion(
            {"client": context.case, "door": str(context.door.door)}, ("locksmith",)
        )


@act(
    "P4",
    who=(Role.LOCKSMITH, Role.COORDINATOR),
    writes=["order.booked"],
    title=_("Boka tid"),
    lead=_("En ny bokning ersätter den gamla."),
    light=True,
    corrected_by="correct_booking",
)
def book_order(
    ctx: ActContext,
    *,
    order: Annotated[OrderNumber, field(names=Named.ORDER)],
    starts: Annotated[Instant, SLOT_BEGIN],
    ends: Annotated[Instant, SLOT_END],
    presence: Presence | None = None,
) -> dict[str, Any]:
    """Book when the locksmith comes, and who must be present (P4); by default as the order says.

    A new booking replaces the old. The time is to come, and somebody of the firm is free then; doors of one home are
    one trip.
    """
    subject = lookup.find_order(ctx, order)
    rules.is_open(subject.row.state, order)
    if subject.row.kind == OrderKind.REMOVAL:
        rules.nobody_needs_the_lock(lookup.door_of_order(ctx, subject), ctx.facts, ctx.today)
    if ends <= starts:
        raise BadValue(
            "ends", "booking.ends_before_start", _("Sluttiden är inte efter starttiden. Rätta en av dem.")
        )
    rules.is_to_come(starts, ctx.occurred)
    orders.lock_calendar(subject.row.locksmith_id)
    its_time = (ctx.actor.municipality, subject.row.locksmith_id, starts, ends)
    taken = orders_queries.taken(*its_time, but=subject.row.id, homes=subject.homes)
    if taken:
        smiths = orders_queries.locksmiths_of(ctx.actor.municipality, subject.row.locksmith_id)
        rules.somebody_is_free(taken, starts, ends, smiths)
    presence_needed = presence or subject.row.presence
    orders.book(subject.row.id, ctx.actor.municipality, starts, ends, presence_needed)
    _journal_order(ctx, "order.booked", subject, starts=starts, ends=ends, presence=presence_needed)
    return {"order": order}


@act(
    "L1",
    who=(Role.LOCKSMITH,),
    writes=["order.failed", "client.refused"],
    title=_("Det gick inte"),
    lead=_("Resan var förgäves. Beställningen bokas om."),
)
def report_failure(
    ctx: ActContext,
    *,
    order: Annotated[OrderNumber, field(names=Named.ORDER)],
    code: Annotated[str, field(_("Vad hindrade?"), choices=rules.Failure)],
    text: Text = "",
) -> dict[str, Any]:
    """Report a failed trip (case 11): the order is not done, and is booked again.

    A client who said no at the door has refused: the assessor is told (A3, case 10).
    """
    subject = lookup.find_order(ctx, order)
    rules.is_open(subject.row.state, order)
    rules.known_code("code", code, rules.FAILURES)
    orders.fail(subject.row.id, code)
    _journal_order(ctx, "order.failed", subject, code=code, detail={"text": text} if text else None)
    if code == rules.Failure.CLIENT_REFUSED:
        _journal_refusal(ctx, subject)
    return {"order": order}


def suggest_before_report(context: DutyContext) -> Iterator[Suggestion]:
    """What a locksmith may do before the order is reported done."""
    if context.duty.role != "locksmith":  # those who are only present (P4) do not book
        return
    order = {"order": context.about["number"]}
    yield book_order.suggestion(order, ("starts", "ends", "presence"), is_final=False)
    yield report_failure.suggestion(order, ("code",), is_final=False)


@act(
    "P1",
    "P6",
    who=(Role.COORDINATOR, Role.ADMINISTRATOR),
    writes=["order.cancelled", "client.refused"],
    title=_("Avbeställ"),
    lead=_("Låssmeden får veta det."),
)
def cancel_order(
    ctx: ActContext,
    *,
    order: Annotated[OrderNumber, field(names=Named.ORDER)],
    reason: Annotated[str, field(_("Anledning"), choices=rules.Cancellation)],
) -> dict[str, Any]:
    """Cancel an order (cases 5 and 6); the locksmith is told, and the assessor of a client who refuses (A3)."""
    subject = lookup.find_order(ctx, order)
    rules.is_open(subject.row.state, order)
    rules.known_code("reason", reason, rules.CANCELLATIONS)
    _cancel(ctx, subject.row.id, reason)
    _journal_order(ctx, "order.cancelled", subject, reason_code=reason)
    if reason == rules.Cancellation.CLIENT_REFUSED:
        _journal_refusal(ctx, subject)
    return {"order": order}


@cancel_order.suggested_by("order.cancelled")
def _suggest_cancelling(context: DutyContext) -> Iterator[Suggestion]:
    kind = "removal" if "not removal_ordered" in context.ask.done_when else "installation"
    for order in door_state.open_orders(context.door, kind) if context.door else ():
        yield cancel_order.suggestion({"order": order.number, "reason": _cancellation_reason(context, kind)})


def _cancellation_reason(context: DutyContext, kind: str) -> str:
    if kind == "removal":
        return "care_again"
    return "client_refused" if context.client and context.client.refused else "care_ended"


def place_order(
    ctx: ActContext,
    kind: OrderKind,
    subject: lookup.ClientSubject,
    door_facts: DoorFacts,
    locksmith: str,
    *,
    presence: str,
    fault: str = "",
) -> Order:
    """Places an order with a locksmith firm, by the actor's organisation, and returns it."""
    firm = lookup.find_organisation(ctx, locksmith, "locksmith")
    rules.is_a_locksmith(firm.kind)
    number = next_number(ctx.actor.municipality, "order", ctx.today.year)
    order = Order(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        number=f"W-{number}",
        kind=kind,
        client=subject.row,
        door_id=door_facts.door,
        organisation_id=rules.orderer(ctx.actor.organisation),
        locksmith=firm,
        placed=ctx.now,
        presence=presence,
        fault=fault,
    )
    order.save(force_insert=True)
    return order


def finish_order(
    ctx: ActContext, order: UUID, lock: UUID, parts: str = "", marks: Iterable[str] = ()
) -> None:
    """Marks the order as done (L1). `parts`: where the door's original turner is now. `marks`: what was unusual."""
    Order.objects.filter(id=order).update(
        state=OrderState.DONE, lock=lock, closed=ctx.now, parts=parts, done_though=" ".join(marks)
    )


def order_fields(order: Order | FoundOrder, homes: Iterable[UUID]) -> dict[str, Any]:
    """Returns the journal fields that every line about an order has."""
    return {
        "homes": homes,
        "client": order.client_id,
        "order": order.id,
        "number": order.number,
        "door": order.door_id,
        "organisation": order.organisation_id,
        "locksmith": order.locksmith_id,
    }


def _cancel(ctx: ActContext, order: UUID, reason: str) -> None:
    Order.objects.filter(id=order).update(state=OrderState.CANCELLED, reason=reason, closed=ctx.now)


def _cancel_repairs(ctx: ActContext, door_facts: DoorFacts) -> None:
    for identifier, order in door_facts.orders.items():
        if order.kind == OrderKind.REPAIR:
            _cancel(ctx, identifier, "care_ended")
            ctx.journal(
                "order.cancelled",
                homes=lookup.homes_of_door(ctx, door_facts.door),
                client=order.client,
                order=identifier,
                number=order.number,
                door=door_facts.door,
                organisation=order.organisation,
                locksmith=order.locksmith,
                reason_code="care_ended",
            )


def _journal_refusal(ctx: ActContext, subject: lookup.OrderSubject) -> None:
    """The order's client does not want the lock that was to be mounted; written once (case 10).

    At a door to which the client is to move, it is known where the client lives as well.
    """
    client = lookup.client_of_order(ctx, subject)
    if subject.row.kind == OrderKind.INSTALLATION and not client.refused:
        moving = Client.objects.filter(id=client.client, planned_moves__outcome="")
        ctx.lock_homes(moving.values("home_id"))
        lived_in = moving.values_list("home_id", flat=True)
        homes = dict.fromkeys([*subject.homes, *lived_in])
        ctx.journal(
            "client.refused",
            homes=[home for home in homes if client.client in ctx.facts[home].clients],
            client=client.client,
            paragraph="A3",
            reason_code="does_not_want",
        )


def _journal_order(ctx: ActContext, event: str, subject: lookup.OrderSubject, **body: Any) -> None:
    ctx.journal(event, **order_fields(subject.row, subject.homes), **body)
