# SPDX-License-Identifier: EUPL-1.2
"""Duties that a person's word fulfils: presence (P4), looking at a home taken over, reading a notice."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from troskel.duties import routines, rules
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, DutyId, Text, field
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion
from troskel.runner.transaction import ActContext

CHAPTER = _("Manuellt")

PERSON_ROLES = tuple(role for role in Role if role is not Role.SYSTEM)


@act(
    "P4",
    who=PERSON_ROLES,
    writes=["duty.attested"],
    title=_("Det är gjort"),
    lead=_("Du intygar att uppgiften är gjord."),
)
def attest(
    ctx: ActContext,
    *,
    duty: DutyId,
    text: Annotated[
        Text, field(_("Vad visade det sig?"), hint=_("Behövs bara där något skulle tas reda på"))
    ] = "",
) -> dict[str, Any]:
    """Attest that a duty has been done, where a person's word fulfils the paragraph (P4).

    `text`: what was found; asked for where a client had been silent (P2).
    """
    row = lookup.find_duty(ctx, duty, "duty")
    ask = routines.version(row.version).asks[row.paragraph, row.ask]
    rules.by_hand(row.paragraph, ask, json.loads(row.about), ctx.occurred)
    rules.not_too_early(row.paragraph, routines.attest_from(row), ctx.occurred)
    rules.tells_what_was_found(ask, text)
    ctx.journal(
        "duty.attested",
        homes=[row.home_id],
        client=row.client_id,
        paragraph=row.paragraph,
        duty=row.id,
        ask=row.ask,
        detail={"text": text} if text else None,
    )
    return {"paragraph": row.paragraph}


@act("A4", "A5", "A6", "A7", who=PERSON_ROLES, writes=["notice.read"])
def read_notice(ctx: ActContext, *, notice: UUID) -> dict[str, Any]:
    """Mark a notice as read: the sender can see it."""
    row = lookup.find_duty(ctx, notice, "notice")
    ctx.journal(
        "notice.read", homes=[row.home_id], client=row.client_id, paragraph=row.paragraph, duty=row.id
    )
    return {"paragraph": row.paragraph}


@act(
    "S2",
    who=(Role.COORDINATOR, Role.CARER, Role.ADMINISTRATOR),
    writes=["home.looked_at"],
    title=_("Bostaden är genomgången"),
    lead=_("Lås, kvittensprodukt och nycklar är nu som systemet säger."),
)
def look_at_home(ctx: ActContext, *, client: CaseNumber) -> dict[str, Any]:
    """Attest that lock, tag and keys in a home that was taken over are as the system says."""
    subject = lookup.find_client(ctx, client)
    ctx.journal("home.looked_at", homes=[subject.home.home], client=subject.row.id, home=subject.home.home)
    return {"case": subject.row.case_number}


@look_at_home.suggested_by("home.looked_at")
def _suggest_look(context: DutyContext) -> Iterator[Suggestion]:
    yield look_at_home.suggestion({"client": context.case})
