# SPDX-License-Identifier: EUPL-1.2
"""What the rooms below the acts know of each: its name, who may do it, and which journal events it writes."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from troskel.people.roles import Role


class ActInfo(Protocol):
    """An act, as far as others than its callers need to know it."""

    name: str
    paragraphs: tuple[str, ...]
    who: frozenset[Role]
    writes: tuple[str, ...]


ACTS: dict[str, ActInfo] = {}
"""Every act by its name; `@act` adds to it."""


def acts_writing(events: Collection[str]) -> list[str]:
    """The acts of people (not of the system alone) that write one of these journal events."""
    return [act.name for act in ACTS.values() if act.who and not {*events}.isdisjoint(act.writes)]
