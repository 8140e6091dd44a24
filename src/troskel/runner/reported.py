# SPDX-License-Identifier: EUPL-1.2
"""What has been done can always be written down (design, rule 10): the unusual is asked about once, then marked.

An act that reports something has a field `done_though`, and puts each check that would refuse a fact to `Reported.ask`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Annotated

from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.runner.fields import Named, field

DoneThough = Annotated[
    list[str],
    field(_("Det är gjort ändå"), names=Named.DONE_THOUGH),
]
"""Codes of refusals that have asked: what is told has been done all the same."""


class Reported:
    """A report. `marks`: the codes of what was unusual about it, for its journal line."""

    def __init__(self, done_though: Collection[str]) -> None:
        self._confirmed = frozenset(done_though)
        self.marks: list[str] = []

    def ask(self, check: Callable[[], object]) -> bool:
        """Makes a check of a rule; returns whether it holds.

        Where it does not, and the report does not confirm that code, raises its refusal as one that can be confirmed.
        """
        try:
            check()
        except (Refusal, NotFound, BadValue) as refusal:
            if refusal.code not in self._confirmed:
                refusal.confirmable = True
                raise
            self.marks.append(refusal.code)
            return False
        return True
