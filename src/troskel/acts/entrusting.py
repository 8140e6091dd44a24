# SPDX-License-Identifier: EUPL-1.2
"""Representatives of clients, and who may see a protected client's name and address (case 14)."""

from __future__ import annotations

from typing import Any

from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.models import Account, Entrusted, Representative
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.choices import RepresentativeKind
from troskel.runner.fields import CaseNumber, OpenAccount, Phone, Title
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Företrädare och skyddade uppgifter")

WHO = (Role.ASSESSOR,)


@act(
    "A1",
    "A3",
    who=WHO,
    writes=["representative.named"],
    title=_("Lägg till en företrädare"),
    lead=_("Den som får tala för kunden."),
    corrected_by="dismiss_representative",
)
def name_representative(
    ctx: ActContext,
    *,
    client: CaseNumber,
    kind: RepresentativeKind,
    name: Title,
    phone: Phone = "",
) -> dict[str, Any]:
    """Name a representative, who is informed (A1), understands (A3) and signs in the client's place."""
    subject = lookup.find_client(ctx, client)
    row = Representative(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        client=subject.row,
        kind=kind,
        name=name,
        phone=phone,
        since=ctx.today,
    )
    row.save(force_insert=True)
    ctx.journal(
        "representative.named",
        homes=[subject.home.home],
        client=subject.row.id,
        representative=row.id,
        kind=kind,
    )
    return {"case": subject.row.case_number, "representative": row.id}


@act(
    "A1",
    "A3",
    who=WHO,
    writes=["representative.left"],
    title=_("Ta bort en företrädare"),
    lead=_("Företrädaren talar inte längre för kunden."),
    corrected_by="name_representative",
)
def dismiss_representative(
    ctx: ActContext, *, client: CaseNumber, kind: RepresentativeKind
) -> dict[str, Any]:
    """Dismiss the client's representatives of this kind."""
    subject = lookup.find_client(ctx, client)
    rows = Representative.objects.filter(client=subject.row, kind=kind, until=None)
    representatives = sorted(rows.values_list("id", flat=True))
    if not representatives:
        raise Refusal(
            "A3", "representative.missing", _("Kunden har ingen sådan företrädare. Titta på kundens sida.")
        )
    rows.update(until=ctx.today)
    ctx.journal(
        "representative.left",
        homes=[subject.home.home],
        client=subject.row.id,
        representatives=representatives,
    )
    return {"case": subject.row.case_number, "dismissed": len(representatives)}


@act(
    "D",
    who=(Role.ADMINISTRATOR,),
    writes=["client.entrusted"],
    title=_("Låt en person se skyddade uppgifter"),
    lead=_("Bara den som går hem till kunden."),
    corrected_by="end_entrustment",
)
def entrust_client(ctx: ActContext, *, client: CaseNumber, username: OpenAccount) -> dict[str, Any]:
    """Let a person see a protected client's name and address; as few persons as possible (case 14)."""
    subject = lookup.find_client(ctx, client)
    if not subject.row.protection:
        raise Refusal(
            "rule 7",
            "client.not_protected",
            _("Kunden har inte skyddade personuppgifter. Alla som har kunden ser redan namn och adress."),
        )
    account = _account(ctx, username)
    if account.closed is not None:
        raise NotFound("account", "username")
    Entrusted.objects.create(
        municipality_id=ctx.actor.municipality, client=subject.row, account=account, since=ctx.today
    )
    ctx.journal("client.entrusted", homes=[subject.home.home], client=subject.row.id, account=account.id)
    return {"case": subject.row.case_number}


@act(
    "D",
    who=(Role.ADMINISTRATOR,),
    writes=["client.entrusted_no_more"],
    title=_("Personen ska inte längre se uppgifterna"),
    lead=_("Namn och adress döljs igen."),
    corrected_by="entrust_client",
)
def end_entrustment(ctx: ActContext, *, client: CaseNumber, username: OpenAccount) -> dict[str, Any]:
    """End a person's sight of a protected client's name and address."""
    subject = lookup.find_client(ctx, client)
    account = _account(ctx, username)
    entrustments = Entrusted.objects.filter(client=subject.row, account=account, until=None)
    if not entrustments.update(until=ctx.today):
        raise Refusal(
            "rule 7",
            "client.not_entrusted",
            _("Personen har inte fått se kundens skyddade uppgifter. Det finns inget att avsluta."),
        )
    ctx.journal(
        "client.entrusted_no_more", homes=[subject.home.home], client=subject.row.id, account=account.id
    )
    return {"case": subject.row.case_number}


def _account(ctx: ActContext, username: str) -> Account:
    full_name = f"{ctx.actor.municipality}/{username}"
    account = Account.objects.filter(municipality=ctx.actor.municipality, username=full_name).first()
    if account is None:
        raise NotFound("account", "username")
    return account
