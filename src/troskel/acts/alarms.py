# SPDX-License-Identifier: EUPL-1.2
"""Alarms are raised, accepted and closed. Accepting one gives sight of the client and linked doors (rule 4)."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from troskel.access import rules
from troskel.access.models import Alarm
from troskel.access.rules import AlarmUrgency
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.ground.texts import _
from troskel.people.models import Client, Residence
from troskel.people.roles import Role
from troskel.permits.sight import alarm_clients
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, Code, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Larm")

ALARM_ROLES = (Role.COORDINATOR, Role.RESPONDER)


@act(
    "rule 4",
    who=ALARM_ROLES,
    writes=["alarm.raised"],
    title=_("Kunden har larmat"),
    lead=_("Larmpatrullen kan ta larmet. Ett larm som redan är öppet är samma larm."),
)
def raise_alarm(
    ctx: ActContext, *, client: CaseNumber, urgency: AlarmUrgency = AlarmUrgency.USUAL
) -> dict[str, Any]:
    """Register that a client has raised an alarm. A repeat while it is open is the same alarm, at least as urgent."""
    row = lookup.find_client_row(ctx, client, ctx.today, condition=alarm_clients(ctx.actor, ctx.today))
    ctx.lock_homes(Residence.objects.filter(client=row).values("home_id"))
    subject = lookup.subject_of(ctx, row)
    organisation = rules.answers_for(subject.facts, ctx.actor.organisation, ctx.today)
    alarm = Alarm.objects.filter(
        municipality=ctx.actor.municipality, client=row, organisation=organisation, closed=None
    ).first()
    if alarm is None:
        alarm = Alarm(
            id=new_id(),
            municipality_id=ctx.actor.municipality,
            client=row,
            organisation_id=organisation,
            raised=ctx.occurred,
            urgency=urgency,
        )
        alarm.save(force_insert=True)
    elif rules.is_more_urgent(urgency, alarm.urgency):
        Alarm.objects.filter(id=alarm.id).update(urgency=urgency)
    ctx.journal(
        "alarm.raised",
        homes=[subject.home.home],
        client=row.id,
        alarm=alarm.id,
        organisation=organisation,
        urgency=urgency,
    )
    return {"case": row.case_number, "alarm": alarm.id}


@act("rule 4", who=ALARM_ROLES, writes=["alarm.ranked"])
def rank_alarm(ctx: ActContext, *, alarm: UUID, urgency: AlarmUrgency) -> dict[str, Any]:
    """Say how urgent an open alarm is: the most urgent is taken first, then the oldest."""
    row, subject = _own_alarm(ctx, alarm)
    rules.closes_once(row.closed)
    row.urgency = urgency
    row.save(update_fields=["urgency"])
    _journal_alarm(ctx, "alarm.ranked", row, subject, urgency=urgency)
    return {"alarm": row.id, "urgency": urgency}


@act("rule 4", who=(Role.RESPONDER,), writes=["alarm.accepted"])
def accept_alarm(ctx: ActContext, *, alarm: UUID) -> dict[str, Any]:
    """Accept an alarm: see the client and open the door until the alarm is closed, for at most two hours."""
    row, subject = _own_alarm(ctx, alarm)
    rules.closes_once(row.closed)
    rules.answers_for(subject.facts, row.organisation_id, ctx.today)
    if rules.is_free(row.accepted_by_id, row.until, ctx.actor.account, ctx.now):
        row.accepted, row.accepted_by_id = ctx.now, ctx.actor.account
        row.until = ctx.now + rules.ACCEPTANCE_LIFETIME
        row.save(update_fields=["accepted", "accepted_by", "until"])
        _journal_alarm(ctx, "alarm.accepted", row, subject, account=ctx.actor.account, until=row.until)
    return {"case": subject.row.case_number, "alarm": row.id, "until": row.until}


@act("rule 4", who=ALARM_ROLES, writes=["alarm.closed"])
def close_alarm(
    ctx: ActContext, *, alarm: UUID, outcome: Annotated[Code, field(choices=rules.AlarmOutcome)]
) -> dict[str, Any]:
    """Close an alarm with its outcome: sight of the client and the right to open the door end."""
    row, subject = _own_alarm(ctx, alarm)
    rules.known_alarm_outcome(outcome)
    rules.closes_once(row.closed)
    if ctx.actor.role is Role.RESPONDER:
        rules.is_free(row.accepted_by_id, row.until, ctx.actor.account, ctx.now)
    row.closed, row.outcome = ctx.now, outcome
    row.save(update_fields=["closed", "outcome"])
    _journal_alarm(ctx, "alarm.closed", row, subject, outcome=outcome)
    return {"case": subject.row.case_number, "alarm": row.id, "outcome": outcome}


def _own_alarm(ctx: ActContext, identifier: UUID) -> tuple[Alarm, lookup.ClientSubject]:
    """Returns an alarm of the actor's organisation (any alarm for the system), with the client's homes locked.

    Raises NotFound.
    """
    alarms = Alarm.objects.filter(id=identifier, municipality=ctx.actor.municipality)
    if not ctx.actor.is_system:
        alarms = alarms.filter(organisation=ctx.actor.organisation)
    ctx.lock_homes(Residence.objects.filter(client__in=alarms.values("client_id")).values("home_id"))
    row = alarms.select_related("client").first()
    if row is None:
        raise NotFound("alarm", "alarm")
    client: Client = row.client
    ctx.told.add(client.id)
    return row, lookup.subject_of(ctx, client)


def _journal_alarm(
    ctx: ActContext, event: str, row: Alarm, subject: lookup.ClientSubject, **body: Any
) -> None:
    ctx.journal(
        event,
        homes=[subject.home.home],
        client=subject.row.id,
        alarm=row.id,
        organisation=row.organisation_id,
        **body,
    )
