# SPDX-License-Identifier: EUPL-1.2
"""People look at pages: their worklist, and the record of a client whom they have a reason to see (rule 7)."""

from __future__ import annotations

from functools import partial

from troskel.reading import client_record, worklist
from troskel.simulator.organisations import ACCOUNTS
from troskel.simulator.town import Town

LOOKS = 0.3
"""Not each day: a life of years would be mostly reading."""
WITH_A_LIST = [
    username for username, _, role, _ in ACCOUNTS if role not in ("economist", "manager", "responder")
]


def look_around(town: Town) -> None:
    """Now and then somebody opens the worklist, and an assessor a record."""
    if not town.life.happens(LOOKS):
        return
    town.life.looks(town.life.random.choice(WITH_A_LIST), worklist.worklist)
    if town.people:
        person = town.life.random.choice(town.people)
        town.life.looks(town.assessor_of(person), partial(client_record.record, case=person.case))
