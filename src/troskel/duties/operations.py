# SPDX-License-Identifier: EUPL-1.2
"""Runs the routine over an act's lines: locks homes, stores duties, puts e-mails in the outbox."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol
from uuid import UUID

import msgspec
from django.db.models import OuterRef, Q, QuerySet, Subquery

from troskel.duties import routines
from troskel.duties.models import Duty, HomeState, RoutineVersion
from troskel.ground.compiled_query import CompiledQuery, Value
from troskel.ground.row_writing import Upsert, new_row
from troskel.outbox import operations as outbox
from troskel.outbox.email_delivery import EMAIL_KIND
from troskel.people.models import HomeDoor
from troskel.routine import Routines, engine, openings
from troskel.routine import duty as routine_duty
from troskel.routine.facts import AllocationFacts, HomeFacts
from troskel.routine.line import LineFacts

BATCH_SIZE = 400
DRAFTED = 1 << 40
"""Added to the numbers of lines that have no place in the chain yet: they come after all that have."""
UPDATED_COLUMNS = [
    *("home", "client", "role", "organisation", "about", "due", "person", "escalated"),
    *("state", "closed", "closed_line"),
]


HomesOf = Callable[..., QuerySet[Any, Any]]
"""From a municipality and names to the ids of homes, as a subquery; a function of a module, so that it is one."""


class DraftedLine(Protocol):
    """A line as the journal room drafts it: numbered from 1 within its act."""

    number: int
    occurred: datetime
    recorded: datetime
    event: str
    homes: str
    client: UUID | None
    body: str


class LockedHomes:
    """The homes that an act has locked, and the routine run over the lines it writes."""

    def __init__(self, municipality: str) -> None:
        self.municipality = municipality
        self.states: dict[UUID, routine_duty.HomeSnapshot] = {}
        self._facts: dict[UUID, HomeFacts] = {}
        self._newest: UUID | None = None
        self._stored: dict[UUID, tuple[str, date | None]] = {}
        self._effects = routine_duty.Effects()

    @property
    def facts(self) -> Mapping[UUID, HomeFacts]:
        """The facts of the homes locked so far."""
        return self._facts

    def lock(self, homes: Iterable[UUID] | QuerySet[Any, Any]) -> Mapping[UUID, HomeFacts]:
        """Lock the homes and those that share a door with them, in sorted order. One query for a few homes."""
        if isinstance(homes, QuerySet):
            self._lock(homes)
        else:
            wanted = sorted(set(homes) - self.states.keys())
            for start in range(0, len(wanted), BATCH_SIZE):
                self._lock(wanted[start : start + BATCH_SIZE])
        return self.facts

    def lock_waking(self, day: date, most: int) -> bool:
        """Lock the homes that wake on or before `day`, `most` of them; returns whether others are left."""
        homes = [home for (home,) in _waking(most)(self.municipality, day)]
        self.lock(homes[:most])
        return len(homes) > most

    def use_new_routine(self) -> None:
        """The act has added a version: use it from now on."""
        self._newest = None

    def lock_by(self, homes: HomesOf, *named: Value) -> Mapping[UUID, HomeFacts]:
        """Lock the homes that `homes` finds by these values, in one query that is built once."""
        if homes not in _FOUND_BY:
            _FOUND_BY[homes] = CompiledQuery(
                lambda municipality, *values: _states(municipality, homes(municipality, *values))
            )
        self._take(_FOUND_BY[homes](self.municipality, *named))
        return self.facts

    def _lock(self, homes: Any) -> None:
        if isinstance(homes, list):
            self._take(_BY_ID(self.municipality, homes))
        else:
            self._take(_states(self.municipality, homes))

    def _take(self, rows: Iterable[Any]) -> None:
        for row in rows:
            if row.home_id not in self.states:
                state = routine_duty.home_snapshot(row.state)
                state.wake = row.wake
                self.states[row.home_id] = state
                self._facts[row.home_id] = state.facts
                self._stored[row.home_id] = (row.state, row.wake)
            self._newest = row.newest

    # after the act's own changes

    def advance(self, drafted: Sequence[DraftedLine]) -> routine_duty.Effects:
        """Runs the routine over lines that have no place in the chain yet. Returns all effects so far, to be stored.

        Where a version comes into force, all homes wake.
        """
        together = self._effects
        if not drafted:
            return together
        if self._newest is None:
            self._newest = routines.newest(self.municipality)
        rules = self._rules(drafted)
        for line in map(_line, drafted):
            self._lock_needed(line)
            _add(together, engine.advance(rules, self.states, line))
        self._facts |= {home: self.states[home].facts for home in together.touched}
        if together.wake_all is not None:
            later = Q(wake=None) | Q(wake__gt=together.wake_all)
            HomeState.objects.filter(later, municipality=self.municipality).update(wake=together.wake_all)
        return together

    def store_before(self, effects: routine_duty.Effects) -> None:
        """Stores the states that name no new line: they need no place in the chain."""
        self._store_states(effects.touched - self._homes_with_numbers(effects))

    def store(self, effects: routine_duty.Effects, *, lines_before: int) -> None:
        """Stores the rest of what `advance` returned, once the first of its lines has the number `lines_before` + 1."""
        homes = effects.touched & self._homes_with_numbers(effects)
        openings.renumber(effects, lines_before - DRAFTED)
        for home in homes:
            for allocation in self._new_allocations(home):
                allocation.line += lines_before - DRAFTED
        self._store_states(homes)
        self._store_duties(effects)
        if effects.emails:
            outbox.enqueue([self._message(email) for email in effects.emails])

    def _homes_with_numbers(self, effects: routine_duty.Effects) -> set[UUID]:
        """The homes whose states name a line that is new."""
        opened = {duty.home for duty in effects.opened if duty.opened_line is not None}
        return opened | {home for home in effects.touched if any(self._new_allocations(home))}

    def _new_allocations(self, home: UUID) -> Iterator[AllocationFacts]:
        for client in self.states[home].facts.clients.values():
            yield from (a for a in client.allocations.values() if a.line > DRAFTED)

    def _rules(self, written: Sequence[DraftedLine]) -> Routines:
        """The versions in force. An act that adds one reads them again, since it may be rolled back."""
        if any(line.event == "routine.in_force" for line in written):
            return routines.read(self.municipality)
        return routines.of_municipality(self.municipality, self._newest)

    def _lock_needed(self, line: LineFacts) -> None:
        while missing := engine.needed(self.states, line):
            before = len(self.states)
            self.lock(missing)
            if len(self.states) == before:
                return

    def _store_states(self, homes: Iterable[UUID]) -> None:
        """Stores the states that have changed."""
        rows = [
            new_row(
                HomeState,
                home_id=home,
                municipality_id=self.municipality,
                state=self.states[home].stored(),
                wake=self.states[home].wake,
            )
            for home in sorted(homes)
        ]
        _UPSERT_STATES([row for row in rows if (row.state, row.wake) != self._stored.get(row.home_id)])

    def _store_duties(self, effects: routine_duty.Effects) -> None:
        rows = {duty.id: duty_row(self.municipality, duty) for duty in (*effects.opened, *effects.changed)}
        for closed in effects.closed:
            row = rows.get(closed.duty.id) or duty_row(self.municipality, closed.duty)
            row.state, row.closed, row.closed_line = closed.state, closed.day, closed.line
            rows[row.id] = row
        _UPSERT_DUTIES(list(rows.values()))

    def _message(self, email: routine_duty.Email) -> outbox.OutboxDraft:
        return outbox.OutboxDraft(
            municipality=self.municipality, key=email.key, kind=EMAIL_KIND, payload=msgspec.to_builtins(email)
        )


def duty_row(municipality: str, duty: routine_duty.OpenDuty) -> Duty:
    """Returns the row of a duty that is open."""
    return new_row(
        Duty,
        id=duty.id,
        municipality_id=municipality,
        kind=duty.kind,
        paragraph=duty.paragraph,
        ask=duty.ask,
        version=duty.version,
        home_id=duty.home,
        client_id=duty.client,
        door_id=duty.door,
        organisation_id=duty.organisation,
        role=duty.role,
        about=json.dumps(duty.about, sort_keys=True),
        opened=duty.opened,
        opened_line=duty.opened_line,
        due=duty.due,
        also_role=duty.also_role or "",
        also_organisation=duty.also_organisation,
        also_from=duty.also_from,
        person_id=duty.person,
        escalated=duty.escalated,
    )


def _states(municipality: str, homes: Any) -> QuerySet[Any, Any]:
    """The states of the homes and of those that share a door with them, locked in sorted order."""
    behind_the_same_doors = HomeDoor.objects.filter(door__ways__home__in=homes).values("home_id")
    newest = (
        RoutineVersion.objects.filter(municipality=OuterRef("municipality"), sequence__isnull=False)
        .order_by("-sequence")
        .values("id")
    )
    return (
        HomeState.objects.select_for_update(of=("self",))
        .filter(municipality=municipality, home_id__in=behind_the_same_doors)
        .annotate(newest=Subquery(newest[:1]))
        .order_by("home_id")
    )


@cache
def _waking(most: int) -> CompiledQuery:
    """Finds `most` of the homes that wake by a day, and one more, so that it is seen whether others are left."""
    return CompiledQuery(
        lambda municipality, day: (
            HomeState.objects.filter(municipality=municipality, wake__lte=day)
            .order_by("home_id")
            .values_list("home_id")[: most + 1]
        )
    )


_BY_ID = CompiledQuery(_states)
_FOUND_BY: dict[HomesOf, CompiledQuery] = {}
_UPSERT_STATES = Upsert(HomeState, "home", ["state", "wake"])
_UPSERT_DUTIES = Upsert(Duty, "id", UPDATED_COLUMNS)


def _line(written: DraftedLine) -> LineFacts:
    return LineFacts(
        number=written.number + DRAFTED,
        occurred=written.occurred,
        recorded=written.recorded,
        event=written.event,
        homes=msgspec.json.decode(written.homes, type=tuple[UUID, ...]),
        client=written.client,
        body=msgspec.json.decode(written.body),
    )


def _add(together: routine_duty.Effects, effects: routine_duty.Effects) -> None:
    together.opened += effects.opened
    together.identities += effects.identities
    together.closed += effects.closed
    together.changed += effects.changed
    together.emails += effects.emails
    together.email_lines += effects.email_lines
    together.touched |= effects.touched
    together.wake_all = effects.wake_all or together.wake_all
