# SPDX-License-Identifier: EUPL-1.2
"""Care ends: the alarm and the lock stay (A7), or no care is left (P6, P7)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from django.db.models import Q

from troskel.acts.housing import end_plan
from troskel.care import rules as care_rules
from troskel.care.models import Decision, Ending
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.models import PlannedMove
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.choices import CareService
from troskel.runner.fields import CaseNumber, LastDay, Name, Named, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Avslut")
SPECIAL_HOUSING = _("särskilt boende")
"""The reason, as assessors write it of other endings."""


@act(
    "A7",
    "P6",
    who=(Role.ASSESSOR,),
    writes=["decision.ended", "decision.withdrawn"],
    title=_("Avsluta hemtjänst eller larm"),
    lead=_("Finns larm eller hemtjänst kvar i bostaden sitter låsvredet kvar."),
    corrected_by="change_decisions",
)
def end_care(
    ctx: ActContext,
    *,
    client: CaseNumber,
    service: Annotated[CareService, field(names=Named.SERVICE)],
    on: LastDay,
    reason: Annotated[Name, field(_("Anledning"))],
) -> dict[str, Any]:
    """End a client's home care or alarm. `on`: the last covered day.

    If the alarm stays, the provider is told not to remove the lock (A7). Otherwise P6 and P7 follow.
    """
    subject = lookup.find_client(ctx, client)
    rows = list(
        Decision.objects.filter(client=subject.row, service=service, withdrawn=False).filter(
            Q(valid_through=None) | Q(valid_through__gt=on) | Q(valid_through=on, ending="")
        )
    )
    if not rows:
        raise Refusal(
            "A7",
            "decision.nothing_to_end",
            _("Inget beslut om {service} gäller efter {day}. Det finns inget att avsluta."),
            service=service,
            day=on,
        )
    _end_decisions(ctx, subject, rows, on, reason)
    return {"case": subject.row.case_number, "decisions": [row.reference for row in rows]}


@act(
    "P6",
    "P7",
    who=(Role.ASSESSOR,),
    writes=["client.moved_to_special_housing", "decision.ended", "decision.withdrawn", "move.called_off"],
    title=_("Kunden flyttar till särskilt boende"),
    lead=_("All hemtjänst och allt larm upphör. Inget brev skickas till bostaden efter dagen."),
)
def move_to_special_housing(ctx: ActContext, *, client: CaseNumber, on: LastDay) -> dict[str, Any]:
    """Write down that a client moves to special housing. `on`: the last day at home, when home care and alarm end.

    Care at home that is granted from a later day means that the client is back.
    """
    subject = lookup.find_client(ctx, client)
    facts = subject.facts
    care_rules.within_life(facts.died)
    if facts.moved_out is not None:
        raise Refusal(
            "rule 6", "client.in_special_housing", _("Det är redan inskrivet att kunden flyttar dit.")
        )
    rows = list(
        Decision.objects.filter(client=subject.row, withdrawn=False).filter(
            Q(valid_through=None) | Q(valid_through__gt=on) | Q(valid_through=on, ending="")
        )
    )
    plan = PlannedMove.objects.filter(client=subject.row, outcome="").first()
    if plan is not None:
        end_plan(ctx, plan, subject.home.home, "called_off")
    # first: else the alarm would remain for a moment, as home care ends (A7)
    ctx.journal("client.moved_to_special_housing", homes=[subject.home.home], client=subject.row.id, on=on)
    _end_decisions(ctx, subject, rows, on, SPECIAL_HOUSING)
    return {"case": subject.row.case_number, "decisions": [row.reference for row in rows]}


def _end_decisions(
    ctx: ActContext, subject: lookup.ClientSubject, rows: list[Decision], on: date, reason: str
) -> None:
    """Ends decisions after `on`, as a person has confirmed; those that have not begun are withdrawn."""
    for row in rows:
        has_begun = row.valid_from <= on
        row.valid_through = on if has_begun else row.valid_from
        row.ending, row.reason, row.withdrawn = Ending.CONFIRMED, reason, not has_begun
        if row.valid_from <= max(on, ctx.today):
            ctx.journal(
                "decision.ended",
                homes=[subject.home.home],
                client=subject.row.id,
                decision=row.id,
                through=on,
                confirmed=True,
                detail={"reason": reason},
            )
        else:
            ctx.journal(
                "decision.withdrawn", homes=[subject.home.home], client=subject.row.id, decision=row.id
            )
    Decision.objects.bulk_update(rows, ["valid_through", "ending", "reason", "withdrawn"])
