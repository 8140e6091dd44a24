# SPDX-License-Identifier: EUPL-1.2
"""Nobody opens: what a carer does then, each step written when it is done, until somebody knows. Pure Python."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from troskel.ground.choices import Choice
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _


class DoorStep(Choice, question=_("Vad har du gjort?")):
    """What is done when nobody opens, in the order to do it; then the three ways in which it ends."""

    LOOKED = "looked_around", _("Ringt på och sett efter runt bostaden")
    CALLED = "called", _("Ringt kunden")
    RELATIVES = "relatives", _("Ringt en närstående")
    COLLEAGUE = "colleague", _("Frågat en kollega")
    MANAGER = "manager", _("Ringt chefen")
    FOUND = "found", _("Kunden är funnen")
    AWAY = "away", _("Kunden är inte hemma, och någon vet var")
    HANDED_OVER = "handed_over", _("Chefen har tagit över")


ENDINGS = (DoorStep.FOUND, DoorStep.AWAY, DoorStep.HANDED_OVER)
KNOWN = (DoorStep.FOUND, DoorStep.AWAY)
"""Endings after which nobody has to look any more."""


class NotedStep(NamedTuple):
    """A step, when it was done, by whom."""

    step: DoorStep
    at: datetime
    account: UUID | None


class Search(NamedTuple):
    """From the first step at a door until somebody knows where the client is."""

    client: UUID
    organisation: UUID | None
    steps: list[NotedStep]

    @property
    def is_known(self) -> bool:
        """Does somebody know where the client is?"""
        return self.steps[-1].step in KNOWN

    @property
    def is_with_manager(self) -> bool:
        """Has the manager taken over, and is nothing known yet?"""
        return not self.is_known and any(noted.step is DoorStep.HANDED_OVER for noted in self.steps)


def searches(steps: Iterable[tuple[UUID, UUID | None, NotedStep]]) -> list[Search]:
    """Returns the searches, from steps in order with client and organisation; a known end begins the next anew."""
    found: list[Search] = []
    open_ones: dict[tuple[UUID, UUID | None], Search] = {}
    for client, organisation, noted in steps:
        whose = (client, organisation)
        if whose not in open_ones:
            open_ones[whose] = Search(client, organisation, [])
            found.append(open_ones[whose])
        open_ones[whose].steps.append(noted)
        if noted.step in KNOWN:
            del open_ones[whose]
    return found


def can_be_noted(step: DoorStep, search: Search | None) -> None:
    """It ends after something has been tried; and the manager takes over when the manager has been called."""
    if step in ENDINGS and search is None:
        raise Refusal(
            "P2",
            "door.nothing_tried",
            _("Skriv först vad du har gjort. Har någon öppnat? Starta besöket."),
        )
    tried = {noted.step for noted in search.steps} if search else set()
    if step is DoorStep.HANDED_OVER and DoorStep.MANAGER not in tried:
        raise Refusal(
            "P2", "door.manager_not_called", _("Ring chefen först, och skriv att du har gjort det.")
        )
