# SPDX-License-Identifier: EUPL-1.2
"""What rooms below `acts/` know of each act: its name, who may do it, and which journal events it writes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from troskel.people.roles import Role


class ActInfo(Protocol):
    """The part of an act that rooms other than its callers need."""

    name: str
    chapter: str
    meaning: str
    paragraphs: tuple[str, ...]
    who: frozenset[Role]
    writes: tuple[str, ...]
    fresh: bool
    in_person: bool
    consists_of: tuple[str, ...]


ACTS: dict[str, ActInfo] = {}
"""Every act by its name; `@act` adds to it."""


def acts_writing(events: Collection[str]) -> list[str]:
    """Returns the names of acts that people may do (not the system alone) and that write one of these events."""
    return [act.name for act in ACTS.values() if act.who and not {*events}.isdisjoint(act.writes)]
