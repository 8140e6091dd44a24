# SPDX-License-Identifier: EUPL-1.2
"""The phone opens the door, as long as an ongoing decision is allocated to the provider (rule 4)."""

from __future__ import annotations

from typing import Any

from troskel.access import rules
from troskel.acts import finding
from troskel.acts.doing import Doing
from troskel.acts.register import act
from troskel.custody import rules as custody_rules
from troskel.custody.models import ThingKind
from troskel.people.roles import Role


@act("S2", "A8", who=(Role.CARER,), writes=["door.opened"])
def open_door(doing: Doing, *, client: str, serial: str) -> dict[str, Any]:
    """Open the door of a client who is on the phone today."""
    found = finding.client(doing, client)
    lock = finding.held_thing(doing, ThingKind.LOCK, serial)
    rules.may_open(found.facts, doing.actor.organisation, lock.thing_id, doing.today)
    (door,) = {link.door for link in found.facts.links.values() if link.lock == lock.thing_id}
    custody_rules.lock_is_at_door(lock.kind, lock.holder, door, serial)
    doing.journal(
        "door.opened",
        homes=[found.home.home],
        client=found.row.id,
        door=door,
        lock=lock.thing_id,
        organisation=doing.actor.organisation,
        account=doing.actor.account,
    )
    return {"case": found.row.case_number, "lock": serial}
