# SPDX-License-Identifier: EUPL-1.2
"""Brief sight: somebody who may not see a client does for an hour, says why, and the manager is told at once."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.db.models import Q

from troskel.access import rules
from troskel.access.models import BriefSight
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.ground.texts import _
from troskel.outbox import operations as outbox
from troskel.outbox.email_delivery import EMAIL_KIND
from troskel.outbox.operations import OutboxDraft
from troskel.people.models import Account, Client
from troskel.people.roles import OVERSIGHT_ROLES, PROVIDER_ROLES
from troskel.permits.sight import brief_sights, visible_clients
from troskel.runner import lookup
from troskel.runner.choices import SightVerdict
from troskel.runner.fields import CaseNumber, Text, field
from troskel.runner.outcome import Mailed
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Kort insyn")


@act(
    "rule 7",
    who=PROVIDER_ROLES,
    writes=["brief_sight.taken"],
    title=_("Ta kort insyn i en kund"),
    lead=_(
        "För den som inte annars ser kunden, när det är bråttom. Du läser kundens sida i en timme. "
        "Din chef får veta det direkt, och allt du läser står i loggen."
    ),
)
def take_brief_sight(
    ctx: ActContext,
    *,
    client: CaseNumber,
    reason: Annotated[
        str,
        msgspec.Meta(min_length=1, max_length=1000),
        field(_("Varför behöver du se kunden nu?"), hint=_("Inga namn eller personnummer")),
    ],
) -> dict[str, Any]:
    """See a client out of one's sight for an hour: to read, not to act, and no door opens. The manager is told at once.

    While it lasts, a repeat is the same sight. A protected client's name and address are hidden as before.
    """
    rules.has_a_reason(reason)
    everybody = Q(municipality=ctx.actor.municipality, merged_into=None)
    row = lookup.find_client_row(ctx, client, ctx.today, condition=everybody)
    account = ctx.actor.account
    visible = Client.objects.filter(visible_clients(ctx.actor, ctx.today, ctx.now), id=row.id)
    rules.is_needed(sees=account is None or visible.exists())
    assert account is not None
    sight = brief_sights(ctx.actor, ctx.now).filter(client=row).first()
    if sight is None:
        sight = BriefSight(
            id=new_id(),
            municipality_id=ctx.actor.municipality,
            account_id=account,
            client=row,
            taken=ctx.now,
            until=ctx.now + rules.BRIEF_SIGHT_LASTS,
        )
        sight.save(force_insert=True)
        message = {"brief_sight": str(sight.id)}
        outbox.enqueue(
            [
                OutboxDraft(
                    municipality=ctx.actor.municipality,
                    key=f"brief_sight/{sight.id}",
                    kind=EMAIL_KIND,
                    payload=message,
                )
            ]
        )
        ctx.mailed.append(Mailed("", ["manager", "provider"]))
    ctx.journal(
        "brief_sight.taken",
        client=row.id,
        sight=sight.id,
        organisation=ctx.actor.organisation,
        until=sight.until,
        detail={"text": reason},
    )
    return {"case": row.case_number, "sight": sight.id, "until": sight.until}


@act(
    "rule 7",
    who=OVERSIGHT_ROLES,
    writes=["brief_sight.reviewed"],
)
def review_brief_sight(
    ctx: ActContext, *, sight: UUID, verdict: SightVerdict, text: Text = ""
) -> dict[str, Any]:
    """Say whether a brief sight was justified. Another person than the one who took it does so, once."""
    rows = BriefSight.objects.select_for_update(of=("self",)).select_related("account")
    row = rows.filter(id=sight, municipality=ctx.actor.municipality).first()
    if row is None:
        raise NotFound("brief_sight", "sight")
    reviewer = rules.is_reviewed_by_a_person(ctx.actor.account)
    same_login = Account.objects.filter(id=reviewer, login=row.account.login_id, login__isnull=False)
    rules.is_reviewed_by_another(same_person=reviewer == row.account_id or same_login.exists())
    rules.is_reviewed_once(row.reviewed)
    row.reviewed, row.reviewed_by_id, row.verdict = ctx.now, reviewer, verdict
    row.save(update_fields=["reviewed", "reviewed_by", "verdict"])
    ctx.journal(
        "brief_sight.reviewed",
        client=row.client_id,
        sight=row.id,
        account=row.account_id,
        verdict=verdict,
        detail={"text": text} if text else None,
    )
    return {"sight": row.id, "verdict": verdict.value}
