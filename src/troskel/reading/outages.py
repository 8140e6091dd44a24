# SPDX-License-Identifier: EUPL-1.2
"""What still opens when something fails: counted over the same clients and doors as *Who can get in tonight*."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from troskel.access.way_in_rules import DoorOnTheWay, WayVerdict, severity
from troskel.people.roles import Actor, Role
from troskel.reading import ways_in
from troskel.reading.base import note
from troskel.reading.register import read


class WaysLeft(msgspec.Struct, frozen=True):
    """At how many clients the way is open, needs a key, and is closed to whoever is sent."""

    open: int
    key: int
    nobody: int


class Outages(msgspec.Struct, frozen=True):
    """How one gets in as things are; without the server; and where no lock turns at all.

    Without the server, a lock opens that has a key of its own (`enrol_lock`), to phones that have taken today's
    grants: so it is without a phone's coverage, and without a lock service. `shut_out`: the clients at whom nobody gets
    in then, though somebody does as things are.
    """

    as_usual: WaysLeft
    without_server: WaysLeft
    without_locks: WaysLeft
    shut_out: list[str]


@read(
    who=[Role.COORDINATOR, Role.ADMINISTRATOR],
    title="At how many clients one still gets in, and how, without the server and without the locks",
)
def outages(viewer: Actor) -> Outages:
    """Of all clients in care today; a coordinator's: those of the own organisation. Six queries, one record."""
    visited = ways_in.visited_today(viewer)
    people = ways_in.people_by_organisation(viewer)
    around = ways_in.around(viewer, visited)
    note(viewer, "ways_in.viewed", ids={one.client for one in visited})

    def worst(works: Callable[[DoorOnTheWay], bool]) -> dict[str, WayVerdict]:
        """Each client's way, by whoever of those who are sent has it hardest."""
        found: dict[str, WayVerdict] = {}
        for one in visited:
            verdict = ways_in.judge(one, around, people, works)[1].verdict
            found[one.case] = max(found.get(one.case, verdict), verdict, key=severity)
        return found

    usual, offline = worst(lambda door: True), worst(lambda door: door.own_key)
    return Outages(
        _counted(usual),
        _counted(offline),
        _counted(worst(lambda door: False)),
        sorted(case for case in usual if WayVerdict.NOBODY == offline[case] != usual[case]),
    )


def _counted(verdicts: dict[str, WayVerdict]) -> WaysLeft:
    count = Counter(verdicts.values())
    return WaysLeft(count[WayVerdict.OPEN], count[WayVerdict.KEY], count[WayVerdict.NOBODY])
