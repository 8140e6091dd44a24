# SPDX-License-Identifier: EUPL-1.2
"""Who holds a thing is corrected; both stand in the journal (design, rule 10)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from django.db.models import Q

from troskel.acts.reported_locks import lock_homes_behind, owner_of_key
from troskel.acts.transferring import current_facts, lock_holdings, owner_of_tag
from troskel.custody import operations as custody
from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, Thing
from troskel.ground.texts import _
from troskel.people.models import Organisation
from troskel.people.roles import OrganisationKind, Role
from troskel.runner import lookup
from troskel.runner.choices import KindOfThing
from troskel.runner.fields import CaseNumber, DoorId, Number, OrganisationNumber, Text, field
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion
from troskel.runner.transaction import ActContext

CHAPTER = _("Rättelser")


@act(
    "P5",
    "P7",
    who=(Role.COORDINATOR, Role.ADMINISTRATOR, Role.LOCKSMITH),
    writes=["tag.corrected", "key.corrected", "key.retrieved", "key.misplaced", "things.corrected"],
    title=_("Rätta vem som har en sak"),
    lead=_(
        "Saken är hos någon annan än det står, eller nyckeln går till en annan dörr. Det som var syns även efteråt."
    ),
    corrected_by="correct_holder",
)
def correct_holder(
    ctx: ActContext,
    *,
    kind: KindOfThing,
    number: Number,
    organisation: Annotated[OrganisationNumber, field(_("Organisationen som har den"))] = "",
    client: Annotated[CaseNumber, field(_("Kunden som har den"))] = "",
    opens: Annotated[CaseNumber, field(_("Kunden vars dörr nyckeln går till"))] = "",
    door: DoorId | None = None,
    text: Text = "",
) -> dict[str, Any]:
    """Correct who holds a thing, or for a key whose door it opens (`opens`), where it was written wrongly (rule 5).

    Neither `organisation` nor `client`: it stays with its holder.
    """
    subject = lookup.find_client(ctx, client) if client else None
    opened = lookup.find_client(ctx, opens) if opens else None
    (holding,) = lock_holdings(ctx, kind, [number])
    if ctx.actor.role is not Role.ADMINISTRATOR:
        rules.answers_for(holding, owner_of_tag(ctx, holding), ctx.actor.organisation)
    rules.can_be_corrected(
        kind, holding.kind, organisation=bool(organisation), client=bool(client), opens=bool(opens)
    )
    before = (holding.kind, holding.holder)
    after = before
    if organisation:
        keeper = lookup.find_organisation(ctx, organisation)
        rules.may_hold(kind, keeper.kind)
        after = (HolderKind.ORGANISATION, keeper.id)
    elif subject is not None:
        after = (HolderKind.CLIENT, subject.row.id)
    owner = owner_of_tag(ctx, holding) or (before[1] if before[0] == HolderKind.ORGANISATION else None)
    keeper_before = _last_provider_with(ctx, holding)
    if after != before:
        custody.hand_over(holding, *after, ctx.now, None, ctx.actor.account)
    detail = {"text": text} if text else None
    if kind == "key":
        note_retrieval(ctx, holding, before)
        if subject is not None and holding.thing.door_id not in subject.home.doors and not opens:
            ctx.journal(
                "key.misplaced",
                homes=[subject.home.home],
                client=subject.row.id,
                key=holding.thing_id,
                organisation=keeper_before,
            )
        target = lookup.find_door(opened.home, door).door if opened else holding.thing.door_id
        _journal_key(ctx, holding, after, target, opened, detail)
    elif kind == "tag":
        _journal_tag(ctx, holding, before, after, owner, subject, detail)
    else:
        ctx.journal("things.corrected", kind=kind, thing=holding.thing_id, to=_party(after), detail=detail)
    return {"kind": kind, "number": number}


@correct_holder.suggested_by("key.retrieved")
def _suggest_correcting(context: DutyContext) -> Iterator[Suggestion]:
    """For the administrator, where no provider has had the key: somebody has fetched it, and who is written down."""
    if context.duty.role == "administrator":
        key = context.names.things[UUID(context.about["key"])]
        yield correct_holder.suggestion({"kind": "key", "number": key}, ("organisation",))


def _last_provider_with(ctx: ActContext, holding: Holding) -> UUID | None:
    """The provider that had the thing last: it fetches what is with the wrong person (P5). None where it has closed."""
    providers = Organisation.objects.filter(kind__in=(OrganisationKind.HOME_CARE, OrganisationKind.ALARM))
    earlier = Holding.objects.filter(
        thing=holding.thing_id, kind=HolderKind.ORGANISATION, holder__in=providers.values("id")
    )
    last = earlier.order_by("-sequence").values_list("holder", flat=True).first()
    still = providers.filter(Q(closed=None) | Q(closed__gt=ctx.today), id=last) if last else providers.none()
    return last if still.exists() else None


def note_retrieval(ctx: ActContext, holding: Holding, before: tuple[str, UUID | None]) -> None:
    """Journals, where a client had the key of another's door, that the client no longer has it (P5)."""
    if before[0] != HolderKind.CLIENT:
        return
    for home, client in current_facts(ctx, before[1]):
        if holding.thing.door_id not in home.doors:
            ctx.journal("key.retrieved", homes=[home.home], client=client.client, key=holding.thing_id)


Party = tuple[str, UUID | None]


def _party(party: Party) -> dict[str, Any]:
    return {"kind": party[0], "id": party[1]}


def _journal_key(
    ctx: ActContext,
    holding: Holding,
    after: Party,
    door: UUID | None,
    opened: lookup.ClientSubject | None,
    detail: dict[str, str] | None,
) -> None:
    old_door = holding.thing.door_id
    assert old_door is not None and door is not None
    homes = lock_homes_behind(ctx, old_door)
    fields: dict[str, Any] = {
        "key": holding.thing_id,
        "organisation": after[1] if after[0] == HolderKind.ORGANISATION else None,
    }
    is_moved = door != old_door
    ctx.journal(
        "key.corrected",
        homes=homes,
        client=owner_of_key(ctx, holding, homes),
        door=old_door,
        to={"kind": "elsewhere", "id": None} if is_moved else _party(after),
        detail=detail,
        **fields,
    )
    if is_moved and opened is not None:
        Thing.objects.filter(id=holding.thing_id).update(door=door)
        ctx.journal(
            "key.corrected",
            homes=lookup.homes_of_door(ctx, door),
            client=opened.row.id,
            door=door,
            to=_party(after),
            **fields,
        )


def _journal_tag(
    ctx: ActContext,
    holding: Holding,
    before: Party,
    after: Party,
    owner: UUID | None,
    subject: lookup.ClientSubject | None,
    detail: dict[str, str] | None,
) -> None:
    fields: dict[str, Any] = {
        "tag": holding.thing_id,
        "organisation": owner,
        "from_": _party(before),
        "to": _party(after),
    }
    if before[0] == HolderKind.CLIENT:
        ((home, former),) = current_facts(ctx, before[1])
        ctx.journal("tag.corrected", homes=[home.home], client=former.client, detail=detail, **fields)
    if subject is not None:
        rules.own_client(subject.facts)
        ctx.journal(
            "tag.corrected", homes=[subject.home.home], client=subject.row.id, detail=detail, **fields
        )
    elif before[0] != HolderKind.CLIENT:
        ctx.journal("tag.corrected", detail=detail, **fields)
