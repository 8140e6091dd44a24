# SPDX-License-Identifier: EUPL-1.2
"""Accounts and organisations change, close, and are opened again after a mistake.

From the instant an account is closed it acts no more: no door opens, nothing is on the phone, its tokens are refused.
What the person had is asked about by a duty of the organisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q

from troskel.acts.signing_in import sign_out
from troskel.care.models import Allocation, Ending
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.duties.models import Deputy, Duty
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.orders.models import Order, OrderState
from troskel.people import rules
from troskel.people.models import Account, Client, Door, Entrusted, Home, HomeDoor, Organisation, Token
from troskel.people.queries import is_open, open_accounts
from troskel.people.roles import OrganisationKind, Role
from troskel.runner import lookup
from troskel.runner.choices import DoorKind
from troskel.runner.fields import OrganisationNumber
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Den som slutar")

ADMINISTRATOR = (Role.ADMINISTRATOR,)
CLOSES_ACCOUNTS = (
    "account.closed",
    "session.ended",
    "client.entrusted_no_more",
    "deputy.dismissed",
    "duty.released",
)
"""The events of `close_accounts`, for the acts that call it."""
ENDS_ALLOCATIONS = ("allocation.ended", "allocation.withdrawn")
"""The events of `close_with_accounts`, beside those of `close_accounts`."""


@act(
    "A4",
    who=ADMINISTRATOR,
    writes=["organisation.closed", *ENDS_ALLOCATIONS, *CLOSES_ACCOUNTS],
    title=_("Stäng en organisation"),
    lead=_("När den varken har kunder, beställningar eller saker kvar. Annars får en annan ta över allt."),
    fresh=True,
    corrected_by="reopen_organisation",
)
def close_organisation(ctx: ActContext, *, organisation: OrganisationNumber) -> dict[str, Any]:
    """Close an organisation that has no clients, orders or things left, from today, with its accounts."""
    row = lock_organisation(ctx, organisation)
    rules.organisation_may_close(row.kind)
    has_clients = Allocation.objects.filter(not_over(ctx), organisation=row).exists()
    rules.has_no_clients(has_clients)
    rules.has_no_orders(open_orders(ctx).filter(Q(locksmith=row) | Q(organisation=row)).exists())
    ctx.lock_homes(homes_of(ctx, row))
    things = Holding.objects.filter(
        municipality=ctx.actor.municipality, kind=HolderKind.ORGANISATION, holder=row.id, until=None
    )
    rules.has_no_things(things.exists() or bool(tags_at_clients(ctx, row.id)))
    close_with_accounts(ctx, row, ctx.now)
    return {"organisation": row.orgnr}


@act(
    "A4",
    who=ADMINISTRATOR,
    writes=["organisation.reopened"],
    title=_("Öppna en organisation igen"),
    lead=_("Den är tillbaka, eller stängdes av misstag. Kontona öppnas ett och ett."),
    corrected_by="close_organisation",
)
def reopen_organisation(ctx: ActContext, *, organisation: OrganisationNumber) -> dict[str, Any]:
    """Open a closed organisation again. Its accounts stay closed, and what another took over stays there."""
    row = lookup.find_organisation(ctx, organisation, may_be_closed=True)
    rules.organisation_is_closed(row.closed)
    homes = homes_of(ctx, row)
    ctx.lock_homes(homes)
    row.closed = None
    row.save(update_fields=["closed"])
    ctx.journal("organisation.reopened", homes=homes, organisation=row.id)
    return {"organisation": row.orgnr}


# for this chapter and the succession of an organisation


def lock_organisation(ctx: ActContext, orgnr: str, field: str = "organisation") -> Organisation:
    """Returns an open organisation, its row locked. Raises NotFound, or Refusal if it is closed."""
    row = lookup.find_organisation(ctx, orgnr, field)
    row = Organisation.objects.select_for_update().get(id=row.id)
    rules.organisation_is_open(row.closed)
    return row


def not_over(ctx: ActContext) -> Q:
    """Returns the condition for allocations that are ongoing or to come."""
    return (
        Q(municipality=ctx.actor.municipality, withdrawn=False, decision__withdrawn=False)
        & (Q(valid_through=None) | Q(valid_through__gte=ctx.today))
        & (Q(decision__valid_through=None) | Q(decision__valid_through__gte=ctx.today))
        & (Q(decision__client__died=None) | Q(decision__client__died__gte=ctx.today))
    )


def open_orders(ctx: ActContext) -> Any:
    """Returns the open orders of the municipality, as a query."""
    return Order.objects.filter(
        municipality=ctx.actor.municipality, state__in=[OrderState.PLACED, OrderState.BOOKED]
    )


def homes_of(ctx: ActContext, organisation: Organisation) -> list[UUID]:
    """Returns the homes where something may be asked of the organisation: of clients, orders, keys, tags and duties,
    each in order of their numbers. Seven queries.
    """
    municipality = ctx.actor.municipality
    allocations = Allocation.objects.filter(municipality=municipality, organisation=organisation)
    of_client = [f"decision__client__{where}" for where in ("residences", "planned_moves")]
    lived = allocations.order_by("decision__client__case_number", *(f"{where}__id" for where in of_client))
    pairs = lived.values_list(*(f"{where}__home" for where in of_client))
    homes = [home for pair in pairs for home in pair if home is not None]
    orders = Order.objects.filter(municipality=municipality)
    orders = orders.filter(Q(organisation=organisation) | Q(locksmith=organisation))
    homes += orders.order_by("number", "door__ways__id").values_list("door__ways__home", flat=True)
    keys = Holding.objects.filter(
        municipality=municipality,
        thing_kind=ThingKind.KEY,
        kind=HolderKind.ORGANISATION,
        holder=organisation.id,
        until=None,
    )
    of_keys = keys.order_by("thing__number", "thing__door__ways__id")
    homes += of_keys.values_list("thing__door__ways__home", flat=True)
    homes += _homes_with_tags(ctx, organisation.id)
    asked = Duty.objects.filter(municipality=municipality, organisation=organisation, state="open")
    homes += asked.order_by("client__case_number", "id").values_list("home_id", flat=True)
    return list(dict.fromkeys(homes))


def _homes_with_tags(ctx: ActContext, organisation: UUID) -> list[UUID]:
    """Homes of clients with a tag that the organisation had before: also of one who has it by mistake."""
    with_clients = Holding.objects.filter(
        municipality=ctx.actor.municipality, thing_kind=ThingKind.TAG, kind=HolderKind.CLIENT, until=None
    )
    its = with_clients.filter(
        thing__holdings__kind=HolderKind.ORGANISATION, thing__holdings__holder=organisation
    )
    holders = its.order_by("thing__number").values_list("holder", flat=True)
    clients = Client.objects.in_bulk(list(dict.fromkeys(holders)))
    return [clients[holder].home_id for holder in holders if holder in clients]


def tags_at_clients(ctx: ActContext, organisation: UUID) -> list[UUID]:
    """Returns the organisation's tags that are with clients, from the locked facts."""
    clients = (client for home in ctx.facts.values() for client in home.clients.values() if not client.coming)
    return [tag for client in clients for tag, owner in client.tags.items() if owner == organisation]


def close_with_accounts(ctx: ActContext, row: Organisation, at: datetime, **line: Any) -> None:
    """Closes an organisation and its accounts from `at`: its duties pass to the administrator from that day."""
    accounts = Account.objects.filter(is_open(ctx.now), organisation=row).order_by("username")
    close_accounts(ctx, row, list(accounts), at, asks=False)
    row.closed = clock.day_of(at)
    _end_allocations(ctx, row, row.closed)
    row.save(update_fields=["closed"])
    ctx.journal("organisation.closed", homes=homes_of(ctx, row), organisation=row.id, on=row.closed, **line)


def _end_allocations(ctx: ActContext, organisation: Organisation, on: date) -> None:
    """Ends what would go on past the closing if it came to life again: of the dead, and of decisions that are over.

    Should the death be a mistake, or the decision go on, the gap is asked about (A8). Nobody has confirmed these ends.
    """
    rows = list(
        Allocation.objects.select_related("decision__client")
        .filter(Q(valid_through=None) | Q(valid_through__gte=on), organisation=organisation, withdrawn=False)
        .order_by("valid_from", "id")
    )
    last = on - timedelta(days=1)
    for row in rows:
        client = row.decision.client
        line: dict[str, Any] = {
            "homes": [client.home_id],
            "client": client.id,
            "allocation": row.id,
            "paragraph": "A6",
        }
        if row.valid_from < on:
            row.valid_through, row.ending = last, Ending.UNCONFIRMED
            ctx.journal("allocation.ended", **line, through=last, confirmed=False)
        else:
            row.withdrawn = True
            ctx.journal("allocation.withdrawn", **line)
    Allocation.objects.bulk_update(rows, ["valid_through", "ending", "withdrawn"], batch_size=400)


def close_accounts(
    ctx: ActContext, organisation: Organisation, rows: Sequence[Account], at: datetime, *, asks: bool = True
) -> None:
    """Closes accounts of an organisation from `at`. `asks`: what each person had is asked about by a duty."""
    ids = [row.id for row in rows]
    release_duties(ctx, rows)
    entrusted = _end_entrustments(ctx, ids)
    deputies = _dismiss_deputies(ctx, ids)
    Token.objects.filter(account__in=ids, revoked=None).update(revoked=at)
    Account.objects.filter(id__in=ids).update(closed=at)
    if at <= ctx.now:  # else they end of themselves: a closed account is nobody's
        sign_out(ctx, ids, "account_closed")
    holdings: dict[UUID | None, list[Holding]] = {}
    for holding in Holding.objects.filter(
        municipality=ctx.actor.municipality,
        kind=HolderKind.ORGANISATION,
        holder=organisation.id,
        taken_by__in=ids,
        until=None,
    ).order_by("thing__kind", "thing__number"):
        holdings.setdefault(holding.taken_by_id, []).append(holding)
    owner = _owner_of_duty(organisation) if asks else ""
    if asks:
        _lock_premises(ctx, organisation)
    for row in rows:
        held = holdings.get(row.id, [])
        ctx.journal(
            "account.closed",
            homes=[organisation.id] if asks else [],
            paragraph="P5" if asks else "D",
            account=row.id,
            organisation=organisation.id,
            at=at,
            owner=owner,
            things={
                kind.value: [holding.thing_id for holding in held if holding.thing_kind == kind]
                for kind in ThingKind
            },
            entrusted=entrusted.get(row.id, 0),
            deputy=deputies.get(row.id, 0),
        )


def _lock_premises(ctx: ActContext, organisation: Organisation) -> None:
    """Locks the organisation's own premises, a home of the same id, where it is asked what somebody has left."""
    Organisation.objects.select_for_update().get(id=organisation.id)  # premises are made once
    home, is_new = Home.objects.get_or_create(
        id=organisation.id, defaults={"municipality_id": organisation.municipality_id}
    )
    if is_new:
        door = Door.objects.create(
            id=new_id(), municipality_id=organisation.municipality_id, kind=DoorKind.ENTRANCE.value
        )
        HomeDoor.objects.create(municipality_id=organisation.municipality_id, home=home, door=door)
    ctx.lock_homes([home.id])


def _owner_of_duty(organisation: Organisation) -> str:
    """Returns the role that is asked what a person had: the organisation's, if anybody is left there."""
    wanted = {
        OrganisationKind.MUNICIPALITY: (Role.ADMINISTRATOR, "administrator"),
        OrganisationKind.LOCKSMITH: (Role.LOCKSMITH, "locksmith"),
    }
    role, owner = wanted.get(OrganisationKind(organisation.kind), (Role.COORDINATOR, "provider"))
    left = open_accounts(organisation.municipality_id).filter(organisation=organisation, role=role)
    return owner if left.exists() else "administrator"


def release_duties(ctx: ActContext, rows: Sequence[Account]) -> None:
    duties = Duty.objects.filter(
        municipality=ctx.actor.municipality, person__in=[row.id for row in rows], state="open"
    ).order_by("opened", "client__case_number", "paragraph", "ask", "id")
    found = list(duties)
    ctx.lock_homes({duty.home_id for duty in found})
    for duty in found:
        ctx.journal(
            "duty.released",
            homes=[duty.home_id],
            client=duty.client_id,
            paragraph=duty.paragraph,
            duty=duty.id,
        )


def _end_entrustments(ctx: ActContext, accounts: Sequence[UUID]) -> dict[UUID, int]:
    """Ends what the persons could see of protected clients. Returns how many clients each had."""
    rows = list(
        Entrusted.objects.filter(account__in=accounts, until=None)
        .select_related("client")
        .order_by("client__case_number", "account__username")
    )
    ctx.lock_homes(Client.objects.filter(id__in=[row.client_id for row in rows]).values("home_id"))
    Entrusted.objects.filter(id__in=[row.id for row in rows]).update(until=ctx.today)
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row.account_id] = counts.get(row.account_id, 0) + 1
        ctx.journal(
            "client.entrusted_no_more",
            homes=[row.client.home_id],
            client=row.client_id,
            paragraph="D",
            account=row.account_id,
        )
    return counts


def _dismiss_deputies(ctx: ActContext, accounts: Sequence[UUID]) -> dict[UUID, int]:
    """Dismisses the persons as deputies. Returns how many roles each was deputy for."""
    rows = list(
        Deputy.objects.filter(account__in=accounts, dismissed=None).order_by("account__username", "role")
    )
    Deputy.objects.filter(id__in=[row.id for row in rows]).update(dismissed=ctx.today)
    counts: dict[UUID, int] = {}
    for row in rows:
        counts[row.account_id] = counts.get(row.account_id, 0) + 1
        ctx.journal(
            "deputy.dismissed",
            paragraph="D",
            deputy=row.id,
            organisation=row.organisation_id,
            role=row.role,
            account=row.account_id,
            on=ctx.today,
        )
    return counts


def midnight(ctx: ActContext, on: Any) -> datetime:
    """Returns the instant at which `on` begins; now, if that is today. Raises BadValue for a day that has been."""
    if on < ctx.today:
        raise BadValue(
            "on", "organisation.day_has_been", _("Dagen har redan varit. Välj i dag eller en senare dag.")
        )
    return max(ctx.now, datetime.combine(on, time(), clock.STOCKHOLM))
