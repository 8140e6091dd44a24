# SPDX-License-Identifier: EUPL-1.2
"""The acts that there are, for those who write a program against the API. No client is read: nothing is recorded."""

from __future__ import annotations

import msgspec

from troskel.people.roles import EVERY_ROLE, Actor
from troskel.permits.acts import ACTS
from troskel.reading.register import read


class ActShown(msgspec.Struct, frozen=True):
    """An act of the register."""

    name: str
    chapter: str
    meaning: str
    paragraphs: list[str]
    who: list[str]
    writes: list[str]


@read(who=EVERY_ROLE, title="Every act: paragraphs, roles, and the events it writes")
def acts(_viewer: Actor) -> list[ActShown]:
    """Every act, whoever may do it."""
    return [
        ActShown(act.name, act.chapter, act.meaning, [*act.paragraphs], sorted(act.who), [*act.writes])
        for act in ACTS.values()
    ]
