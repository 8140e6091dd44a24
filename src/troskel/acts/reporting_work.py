# SPDX-License-Identifier: EUPL-1.2
"""The locksmith reports work as done (L1), which triggers the e-mails of S1 and S3."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Annotated, Any

from troskel.acts import reported_locks
from troskel.acts.ordering import finish_order, order_fields, suggest_before_report
from troskel.custody import operations as custody
from troskel.custody.models import HolderKind, Holding
from troskel.ground.choices import Choice
from troskel.ground.texts import _
from troskel.orders import rules
from troskel.orders.models import OrderState
from troskel.people.roles import Role
from troskel.routine import door_state
from troskel.runner import lookup
from troskel.runner.fields import Named, OrderNumber, Serial, field
from troskel.runner.register import Act, act
from troskel.runner.reported import DoneThough, Reported
from troskel.runner.suggestions import DutyContext, Suggestion, Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Montering och nedmontering")


class PartsTaken(Choice, question=_("Dörrens eget vred")):
    """Where the door's own turner is kept."""

    NONE = "", _("Behövde inte tas bort")
    CLIENT = "client", _("Förvaras hos kunden")
    OFFICE = "office", _("Förvaras på kontoret")
    LOCKSMITH = "locksmith", _("Förvaras hos oss")


class PartsPutBack(Choice, question=_("Dörrens eget vred")):
    """Whether the door's own turner is back."""

    NONE = "", _("Inget att sätta tillbaka")
    PUT_BACK = "put_back", _("Satt tillbaka")
    MISSING = "missing", _("Saknas")


WHO = (Role.LOCKSMITH,)


@act(
    "L1",
    who=WHO,
    writes=["installation.reported", "lock.corrected", "home.unknown"],
    title=_("Låsvredet är monterat"),
    lead=_("Utföraren och systemförvaltaren får veta det."),
    corrected_by="correct_report",
    undone_by=Undo("correct_report", lambda told: {"order": told["order"]}),
)
def report_installation(
    ctx: ActContext,
    *,
    order: Annotated[OrderNumber, field(names=Named.INSTALLATION_ORDER)],
    serial: Serial,
    parts: PartsTaken = PartsTaken.NONE,
    done_though: DoneThough = [],  # noqa: B006 -- msgspec copies it
) -> dict[str, Any]:
    """Report that a lock turner is mounted (L1). `parts`: where the door's own turner is stored meanwhile.

    `done_though`: it hangs there though it was not in the firm's stock, is unknown or linked, the order was cancelled,
    or the client is another municipality's by now.
    """
    report = Reported(done_though)
    subject = lookup.find_order(ctx, order)
    rules.of_kind(subject.row.kind, "installation", order)
    can_still_be_done(report, subject, order)
    door = lookup.door_of_order(ctx, subject)
    rules.no_lock_at(door)
    if not door_state.care_left_behind(door, ctx.facts, ctx.today):  # else it is for those who need it
        client = lookup.client_of_order(ctx, subject)
        report.ask(lambda: rules.own_client(client))
    holding = reported_locks.find_mounted(
        ctx, report, serial, subject.row.door_id, firm=subject.row.locksmith_id
    )
    custody.hand_over(
        holding, HolderKind.DOOR, subject.row.door_id, ctx.occurred, ctx.actor.account, ctx.actor.account
    )
    _finish_order(ctx, "installation.reported", subject, holding, parts=parts, marks=report.marks)
    return {"order": order, "lock": serial}


@report_installation.suggested_by("installation.reported")
def _suggest_installed(context: DutyContext) -> Iterator[Suggestion]:
    yield report_installation.suggestion({"order": context.about["number"]}, ("serial",))
    yield from suggest_before_report(context)


@act(
    "L1",
    who=WHO,
    writes=["removal.reported", "lock.corrected", "lock.lost", "home.unknown"],
    title=_("Låsvredet är nedmonterat"),
    lead=_("Låsvredet är nu hos er."),
    corrected_by="correct_report",
    undone_by=Undo("correct_report", lambda told: {"order": told["order"]}),
)
def report_removal(
    ctx: ActContext,
    *,
    order: Annotated[OrderNumber, field(names=Named.REMOVAL_ORDER)],
    serial: Annotated[Serial, field(names=Named.MOUNTED_LOCK)],
    parts: PartsPutBack = PartsPutBack.NONE,
    done_though: DoneThough = [],  # noqa: B006 -- msgspec copies it
) -> dict[str, Any]:
    """Report that a lock turner is taken down (L1); the locksmith holds it now.

    `parts`: whether the door's own turner is back in its place; empty where none was stored. `done_though`: it is
    down though somebody behind the door needs it again (case 6; P1 then asks for another), though the order was
    cancelled, or though the books have another lock there.
    """
    report = Reported(done_though)
    subject = lookup.find_order(ctx, order)
    rules.of_kind(subject.row.kind, "removal", order)
    can_still_be_done(report, subject, order)
    door = lookup.door_of_order(ctx, subject)
    report.ask(lambda: rules.nobody_needs_the_lock(door, ctx.facts, ctx.today))
    holding = reported_locks.find_taken_down(ctx, report, serial, door, firm=subject.row.locksmith_id)
    custody.hand_over(
        holding,
        HolderKind.ORGANISATION,
        subject.row.locksmith_id,
        ctx.occurred,
        ctx.actor.account,
        ctx.actor.account,
    )
    _finish_order(ctx, "removal.reported", subject, holding, parts=parts, marks=report.marks)
    return {"order": order, "lock": serial}


@report_removal.suggested_by("removal.reported")
def _suggest_removed(context: DutyContext) -> Iterator[Suggestion]:
    yield from suggest_report_at_lock(context, report_removal)


def can_still_be_done(report: Reported, subject: lookup.OrderSubject, order: str) -> None:
    """Asks about an order that was cancelled: who was on the way may not have heard. One done is not done again."""
    if subject.row.state == OrderState.CANCELLED:
        report.ask(lambda: rules.is_open(subject.row.state, order))
    else:
        rules.is_open(subject.row.state, order)


def suggest_report_at_lock(context: DutyContext, act: Act[Any]) -> Iterator[Suggestion]:
    """The report of an order at a mounted lock, whose serial is known where the home has one lock."""
    locks = [context.door.lock] if context.door else [door.lock for door in context.home.doors.values()]
    serials = [context.names.things[lock] for lock in locks if lock]
    serial = {"serial": serials[0]} if len(serials) == 1 else {}
    yield act.suggestion({"order": context.about["number"], **serial}, () if serial else ("serial",))
    yield from suggest_before_report(context)


def _finish_order(
    ctx: ActContext,
    event: str,
    subject: lookup.OrderSubject,
    holding: Holding,
    *,
    parts: str,
    marks: Collection[str] = (),
) -> None:
    finish_order(ctx, subject.row.id, holding.thing_id, parts, marks)
    ctx.journal(
        event,
        though=marks,
        **order_fields(subject.row, subject.homes),
        lock=holding.thing_id,
        serial=holding.thing.number,
        parts=parts,
    )
