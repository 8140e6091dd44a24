# SPDX-License-Identifier: EUPL-1.2
"""What is done by hand: being present (P4), looking at a home taken over, reading a notice."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from troskel.acts import finding
from troskel.acts.doing import Doing
from troskel.acts.register import act
from troskel.duties import routines, rules
from troskel.people.roles import Role

ANYBODY = tuple(role for role in Role if role is not Role.SYSTEM)


@act("P4", who=ANYBODY, writes=["duty.attested"])
def attest(doing: Doing, *, duty: UUID) -> dict[str, Any]:
    """Say that a duty has been done, where the paragraph is fulfilled by a person's word (P4)."""
    row = finding.asked_duty(doing, duty, "duty")
    ask = routines.version(row.version).asks[row.paragraph, row.ask]
    rules.by_hand(row.paragraph, ask, json.loads(row.about), doing.occurred)
    rules.not_too_early(row.paragraph, routines.attest_from(row), doing.occurred)
    doing.journal(
        "duty.attested",
        homes=[row.home_id],
        client=row.client_id,
        paragraph=row.paragraph,
        duty=row.id,
        ask=row.ask,
    )
    return {"paragraph": row.paragraph}


@act("A4", "A5", "A6", "A7", who=ANYBODY, writes=["notice.read"])
def read_notice(doing: Doing, *, notice: UUID) -> dict[str, Any]:
    """Read a notice: the sender can see that it has been read."""
    row = finding.asked_duty(doing, notice, "notice")
    doing.journal(
        "notice.read", homes=[row.home_id], client=row.client_id, paragraph=row.paragraph, duty=row.id
    )
    return {"paragraph": row.paragraph}


@act("S2", who=(Role.COORDINATOR, Role.CARER, Role.ADMINISTRATOR), writes=["home.looked_at"])
def look_at_home(doing: Doing, *, client: str) -> dict[str, Any]:
    """Look at a home that was taken over, and tell that lock, tag and keys are now as the system says."""
    found = finding.client(doing, client)
    doing.journal("home.looked_at", homes=[found.home.home], client=found.row.id, home=found.home.home)
    return {"case": found.row.case_number}
