# SPDX-License-Identifier: EUPL-1.2
"""What has happened to a decision or an allocation: nothing, changed, ended, withdrawn, superseded."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from troskel.exchange.case_extract.known import KnownAllocation, KnownDecision

KnownPeriod = KnownDecision | KnownAllocation


class Changed(msgspec.Struct, frozen=True, gc=False):
    """The period is another than before, and this is no ending. It undoes an ending that was only absence."""

    reference: str
    valid_from: date
    valid_through: date | None


class Ended(msgspec.Struct, frozen=True, gc=False):
    """It ends on `valid_through`; confirmed by the case system, or only absent from it."""

    reference: str
    valid_through: date
    confirmed: bool
    reason: str = ""


class Withdrawn(msgspec.Struct, frozen=True, gc=False):
    """It is gone before it began."""

    reference: str


class Superseded(msgspec.Struct, frozen=True, gc=False):
    """Another thing has this id now: the old row ends, is withdrawn or let be, and gives up its reference."""

    reference: str
    valid_through: date | None
    withdrawn: bool


class Happened(msgspec.Struct):
    """What a night does to the periods of one kind."""

    superseded: list[Superseded] = msgspec.field(default_factory=list)
    changed: list[Changed] = msgspec.field(default_factory=list)
    ended: list[Ended] = msgspec.field(default_factory=list)
    withdrawn: list[Withdrawn] = msgspec.field(default_factory=list)
    unchanged: int = 0

    def absent(self, known: KnownPeriod, day: date, reason: str = "") -> None:
        """Not there tonight: ongoing ends on the day, not begun is withdrawn, already ended is let be."""
        if known.withdrawn:
            return
        if known.valid_from > day:
            self.withdrawn.append(Withdrawn(known.reference))
        elif lasts_beyond(known.valid_through, day):
            self.ended.append(Ended(known.reference, day, confirmed=False, reason=reason))

    def compare(
        self, known: KnownPeriod, start: date, end: date | None, *, day: date, reason: str = ""
    ) -> None:
        """There tonight, with this period. An earlier end is an ending, by a reason or by the day."""
        earlier = end is not None and (known.valid_through is None or end < known.valid_through)
        if end is not None and earlier and (reason or end <= day):
            if start != known.valid_from:
                self.changed.append(Changed(known.reference, start, known.valid_through))
            self.ended.append(Ended(known.reference, end, confirmed=True, reason=reason))
        elif (start, end) != (known.valid_from, known.valid_through):
            self.changed.append(Changed(known.reference, start, end))
        elif end is not None and end <= day and known.ending == "unconfirmed":
            self.ended.append(Ended(known.reference, end, confirmed=True, reason=reason))
        else:
            self.unchanged += 1

    def supersede(self, known: KnownPeriod, day: date) -> None:
        """Its id belongs to something else from tonight."""
        began = known.valid_from < day
        running = not known.withdrawn and lasts_to(known.valid_through, day)
        last = day - timedelta(days=1) if running and began else None
        self.superseded.append(Superseded(known.reference, last, withdrawn=running and not began))


def ongoing(known: KnownPeriod, day: date) -> bool:
    """Is the day within its period?"""
    return not known.withdrawn and known.valid_from <= day and lasts_to(known.valid_through, day)


def lasts_to(valid_through: date | None, day: date) -> bool:
    """Does a period with this end reach the day?"""
    return valid_through is None or valid_through >= day


def lasts_beyond(valid_through: date | None, day: date) -> bool:
    """Does a period with this end go on after the day?"""
    return valid_through is None or valid_through > day
