# SPDX-License-Identifier: EUPL-1.2
"""Clients whose door nobody opened, today and yesterday: what has been done, by whom, and whether somebody knows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec

from troskel.people.models import Account, Organisation
from troskel.people.roles import CARE_ROLES, PROVIDER_ROLES, Actor, Role
from troskel.reading.base import clients_in_sight, note
from troskel.reading.register import read
from troskel.visits.queries import searches_of

NAMING = (Role.COORDINATOR, Role.ADMINISTRATOR)
"""Who is told whose step it was: the others see the steps."""


class DoorStepShown(msgspec.Struct, frozen=True):
    """A step, and who did it, or empty."""

    step: str
    at: datetime
    carer: str


class UnansweredDoor(msgspec.Struct, frozen=True):
    """A client to whom nobody came in. `is_known`: somebody knows where the client is."""

    case: str
    organisation: str
    steps: list[DoorStepShown]
    is_known: bool
    is_with_manager: bool


@read(who=CARE_ROLES)
def unanswered_doors(viewer: Actor) -> list[UnansweredDoor]:
    """Those in the viewer's sight, what nobody knows first, then the latest. Four queries and one recorded read."""
    found = searches_of(viewer.municipality, organisation=_own(viewer))
    rows = clients_in_sight(viewer).filter(id__in={one.client for one in found})
    cases: dict[UUID, str] = dict(rows.values_list("id", "case_number"))
    found = [one for one in found if one.client in cases]
    note(viewer, "unanswered.listed", ids=cases)
    firms: dict[UUID | None, str] = dict(
        Organisation.objects.filter(id__in={one.organisation for one in found}).values_list("id", "name")
    )
    accounts = {noted.account for one in found for noted in one.steps} if viewer.role in NAMING else set()
    names: dict[UUID | None, str] = dict(Account.objects.filter(id__in=accounts).values_list("id", "name"))
    doors = [
        UnansweredDoor(
            cases[one.client],
            firms.get(one.organisation, ""),
            [DoorStepShown(noted.step, noted.at, names.get(noted.account, "")) for noted in one.steps],
            one.is_known,
            one.is_with_manager,
        )
        for one in reversed(found)
    ]
    return sorted(doors, key=lambda door: door.is_known)


@read(who=[Role.COORDINATOR])
def doors_in_doubt(viewer: Actor) -> int:
    """At how many doors of the provider's nobody knows yet where the client is. No client is read. One query."""
    found = searches_of(viewer.municipality, organisation=viewer.organisation)
    return sum(not one.is_known for one in found)


def _own(viewer: Actor) -> UUID | None:
    return viewer.organisation if viewer.role in PROVIDER_ROLES else None
