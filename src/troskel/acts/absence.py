# SPDX-License-Identifier: EUPL-1.2
"""The client is in hospital or away (case 15): access is suspended, and nothing is removed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from troskel.care import rules
from troskel.care.models import Suspension
from troskel.ground.choices import Choice
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.routine import client_state
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, ClientCondition, FromDay, ThroughDay
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("På sjukhus eller bortrest")


class AbsenceReason(Choice, question=_("Anledning")):
    """Why the client is away."""

    HOSPITAL = "hospital", _("På sjukhus")
    SHORT_TERM_STAY = "short_term_stay", _("Korttidsboende")
    AWAY = "away", _("Bortrest")


WHO = (Role.ASSESSOR, Role.COORDINATOR)


@act(
    "A8",
    who=WHO,
    writes=["suspension.began"],
    title=_("Kunden är inte hemma"),
    lead=_("Telefonen visar inte kunden så länge. Inget tas ner."),
    applies_to=ClientCondition.AT_HOME,
)
def suspend_access(
    ctx: ActContext,
    *,
    client: CaseNumber,
    since: FromDay,
    reason: AbsenceReason,
    through: ThroughDay | None = None,
) -> dict[str, Any]:
    """Suspend access while the client is away, from `since`: no phone shows the client or opens the door."""
    subject = lookup.find_client(ctx, client)
    rules.period(since, through)
    if client_state.is_suspended(subject.facts, max(since, ctx.today)):
        raise Refusal(
            "A8",
            "client.already_away",
            _("Kunden är redan inskriven som borta. Skriv först vilken dag kunden kom hem."),
        )
    Suspension.objects.create(
        municipality_id=ctx.actor.municipality,
        client=subject.row,
        reason=reason,
        valid_from=since,
        valid_through=through,
    )
    ctx.journal(
        "suspension.began",
        homes=[subject.home.home],
        client=subject.row.id,
        from_=since,
        through=through,
        reason_code=reason,
    )
    return {"case": subject.row.case_number}


@act(
    "A8",
    who=WHO,
    writes=["suspension.ended"],
    title=_("Kunden är hemma igen"),
    lead=_("Telefonen visar kunden som förut."),
    applies_to=ClientCondition.AWAY,
)
def resume_access(ctx: ActContext, *, client: CaseNumber, on: FromDay) -> dict[str, Any]:
    """Resume access: the client is home again from `on`, and the phones show the client and open the door."""
    subject = lookup.find_client(ctx, client)
    last = on - timedelta(days=1)
    suspension = (
        Suspension.objects.filter(client=subject.row, valid_from__lte=last)
        .order_by("-valid_from", "-id")
        .first()
    )
    if suspension is None or not (
        client_state.is_suspended(subject.facts, last) and client_state.is_suspended(subject.facts, on)
    ):
        raise Refusal(
            "A8",
            "client.not_away",
            _("Kunden är inte inskriven som borta just då ({day}). Kontrollera dagen."),
            day=on,
        )
    suspension.valid_through = last
    suspension.save(update_fields=["valid_through"])
    ctx.journal("suspension.ended", homes=[subject.home.home], client=subject.row.id, on=on)
    return {"case": subject.row.case_number}
