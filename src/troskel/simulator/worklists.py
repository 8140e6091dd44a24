# SPDX-License-Identifier: EUPL-1.2
"""People do what the routine asks of them: each new duty is meant for a day, by the habits of whose it is.

What stands open is read for everybody together once or twice a day, not by each from a page: else a life of years
would be mostly reading. (Those who look at pages and phones do so in `looking.py`.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from troskel.duties.models import Duty
from troskel.offers.duty_actions import Way, ways
from troskel.simulator import assessors, coordinators, locksmiths
from troskel.simulator.organisations import ADMINISTRATOR, COORDINATORS, ECONOMIST, HABITS, SMITHS
from troskel.simulator.town import Task, Town

CLEARS_UP_EVERY = 14
NEAR = 14
LATER = 3
LAST_DAYS, LEFT_UNDONE = 7, 0.3
"""So much of what is asked in the last days is still undone when somebody looks at the municipality."""


class _Row(NamedTuple):
    id: UUID
    kind: str
    case: str | None
    role: str
    orgnr: str | None
    opened: date
    due: date | None
    line: int | None
    paragraph: str
    ask: str


class Worklists:
    """Everybody's worklist, and on which day each thing on it is meant to be done."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._meant: dict[date, list[UUID]] = {}
        self._known: set[UUID] = set()

    def work(self) -> None:
        """Look what is new, and do what is meant for today."""
        self._look()
        today = [self._meant.pop(day) for day in sorted(self._meant) if day <= self.town.life.day]
        wanted = [one for meant in today for one in meant]
        if not wanted:
            return
        rows = [row for row in _open(self.town, Q(id__in=wanted)) if self._is_somebodys(row)]
        asked = [row.id for row in rows if row.kind != "notice"]
        with self.town.life.standing():
            found = ways(self.town.life.actor("demo"), asked) if asked else {}
        for row in rows:
            self._do(row, found.get(row.id, []))

    def _look(self) -> None:
        """New duties, each meant for a day. Now and then the whole list is gone through."""
        life = self.town.life
        everything = (life.day - self.town.begins).days % CLEARS_UP_EVERY == 0
        if everything:
            self._known = {one for meant in self._meant.values() for one in meant}
        recent = Q() if everything else Q(opened__gte=life.day - timedelta(days=1))
        for row in _open(self.town, recent):
            if row.id not in self._known:
                self._mean(row.id, self._day_for(row))

    def _mean(self, duty: UUID, day: date) -> None:
        self._known.add(duty)
        self._meant.setdefault(day, []).append(duty)

    def _day_for(self, row: _Row) -> date:
        """When whose it is means to do it: at once, in some days, near the deadline, or (forgotten) long after."""
        town, chance = self.town, self.town.life.random
        habit = HABITS[self._who(row) or ADMINISTRATOR]
        today, due = town.life.day, row.due
        if town.is_shown and town.days_left() < LAST_DAYS and self._is_left_undone(row):
            return town.day(LAST_DAYS)
        at_once, forgotten = town.life.happens(habit.at_once), town.life.happens(habit.forgotten)
        if forgotten:
            return max(today, due or today) + timedelta(days=chance.randint(5, 40))
        if due is not None and due > town.day(NEAR):
            before = due - timedelta(days=chance.randint(NEAR, 40) if at_once else chance.randint(0, NEAR))
            return max(today, before)
        if row.ask == "be_present" and due is not None:  # attested by hand where the report does not come
            return max(today, due) + timedelta(days=1)
        if at_once:
            return today if town.life.happens(0.8) else town.day(1)
        return town.day(chance.randint(1, habit.days))

    def _is_left_undone(self, row: _Row) -> bool:
        """The administrator is away for the last days; others leave some of it."""
        return row.role == "administrator" or self.town.life.happens(LEFT_UNDONE)

    def _is_somebodys(self, row: _Row) -> bool:
        return self._who(row) is not None

    def _who(self, row: _Row) -> str | None:
        if row.role == "assessor":
            return self.town.assessor_of(self.town.by_case[row.case]) if row.case else "anna"
        if row.role == "provider":
            return COORDINATORS.get(row.orgnr or "")
        if row.role == "locksmith":
            return SMITHS.get(row.orgnr or "")
        return ECONOMIST if row.role == "economist" else ADMINISTRATOR

    def _do(self, row: _Row, found: Sequence[Way]) -> None:
        who = self._who(row)
        assert who is not None
        if row.kind == "notice":
            self.town.life.does(who, "read_notice", notice=str(row.id))
            return
        task = Task(who, row.orgnr or "", self.town.by_case.get(row.case or ""), row.opened)
        again = _carry_out(self.town, row.ask, task, found)
        if again is not None:
            self._mean(row.id, self.town.day(max(1, again)))


def _open(town: Town, condition: Q) -> list[_Row]:
    """Open duties, in the order in which they were asked."""
    rows = Duty.objects.filter(condition, municipality=town.life.municipality, state="open").values_list(
        "id",
        "kind",
        "client__case_number",
        "role",
        "organisation__orgnr",
        "opened",
        "due",
        "opened_line",
        "paragraph",
        "ask",
    )
    return sorted(
        (_Row(*row) for row in rows),
        key=lambda row: (row.opened, row.line or 0, row.paragraph, row.ask, row.id),
    )


def _carry_out(town: Town, ask: str, task: Task, found: Sequence[Way]) -> int | None:
    """Do what the duty asks; in how many days to come back to it, where it can't be done today."""
    if not found:
        return LATER
    if ask in PROCEDURES:
        return PROCEDURES[ask](town, task, found)
    again = None
    for way in found:
        again = simply(town, task, way) or again
    return again


def simply(town: Town, task: Task, way: Way) -> int | None:
    """Press the button: everything is filled in, or one thing is read off a label."""
    told: dict[str, Any] = {}
    for name in way.left:
        value = FILLED_IN[name](town, task, way)
        if value is None:
            return 2
        told[name] = value
    values = way.filled(**told)
    who, expecting = hands(town, task, way), MAY_BE_REFUSED.get(way.act, ())
    if town.life.tries(who, way.act, expecting, **values) is None:
        return LATER
    noted = NOTED.get(way.act)
    if noted is not None and task.person is not None:
        noted(town, task, {**way.values, **told})
    return None


def hands(town: Town, task: Task, way: Way) -> str:
    """What is done in the home is done by a carer, while the client is on the phone; else by the coordinator."""
    return coordinators.hands(town, task, way.act)


PROCEDURES = {
    "understood": assessors.asks_whether_it_is_understood,
    "investigation": assessors.follows_up,
    "allocate": assessors.allocates,
    "allocation": assessors.allocates,
    "order": coordinators.orders,
    "not_ours": coordinators.orders,
    "send": coordinators.sends_basis_forms,
    "install": locksmiths.goes_to_the_door,
    "remove": locksmiths.goes_to_the_door,
}
CHOICES = {
    "decide_way_in": ("key", "key", "client_opens", "key_box"),
    "record_consent": ("written", "written", "oral", "own"),
}
FILLED_IN: dict[str, Callable[[Town, Task, Way], str | None]] = {
    "tag": coordinators.a_tag,
    "key": coordinators.a_label,
    "signed": coordinators.a_signature,
    "owner": lambda _, __, ___: "Bostadsföreningen",
    "way": lambda town, _, way: town.life.random.choice(CHOICES[way.act]),
}
MAY_BE_REFUSED = {
    "attest": ("NotFound",),  # the locksmith has reported it meanwhile
    "cancel_order": ("L1",),  # the locksmith was there earlier today
    "unlink_lock": ("S3",),  # those who share the door have ended meanwhile: the removal comes first
    "return_key": ("NotFound", "rule 5"),  # client out of sight since long; given back for the spouse
}
NOTED = {
    "place_tag": coordinators.tag_is_placed,
    "take_tag": coordinators.tag_is_taken,
    "link_lock": coordinators.lock_is_linked,
    "unlink_lock": coordinators.lock_is_unlinked,
}
