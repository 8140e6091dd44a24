# SPDX-License-Identifier: EUPL-1.2
"""Client and lock are linked, and unlinked: S2, S3, and the wrong link of case 12."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from troskel.acts.core import lookup
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.custody import operations as custody
from troskel.custody import rules
from troskel.custody.models import ThingKind
from troskel.people.roles import Role
from troskel.routine import standing

WHO = (Role.ADMINISTRATOR, Role.COORDINATOR)


@act("S2", who=WHO, writes=["link.made"])
def link_lock(doing: Doing, *, client: str, serial: str) -> dict[str, Any]:
    """Link the client to the right lock (S2): one mounted at a door of the client's home, no other."""
    found = lookup.client(doing, client)
    held = lookup.held_thing(doing, ThingKind.LOCK, serial)
    rules.own_client(found.facts)
    door = rules.lock_is_behind(held.thing_id, list(found.home.doors.values()), serial)
    if not standing.is_linked(found.facts, held.thing_id):  # a second link of the same pair is the same link
        _link(doing, found, held.thing_id, door.door)
    return {"case": found.row.case_number, "lock": serial}


@act("S2", who=WHO, writes=["link.removed", "link.made"])
def correct_link(doing: Doing, *, client: str, wrong: str, right: str) -> dict[str, Any]:
    """The wrong lock was linked (case 12): link the right one. Who could open what, and when, stays to be seen."""
    found = lookup.client(doing, client)
    held = lookup.held_thing(doing, ThingKind.LOCK, wrong)
    true = lookup.held_thing(doing, ThingKind.LOCK, right)
    old = rules.linked(found.facts, held.thing_id)
    door = rules.lock_is_behind(true.thing_id, list(found.home.doors.values()), right)
    rules.not_linked(found.facts, true.thing_id)
    custody.unlink([old], doing.now)
    doing.journal(
        "link.removed",
        homes=[found.home.home],
        client=found.row.id,
        link=old,
        lock=held.thing_id,
        door=found.facts.links[old].door,
    )
    _link(doing, found, true.thing_id, door.door, corrects=old)
    return {"case": found.row.case_number, "lock": right}


@act("S3", who=WHO, writes=["link.removed"])
def unlink_lock(doing: Doing, *, client: str, serial: str) -> dict[str, Any]:
    """Remove the link (S3), after the removal is reported, or when the client no longer belongs behind the door."""
    found = lookup.client(doing, client)
    held = lookup.held_thing(doing, ThingKind.LOCK, serial)
    home = lookup.home_of_link(found, held.thing_id)
    facts = home.clients[found.row.id]
    link = rules.linked(facts, held.thing_id)
    door_id = facts.links[link].door
    door = home.doors.get(door_id)
    rules.may_unlink(
        still_mounted=door is not None and door.lock == held.thing_id,
        has_care=facts.own and standing.has_care_left(facts, doing.today),
        lock_stays_for_others=door is not None
        and bool(standing.care_left_behind(door, doing.facts, doing.today)),
    )
    custody.unlink([link], doing.now)
    doing.journal(
        "link.removed",
        homes=[home.home],
        client=found.row.id,
        link=link,
        lock=held.thing_id,
        door=door_id,
    )
    return {"case": found.row.case_number, "lock": serial}


def _link(
    doing: Doing, found: lookup.FoundClient, lock: UUID, door: UUID, corrects: UUID | None = None
) -> None:
    link = custody.new_link(doing.actor.municipality, lock, found.row.id, door, doing.now, corrects)
    custody.link([link])
    doing.journal(
        "link.made",
        homes=[found.home.home],
        client=found.row.id,
        link=link.id,
        lock=lock,
        door=door,
        corrects=corrects,
    )
