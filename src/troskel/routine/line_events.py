# SPDX-License-Identifier: EUPL-1.2
"""The events of one line: its own, and those that follow from what it changes (a first visit, a lock)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple
from uuid import UUID

import msgspec

from troskel.routine.client_state import Homes
from troskel.routine.duty import OpenDuty, RoutineEvent
from troskel.routine.facts import AllocationFacts, DecisionFacts
from troskel.routine.fold_things import visited_on
from troskel.routine.line import LineFacts, uid, uid_in
from troskel.routine.silence import last_visit

VISITS = ("visit.registered", "visit.corrected")
OF_THE_NEW_HOME = ("move.planned", "move.called_off")
"""Events about the home to which a client was to move."""


class Look(NamedTuple):
    """Facts that a line may change and that an event follows from, compared before and after."""

    first_visit: date | None
    lock: UUID | None
    ending: tuple[date, bool] | None
    """The last day of the decision or allocation that is ended, and whether nobody has confirmed it."""
    visited: date | None
    """The latest day with a visit."""


def look(facts: Homes, line: LineFacts) -> Look:
    """These facts as they are now."""
    return Look(_first_visit(facts, line), _lock(facts, line), _ending(facts, line), _visited(facts, line))


def line_event(facts: Homes, line: LineFacts, touched: list[UUID], day: date, occurred: date) -> RoutineEvent:
    """The event that the line writes."""
    body = line.body
    return RoutineEvent(
        name=line.event,
        home=_home_of(facts, line, touched),
        day=day,
        occurred=occurred,
        since=line.recorded,
        line=line.number,
        client=line.client,
        organisation=uid_in(body, "organisation"),
        door=uid_in(body, "door"),
        about=body,
    )


def following(
    facts: Homes, line_event: RoutineEvent, before: Look, after: Look, line: LineFacts
) -> list[RoutineEvent]:
    """The events that follow at once from what the line changed."""
    found: list[RoutineEvent] = []
    if after.first_visit != before.first_visit:
        visited = visited_on(line)
        found.append(
            msgspec.structs.replace(line_event, name="first.visit", occurred=visited, door=None, about={})
        )
    if line.event == "installation.reported" or after.lock not in (None, before.lock):
        found.append(msgspec.structs.replace(line_event, name="lock.mounted"))
    if before.lock is not None and after.lock is None:
        found += _lock_taken_down(facts, line_event)
    if before.ending is not None and after.ending is not None and after.ending > before.ending:
        found.append(msgspec.structs.replace(line_event, name=line.event.replace(".ended", ".changed")))
    if line.event == "client.died" and line.body["on"] is None:
        found += _alive_after_all(facts, line_event)
    return found


def marked(line_event: RoutineEvent, line: LineFacts) -> list[RoutineEvent]:
    """The event under the names that say what was unusual about it: "removal.reported:lock.needed"."""
    return [msgspec.structs.replace(line_event, name=name) for name in names(line)[1:]]


def names(line: LineFacts) -> list[str]:
    """The names under which rules may hear of the line: its event, and the event with each of its marks."""
    return [line.event, *(f"{line.event}:{mark}" for mark in line.body.get("though") or ())]


def _lock_taken_down(facts: Homes, line_event: RoutineEvent) -> Iterator[RoutineEvent]:
    """For each own client behind the door: it concerns them all, whoever ordered it."""
    for home in facts.values():
        if line_event.door in home.doors:
            for client in home.clients.values():
                if client.own:
                    yield msgspec.structs.replace(
                        line_event,
                        name="lock.taken_down",
                        home=home.home,
                        client=client.client,
                        organisation=None,
                        door=None,
                    )


def _alive_after_all(facts: Homes, line_event: RoutineEvent) -> Iterator[RoutineEvent]:
    """A death taken back gives the client's care its other days back: what fell away is asked for again."""
    client = facts[line_event.home].clients.get(line_event.client) if line_event.client else None
    if client is None:
        return
    for decision, d in client.decisions.items():
        about = {"decision": str(decision), **_days(d)}
        yield msgspec.structs.replace(line_event, name="decision.changed", about=about)
    for allocation, a in client.allocations.items():
        about = {"allocation": str(allocation), "decision": str(a.decision), **_days(a)}
        yield msgspec.structs.replace(
            line_event, name="allocation.changed", organisation=a.organisation, about=about
        )


def _days(granted: DecisionFacts | AllocationFacts) -> dict[str, str | None]:
    through = granted.through.isoformat() if granted.through else None
    return {"service": granted.service, "from": granted.begins.isoformat(), "through": through}


def of_duty(line_event: RoutineEvent, duty: OpenDuty) -> RoutineEvent:
    """The event under the name that says which duty it is about, with what the duty is about."""
    return msgspec.structs.replace(
        line_event,
        name=f"{line_event.name}:{duty.paragraph}.{duty.ask}",
        home=duty.home,
        client=duty.client,
        door=duty.door,
        organisation=duty.organisation,
        about=duty.about,
    )


def _home_of(facts: Homes, line: LineFacts, touched: list[UUID]) -> UUID:
    """Where it happened: where the client lives, else the first home named."""
    if line.event in OF_THE_NEW_HOME:
        return uid(line.body["to_home"])
    here = [h for h in touched if line.client is not None and line.client in facts[h].clients]
    clients = {h: facts[h].clients[line.client] for h in here}  # type: ignore[index]
    living = [h for h in here if clients[h].moved_to is None]
    living = [h for h in living if not clients[h].coming] or living
    return (living or here or list(line.homes))[0]


def _first_visit(facts: Homes, line: LineFacts) -> date | None:
    if line.event != "visit.registered" or line.client is None:
        return None
    organisation = uid_in(line.body, "organisation")
    if organisation is None:
        return None
    days = [
        client.first_visits[organisation]
        for home in line.homes
        if (client := facts[home].clients.get(line.client)) and organisation in client.first_visits
    ]
    return min(days, default=None)


def _visited(facts: Homes, line: LineFacts) -> date | None:
    if line.event not in VISITS or line.client is None:
        return None
    copies = (facts[home].clients.get(line.client) for home in line.homes)
    return max((day for client in copies if client and (day := last_visit(client))), default=None)


def _lock(facts: Homes, line: LineFacts) -> UUID | None:
    if line.event not in ("repair.reported", "removal.reported", "report.taken_back"):
        return None
    door = uid_in(line.body, "door")
    return next((facts[home].doors[door].lock for home in line.homes if door in facts[home].doors), None)


def _ending(facts: Homes, line: LineFacts) -> tuple[date, bool] | None:
    """An ending that is put off, or no longer confirmed, gives days back: it is a change like any other."""
    if line.event not in ("decision.ended", "allocation.ended"):
        return None
    named = uid_in(line.body, line.event.partition(".")[0])
    if named is None or line.client is None:
        return None
    for home in line.homes:
        client = facts[home].clients.get(line.client)
        granted = (client.decisions | client.allocations).get(named) if client is not None else None
        if granted is not None:
            return granted.through or date.max, not granted.confirmed
    return None
