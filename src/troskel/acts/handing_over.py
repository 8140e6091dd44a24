# SPDX-License-Identifier: EUPL-1.2
"""Handovers of tags and keys: P2, P3, P5, P7. Giver and taker sign each one in person."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, Literal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from troskel.acts.reported_locks import check_key_of, lock_homes_behind, owner_of_key
from troskel.custody import operations as custody
from troskel.custody import rules
from troskel.custody.models import HolderKind, Holding, Thing, ThingKind
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.routine import things
from troskel.runner import lookup
from troskel.runner.choices import KindOfThing, Signer
from troskel.runner.fields import (
    NUMBERS,
    CaseNumber,
    DoorId,
    KeyLabel,
    Named,
    NewKeyLabel,
    NonEmpty,
    Number,
    OrganisationNumber,
    TagNumber,
    field,
)
from troskel.runner.register import act
from troskel.runner.reported import DoneThough, Reported
from troskel.runner.suggestions import DutyContext, Suggestion
from troskel.runner.transaction import ActContext

CHAPTER = _("Nycklar och kvittensprodukter")

PROVIDER_STAFF = (Role.COORDINATOR, Role.CARER)


@act(
    "P2",
    who=PROVIDER_STAFF,
    writes=["tag.handed_over"],
    title=_("Kvittensprodukten är hos kunden"),
    lead=_("Från och med första besöket, i väntan på låsvredet."),
    light=True,
    corrected_by="correct_holder",
)
def place_tag(
    ctx: ActContext, *, client: CaseNumber, tag: Annotated[TagNumber, field(names=Named.OWN_TAG)]
) -> dict[str, Any]:
    """Leave a receipt tag with the client, for the visits until the lock is there (P2)."""
    subject = lookup.find_client(ctx, client)
    rules.own_client(subject.facts)
    holding = lookup.find_holding(ctx, ThingKind.TAG, tag)
    _check_own_holding(ctx, holding, tag)
    _hand_over_tag(ctx, subject, holding, HolderKind.CLIENT, subject.row.id, ctx.actor.organisation)
    return {"case": subject.row.case_number, "tag": tag}


@place_tag.suggested_by("tag.handed_over")
def _suggest_placing(context: DutyContext) -> Iterator[Suggestion]:
    if "tag_with_client" in context.ask.done_when:
        yield place_tag.suggestion({"client": context.case}, ("tag",))


@act(
    "P3",
    "P7",
    who=PROVIDER_STAFF,
    writes=["tag.handed_over"],
    title=_("Kvittensprodukten är hämtad"),
    lead=_("Den är nu hos er."),
    light=True,
    corrected_by="correct_holder",
)
def take_tag(
    ctx: ActContext, *, client: CaseNumber, tag: Annotated[TagNumber, field(names=Named.CLIENTS_TAG)]
) -> dict[str, Any]:
    """Take the tag back: the lock is mounted (P3), or the client's care has ended (P7)."""
    subject = lookup.find_client(ctx, client)
    holding = lookup.find_holding(ctx, ThingKind.TAG, tag)
    rules.giver_holds((holding.kind, holding.holder), (HolderKind.CLIENT, subject.row.id), "tag", tag)
    organisation = subject.facts.tags.get(holding.thing_id, ctx.actor.organisation)
    _hand_over_tag(ctx, subject, holding, HolderKind.ORGANISATION, ctx.actor.organisation, organisation)
    return {"case": subject.row.case_number, "tag": tag}


@take_tag.suggested_by("tag.handed_over")
def _suggest_taking(context: DutyContext) -> Iterator[Suggestion]:
    if context.client is None or "tag_with_client" in context.ask.done_when:
        return
    for tag, owner in context.client.tags.items():
        if owner == context.duty.organisation_id:
            yield take_tag.suggestion({"client": context.case, "tag": context.names.things[tag]})


@act(
    "P7",
    who=PROVIDER_STAFF,
    writes=["tag.return_told"],
    title=_("Säg att kvittensprodukten är återlämnad"),
    lead=_("Systemförvaltaren får veta det."),
)
def tell_tag_fetched(ctx: ActContext, *, client: CaseNumber, tag: TagNumber) -> dict[str, Any]:
    """Tell the system administrator that the tag has been fetched (P7)."""
    subject = lookup.find_client(ctx, client)
    holding = lookup.find_holding(ctx, ThingKind.TAG, tag)
    if holding.kind == HolderKind.CLIENT and holding.holder == subject.row.id:
        raise Refusal(
            "P7",
            "tag.still_with_client",
            _("Kvittensprodukt {tag} är fortfarande hos kunden. Hämta den först."),
            tag=tag,
        )
    ctx.journal(
        "tag.return_told",
        homes=[subject.home.home],
        client=subject.row.id,
        tag=holding.thing_id,
        organisation=ctx.actor.organisation,
    )
    return {"case": subject.row.case_number, "tag": tag}


@tell_tag_fetched.suggested_by("tag.return_told")
def _suggest_telling(context: DutyContext) -> Iterator[Suggestion]:
    tag = context.names.things[UUID(context.about["tag"])]
    yield tell_tag_fetched.suggestion({"client": context.case, "tag": tag})


@act(
    "P5",
    who=PROVIDER_STAFF,
    writes=["key.handed_over", "key.retrieved"],
    title=_("Ta emot en nyckel"),
    lead=_("Båda skriver under."),
    corrected_by="correct_holder",
)
def receive_key(
    ctx: ActContext,
    *,
    client: CaseNumber,
    key: NewKeyLabel,
    signed: Signer,
    door: DoorId | None = None,
    done_though: DoneThough = [],  # noqa: B006 -- msgspec copies it
) -> dict[str, Any]:
    """Collect a key from the client (P5). A new key is registered by its label.

    `signed`: who signs for the client, on the spot; the account signs for the provider. `done_though`: it opens
    another's door, and was with this client by mistake.
    """
    report = Reported(done_though)
    subject = lookup.find_client(ctx, client)
    holding = _key_from_client(ctx, report, subject, key, door)
    rules.giver_holds((holding.kind, holding.holder), (HolderKind.CLIENT, subject.row.id), "key", key)
    _hand_over_key(ctx, report, subject, holding, HolderKind.ORGANISATION, ctx.actor.organisation, signed)
    return {"case": subject.row.case_number, "key": key}


@receive_key.suggested_by("key.handed_over")
def _suggest_receiving(context: DutyContext) -> Iterator[Suggestion]:
    organisation = context.duty.organisation_id
    if organisation is None or "provider_has_every_key" not in context.ask.done_when:
        return
    for door in things.doors_without_key(context.home, organisation):
        yield receive_key.suggestion({"client": context.case, "door": str(door)}, ("key", "signed"))


@act(
    "P5",
    who=PROVIDER_STAFF,
    writes=["key.handed_over", "key.misplaced"],
    title=_("Lämna tillbaka en nyckel"),
    lead=_("Båda skriver under."),
    corrected_by="correct_holder",
)
def return_key(
    ctx: ActContext,
    *,
    client: CaseNumber,
    key: Annotated[KeyLabel, field(names=Named.KEY_HELD)],
    signed: Signer,
    done_though: DoneThough = [],  # noqa: B006 -- msgspec copies it
) -> dict[str, Any]:
    """Return a key to the client, at an ending or a change of provider. `signed`: who signs for the client.

    `done_though`: it has been given to this client by mistake, and opens another's door. P5 asks that it is fetched.
    """
    report = Reported(done_though)
    subject = _client_of_key(ctx, client, key)
    holding = lookup.find_holding(ctx, ThingKind.KEY, key)
    _check_own_holding(ctx, holding, key)
    report.ask(lambda: check_key_of(ctx, subject, holding))
    _hand_over_key(ctx, report, subject, holding, HolderKind.CLIENT, subject.row.id, signed)
    return {"case": subject.row.case_number, "key": key}


@receive_key.suggested_by("key.retrieved")
def _suggest_fetching(context: DutyContext) -> Iterator[Suggestion]:
    key = context.names.things[UUID(context.about["key"])]
    values = {"client": context.case, "key": key, "done_though": ["key.other_door"]}
    yield receive_key.suggestion(values, ("signed",))


def _client_of_key(ctx: ActContext, client: str, key: str) -> lookup.ClientSubject:
    """Returns the client, in sight or not, where the actor's organisation holds this key from them (rule 9).

    Raises NotFound.
    """
    try:
        return lookup.find_client(ctx, client)
    except NotFound:
        held = Holding.objects.filter(
            municipality=ctx.actor.municipality,
            thing__kind=ThingKind.KEY,
            thing__number=key,
            kind=HolderKind.ORGANISATION,
            holder=ctx.actor.organisation,
            until=None,
            thing__door__ways__home__residences__client=OuterRef("pk"),
        )
        condition = Q(Exists(held), municipality=ctx.actor.municipality)
        subject = lookup.lock_client(ctx, lookup.find_client_row(ctx, client, ctx.today, condition=condition))
        keys = [
            key_facts
            for home in (subject.home, *subject.former_homes, *lookup.homes_ever_planned(ctx, subject))
            for door in home.doors.values()
            for key_facts in door.keys.values()
            if key_facts.organisation == ctx.actor.organisation and key_facts.client == subject.row.id
        ]
        if not keys:
            raise
        return subject


@return_key.suggested_by("key.handed_over")
def _suggest_returning(context: DutyContext) -> Iterator[Suggestion]:
    organisation = context.duty.organisation_id
    if organisation is None or "provider_has_every_key" in context.ask.done_when:
        return
    for door_facts in context.home.doors.values():
        for key, key_facts in door_facts.keys.items():
            if key_facts.organisation == organisation and key_facts.client in context.home.clients:
                values = {"client": context.case, "key": context.names.things[key]}
                yield return_key.suggestion(values, ("signed",))


@act(
    "S2",
    who=(Role.ADMINISTRATOR,),
    writes=["things.registered"],
    title=_("Ta in lås eller kvittensprodukter i lager"),
    lead=_("Ett nummer per rad."),
)
def register_things(
    ctx: ActContext,
    *,
    kind: Annotated[Literal["lock", "tag"], field(_("Sort"), choices=KindOfThing)],
    numbers: Annotated[NonEmpty[Number], NUMBERS],
    organisation: OrganisationNumber,
) -> dict[str, Any]:
    """Register new locks or tags in the stock of an organisation."""
    holder = lookup.find_organisation(ctx, organisation)
    things = [
        Thing(id=new_id(), municipality_id=ctx.actor.municipality, kind=kind, number=number)
        for number in numbers
    ]
    custody.register(things, HolderKind.ORGANISATION, holder.id, ctx.occurred)
    ctx.journal(
        "things.registered",
        kind=kind,
        things=[{"thing": thing.id} for thing in things],
        organisation=holder.id,
    )
    return {"kind": kind, "numbers": numbers}


def _key_from_client(
    ctx: ActContext, report: Reported, subject: lookup.ClientSubject, label: str, said: UUID | None
) -> Holding:
    """The key that opens the client's door (`said`: which), or another's, which is here by mistake whoever has it."""
    holding = lookup.find_holding_or_none(ctx, ThingKind.KEY, label)
    opens = holding.thing.door_id if holding is not None else None
    ahead = lookup.homes_ahead(ctx, subject)
    if holding is not None and not any(opens in home.doors for home in (subject.home, *ahead)):
        report.ask(lambda: rules.key_opens(opens, said, label))
        return holding
    rules.own_client(subject.facts)
    door = lookup.find_door(subject.home, said or opens, ahead).door
    if holding is not None:
        report.ask(lambda: rules.key_opens(opens, door, label))
        return holding
    row = subject.row
    if row.protection:
        report.ask(lambda: rules.label_names_nobody(label, row.first_name, row.last_name, row.home.street))
    thing = Thing(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        kind=ThingKind.KEY,
        number=label,
        door_id=door,
    )
    return custody.register_at_handover(thing, HolderKind.CLIENT, subject.row.id, ctx.occurred)


def _check_own_holding(ctx: ActContext, holding: Holding, number: str) -> None:
    rules.giver_holds(
        (holding.kind, holding.holder),
        (HolderKind.ORGANISATION, ctx.actor.organisation),
        holding.thing.kind,
        number,
    )


def _hand_over_tag(
    ctx: ActContext,
    subject: lookup.ClientSubject,
    holding: Holding,
    kind: str,
    holder: UUID | None,
    organisation: UUID | None,
) -> None:
    giver = {"kind": holding.kind, "id": holding.holder}
    custody.hand_over(holding, kind, holder, ctx.occurred, ctx.actor.account, ctx.actor.account)
    ctx.journal(
        "tag.handed_over",
        homes=[subject.home.home],
        client=subject.row.id,
        tag=holding.thing_id,
        from_=giver,
        to={"kind": kind, "id": holder},
        organisation=organisation,
    )


def _hand_over_key(
    ctx: ActContext,
    report: Reported,
    subject: lookup.ClientSubject,
    holding: Holding,
    kind: str,
    holder: UUID | None,
    signed: str,
) -> None:
    giver = {"kind": holding.kind, "id": holding.holder}
    account = ctx.actor.account
    custody.hand_over(holding, kind, holder, ctx.occurred, account, account, signed)
    assert holding.thing.door_id is not None
    homes = lookup.homes_of_door(ctx, holding.thing.door_id)
    client: UUID | None = subject.row.id
    if report.marks:  # the line is about the home that the key opens; this one is about who has or had it
        ctx.journal(
            "key.misplaced" if kind == HolderKind.CLIENT else "key.retrieved",
            homes=[subject.home.home],
            client=subject.row.id,
            key=holding.thing_id,
            organisation=ctx.actor.organisation,
        )
        homes = lock_homes_behind(ctx, holding.thing.door_id)
        client = owner_of_key(ctx, holding, homes)
    ctx.journal(
        "key.handed_over",
        homes=homes or [subject.home.home],
        client=client,
        though=report.marks,
        key=holding.thing_id,
        door=holding.thing.door_id,
        from_=giver,
        to={"kind": kind, "id": holder},
        organisation=ctx.actor.organisation,
        signed=signed,
    )
