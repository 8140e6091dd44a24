# SPDX-License-Identifier: EUPL-1.2
"""Doors: several to a home (case 3), one gate to several homes, and the owner's consent to a lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from troskel.ground.choices import Choice
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.people.models import Consent, Door, HomeDoor
from troskel.people.roles import Role
from troskel.routine.door_state import SHARED_DOOR_KINDS
from troskel.routine.facts import DoorFacts
from troskel.runner import lookup
from troskel.runner.choices import DoorKind
from troskel.runner.fields import CaseNumber, Code, DoorId, FromDay, ShortText, field
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion, Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Dörrar och medgivanden")


class ConsentWay(Choice, question=_("På vilket sätt?")):
    """How the owner has consented."""

    WRITTEN = "written", _("Skriftligt")
    ORAL = "oral", _("Muntligt")
    OWN = "own", _("Kunden äger själv")


WHO = (Role.ASSESSOR, Role.ADMINISTRATOR, Role.COORDINATOR)


@act(
    "P1",
    who=WHO,
    writes=["door.registered"],
    title=_("Lägg till en dörr"),
    lead=_("Till exempel porten eller grinden på vägen in."),
)
def add_door(
    ctx: ActContext,
    *,
    client: CaseNumber,
    kind: DoorKind,
    label: Annotated[Code, field(_("Vad dörren kallas"), hint=_("Till exempel Port A"))] = "",
) -> dict[str, Any]:
    """Add a door to a home (case 3): each door has its own order, link and key."""
    subject = lookup.find_client(ctx, client)
    door = Door(id=new_id(), municipality_id=ctx.actor.municipality, kind=kind, label=label)
    door.save(force_insert=True)
    HomeDoor.objects.create(municipality_id=ctx.actor.municipality, home_id=subject.home.home, door=door)
    ctx.journal("door.registered", homes=[subject.home.home], door=door.id, kind=kind)
    return {"door": door.id}


@act("P1", who=(Role.ASSESSOR, Role.ADMINISTRATOR), writes=["door.registered"])
def let_door_serve(ctx: ActContext, *, client: CaseNumber, door: UUID) -> dict[str, Any]:
    """Let a registered door, such as a gate or an entrance of several homes, serve this client's home too."""
    subject = lookup.find_client(ctx, client)
    ways = HomeDoor.objects.filter(door=door, municipality=ctx.actor.municipality)
    ctx.lock_homes(ways.values("home_id"))
    homes_served = lookup.homes_of_door(ctx, door)
    if not homes_served:
        raise NotFound("door", "door")
    if subject.home.home in homes_served:
        raise Refusal("rule 1", "door.already_in_home", _("Dörren hör redan till bostaden."))
    door_facts = ctx.facts[homes_served[0]].doors[door]
    HomeDoor.objects.create(municipality_id=ctx.actor.municipality, home_id=subject.home.home, door_id=door)
    homes = [*homes_served, subject.home.home]
    ctx.journal("door.registered", homes=homes, door=door, kind=door_facts.kind, homes_=homes)
    return {"door": door, "homes": len(homes)}


@act(
    "P1",
    who=(Role.ADMINISTRATOR,),
    writes=["consent.given"],
    title=_("Fastighetsägaren går med på det"),
    lead=_("Innan ett låsvred beställs till porten eller grinden."),
    corrected_by="withdraw_consent",
    undone_by=Undo(
        "withdraw_consent", lambda told: {key: told[key] for key in ("client", "door") if told.get(key)}
    ),
)
def record_consent(
    ctx: ActContext,
    *,
    client: CaseNumber,
    owner: Annotated[ShortText, field(_("Fastighetsägare"))],
    way: ConsentWay,
    door: DoorId | None = None,
    since: FromDay | None = None,
) -> dict[str, Any]:
    """Record that the owner of an entrance or a gate consents to a lock turner, so that P1 can follow.

    `way`: in writing, orally, or the client's own property.
    """
    subject = lookup.find_client(ctx, client)
    door_facts = _door_of_others(lookup.find_door(subject.home, door, lookup.homes_ahead(ctx, subject)))
    day = since or ctx.today
    if day > ctx.today:
        raise BadValue(
            "since",
            "consent.in_the_future",
            _("Dagen har inte kommit än. Skriv in medgivandet när ägaren har lämnat det."),
        )
    Consent.objects.create(
        municipality_id=ctx.actor.municipality,
        door_id=door_facts.door,
        owner=owner.strip(),
        way=way,
        since=day,
    )
    ctx.journal(
        "consent.given",
        homes=lookup.homes_of_door(ctx, door_facts.door),
        client=subject.row.id,
        door=door_facts.door,
        way=way,
        since=day,
    )
    return {"case": subject.row.case_number, "door": door_facts.door}


@record_consent.suggested_by("consent.given")
def _suggest_consent(context: DutyContext) -> Iterator[Suggestion]:
    if context.door is not None:
        yield record_consent.suggestion(
            {"client": context.case, "door": str(context.door.door)}, ("owner", "way")
        )


@act(
    "P1",
    who=(Role.ADMINISTRATOR,),
    writes=["consent.withdrawn"],
    title=_("Fastighetsägaren tar tillbaka sitt medgivande"),
    lead=_("Det som är beställt till dörren stoppas."),
    corrected_by="record_consent",
)
def withdraw_consent(ctx: ActContext, *, client: CaseNumber, door: DoorId | None = None) -> dict[str, Any]:
    """Record that the owner withdraws consent: nothing more is ordered there. A mounted lock stays for now."""
    subject = lookup.find_client(ctx, client)
    door_facts = _door_of_others(lookup.find_door(subject.home, door, lookup.homes_ahead(ctx, subject)))
    consents = Consent.objects.filter(door=door_facts.door, municipality=ctx.actor.municipality, until=None)
    if not consents.update(until=ctx.today):
        raise Refusal(
            "P1",
            "consent.missing",
            _("Inget medgivande från ägaren är inskrivet för dörren. Det finns inget att ta tillbaka."),
        )
    ctx.journal(
        "consent.withdrawn",
        homes=lookup.homes_of_door(ctx, door_facts.door),
        client=subject.row.id,
        door=door_facts.door,
    )
    return {"case": subject.row.case_number, "door": door_facts.door}


def _door_of_others(door: DoorFacts) -> DoorFacts:
    if door.kind not in SHARED_DOOR_KINDS:
        raise Refusal(
            "P1",
            "consent.not_needed",
            _("Dörren är bostadens egen. Ingen annan än kunden behöver gå med på det."),
        )
    return door
