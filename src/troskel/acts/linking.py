# SPDX-License-Identifier: EUPL-1.2
"""Links between clients and locks: made (S2), removed (S3) and corrected (case 12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any
from uuid import UUID

from troskel.custody import rules
from troskel.custody.models import Link, ThingKind
from troskel.ground.ids import new_id
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.routine import client_state, door_state, things
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, ClientCondition, InAddress, Named, Serial, field
from troskel.runner.register import act
from troskel.runner.suggestions import DutyContext, Suggestion
from troskel.runner.transaction import ActContext

CHAPTER = _("Kopplingar")

WHO = (Role.ADMINISTRATOR, Role.COORDINATOR)


@act(
    "S2",
    who=WHO,
    writes=["link.made"],
    title=_("Koppla låset till kunden"),
    lead=_("Bara ett lås som sitter vid kundens dörr går att koppla."),
    applies_to=ClientCondition.HAS_LOCK,
    corrected_by="correct_link",
)
def link_lock(
    ctx: ActContext, *, client: CaseNumber, serial: Annotated[Serial, field(names=Named.REPORTED_LOCK)]
) -> dict[str, Any]:
    """Link the client to a lock mounted at a door of the client's home (S2)."""
    subject = lookup.find_client(ctx, client)
    holding = lookup.find_holding(ctx, ThingKind.LOCK, serial)
    rules.own_client(subject.facts)
    door = rules.lock_is_behind(holding.thing_id, list(subject.home.doors.values()), serial)
    if not things.is_linked(subject.facts, holding.thing_id):  # a repeat is the same link
        _link(ctx, subject, holding.thing_id, door.door)
    return {"case": subject.row.case_number, "lock": serial}


@link_lock.suggested_by("link.made")
def _suggest_link(context: DutyContext) -> Iterator[Suggestion]:
    yield link_lock.suggestion(
        {"client": context.case, "serial": context.names.things[UUID(context.about["lock"])]}
    )


@act(
    "S2",
    who=WHO,
    writes=["link.removed", "link.made"],
    title=_("Rätta en koppling"),
    lead=_("Fel lås kopplades. Det som var syns även efteråt."),
    corrected_by="correct_link",
)
def correct_link(
    ctx: ActContext,
    *,
    client: CaseNumber,
    wrong: Annotated[
        str, field(_("Fel låsnummer"), scanned=True, in_address=InAddress.CHANGEABLE, names=Named.LINKED_LOCK)
    ],
    right: Annotated[str, field(_("Rätt låsnummer"), scanned=True, names=Named.REPORTED_LOCK)],
) -> dict[str, Any]:
    """Correct a link to the wrong lock (case 12). The record still shows who could open what, and when."""
    subject = lookup.find_client(ctx, client)
    wrong_holding = lookup.find_holding(ctx, ThingKind.LOCK, wrong)
    right_holding = lookup.find_holding(ctx, ThingKind.LOCK, right)
    old_link = rules.open_link(subject.facts, wrong_holding.thing_id)
    door = rules.lock_is_behind(right_holding.thing_id, list(subject.home.doors.values()), right)
    rules.not_linked(subject.facts, right_holding.thing_id)
    Link.objects.filter(id=old_link).update(until=ctx.now)
    ctx.journal(
        "link.removed",
        homes=[subject.home.home],
        client=subject.row.id,
        link=old_link,
        lock=wrong_holding.thing_id,
        door=subject.facts.links[old_link].door,
    )
    _link(ctx, subject, right_holding.thing_id, door.door, corrects=old_link)
    return {"case": subject.row.case_number, "lock": right}


@act(
    "S3",
    who=WHO,
    writes=["link.removed"],
    title=_("Ta bort kopplingen"),
    lead=_("När låset är nedmonterat, eller kunden inte längre bor bakom dörren."),
    corrected_by="link_lock",
)
def unlink_lock(
    ctx: ActContext, *, client: CaseNumber, serial: Annotated[Serial, field(names=Named.LINKED_LOCK)]
) -> dict[str, Any]:
    """Remove a link (S3) once the removal is reported, or the client no longer belongs behind the door."""
    subject = lookup.find_client(ctx, client)
    holding = lookup.find_holding(ctx, ThingKind.LOCK, serial)
    home = lookup.home_of_link(subject, holding.thing_id)
    facts = home.clients[subject.row.id]
    link = rules.open_link(facts, holding.thing_id)
    door_id = facts.links[link].door
    door = home.doors.get(door_id)
    rules.may_unlink(
        still_mounted=door is not None and door.lock == holding.thing_id,
        has_care=facts.own and client_state.has_care_left(facts, ctx.today),
        lock_stays_for_others=door is not None
        and bool(door_state.care_left_behind(door, ctx.facts, ctx.today)),
    )
    Link.objects.filter(id=link).update(until=ctx.now)
    ctx.journal(
        "link.removed",
        homes=[home.home],
        client=subject.row.id,
        link=link,
        lock=holding.thing_id,
        door=door_id,
    )
    return {"case": subject.row.case_number, "lock": serial}


@unlink_lock.suggested_by("link.removed")
def _suggest_unlinking(context: DutyContext) -> Iterator[Suggestion]:
    yield unlink_lock.suggestion(
        {"client": context.case, "serial": context.names.things[UUID(context.about["lock"])]}
    )


def _link(
    ctx: ActContext, subject: lookup.ClientSubject, lock: UUID, door: UUID, corrects: UUID | None = None
) -> None:
    link = Link(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        lock_id=lock,
        client=subject.row,
        door_id=door,
        since=ctx.now,
        corrects_id=corrects,
    )
    link.save(force_insert=True)
    ctx.journal(
        "link.made",
        homes=[subject.home.home],
        client=subject.row.id,
        link=link.id,
        lock=lock,
        door=door,
        corrects=corrects,
    )
