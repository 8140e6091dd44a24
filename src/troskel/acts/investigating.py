# SPDX-License-Identifier: EUPL-1.2
"""An investigation is finished, whatever it leads to (A8). It is begun in `deciding.py`, many at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from troskel.care.models import Investigation
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.routine.line import uid_in
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, Reference, field
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion
from troskel.runner.transaction import ActContext

CHAPTER = _("Utredning")


@act(
    "A8",
    who=(Role.ASSESSOR,),
    writes=["investigation.finished"],
    title=_("Avsluta en utredning"),
    lead=_(
        "Utredningen är klar, vad den än leder till. Skriv in det nya beslutet, eller avsluta insatsen, för sig."
    ),
)
def finish_investigation(
    ctx: ActContext,
    *,
    client: CaseNumber,
    investigation: Annotated[Reference, field(_("Utredningens beteckning"))],
) -> dict[str, Any]:
    """Finish an investigation: the follow-up of the decision is done (A8). A new decision is made by itself."""
    subject = lookup.find_client(ctx, client)
    row = Investigation.objects.filter(
        municipality=ctx.actor.municipality, client=subject.row, reference=investigation
    ).first()
    if row is None:
        raise NotFound("investigation", "investigation")
    if row.finished is not None:
        raise Refusal(
            "A8",
            "investigation.already_finished",
            _("Utredningen avslutades {day}. Börja en ny om något har ändrats."),
            day=row.finished,
        )
    row.finished = ctx.today
    row.save(update_fields=["finished"])
    ctx.journal(
        "investigation.finished",
        homes=[subject.home.home],
        client=subject.row.id,
        investigation=row.id,
    )
    return {"case": subject.row.case_number, "investigation": row.reference}


@finish_investigation.suggested_by("investigation.finished")
def _suggest_finishing(context: DutyContext) -> Iterator[Suggestion]:
    """Finish the investigation that follows up the duty's decision, or one that names none."""
    if context.client is None:
        return
    decision = uid_in(dict(context.about), "decision")
    for identifier, facts in context.client.investigations.items():
        if (
            facts.finished is None
            and facts.replaces in (None, decision)
            and identifier in context.names.investigations
        ):
            values = {"client": context.case, "investigation": context.names.investigations[identifier]}
            yield finish_investigation.suggestion(values)
