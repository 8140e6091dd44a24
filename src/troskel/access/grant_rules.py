# SPDX-License-Identifier: EUPL-1.2
"""Until when a phone may open a door without the server, which phones are denied there, and what a lock's line says.

Pure Python.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from troskel.access.rules import AccessRight, LockOutcome
from troskel.doorproto.errors import Code
from troskel.doorproto.messages import (
    LONGEST,
    LONGEST_EMERGENCY,
    LONGEST_ONCE,
    MOST_DENIED,
    MOST_DENIED_ONCE,
    LogLine,
    Operation,
    Scope,
    TurnOutcome,
)
from troskel.ground import clock
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _

FRESH = timedelta(minutes=30)
"""A grant that still says all there is to say is given again for so long."""

MOST_PHONES = 5
"""Keys of phones that a person has at a time."""

SHORTEST = timedelta(minutes=1)
"""A grant that would end sooner is not given."""

SHIFT, EMERGENCY = timedelta(seconds=LONGEST), timedelta(seconds=LONGEST_EMERGENCY)
ONCE = timedelta(seconds=LONGEST_ONCE)
"""A grant for one challenge ends so soon."""

EVERY_TURN = Scope.UNLOCK | Scope.LOCK | Scope.UNLATCH


def end_of(right: AccessRight, now: datetime) -> datetime:
    """A grant ends with the day or a shift, whichever comes first.

    One by an alarm ends with the acceptance, and after two hours at most.
    """
    if right.alarm is not None:
        return min(right.until or now, now + EMERGENCY)
    return min(now + SHIFT, clock.midnight_after(clock.day_of(now)))


def scope_of(*, alarm: bool) -> Scope:
    """What a grant is good for."""
    return EVERY_TURN | Scope.EMERGENCY if alarm else EVERY_TURN


class Denial(NamedTuple):
    """What a lock is told of lost phones: the names of their keys, each until its last grant ends; and the epoch."""

    until: Mapping[str, datetime]
    epoch: int


def denial(lost: Mapping[str, datetime], epoch: int) -> Denial:
    """Returns what the next grant of a lock carries. `lost`: the phones that have a grant there which has not ended.

    More than a grant can carry: a new epoch ends all grants of the lock that have been given.
    """
    return Denial(lost, epoch) if len(lost) <= MOST_DENIED else Denial({}, epoch + 1)


def denial_once(denial: Denial) -> Denial:
    """Returns what a grant for one challenge carries of it: it has room for fewer, so those whose grants end last."""
    last = sorted(denial.until.items(), key=lambda denied: (denied[1], denied[0]))[-MOST_DENIED_ONCE:]
    return Denial(dict(last), denial.epoch)


def taught(reason: int) -> bool:
    """Whether a lock has read what a grant carries, whatever it answered: it learns nothing from one out of date."""
    return reason not in (Code.GRANT_EPOCH, Code.GRANT_FUTURE)


def lock_outcome(line: LogLine) -> LockOutcome | None:
    """What a line of a lock's log says of an opening; None for what is none."""
    is_opening = line.operation in (Operation.UNLOCK, Operation.UNLATCH)
    return _OUTCOMES.get(line.outcome) if is_opening else None


_OUTCOMES = {
    TurnOutcome.DONE: LockOutcome.OPENED,
    TurnOutcome.JAMMED: LockOutcome.JAMMED,
    TurnOutcome.REFUSED: LockOutcome.REFUSED,
    TurnOutcome.UNKNOWN: LockOutcome.UNKNOWN,
}


def code_of(reason: int) -> str:
    """The word of a lock's reason; empty where it had none."""
    return Code(reason).word if reason in set(map(int, Code)) else ""


def time_of(seconds: int) -> datetime:
    """The instant of a lock's seconds."""
    return datetime.fromtimestamp(seconds, UTC)


def known_up_to(head: int, numbers: Iterable[int]) -> int:
    """The last line up to which none is missing, where `head` was it before and lines of these numbers have come."""
    for number in sorted(numbers):
        if number == head + 1:
            head = number
    return head


def phone_is_enrolled(*, is_open: bool) -> None:
    """Grants go to a phone whose key the server has."""
    if not is_open:
        raise Refusal(
            "rule 4",
            "phone.not_enrolled",
            _("Telefonen är inte inskriven, eller anmäld borta. Ta med dagens kunder på nytt."),
        )


def lock_has_key(*, is_enrolled: bool) -> None:
    """A grant is for a lock whose key the server has."""
    if not is_enrolled:
        raise Refusal(
            "S2",
            "lock.no_key",
            _("Låsvredet har ingen nyckel inskriven. Öppna det med täckning, eller ta nyckeln."),
        )


def key_is_somebodys(*, own: bool) -> None:
    """A key that is another's, or has been reported lost, is enrolled by nobody."""
    if not own:
        raise Refusal(
            "rule 4", "phone.key_known", _("Telefonens nyckel är redan känd. Ta med dagens kunder på nytt.")
        )
