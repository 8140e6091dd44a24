# SPDX-License-Identifier: EUPL-1.2
"""Doors on the way in: several to a home (case 3), one gate to several homes, the owner's consent to a lock there."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal
from uuid import UUID

from troskel.acts.core import lookup
from troskel.acts.core.fields import Code, Words
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people.models import Consent, Door, HomeDoor
from troskel.people.roles import Role
from troskel.routine.facts import DoorFacts
from troskel.routine.standing import OTHERS_DOORS

WHO = (Role.ASSESSOR, Role.ADMINISTRATOR, Role.COORDINATOR)


@act("P1", who=WHO, writes=["door.registered"])
def add_door(
    doing: Doing, *, client: str, kind: Literal["apartment", "entrance", "gate"], label: Code = ""
) -> dict[str, Any]:
    """A home has one more door on the way in (case 3): an order, a link and a key for each."""
    found = lookup.client(doing, client)
    door = Door(id=new_id(), municipality_id=doing.actor.municipality, kind=kind, label=label)
    door.save(force_insert=True)
    HomeDoor.objects.create(municipality_id=doing.actor.municipality, home_id=found.home.home, door=door)
    doing.journal("door.registered", homes=[found.home.home], door=door.id, kind=kind)
    return {"door": door.id}


@act("P1", who=(Role.ASSESSOR, Role.ADMINISTRATOR), writes=["door.registered"])
def let_door_serve(doing: Doing, *, client: str, door: UUID) -> dict[str, Any]:
    """The way to this client's home goes through a door that is there already: a gate or entrance of several homes."""
    found = lookup.client(doing, client)
    behind = HomeDoor.objects.filter(door=door, municipality=doing.actor.municipality)
    doing.lock_homes(behind.values("home_id"))
    served = lookup.homes_of_door(doing, door)
    if not served:
        raise NotFound("door", "door")
    if found.home.home in served:
        raise Refusal("rule 1", "the door is already one of the home's")
    at = doing.facts[served[0]].doors[door]
    HomeDoor.objects.create(municipality_id=doing.actor.municipality, home_id=found.home.home, door_id=door)
    homes = sorted({*served, found.home.home})
    doing.journal("door.registered", homes=homes, door=door, kind=at.kind, homes_=homes)
    return {"door": door, "homes": len(homes)}


@act("P1", who=(Role.ADMINISTRATOR,), writes=["consent.given"])
def record_consent(
    doing: Doing,
    *,
    client: str,
    owner: Words,
    way: Literal["written", "oral", "own"],
    door: UUID | None = None,
    since: date | None = None,
) -> dict[str, Any]:
    """The owner of an entrance or a gate consents to a lock turner there, so that P1 can follow.

    `way`: in writing, by word of mouth, or the client's own property.
    """
    found = lookup.client(doing, client)
    at = _others_door(lookup.door_of(found.home, door))
    day = since or doing.today
    if day > doing.today:
        raise BadValue("since", "lies ahead: write the consent when it has been given")
    Consent.objects.create(
        municipality_id=doing.actor.municipality, door_id=at.door, owner=owner.strip(), way=way, since=day
    )
    doing.journal(
        "consent.given",
        homes=lookup.homes_of_door(doing, at.door),
        client=found.row.id,
        door=at.door,
        way=way,
        since=day,
    )
    return {"case": found.row.case_number, "door": at.door}


@act("P1", who=(Role.ADMINISTRATOR,), writes=["consent.withdrawn"])
def withdraw_consent(doing: Doing, *, client: str, door: UUID | None = None) -> dict[str, Any]:
    """The owner takes the consent back: nothing more is ordered there. A lock that hangs there stays for now."""
    found = lookup.client(doing, client)
    at = _others_door(lookup.door_of(found.home, door))
    standing = Consent.objects.filter(door=at.door, municipality=doing.actor.municipality, until=None)
    if not standing.update(until=doing.today):
        raise Refusal(
            "P1", "no consent of the owner is written down for this door: there is nothing to take back"
        )
    doing.journal(
        "consent.withdrawn",
        homes=lookup.homes_of_door(doing, at.door),
        client=found.row.id,
        door=at.door,
    )
    return {"case": found.row.case_number, "door": at.door}


def _others_door(door: DoorFacts) -> DoorFacts:
    if door.kind not in OTHERS_DOORS:
        raise Refusal("P1", "the door is the home's own: no consent but the client's is needed")
    return door
