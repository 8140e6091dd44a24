# SPDX-License-Identifier: EUPL-1.2
"""Nobody opens: each step is written when it is done, until somebody knows where the client is."""

from __future__ import annotations

from typing import Any

from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, Text
from troskel.runner.register import act
from troskel.runner.transaction import ActContext
from troskel.visits import rules, unanswered
from troskel.visits.queries import searches_of
from troskel.visits.unanswered import DoorStep

CHAPTER = _("När ingen öppnar")


@act(
    "P2",
    who=(Role.CARER, Role.COORDINATOR),
    writes=["door.unanswered"],
    title=_("Ingen öppnar"),
    lead=_("Skriv varje steg när det är gjort, tills någon vet var kunden är. Samordnaren ser det genast."),
    light=True,
)
def note_no_answer(ctx: ActContext, *, client: CaseNumber, step: DoorStep, text: Text = "") -> dict[str, Any]:
    """Note what has been done where nobody opens, or how it ended: found, not home and known, or with the manager."""
    subject = lookup.find_client(ctx, client)
    organisation = rules.visiting_organisation(ctx.actor.organisation)
    found = searches_of(ctx.actor.municipality, clients=[subject.row.id], organisation=organisation)
    search = next((one for one in found if not one.is_known), None)
    unanswered.can_be_noted(step, search)
    ctx.journal(
        "door.unanswered",
        homes=[subject.home.home],
        client=subject.row.id,
        occurred=ctx.occurred,
        step=step,
        organisation=organisation,
        account=ctx.actor.account,
        detail={"text": text} if text else None,
    )
    return {"case": subject.row.case_number, "step": step}
