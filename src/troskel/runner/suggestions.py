# SPDX-License-Identifier: EUPL-1.2
"""Acts suggested beside a duty, with known values filled in.

A chapter says beside an act which of its events fulfils a duty, and with which values the act is then offered:
`@order_removal.suggested_by("removal.ordered")` on a function from the duty's context to suggestions. Values that only
a person knows (a serial number, a time, a locksmith) are `missing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from troskel.duties.queries import DutyFacts
from troskel.routine.facts import ClientFacts, DoorFacts, HomeFacts
from troskel.routine.model import Ask


class Suggestion(NamedTuple):
    """An act towards fulfilling a duty. `missing`: values that the person gives; `is_final`: the act fulfils it.

    `list_field`: name of a plural act's list, where `values` is its only item; empty for other acts.
    """

    act: str
    values: dict[str, Any]
    missing: tuple[str, ...] = ()
    list_field: str = ""
    is_final: bool = True

    def with_answers(self, **answers: Any) -> dict[str, Any]:
        """Returns the act's values completed with the person's answers, ready for `REGISTER[act].perform`."""
        values = {**self.values, **answers}
        return {self.list_field: [values]} if self.list_field else values


class DutyContext(NamedTuple):
    """A duty and the facts that suggestions are made from."""

    duty: DutyFacts
    ask: Ask
    about: Mapping[str, Any]
    home: HomeFacts
    client: ClientFacts | None
    door: DoorFacts | None
    names: Names

    @property
    def case(self) -> str:
        """The client's case number; for a duty about a home, that of the first client there."""
        client_id = self.client.client if self.client else next(iter(self.home.clients), None)
        return self.names.cases.get(client_id, "") if client_id else ""

    @property
    def day_after(self) -> date:
        """The day after the decision's last, or the first of a gap."""
        return date.fromisoformat(self.about["through"]) + timedelta(days=1)


class Names(NamedTuple):
    """Numbers and references by id."""

    cases: Mapping[UUID, str]
    things: Mapping[UUID, str]
    decisions: Mapping[UUID, str]
    allocations: Mapping[UUID, str]
    organisations: Mapping[UUID, str]
    investigations: Mapping[UUID, str]


class Undo(NamedTuple):
    """The act that takes one back whole, and its values from what was typed, by field, and what was answered.

    It is offered in one click right after, where that act would be allowed now: nothing has followed that hinders it.
    Without values it can't be taken back whole.
    """

    act: str
    values: Callable[[Mapping[str, Any]], dict[str, Any]]


Suggester = Callable[[DutyContext], Iterable[Suggestion]]

SUGGESTERS: dict[str, list[Suggester]] = {}
"""By the event that fulfils a duty. Importing `acts.chapters` fills it."""
