# SPDX-License-Identifier: EUPL-1.2
"""A lock that is reached over a network, and that knows nothing of our grants: so the driver holds to them.

What each make has of its own is its link: `nuki.py`, `home_assistant.py`, `service.py`, `own_protocol.py`.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol
from uuid import UUID

import msgspec

from troskel.access.drivers import (
    NO_LOCK,
    Abilities,
    BoltPosition,
    Credential,
    CredentialState,
    Grant,
    HealthFinding,
    LockAnswer,
    LockAt,
    LockEvent,
    LockState,
    refusal_code,
)
from troskel.access.grant_rules import SHIFT
from troskel.access.locks.records import LockCommand, LockRecords, SeenCredential, Turning
from troskel.access.rules import LOW_BATTERY_PER_CENT, LockOutcome
from troskel.ground import clock
from troskel.ground.error_log import error_text

_log = logging.getLogger(__name__)

NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
"""A serial that can be part of a topic or an address. Others belong to no lock here."""


class Limits(NamedTuple):
    """`patience`: seconds to wait for a turn. `settle`: and where no answer came, how much longer it may be on its way.

    `fresh`: how long an observation says where the bolt is, in seconds.

    `polls`: how often a day a lock is woken to tell its state; `poll_after`: no more often, in seconds.
    """

    patience: float = 15
    settle: float = 15
    fresh: float = 3600
    polls: int = 48
    poll_after: float = 300


class LockLink(Protocol):
    """How a make of locks is reached. It sends what it is told, once, and says what it observed."""

    @property
    def can(self) -> Abilities:
        """What this make can."""
        ...

    @property
    def wakes(self) -> bool:
        """Whether `look` costs the lock battery; else it is what was heard already."""
        ...

    def turn(self, lock: LockAt, turning: Turning, ends: float) -> LockAnswer:
        """Send the command once, and wait for the state until the monotonic clock says `ends`.

        `no_answer` only where nothing was sent; opened or locked only where the lock was observed so afterwards.
        """
        ...

    def look(self, lock: LockAt, ends: float) -> LockState:
        """Returns what is observed, with the instant."""
        ...

    def findings(self, lock: LockAt) -> Sequence[HealthFinding]:
        """What this make knows to be wrong, without asking the lock."""
        ...

    def events(self, lock: LockAt, after: str) -> Sequence[LockEvent]:
        """What happened after the event with this id."""
        ...

    def grant(self, lock: LockAt, key: bytes, until: datetime) -> bytes | None:
        """A grant that the lock checks itself."""
        ...

    def put(self, lock: LockAt, credential: Credential) -> str:
        """Send a credential; returns how the service names it."""
        ...

    def remove(self, lock: LockAt, reference: str) -> None:
        """Have it taken out."""
        ...

    def present(self, lock: LockAt) -> Mapping[UUID, SeenCredential]:
        """Which credentials are in the lock, by grant."""
        ...


class BareLink:
    """A link without grants, credentials and events of its own."""

    can = Abilities(commands=True)
    wakes = False

    def findings(self, lock: LockAt) -> Sequence[HealthFinding]:
        """None."""
        return ()

    def events(self, lock: LockAt, after: str) -> Sequence[LockEvent]:
        """None."""
        return ()

    def grant(self, lock: LockAt, key: bytes, until: datetime) -> bytes | None:
        """None."""
        return None

    def put(self, lock: LockAt, credential: Credential) -> str:
        """Not asked, since it can't."""
        raise NotImplementedError

    def remove(self, lock: LockAt, reference: str) -> None:
        """Not asked, since it can't."""
        raise NotImplementedError

    def present(self, lock: LockAt) -> Mapping[UUID, SeenCredential]:
        """None."""
        return {}


class RemoteLocks:
    """A `LockDriver` over a link: checks and spends grants, sends one command at a time, and never one again."""

    def __init__(self, link: LockLink, records: LockRecords, limits: Limits = Limits()) -> None:  # noqa: B008
        self.link, self.records, self.limits = link, records, limits

    @property
    def can(self) -> Abilities:
        """What the link can."""
        return self.link.can

    def unlock(self, lock: LockAt, account: UUID, grant: Grant) -> LockAnswer:
        """Unlock, if the grant is valid and not spent."""
        if not NAME.fullmatch(lock.serial):
            return LockAnswer(LockOutcome.REFUSED, NO_LOCK)
        now = clock.now()
        if code := refusal_code(grant, lock, self.records.door_of(lock), account, now):
            return LockAnswer(LockOutcome.REFUSED, code)
        return self._send(self._asked(lock, Turning.UNLOCK, grant, now))

    def lock(self, lock: LockAt) -> LockAnswer:
        """Lock the door."""
        if not NAME.fullmatch(lock.serial):
            return LockAnswer(LockOutcome.REFUSED, NO_LOCK)
        return self._send(self._asked(lock, Turning.LOCK, None, clock.now()))

    def _asked(self, lock: LockAt, turning: Turning, grant: Grant | None, now: datetime) -> LockCommand:
        seconds = self.limits.patience + self.limits.settle
        return LockCommand(lock, turning, grant, now, now + timedelta(seconds=seconds))

    def _send(self, asked: LockCommand) -> LockAnswer:
        if code := self.records.begin(asked):
            return LockAnswer(LockOutcome.REFUSED, code)
        answer = LockAnswer(LockOutcome.UNKNOWN)
        try:
            answer = self.link.turn(asked.lock, asked.turning, time.monotonic() + self.limits.patience)
        except Exception as error:
            _log.warning("the link to the locks broke: %s", error_text(error))
        finally:
            self.records.end(asked, answer)
            if self.link.wakes and answer.outcome in _AFTER:
                seen = LockState(_AFTER[answer.outcome], answer.battery, answer.clock, clock.now())
                self.records.saw(asked.lock, seen)
        return answer

    def state(self, lock: LockAt) -> LockState:
        """Returns what was observed last; looks anew where that is due and the lock has polls left today."""
        if not NAME.fullmatch(lock.serial):
            return LockState()
        now = clock.now()
        last = self.records.last(lock)
        if self.link.wakes:
            is_due = last.bolt is BoltPosition.UNKNOWN or _age(last, now) > self.limits.poll_after
            if not (is_due and self.records.may_poll(lock, clock.day_of(now), self.limits.polls)):
                return self._as_known(last, now)
        found = self._look(lock)
        if found.seen is not None and found != last:
            self.records.saw(lock, found)
        return self._as_known(found if found.seen is not None else last, now)

    def _look(self, lock: LockAt) -> LockState:
        try:
            return self.link.look(lock, time.monotonic() + self.limits.patience)
        except Exception as error:
            _log.warning("the link to the locks broke: %s", error_text(error))
            return LockState()

    def _as_known(self, state: LockState, now: datetime) -> LockState:
        if _age(state, now) <= self.limits.fresh:
            return state
        return msgspec.structs.replace(state, bolt=BoltPosition.UNKNOWN)

    def offline_grant(self, lock: LockAt, key: bytes, until: datetime) -> bytes | None:
        """Returns the link's grant, for a shift at most."""
        if not clock.now() < until <= clock.now() + SHIFT or not NAME.fullmatch(lock.serial):
            return None
        return self.link.grant(lock, key, until)

    def put_credential(self, lock: LockAt, credential: Credential) -> CredentialState | None:
        """Note the wish, then send it. Where that fails, the wish stands and nothing is observed."""
        if not self.can.credentials or not NAME.fullmatch(lock.serial):
            return None
        self.records.wish(lock, credential.grant, "", there=True, at=clock.now())
        try:
            reference = self.link.put(lock, credential)
            self.records.wish(lock, credential.grant, reference, there=True, at=clock.now())
        except Exception as error:
            _log.warning("a credential may not have got to its lock: %s", error_text(error))
        return self._credential(lock, credential.grant)

    def remove_credential(self, lock: LockAt, grant: UUID) -> CredentialState | None:
        """Note the wish, then have it taken out. Where that fails, it is observed there still, and asked anew."""
        if not self.can.credentials or not NAME.fullmatch(lock.serial):
            return None
        self.records.wish(lock, grant, "", there=False, at=clock.now())
        reference = self.records.reference(lock, grant)
        try:
            if reference:
                self.link.remove(lock, reference)
        except Exception as error:
            _log.warning("a credential may still be in its lock: %s", error_text(error))
        return self._credential(lock, grant)

    def credentials(self, lock: LockAt) -> Sequence[CredentialState]:
        """Observe them anew, and return wish and observation of each."""
        if not self.can.credentials or not NAME.fullmatch(lock.serial):
            return ()
        try:
            self.records.observe(lock, self.link.present(lock), clock.now())
        except Exception as error:
            _log.warning("what is in a lock could not be observed: %s", error_text(error))
        return self.records.credentials(lock)

    def _credential(self, lock: LockAt, grant: UUID) -> CredentialState | None:
        return next((one for one in self.records.credentials(lock) if one.grant == grant), None)

    def events(self, lock: LockAt, after: str = "") -> Sequence[LockEvent]:
        """Returns what the link has; nothing where it can't be reached."""
        if not self.can.events or not NAME.fullmatch(lock.serial):
            return ()
        try:
            return self.link.events(lock, after)
        except Exception as error:
            _log.warning("the link to the locks broke: %s", error_text(error))
            return ()

    def health(self, lock: LockAt) -> Sequence[HealthFinding]:
        """Returns what is known to be wrong."""
        if not NAME.fullmatch(lock.serial):
            return ()
        now = clock.now()
        last = self.records.last(lock) if self.link.wakes else self._look(lock)
        found = set(self.link.findings(lock))
        if last.battery is not None and last.battery < LOW_BATTERY_PER_CENT:
            found.add(HealthFinding.LOW_BATTERY)
        if last.bolt is BoltPosition.JAMMED:
            found.add(HealthFinding.JAMMED)
        if _age(last, now) > self.limits.fresh:
            found.add(HealthFinding.STALE)
        if self.link.wakes and self.records.polls_left(lock, clock.day_of(now), self.limits.polls) <= 0:
            found.add(HealthFinding.POLLS_SPENT)
        return sorted(found)


_AFTER = {
    LockOutcome.OPENED: BoltPosition.UNLOCKED,
    LockOutcome.LOCKED: BoltPosition.LOCKED,
    LockOutcome.JAMMED: BoltPosition.JAMMED,
    LockOutcome.UNKNOWN: BoltPosition.UNKNOWN,
}
"""What a command's outcome says of the bolt, which need not be asked once more. A refusal changes nothing."""


def _age(state: LockState, now: datetime) -> float:
    """Seconds since it was observed."""
    return float("inf") if state.seen is None else (now - state.seen).total_seconds()
