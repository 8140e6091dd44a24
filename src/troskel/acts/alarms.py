# SPDX-License-Identifier: EUPL-1.2
"""Alarms: raised, accepted, closed. Who has accepted one sees the client, and may open the linked doors (rule 4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from troskel.access import operations as access
from troskel.access import rules
from troskel.access.models import Alarm
from troskel.acts.core import lookup
from troskel.acts.core.fields import Code
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.people.models import Client, Residence
from troskel.people.roles import Role
from troskel.permits.sight import may_be_alarmed_about

PATROL = (Role.COORDINATOR, Role.RESPONDER)


@act("rule 4", who=PATROL, writes=["alarm.raised"])
def raise_alarm(doing: Doing, *, client: str) -> dict[str, Any]:
    """A client has raised the alarm. Raised again while it is open, it is the same alarm."""
    row = lookup.client_row(doing, client, doing.today, seen=may_be_alarmed_about(doing.actor, doing.today))
    doing.lock_homes(Residence.objects.filter(client=row).values("home_id"))
    found = lookup.of_row(doing, row)
    organisation = rules.answers_for(found.facts, doing.actor.organisation, doing.today)
    alarm = Alarm.objects.filter(
        municipality=doing.actor.municipality, client=row, organisation=organisation, closed=None
    ).first()
    if alarm is None:
        alarm = Alarm(
            id=new_id(),
            municipality_id=doing.actor.municipality,
            client=row,
            organisation_id=organisation,
            raised=doing.occurred,
        )
        access.begin(alarm)
    doing.journal(
        "alarm.raised", homes=[found.home.home], client=row.id, alarm=alarm.id, organisation=organisation
    )
    return {"case": row.case_number, "alarm": alarm.id}


@act("rule 4", who=(Role.RESPONDER,), writes=["alarm.accepted"])
def accept_alarm(doing: Doing, *, alarm: UUID) -> dict[str, Any]:
    """Be on the way to the client: see who it is and open the door, until it is closed or four hours have passed."""
    row, found = _of_patrol(doing, alarm)
    rules.closes_once(row.closed)
    rules.answers_for(found.facts, row.organisation_id, doing.today)
    if rules.is_free(row.accepted_by_id, row.until, doing.actor.account, doing.now):
        row.accepted, row.accepted_by_id = doing.now, doing.actor.account
        row.until = doing.now + rules.ANSWERING_LASTS
        access.accept(row)
        _note(doing, "alarm.accepted", row, found, account=doing.actor.account, until=row.until)
    return {"case": found.row.case_number, "alarm": row.id, "until": row.until}


@act("rule 4", who=PATROL, writes=["alarm.closed"])
def close_alarm(doing: Doing, *, alarm: UUID, outcome: Code) -> dict[str, Any]:
    """The alarm has been answered: sight of the client and the right to open the door end."""
    row, found = _of_patrol(doing, alarm)
    rules.known_alarm_outcome(outcome)
    rules.closes_once(row.closed)
    if doing.actor.role is Role.RESPONDER:
        rules.is_free(row.accepted_by_id, row.until, doing.actor.account, doing.now)
    row.closed, row.outcome = doing.now, outcome
    access.close(row)
    _note(doing, "alarm.closed", row, found, outcome=outcome)
    return {"case": found.row.case_number, "alarm": row.id, "outcome": outcome}


def _of_patrol(doing: Doing, identifier: UUID) -> tuple[Alarm, lookup.FoundClient]:
    """An alarm that the actor's organisation answers, its client's homes locked; the system finds any."""
    theirs = Alarm.objects.filter(id=identifier, municipality=doing.actor.municipality)
    if not doing.actor.is_system:
        theirs = theirs.filter(organisation=doing.actor.organisation)
    doing.lock_homes(Residence.objects.filter(client__in=theirs.values("client_id")).values("home_id"))
    row = theirs.select_related("client").first()
    if row is None:
        raise NotFound("alarm", "alarm")
    client: Client = row.client
    return row, lookup.of_row(doing, client)


def _note(doing: Doing, event: str, row: Alarm, found: lookup.FoundClient, **more: Any) -> None:
    doing.journal(
        event,
        homes=[found.home.home],
        client=found.row.id,
        alarm=row.id,
        organisation=row.organisation_id,
        **more,
    )
