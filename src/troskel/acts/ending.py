# SPDX-License-Identifier: EUPL-1.2
"""Care ends: the alarm and the lock stay (A7), or no care is left (P6, P7)."""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import Q

from troskel.care.models import Decision, Ending
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.choices import CareService
from troskel.runner.fields import CaseNumber, LastDay, Name, Named, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Avslut")


@act(
    "A7",
    "P6",
    who=(Role.ASSESSOR,),
    writes=["decision.ended", "decision.withdrawn"],
    title=_("Avsluta hemtjänst eller larm"),
    lead=_("Finns larm eller hemtjänst kvar bakom dörren sitter låsvredet kvar."),
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
    return {"case": subject.row.case_number, "decisions": [row.reference for row in rows]}
