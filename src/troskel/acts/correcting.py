# SPDX-License-Identifier: EUPL-1.2
"""What was written down wrongly is corrected, and both stand in the journal (design, rule 10).

A report of a locksmith, a booking, what a client has been told. Things and visits: `correcting_things.py`.
"""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from troskel.acts import reported_locks
from troskel.acts.ordering import order_fields
from troskel.custody import operations as custody
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.ground.choices import Choice
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.orders import operations as orders
from troskel.orders import rules
from troskel.orders.models import Order, OrderKind, OrderState
from troskel.people.models import Client
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, InAddress, OrderNumber, Text, field
from troskel.runner.register import act
from troskel.runner.reported import DoneThough, Reported
from troskel.runner.transaction import ActContext

CHAPTER = _("Rättelser")


class Told(Choice, question=_("Vad stämmer inte?")):
    """What a client was written down as having been told or said."""

    ORAL = "oral", _("Muntligt informerad")
    WRITTEN = "written", _("Skriftligt informerad")
    KEYS = "keys", _("Vet vilka nycklar som behövs")
    UNDERSTOOD = "understood", _("Har förstått")
    REFUSED = "refused", _("Har sagt nej")


@act(
    "L1",
    "S2",
    who=(Role.LOCKSMITH, Role.ADMINISTRATOR),
    writes=["report.taken_back", "lock.corrected", "home.unknown"],
    title=_("Rätta en rapport"),
    lead=_(
        "Ett annat låsvred sitter vid dörren, eller så är arbetet inte gjort. Det som var syns även efteråt."
    ),
)
def correct_report(
    ctx: ActContext,
    *,
    order: Annotated[
        OrderNumber, field(_("Den rapporterade beställningens nummer"), in_address=InAddress.FIXED)
    ],
    serial: Annotated[
        str,
        field(
            _("Numret på låsvredet som sitter där"),
            hint=_("Tom: arbetet är inte gjort"),
            scanned=True,
            in_address=InAddress.CHANGEABLE,
        ),
    ] = "",
    text: Text = "",
    done_though: DoneThough = [],  # noqa: B006 -- msgspec copies it
) -> dict[str, Any]:
    """Correct a reported installation, removal or repair: another lock hangs there, or it was not done (rule 10).

    Without `serial` the order is open again and the lock where it was. A `serial` that hangs at another door by the
    books (confirmed by `lock.not_in_stock`): the two were swapped, and each is now at the other's door.
    """
    report = Reported(done_though)
    subject = lookup.find_order(ctx, order)
    rules.is_reported(subject.row.state, order)
    lock, fault = Order.objects.values_list("lock", "fault").get(id=subject.row.id)
    assert lock is not None
    was = Holding.objects.select_related("thing").get(thing=lock, until=None)
    detail = {"text": text} if text else None
    if serial:
        _mounted_another(ctx, report, subject, was, serial, detail)
    else:
        _not_done(ctx, subject, was, fault, detail)
    return {"order": order, "lock": serial or was.thing.number}


def _mounted_another(
    ctx: ActContext,
    report: Reported,
    subject: lookup.OrderSubject,
    was: Holding,
    serial: str,
    detail: dict[str, str] | None,
) -> None:
    row = subject.row
    if row.kind == OrderKind.REMOVAL:
        raise BadValue(
            "serial",
            "report.of_a_removal",
            _("Ett låsvred som är nedmonterat sitter ingenstans. Är det inte gjort: lämna numret tomt."),
        )
    rules.is_still_at_door(lookup.door_of_order(ctx, subject).lock, was.thing_id, row.number)
    right = lookup.find_holding_or_none(ctx, ThingKind.LOCK, serial)
    other_door = (
        right.holder if right and right.kind == HolderKind.DOOR and right.holder != row.door_id else None
    )
    if right is not None and right.thing_id == was.thing_id:
        raise BadValue("serial", "report.same_lock", _("Det är redan inskrivet så. Kontrollera numret."))
    right = reported_locks.find_mounted(
        ctx, report, serial, row.door_id, firm=row.locksmith_id, may_be_swapped=True
    )
    account = ctx.actor.account
    custody.hand_over(was, HolderKind.ORGANISATION, row.locksmith_id, ctx.now, account, account)
    custody.hand_over(right, HolderKind.DOOR, row.door_id, ctx.now, account, account)
    Order.objects.filter(id=row.id).update(lock=right.thing_id, done_though=" ".join(report.marks))
    ctx.journal(
        "lock.corrected",
        **order_fields(row, subject.homes),
        lock=right.thing_id,
        was=was.thing_id,
        though=report.marks,
        detail=detail,
    )
    if other_door is not None:
        _hang_at(ctx, was.thing_id, right.thing_id, other_door)


def _hang_at(ctx: ActContext, lock: UUID, instead_of: UUID, door: UUID) -> None:
    """The lock was swapped with the other: it hangs at that one's door."""
    homes = reported_locks.lock_homes_behind(ctx, door)
    holding = Holding.objects.select_related("thing").get(thing=lock, until=None)
    custody.hand_over(holding, HolderKind.DOOR, door, ctx.now, ctx.actor.account, ctx.actor.account)
    latest = (
        Order.objects.filter(door=door, lock=instead_of, state=OrderState.DONE).order_by("-closed").first()
    )
    if latest is not None and latest.kind != OrderKind.REMOVAL:
        Order.objects.filter(id=latest.id).update(lock=lock)
    client = next(iter(ctx.facts[homes[0]].clients), None)
    ctx.journal("lock.corrected", homes=homes, client=client, door=door, lock=lock, was=instead_of)


def _not_done(
    ctx: ActContext, subject: lookup.OrderSubject, was: Holding, fault: str, detail: dict[str, str] | None
) -> None:
    row, door = subject.row, lookup.door_of_order(ctx, subject)
    rules.no_open_order(door)
    account, since = ctx.actor.account, None
    if row.kind == OrderKind.INSTALLATION:
        rules.is_still_at_door(door.lock, was.thing_id, row.number)
        custody.hand_over(was, HolderKind.ORGANISATION, row.locksmith_id, ctx.now, account, account)
    elif row.kind == OrderKind.REMOVAL:
        rules.is_still_with((was.kind, was.holder), ("organisation", row.locksmith_id), row.number)
        rules.is_still_at_door(door.lock, None, row.number)
        custody.hand_over(was, HolderKind.DOOR, row.door_id, ctx.now, account, account)
        mounted = Order.objects.filter(door=row.door_id, lock=was.thing_id, kind=OrderKind.INSTALLATION)
        since = mounted.order_by("-closed").values_list("closed", flat=True).first()
    else:
        rules.is_still_at_door(door.lock, was.thing_id, row.number)
    orders.reopen(row.id)
    ctx.journal(
        "report.taken_back",
        **order_fields(row, subject.homes),
        kind=row.kind,
        lock=was.thing_id,
        since=since.date() if since else None,
        presence=row.presence,
        fault=fault or None,
        detail=detail,
    )


@act(
    "P4",
    who=(Role.LOCKSMITH, Role.COORDINATOR),
    writes=["order.unbooked"],
    title=_("Ta bort en bokning"),
    lead=_("Tiden gäller inte. Beställningen väntar på en ny."),
)
def correct_booking(
    ctx: ActContext, *, order: Annotated[OrderNumber, field(in_address=InAddress.FIXED)]
) -> dict[str, Any]:
    """Correct a booking that should not have been made: the order waits for a time. Another time is a new booking."""
    subject = lookup.find_order(ctx, order)
    rules.is_booked(subject.row.state, order)
    orders.fail(subject.row.id, "rebooked")
    ctx.journal("order.unbooked", **order_fields(subject.row, subject.homes))
    return {"order": order}


@act(
    "A1",
    "A2",
    "A3",
    who=(Role.ASSESSOR,),
    writes=["information.taken_back"],
    title=_("Rätta vad kunden har fått veta"),
    lead=_("Det skrevs in på fel kund, eller av misstag. Det som var syns även efteråt."),
)
def correct_information(
    ctx: ActContext, *, client: CaseNumber, what: Told, text: Text = ""
) -> dict[str, Any]:
    """Correct what was written down on the wrong client: that it was told, has understood, or refuses (A1–A3)."""
    subject = lookup.find_client(ctx, client)
    told = {
        "oral": "oral" in subject.facts.informed,
        "written": "written" in subject.facts.informed,
        "keys": bool(subject.facts.keys_told),
        "understood": subject.facts.understood,
        "refused": subject.facts.refused,
    }
    if not told[what]:
        raise Refusal(
            "A1", "information.not_there", _("Det är inte inskrivet om kunden. Det finns inget att rätta.")
        )
    if what == "refused":
        Client.objects.filter(id=subject.row.id).update(lock_unwanted=None)
    ctx.journal(
        "information.taken_back",
        homes=[subject.home.home],
        client=subject.row.id,
        what=what,
        detail={"text": text} if text else None,
    )
    return {"case": subject.row.case_number}
