# SPDX-License-Identifier: EUPL-1.2
"""Change of provider: the new one learns who the former was (A5), the former that the lock stays (A6).

Also when one organisation takes everything over from another: a bankruptcy, a merger, the end of a contract.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q

from troskel.acts import closing, transferring
from troskel.acts.closing import CLOSES_ACCOUNTS
from troskel.acts.made_references import made_reference
from troskel.care import rules
from troskel.care.models import Allocation, Ending, Service
from troskel.custody import operations as custody
from troskel.custody.models import HolderKind, Holding, Offer, Signature, ThingKind
from troskel.ground.choices import Choice
from troskel.ground.ids import new_id
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.orders.models import Order
from troskel.people import rules as people
from troskel.people.models import Organisation
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import (
    CaseNumber,
    FromDay,
    Named,
    NewReference,
    OrganisationNumber,
    ProviderNumber,
    field,
)
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Byte av utförare")


class SuccessionReason(Choice, question=_("Varför?")):
    """Why an organisation closes while it has clients."""

    BANKRUPTCY = "bankruptcy", _("Konkurs")
    CONTRACT_ENDED = "contract_ended", _("Avtalet är slut")
    MERGER = "merger", _("Organisationerna går ihop")


@act(
    "A5",
    "A6",
    who=(Role.ASSESSOR,),
    writes=["allocation.ended", "allocation.withdrawn", "allocation.made"],
    title=_("Byt utförare"),
    lead=_("Låsvredet sitter kvar. Båda utförarna får veta det."),
    corrected_by="change_allocations",
)
def change_provider(
    ctx: ActContext,
    *,
    client: CaseNumber,
    former: Annotated[ProviderNumber, field(_("Tidigare utförare"), names=Named.HOME_CARE_PROVIDER)],
    provider: Annotated[ProviderNumber, field(_("Ny utförare"))],
    on: FromDay,
    reference: NewReference = "",
) -> dict[str, Any]:
    """Give the home care to another provider from `on` (A5, A6). The lock stays.

    `reference`: of the new allocation; without one the system makes it.
    """
    subject = lookup.find_client(ctx, client)
    former_provider, new_provider = (
        lookup.find_organisation(ctx, former, "former", may_be_closed=True),
        lookup.find_organisation(ctx, provider, "provider"),
    )
    allocations = list(
        Allocation.objects.select_related("decision")
        .filter(
            decision__client=subject.row,
            decision__withdrawn=False,
            organisation=former_provider,
            withdrawn=False,
        )
        .filter(Q(valid_through=None) | Q(valid_through__gte=on), decision__service=Service.HOME_CARE)
        .order_by("valid_from", "id")
    )
    if not allocations:
        raise Refusal(
            "A6",
            "allocation.nothing_to_move",
            _(
                "Den tidigare utföraren har ingen hemtjänst hos kunden efter {day}. "
                "Kontrollera utföraren och dagen."
            ),
            day=on,
        )
    rules.carries_out(new_provider.kind, Service.HOME_CARE)
    reference = made_reference(ctx, reference)
    for number, allocation in enumerate(allocations, start=1):
        new_reference = reference if len(allocations) == 1 else f"{reference[:45]}-{number}"
        transfer_allocation(
            ctx, subject.home.home, subject.row.id, allocation, new_provider, on, new_reference
        )
    return {"case": subject.row.case_number, "allocation": reference}


@act(
    "A5",
    "A6",
    "A7",
    who=(Role.ASSESSOR,),
    writes=["allocation.ended", "allocation.withdrawn", "allocation.made"],
    title=_("Byt larmorganisation"),
    lead=_("Larmet går till en annan från och med dagen. Låsvredet sitter kvar. Båda får veta det."),
    corrected_by="change_allocations",
)
def change_alarm_organisation(
    ctx: ActContext,
    *,
    client: CaseNumber,
    organisation: Annotated[ProviderNumber, field(_("Ny larmorganisation"))],
    on: FromDay,
    reference: NewReference = "",
) -> dict[str, Any]:
    """Let another organisation answer a client's safety alarm from `on`, whoever does today.

    `reference`: of the new allocation.
    """
    subject = lookup.find_client(ctx, client)
    new = lookup.find_organisation(ctx, organisation)
    rules.carries_out(new.kind, Service.SAFETY_ALARM)
    former = list(
        Allocation.objects.select_related("decision")
        .filter(decision__client=subject.row, decision__withdrawn=False, withdrawn=False)
        .filter(Q(valid_through=None) | Q(valid_through__gte=on))
        .filter(Q(decision__valid_through=None) | Q(decision__valid_through__gte=on))
        .filter(decision__service=Service.SAFETY_ALARM)
        .exclude(organisation=new)
        .order_by("valid_from", "id")
    )
    if not former:
        raise Refusal(
            "A6",
            "allocation.no_alarm_to_move",
            _("Ingen annan svarar på kundens larm efter {day}. Kontrollera organisationen och dagen."),
            day=on,
        )
    reference = made_reference(ctx, reference)
    for number, allocation in enumerate(former, start=1):
        new_reference = reference if len(former) == 1 else f"{reference[:45]}-{number}"
        transfer_allocation(ctx, subject.home.home, subject.row.id, allocation, new, on, new_reference)
    return {"case": subject.row.case_number, "allocations": len(former)}


@act(
    "A5",
    "A6",
    "P1",
    "P5",
    "P7",
    who=(Role.ADMINISTRATOR,),
    writes=[
        *(
            "allocation.ended",
            "allocation.withdrawn",
            "allocation.made",
            "order.taken_over",
            "offer.withdrawn",
        ),
        *("key.handed_over", "tag.handed_over", "things.moved", "organisation.closed", *CLOSES_ACCOUNTS),
    ],
    title=_("Låt en organisation ta över allt efter en annan"),
    lead=_(
        "Vid en konkurs, eller när ett avtal tar slut. Kunder, beställningar och saker går över, "
        "utan underskrift av den som slutar. Organisationen och dess konton stängs."
    ),
)
def succeed_organisation(
    ctx: ActContext,
    *,
    organisation: Annotated[OrganisationNumber, field(_("Organisationen som slutar"))],
    successor: Annotated[OrganisationNumber, field(_("Organisationen som tar över"))],
    on: FromDay,
    reference: NewReference = "",
    reason: SuccessionReason,
) -> dict[str, Any]:
    """Let an organisation take over all clients, orders, keys, tags and locks of another, which closes `on` a day.

    Things pass now, without the former's signature, and are marked so; bookings stand. `reference`: what the
    references of the new allocations begin with.
    """
    former = closing.lock_organisation(ctx, organisation)
    new = closing.lock_organisation(ctx, successor, "successor")
    people.organisation_may_close(former.kind)
    people.is_another(former.id, new.id)
    people.same_kind(former.kind, new.kind)
    at = closing.midnight(ctx, on)
    ctx.lock_homes(closing.homes_of(ctx, former))
    allocations = _pass_allocations_on(ctx, former, new, on, made_reference(ctx, reference))
    orders = _pass_orders_on(ctx, former, new)
    things = _pass_things_on(ctx, former, new)
    taker = {"kind": HolderKind.ORGANISATION.value, "id": new.id}
    closing.close_with_accounts(ctx, former, at, to=taker, reason_code=reason)
    return {"organisation": former.orgnr, "allocations": allocations, "orders": orders, "things": things}


def _pass_allocations_on(
    ctx: ActContext, former: Organisation, new: Organisation, on: date, reference: str
) -> int:
    rows = (
        Allocation.objects.select_related("decision__client")
        .filter(closing.not_over(ctx), organisation=former)
        .filter(Q(valid_through=None) | Q(valid_through__gte=on))
        .order_by("valid_from", "id")
    )
    count = 0
    for count, row in enumerate(rows, start=1):
        client = row.decision.client
        transfer_allocation(ctx, client.home_id, client.id, row, new, on, f"{reference[:43]}-{count}")
    return count


def _pass_orders_on(ctx: ActContext, former: Organisation, new: Organisation) -> int:
    rows = list(
        closing.open_orders(ctx).filter(Q(organisation=former) | Q(locksmith=former)).order_by("number")
    )
    for row in rows:
        if row.organisation_id == former.id:
            row.organisation = new
        if row.locksmith_id == former.id:
            row.locksmith = new
        ctx.journal(
            "order.taken_over",
            homes=lookup.homes_of_door(ctx, row.door_id),
            client=row.client_id,
            paragraph="P1",
            order=row.id,
            number=row.number,
            door=row.door_id,
            giver=former.id,
            organisation=row.organisation_id,
            locksmith=row.locksmith_id,
        )
    Order.objects.bulk_update(rows, ["organisation", "locksmith"], batch_size=400)
    return len(rows)


def _pass_things_on(ctx: ActContext, former: Organisation, new: Organisation) -> int:
    """Hands everything over that the former holds or has at clients, marked as signed by nobody. Offers lapse."""
    with_clients = closing.tags_at_clients(ctx, former.id)
    holdings = list(
        Holding.objects.select_related("thing")
        .filter(municipality=ctx.actor.municipality, until=None)
        .filter(
            Q(kind=HolderKind.ORGANISATION, holder=former.id)
            | Q(kind=HolderKind.CLIENT, thing__in=with_clients)
        )
        .order_by("thing__kind", "thing__number")
    )
    offers = Offer.objects.filter(thing__in=[holding.thing_id for holding in holdings], outcome="")
    offered = list(offers.order_by("thing__kind", "thing__number").values_list("thing_id", flat=True))
    if offered:
        offers.update(outcome="withdrawn", closed=ctx.now, closed_by=ctx.actor.account)
        ctx.journal("offer.withdrawn", paragraph="P5", things=offered)
    kept = [holding for holding in holdings if holding.kind == HolderKind.CLIENT]
    for holding in kept:
        ((home, client),) = transferring.current_facts(ctx, holding.holder)
        place = {"kind": HolderKind.CLIENT.value, "id": holding.holder}
        custody.hand_over(
            holding, HolderKind.CLIENT, holding.holder, ctx.now, None, ctx.actor.account, Signature.NOBODY
        )
        ctx.journal(
            "tag.handed_over",
            homes=[home.home],
            client=client.client,
            paragraph="P7",
            tag=holding.thing_id,
            from_=place,
            to=place,
            organisation=new.id,
            signed=Signature.NOBODY.value,
        )
    stock = [holding for holding in holdings if holding.kind == HolderKind.ORGANISATION]
    for holding in stock:
        if holding.thing.kind == ThingKind.KEY:
            transferring.journal_key(ctx, holding, new.id, signed=Signature.NOBODY.value)
    custody.hand_over_all(
        stock, HolderKind.ORGANISATION, new.id, ctx.now, None, ctx.actor.account, Signature.NOBODY
    )
    for kind in (ThingKind.LOCK, ThingKind.TAG):
        things = [holding.thing_id for holding in stock if holding.thing.kind == kind]
        if things:
            ctx.journal(
                "things.moved",
                paragraph="P7",
                kind=kind.value,
                things=things,
                organisation=new.id,
                signed=Signature.NOBODY.value,
            )
    return len(holdings)


def transfer_allocation(
    ctx: ActContext,
    home: UUID,
    client: UUID,
    former_allocation: Allocation,
    new_provider: Organisation,
    on: date,
    reference: str,
) -> None:
    """Ends one allocation the day before `on` (or withdraws it, if it has not begun) and makes the new provider's."""
    row = Allocation(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        decision=former_allocation.decision,
        organisation=new_provider,
        reference=reference,
        valid_from=max(on, former_allocation.valid_from),
        valid_through=former_allocation.valid_through,
    )
    line: dict[str, Any] = {
        "homes": [home],
        "client": client,
        "allocation": former_allocation.id,
        "paragraph": "A6",
    }
    if former_allocation.valid_from < on:
        former_allocation.valid_through, former_allocation.ending = on - timedelta(days=1), Ending.CONFIRMED
        ctx.journal("allocation.ended", **line, through=former_allocation.valid_through, confirmed=True)
    else:
        former_allocation.withdrawn = True
        ctx.journal("allocation.withdrawn", **line)
    former_allocation.save(update_fields=["valid_through", "ending", "withdrawn"])
    row.save(force_insert=True)
    ctx.journal(
        "allocation.made",
        homes=[home],
        client=client,
        paragraph="A5",
        allocation=row.id,
        decision=row.decision_id,
        service=row.decision.service,
        organisation=new_provider.id,
        from_=row.valid_from,
        through=row.valid_through,
    )
