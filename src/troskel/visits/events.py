# SPDX-License-Identifier: EUPL-1.2
"""What a phone notes without coverage: when it was, whose it is, and how it may go. Pure Python.

Each event is in one state, which carer, coordinator and auditor see alike.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid5

import msgspec

from troskel.ground.choices import Choice
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.ground.years import can_be_meant


class EventState(Choice, question=_("Hur har det gått?")):
    """The states of an event."""

    NOTED = "noted", _("Antecknad i telefonen")
    ON_THE_WAY = "on_the_way", _("På väg")
    ACKNOWLEDGED = "acknowledged", _("Framme")
    REFUSED = "refused", _("Nekad")
    CORRECTED = "corrected", _("Rättad")


UNSETTLED = (EventState.NOTED, EventState.ON_THE_WAY)
"""The phone still keeps it, and sends it again."""

MAY_BE_WRONG = timedelta(minutes=2)
"""How wrong a phone's clock may be without being corrected: a slow network looks the same."""

HELD = timedelta(hours=24)
"""How long a departure waits for its arrival, which may come by another batch."""


class PhoneClock(NamedTuple):
    """The phone's clocks when it spoke: the one on the wall, and the one that nobody sets, of this start of it."""

    now: datetime
    sent: datetime
    boot: str
    ticks: int | None

    @property
    def skew(self) -> timedelta:
        """How much slow the phone's clock is. Nothing where it may be the network; what can't be meant is no clock."""
        if not can_be_meant(self.sent):
            return timedelta()
        slow = self.now - self.sent
        return slow if abs(slow) > MAY_BE_WRONG else timedelta()

    def when(self, noted: datetime, boot: str, ticks: int | None) -> datetime:
        """Returns when an event was: as noted, or corrected where the clock was wrong; never after now.

        By the clock that nobody sets where it has run since; else as wrong as the wall clock is now.
        """
        if not can_be_meant(noted):
            return noted
        noted = noted.astimezone(UTC)
        if boot and boot == self.boot and ticks is not None and self.ticks is not None:
            true = self.now - timedelta(milliseconds=max(0, self.ticks - ticks))
            return noted if abs(true - noted) <= MAY_BE_WRONG and noted <= self.now else true
        return min(noted + self.skew, self.now)


def derived_id(account: UUID, own: UUID) -> UUID:
    """Returns the id by which an account's event, or phone, is stored: nobody can take up another's ids."""
    return uuid5(account, own.hex)


def digest_of(content: object) -> str:
    """Returns the digest by which a repeat is known from other content."""
    return hashlib.sha256(msgspec.json.encode(content, order="deterministic")).hexdigest()


def no_ones_phone() -> Refusal:
    """The system has no phone."""
    return Refusal("rule 6", "event.no_ones_phone", _("Bara ett konto hos en utförare har en telefon."))


def id_reused() -> Refusal:
    """The same id with other content."""
    return Refusal(
        "rule 6",
        "event.id_reused",
        _("Telefonen har redan skickat något annat med samma id. Det första gäller. Ring samordnaren."),
    )


def arrival_missing() -> Refusal:
    """A departure whose arrival is not there."""
    return Refusal(
        "P2",
        "event.arrival_missing",
        _("Ankomsten till besöket har inte kommit fram. Be samordnaren skriva in besöket."),
    )


def arrival_refused() -> Refusal:
    """A departure whose arrival was refused."""
    return Refusal(
        "P2",
        "event.arrival_refused",
        _("Ankomsten till besöket nekades. Läs varför, eller säg emot: då svarar samordnaren."),
    )


def never_came() -> Refusal:
    """An event that a coordinator has written off."""
    return Refusal(
        "rule 6",
        "event.never_came",
        _("Händelsen kom aldrig fram från telefonen. Samordnaren har avskrivit den."),
    )


def can_be_contested(state: str, settled: datetime | None) -> None:
    """Only a refused event is contested, and once answered it is answered."""
    if state != EventState.REFUSED or settled is not None:
        raise Refusal(
            "rule 6",
            "event.not_contestable",
            _("Bara det som är nekat och inte är besvarat går att säga emot. Titta igen."),
        )


def can_be_settled(state: str, settled: datetime | None) -> None:
    """A coordinator answers what is refused, and what has not come."""
    if state in (EventState.ACKNOWLEDGED, EventState.CORRECTED) or settled is not None:
        raise Refusal(
            "rule 6", "event.already_settled", _("Händelsen är redan framme eller besvarad. Titta igen.")
        )
