# SPDX-License-Identifier: EUPL-1.2
"""Changes of the period of a decision or an allocation: changed, ended, withdrawn, superseded, or none."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec

from troskel.exchange.case_extract.known_records import KnownAllocation, KnownDecision

KnownPeriod = KnownDecision | KnownAllocation


class PeriodChanged(msgspec.Struct, frozen=True, gc=False):
    """The period is different, and this is no ending. It undoes an ending that was only absence."""

    reference: str
    valid_from: date
    valid_through: date | None


class PeriodEnded(msgspec.Struct, frozen=True, gc=False):
    """The period ends on `valid_through`; confirmed by the case system, or only absent from it."""

    reference: str
    valid_through: date
    confirmed: bool
    reason: str = ""


class PeriodWithdrawn(msgspec.Struct, frozen=True, gc=False):
    """The period was withdrawn before it began."""

    reference: str


class PeriodSuperseded(msgspec.Struct, frozen=True, gc=False):
    """The id now belongs to something else: the old row ends, is withdrawn or is kept, and loses its reference."""

    reference: str
    valid_through: date | None
    withdrawn: bool


class PeriodChanges(msgspec.Struct):
    """The changes of a night to the periods of one kind."""

    superseded: list[PeriodSuperseded] = msgspec.field(default_factory=list)
    changed: list[PeriodChanged] = msgspec.field(default_factory=list)
    ended: list[PeriodEnded] = msgspec.field(default_factory=list)
    withdrawn: list[PeriodWithdrawn] = msgspec.field(default_factory=list)
    unchanged: int = 0

    def absent(self, period: KnownPeriod, day: date, reason: str = "") -> None:
        """Handles absence from the extract: ongoing ends on `day`, not begun is withdrawn, ended is unchanged."""
        if period.withdrawn:
            return
        if period.valid_from > day:
            self.withdrawn.append(PeriodWithdrawn(period.reference))
        elif lasts_beyond(period.valid_through, day):
            self.ended.append(PeriodEnded(period.reference, day, confirmed=False, reason=reason))

    def compare(
        self, period: KnownPeriod, start: date, end: date | None, *, day: date, reason: str = ""
    ) -> None:
        """Compares with the extract's period. An earlier end is an ending if it has a reason, or is not after `day`."""
        is_earlier = end is not None and (period.valid_through is None or end < period.valid_through)
        if end is not None and is_earlier and (reason or end <= day):
            if start != period.valid_from:
                self.changed.append(PeriodChanged(period.reference, start, period.valid_through))
            self.ended.append(PeriodEnded(period.reference, end, confirmed=True, reason=reason))
        elif (start, end) != (period.valid_from, period.valid_through):
            self.changed.append(PeriodChanged(period.reference, start, end))
        elif end is not None and end <= day and period.ending == "unconfirmed":
            self.ended.append(PeriodEnded(period.reference, end, confirmed=True, reason=reason))
        else:
            self.unchanged += 1

    def supersede(self, period: KnownPeriod, day: date) -> None:
        """Handles an id that belongs to something else from `day`."""
        has_begun = period.valid_from < day
        is_running = not period.withdrawn and lasts_to(period.valid_through, day)
        last = day - timedelta(days=1) if is_running and has_begun else None
        self.superseded.append(
            PeriodSuperseded(period.reference, last, withdrawn=is_running and not has_begun)
        )


def is_ongoing(period: KnownPeriod, day: date) -> bool:
    """Is the day within the period?"""
    return not period.withdrawn and period.valid_from <= day and lasts_to(period.valid_through, day)


def lasts_to(valid_through: date | None, day: date) -> bool:
    """Does a period with this end reach the day?"""
    return valid_through is None or valid_through >= day


def lasts_beyond(valid_through: date | None, day: date) -> bool:
    """Does a period with this end continue after the day?"""
    return valid_through is None or valid_through > day
