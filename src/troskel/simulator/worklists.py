# SPDX-License-Identifier: EUPL-1.2
"""People do their duties: each new duty is planned for a day, by the habits of the account that has it.

Open duties are read for everybody together once or twice a day, not from each account's page: otherwise most of a
long simulation would be reads. (Reads of pages and phones: `page_reads.py`.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Q

from troskel.acts.chapters import REGISTER
from troskel.duties.models import Duty
from troskel.offers.duty_actions import Suggestion, suggestions
from troskel.simulator import assessors, coordinators, locksmiths, visits
from troskel.simulator.organisations import ADMINISTRATOR, COORDINATORS, ECONOMIST, HABITS, LOCKSMITH, SMITHS
from troskel.simulator.town import Task, Town

FULL_SCAN_DAYS = 14
NEAR_DAYS = 14
RETRY_DAYS = 3
LAST_DAYS, LEFT_UNDONE_SHARE = 7, 0.3
"""The share of the last days' duties that is left open in the demo."""


class _DutyRow(NamedTuple):
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
    """All open duties, each planned for a day."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._planned: dict[date, list[UUID]] = {}
        self._seen: set[UUID] = set()

    def work(self) -> None:
        """Plans new duties, and does those planned for today."""
        self._scan()
        today = [self._planned.pop(day) for day in sorted(self._planned) if day <= self.town.life.day]
        due_ids = [duty for duties in today for duty in duties]
        if not due_ids:
            return
        rows = [row for row in _open_duties(self.town, Q(id__in=due_ids)) if self._has_owner(row)]
        actionable = [row.id for row in rows if row.kind != "notice"]
        with self.town.life.standing():
            options = suggestions(self.town.life.actor("demo"), actionable) if actionable else {}
        for row in rows:
            self._do(row, options.get(row.id, []))

    def _scan(self) -> None:
        """Plans new duties; at intervals all open duties are read again."""
        life = self.town.life
        everything = (life.day - self.town.begins).days % FULL_SCAN_DAYS == 0
        if everything:
            self._seen = {duty for duties in self._planned.values() for duty in duties}
        recent = Q() if everything else Q(opened__gte=life.day - timedelta(days=1))
        for row in _open_duties(self.town, recent):
            if row.id not in self._seen:
                self._plan(row.id, self._day_for(row))

    def _plan(self, duty: UUID, day: date) -> None:
        self._seen.add(duty)
        self._planned.setdefault(day, []).append(duty)

    def _day_for(self, row: _DutyRow) -> date:
        """Returns the planned day: at once, in some days, near the deadline, or (forgotten) long after."""
        town, chance = self.town, self.town.life.random
        habit = HABITS[self._owner(row) or ADMINISTRATOR]
        today, due = town.life.day, row.due
        if town.is_shown and town.days_left() < LAST_DAYS and self._is_left_undone(row):
            return town.day(LAST_DAYS)
        at_once, forgotten = town.life.happens(habit.at_once), town.life.happens(habit.forgotten)
        if forgotten:
            return max(today, due or today) + timedelta(days=chance.randint(5, 40))
        if due is not None and due > town.day(NEAR_DAYS):
            before = due - timedelta(
                days=chance.randint(NEAR_DAYS, 40) if at_once else chance.randint(0, NEAR_DAYS)
            )
            return max(today, before)
        if row.ask == "be_present" and due is not None:  # attested manually when no report comes
            return max(today, due) + timedelta(days=1)
        if at_once:
            return today if town.life.happens(0.8) else town.day(1)
        return town.day(chance.randint(1, habit.days))

    def _is_left_undone(self, row: _DutyRow) -> bool:
        """Is the duty left open in the demo? All of the administrator's are, and some of others'."""
        return row.role == "administrator" or self.town.life.happens(LEFT_UNDONE_SHARE)

    def _has_owner(self, row: _DutyRow) -> bool:
        return self._owner(row) is not None

    def _owner(self, row: _DutyRow) -> str | None:
        if row.role == "assessor":
            return self.town.assessor_of(self.town.by_case[row.case]) if row.case else "anna"
        if row.role == "provider":
            return COORDINATORS.get(row.orgnr or "")
        if row.role == "locksmith":
            return SMITHS.get(row.orgnr or "")
        return ECONOMIST if row.role == "economist" else ADMINISTRATOR

    def _do(self, row: _DutyRow, options: Sequence[Suggestion]) -> None:
        who = self._owner(row)
        assert who is not None
        if row.kind == "notice":
            if not Duty.objects.filter(id=row.id, state="open").exists():
                return  # what somebody did today has made it lapse
            self.town.life.does(who, "read_notice", notice=str(row.id))
            return
        task = Task(who, row.orgnr or "", self.town.by_case.get(row.case or ""), row.opened)
        retry_days = _carry_out(self.town, row.ask, task, options)
        if retry_days is not None:
            self._plan(row.id, self.town.day(max(1, retry_days)))


def _open_duties(town: Town, condition: Q) -> list[_DutyRow]:
    """Returns open duties, in the order in which they were opened."""
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
        (_DutyRow(*row) for row in rows),
        key=lambda row: (row.opened, row.line or 0, row.paragraph, row.ask, row.id),
    )


def _carry_out(town: Town, ask: str, task: Task, options: Sequence[Suggestion]) -> int | None:
    """Performs the duty, step by step. Returns in how many days to retry if it can't be done today."""
    options = [way for way in options if not REGISTER[way.act].consists_of]
    if not options:
        return RETRY_DAYS
    if ask in PROCEDURES and not _is_only_attested(options):
        return PROCEDURES[ask](town, task, options)
    retry_days = None
    for way in options:
        retry_days = fill_and_perform(town, task, way) or retry_days
    return retry_days


def _is_only_attested(options: Sequence[Suggestion]) -> bool:
    """What a closed provider has left, and the administrator can't do in its place, is settled by a word."""
    return all(way.act == "attest" and not way.missing for way in options)


def fill_and_perform(town: Town, task: Task, way: Suggestion) -> int | None:
    """Performs an act whose values are prefilled, or need one more value. Returns the days until a retry."""
    answers: dict[str, Any] = {}
    for name in way.missing:
        value = FIELD_VALUES[name](town, task, way) if name in FIELD_VALUES else None
        if value is None:
            return 2
        answers[name] = value
    values = way.with_answers(**answers)
    who, expected = performer(town, task, way), EXPECTED_REFUSALS.get(way.act, ())
    if town.life.tries(who, way.act, expected, **values) is None:
        return RETRY_DAYS
    side_effect = SIDE_EFFECTS.get(way.act)
    if side_effect is not None and task.person is not None:
        side_effect(town, task, {**way.values, **answers})
    return None


def find_out(town: Town, task: Task, options: Sequence[Suggestion]) -> int | None:
    """Finds out how a silent client is: by a visit, while the provider has the client; else it is asked and written."""
    person = task.person
    if person is not None and person.own and person.is_in_care_of(task.organisation, town.life.day):
        visits.make_visit(town, person, task.organisation)
        return None
    values = {**options[0].values, "text": "Hos dottern, mår bra"}
    return None if town.life.tries(task.who, "attest", ("duty.not_found",), **values) else RETRY_DAYS


def performer(town: Town, task: Task, way: Suggestion) -> str:
    """Returns who performs the act: a carer in the home, while the client is on the phone; else the coordinator."""
    return coordinators.performer(town, task, way.act)


PROCEDURES = {
    "silent": find_out,
    "understood": assessors.confirm_understanding,
    "investigation": assessors.follow_up,
    "allocate": assessors.allocate,
    "allocation": assessors.allocate,
    "order": coordinators.order,
    "not_ours": coordinators.order,
    "unwanted": coordinators.order,
    "confirm": assessors.confirm_refusal,
    "send": coordinators.send_basis_forms,
    "install": locksmiths.carry_out_order,
    "remove": locksmiths.carry_out_order,
}
CHOICES = {
    "decide_way_in": ("key", "key", "client_opens", "key_box"),
    "record_consent": ("written", "written", "oral", "own"),
}
FIELD_VALUES: dict[str, Callable[[Town, Task, Suggestion], str | None]] = {
    "tag": coordinators.next_tag,
    "key": coordinators.new_key_label,
    "signed": coordinators.signer,
    "owner": lambda _, __, ___: "Bostadsföreningen",
    "locksmith": lambda _, __, ___: LOCKSMITH,
    "fault": lambda _, __, ___: "jammed",
    "serial": lambda _, task, way: way.values.get("serial"),
    "way": lambda town, _, way: town.life.random.choice(CHOICES[way.act]),
}
EXPECTED_REFUSALS = {
    # the locksmith has reported it meanwhile
    "attest": ("duty.not_found",),
    # the locksmith was there earlier today
    "cancel_order": ("order.not_open",),
    # those who share the door have ended meanwhile: the removal comes first
    "unlink_lock": ("link.needed", "link.removal_not_reported", "link.not_there"),
    # client out of sight since long; given back for the spouse
    "return_key": ("client.not_found", "key.not_found", "thing.held_by_another", "key.opens_no_door"),
}
SIDE_EFFECTS = {
    "place_tag": coordinators.note_tag_placed,
    "take_tag": coordinators.note_tag_taken,
    "link_lock": coordinators.note_lock_linked,
    "unlink_lock": coordinators.note_lock_unlinked,
}
