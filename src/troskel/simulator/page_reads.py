# SPDX-License-Identifier: EUPL-1.2
"""Page reads: worklists, and records of clients whom the reader has a reason to see (rule 7)."""

from __future__ import annotations

from functools import partial

from troskel.reading import client_record, worklist
from troskel.simulator.organisations import ACCOUNTS
from troskel.simulator.town import Town

READ_PROBABILITY = 0.3
"""Not every day: otherwise most of a long simulation would be reads."""
ACCOUNTS_WITH_WORKLIST = [
    username for username, _, role, _ in ACCOUNTS if role not in ("economist", "manager", "responder")
]


def read_pages(town: Town) -> None:
    """On some days opens one account's worklist, and a record as its assessor."""
    if not town.life.happens(READ_PROBABILITY):
        return
    who = town.life.random.choice(ACCOUNTS_WITH_WORKLIST)
    if town.life.is_open(who):
        town.life.looks(who, worklist.worklist)
    if town.people:
        person = town.life.random.choice(town.people)
        town.life.looks(town.assessor_of(person), partial(client_record.record, case=person.case))
