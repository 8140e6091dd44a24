# SPDX-License-Identifier: EUPL-1.2
"""What is coming for the assessor: care that ends with nothing after it, before the routine makes a duty of it (A8)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import msgspec

from troskel.care import queries as care
from troskel.ground import clock
from troskel.people.roles import Actor
from troskel.reading.base import note, seen
from troskel.reading.worklist import Said, unnoted_worklist

AHEAD = timedelta(days=120)
MOST = 12
"""As many as one looks through; the soonest come first."""


FOLLOWS_UP = frozenset({"make_decisions", "allocate"})
"""A duty that one of these fulfils says that the care ends already."""


class Coming(msgspec.Struct, frozen=True):
    """Care that ends. `lost`: the day on which the phone loses the client. `again`: when it has the client anew.

    `investigated`: a follow-up is begun.
    """

    case: str
    service: str
    decision: str
    last: date
    lost: date
    again: date | None
    investigated: bool


def start(viewer: Actor) -> tuple[list[tuple[dict[str, Any], Said]], list[Coming]]:
    """The worklist, and what is coming that no duty says already, the soonest first. One line of reads."""
    asked = unnoted_worklist(viewer)
    said = {told["case"] for told, _ in asked if FOLLOWS_UP & set(told["fulfilled_by"])}
    today = clock.today()
    most = 4 * (MOST + len(said))  # a loss for each of two services, and for each of two patrols
    found = care.losses(seen(viewer), viewer.municipality, today, today + AHEAD, most)
    coming = list(dict.fromkeys(_coming(loss) for loss in found if loss.case not in said))[:MOST]
    cases = {told["case"] for told, _ in asked} | {one.case for one in coming}
    note(viewer, "worklist.viewed", cases=sorted(case for case in cases if case))
    return asked, coming


def _coming(loss: care.Loss) -> Coming:
    told = loss._asdict()
    del told["client"]
    return Coming(**told, lost=loss.last + timedelta(days=1))
