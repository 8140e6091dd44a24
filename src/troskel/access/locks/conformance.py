# SPDX-License-Identifier: EUPL-1.2
"""What every lock driver must hold to: one suite, for the drivers here and for a lock maker alone.

It turns the lock that it is given. What needs a lock that fails when it is told to is in `faults.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from datetime import timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from troskel.access.drivers import (
    NO_LOCK,
    SPENT,
    Abilities,
    BoltPosition,
    CommandResult,
    Credential,
    Grant,
    HealthFinding,
    LockAnswer,
    LockAt,
    LockDriver,
    LockState,
)
from troskel.access.rules import GRANT_LIFETIME, LockOutcome
from troskel.ground import clock
from troskel.ground.ids import new_id

ODD_SERIALS = ("", " ", "#", "+", "../other", "a/b", "å" * 40, "x" * 500, "L\x00", "L\n1")
LONGEST_GRANT = timedelta(hours=14)
MOST_GRANT_BYTES = 240
PHONE = bytes.fromhex("036b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296")
"""A phone's public key: the point that P-256 begins with."""


class NotHeld(AssertionError):
    """A requirement that is not held to; the text says what was seen."""


def expect(held: bool, seen: str) -> None:
    """Raise where it is not held."""
    if not held:
        raise NotHeld(seen)


class LockOnTrial(NamedTuple):
    """A driver, a lock that it reaches, the door where the lock is, and the account that grants are for."""

    driver: LockDriver
    lock: LockAt
    door: UUID
    account: UUID

    def grant(self, **changes: object) -> Grant:
        """Returns a new grant, valid except for these changes."""
        now, at = clock.now(), (self.lock.municipality, self.lock.serial, self.door, self.account)
        return msgspec.structs.replace(Grant(new_id(), *at, now, now + GRANT_LIFETIME), **changes)

    def unlock(self, grant: Grant | None = None) -> LockAnswer:
        """Unlock with this grant, or with a new one."""
        return self.driver.unlock(self.lock, self.account, grant or self.grant())

    def bolt(self) -> BoltPosition:
        """Returns where the bolt is."""
        return self.driver.state(self.lock).bolt

    def open_it(self) -> None:
        """Unlock, which must succeed."""
        answer = self.unlock()
        expect(answer.outcome is LockOutcome.OPENED, f"a valid grant did not open: {told(answer)}")

    def lock_it(self) -> None:
        """Lock, which must succeed where the driver has commands."""
        if self.driver.can.commands:
            answer = self.driver.lock(self.lock)
            expect(answer.outcome is LockOutcome.LOCKED, f"it did not lock: {told(answer)}")


def told(answer: LockAnswer) -> str:
    """An answer in words."""
    return f"{answer.outcome}{f' ({answer.code})' if answer.code else ''}"


class Requirement(NamedTuple):
    """Something that is held to. `needs`: whether it applies to what a driver can."""

    name: str
    words: str
    needs: Callable[[Abilities], bool]
    check: Callable[[LockOnTrial], None]


REQUIREMENTS: list[Requirement] = []


def requirement(
    name: str, words: str, needs: Callable[[Abilities], bool] = lambda _: True
) -> Callable[[Callable[[LockOnTrial], None]], Callable[[LockOnTrial], None]]:
    """Declares a requirement of the suite, in order."""

    def declare(check: Callable[[LockOnTrial], None]) -> Callable[[LockOnTrial], None]:
        REQUIREMENTS.append(Requirement(name, words, needs, check))
        return check

    return declare


def _commands(can: Abilities) -> bool:
    return can.commands


@requirement("answers.closed", "Every answer is one of the closed set, in bounds, and says why it refuses")
def answers_are_in_the_closed_set(trial: LockOnTrial) -> None:
    """Also of a driver that can do nothing."""
    answers = [(trial.unlock(), LockOutcome.LOCKED), (trial.driver.lock(trial.lock), LockOutcome.OPENED)]
    for answer, other in answers:
        expect(answer.outcome in set(LockOutcome) - {other}, f"an answer is {answer.outcome!r}")
        expect((answer.outcome is LockOutcome.REFUSED) == bool(answer.code), f"a refusal: {told(answer)}")
        expect(answer.result in CommandResult, f"a result is {answer.result!r}")
        _is_in_bounds(answer)
    state = trial.driver.state(trial.lock)
    expect(state.bolt in BoltPosition, f"the bolt is {state.bolt!r}")
    _is_in_bounds(state)


def _is_in_bounds(told_by_lock: LockAnswer | LockState) -> None:
    battery, clock_of_lock = told_by_lock.battery, told_by_lock.clock
    expect(battery is None or 0 <= battery <= 100, f"the battery has {battery} per cent")
    expect(clock_of_lock is None or clock_of_lock.tzinfo is not None, "the lock's clock has no offset")


@requirement("state.locked", "A lock that has been locked is observed locked", _commands)
def locked_is_observed(trial: LockOnTrial) -> None:
    """Locked twice: nothing is toggled."""
    for _time in range(2):
        trial.lock_it()
        expect(trial.bolt() is BoltPosition.LOCKED, f"it answered locked, and is {trial.bolt()}")


@requirement(
    "state.unlocked", "A valid grant opens, and the lock stays unlocked until it is locked", _commands
)
def unlocked_is_observed(trial: LockOnTrial) -> None:
    """DONE is a state that was reached, not a command that was taken."""
    trial.lock_it()
    trial.open_it()
    expect(trial.bolt() is BoltPosition.UNLOCKED, f"it answered opened, and is {trial.bolt()}")
    expect(trial.bolt() is BoltPosition.UNLOCKED, "asking for the state changed it")
    trial.open_it()
    trial.lock_it()
    expect(trial.bolt() is BoltPosition.LOCKED, f"it answered locked, and is {trial.bolt()}")


@requirement("state.seen", "An observed state says when it was observed", _commands)
def state_says_when(trial: LockOnTrial) -> None:
    """Not in the future either, but for a clock that is a little ahead."""
    trial.lock_it()
    seen = trial.driver.state(trial.lock).seen
    expect(seen is not None and seen.tzinfo is not None, f"it was seen at {seen}")
    expect(
        seen is not None and seen <= clock.now() + timedelta(seconds=5),
        f"it was seen at {seen}: later than now",
    )


@requirement("grant.wrong", "A grant for another lock, door, person or time opens nothing")
def wrong_grant_opens_nothing(trial: LockOnTrial) -> None:
    """Each is refused, and the bolt stays where it was."""
    trial.lock_it()
    now, second = clock.now(), timedelta(seconds=1)
    wrong: list[dict[str, object]] = [
        {"serial": f"{trial.lock.serial}2"},
        {"municipality": "0998"},
        {"door": new_id()},
        {"account": new_id()},
        {"not_before": now + timedelta(minutes=5), "not_after": now + timedelta(minutes=6)},
        {"not_before": now - GRANT_LIFETIME, "not_after": now - second},
    ]
    for changes in wrong:
        answer = trial.unlock(trial.grant(**changes))
        expect(
            answer.outcome is LockOutcome.REFUSED, f"with {sorted(changes)} wrong it answered {told(answer)}"
        )
    expect(trial.bolt() is not BoltPosition.UNLOCKED, "a wrong grant unlocked it")


@requirement("grant.once", "A grant opens once; shown again it is refused as spent")
def grant_opens_once(trial: LockOnTrial) -> None:
    """Also after the door was locked in between: a repeat turns nothing."""
    grant = trial.grant()
    first = trial.unlock(grant)
    trial.lock_it()
    again = [trial.unlock(grant) for _time in range(2)]
    code = SPENT if trial.driver.can.commands else NO_LOCK
    expect(
        all((one.outcome, one.code) == (LockOutcome.REFUSED, code) for one in again),
        f"after {told(first)} the same grant was answered {', '.join(map(told, again))}",
    )
    expect(trial.bolt() is not BoltPosition.UNLOCKED, "the same grant unlocked it again")


@requirement(
    "command.one_at_a_time",
    "Two commands at once: each is answered, and one grant turns the lock once",
    _commands,
)
def one_command_at_a_time(trial: LockOnTrial) -> None:
    """The second of two waits, or is refused; none is lost and none raises."""
    trial.lock_it()
    grant = trial.grant()
    answers = at_once([lambda: trial.unlock(grant)] * 3)
    opened = [one for one in answers if one.outcome is LockOutcome.OPENED]
    others = [one for one in answers if one.result is CommandResult.REFUSED]
    expect(
        len(opened) == 1 and len(others) == 2, f"one grant thrice at once: {', '.join(map(told, answers))}"
    )
    answers = at_once([trial.unlock, trial.unlock])
    known = all(one.outcome in (LockOutcome.OPENED, LockOutcome.REFUSED) for one in answers)
    expect(known, f"two grants at once: {', '.join(map(told, answers))}")
    expect(any(one.outcome is LockOutcome.OPENED for one in answers), "of two grants none opened")


def at_once(calls: list[Callable[[], LockAnswer]]) -> list[LockAnswer]:
    """Returns what each answers, called at the same time, by the same clock."""
    with ThreadPoolExecutor(len(calls)) as pool:
        tasks = [pool.submit(copy_context().run, _with_own_connection, call) for call in calls]
        return [task.result() for task in tasks]


def _with_own_connection(call: Callable[[], LockAnswer]) -> LockAnswer:
    """A thread gives back its connection to a database, where the program has one."""
    from django.db import connections

    try:
        return call()
    finally:
        connections.close_all()


@requirement("lock.unknown", "A lock that is not there does not open, and its state is unknown")
def unknown_lock(trial: LockOnTrial) -> None:
    """A serial in good form that belongs to nobody."""
    nowhere = LockAt(trial.lock.municipality, "no-such-lock")
    answer = trial.driver.unlock(nowhere, trial.account, trial.grant(serial=nowhere.serial))
    expect(answer.result is CommandResult.REFUSED, f"a lock that is not there answered {told(answer)}")
    expect(trial.driver.state(nowhere).bolt is BoltPosition.UNKNOWN, "a lock that is not there has a state")


@requirement("lock.odd", "No serial, however odd, raises, reaches another lock, or opens anything")
def odd_serials(trial: LockOnTrial) -> None:
    """What could be a wildcard, a path or too long."""
    trial.lock_it()
    for serial in ODD_SERIALS:
        odd = LockAt(trial.lock.municipality, serial)
        answer = trial.driver.unlock(odd, trial.account, trial.grant(serial=serial))
        expect(answer.result is CommandResult.REFUSED, f"the serial {serial!r} was answered {told(answer)}")
        answer = trial.driver.lock(odd)
        expect(answer.result is CommandResult.REFUSED, f"the serial {serial!r} was answered {told(answer)}")
        expect(trial.driver.state(odd).bolt is BoltPosition.UNKNOWN, f"the serial {serial!r} has a state")
        trial.driver.health(odd), trial.driver.events(odd), trial.driver.credentials(odd)
    expect(trial.bolt() is not BoltPosition.UNLOCKED, "an odd serial unlocked it")


@requirement(
    "state.unknown", "Where no lock can be reached, nothing is concluded", lambda can: not can.commands
)
def nothing_is_concluded(trial: LockOnTrial) -> None:
    """Neither locked nor unlocked."""
    expect(trial.driver.state(trial.lock) == LockState(), "a driver without commands tells a state")
    expect(trial.unlock().outcome is not LockOutcome.OPENED, "a driver without commands has opened")


@requirement(
    "offline.grant",
    "A grant for offline use is signed, small, and lasts a shift at most",
    lambda can: can.offline_grants,
)
def offline_grants(trial: LockOnTrial) -> None:
    """Longer ones, and ones that have ended, are not issued."""
    now = clock.now()
    granted = trial.driver.offline_grant(trial.lock, PHONE, now + timedelta(hours=8))
    expect(granted is not None and 0 < len(granted) <= MOST_GRANT_BYTES, "no grant of at most 240 bytes")
    for until in (now + LONGEST_GRANT + timedelta(minutes=1), now - timedelta(minutes=1)):
        expect(
            trial.driver.offline_grant(trial.lock, PHONE, until) is None, f"a grant until {until} was issued"
        )


@requirement("offline.none", "A driver without offline grants says so", lambda can: not can.offline_grants)
def no_offline_grants(trial: LockOnTrial) -> None:
    """None, and no bytes that nobody takes."""
    granted = trial.driver.offline_grant(trial.lock, PHONE, clock.now() + timedelta(hours=8))
    expect(granted is None, "it can't issue grants, and did")


@requirement(
    "credentials.kept_apart",
    "A credential's wish and its observation are kept apart",
    lambda can: can.credentials,
)
def credentials_are_kept_apart(trial: LockOnTrial) -> None:
    """Put, observed, taken out, observed gone. Of what was never put nothing is told."""
    grant, now = new_id(), clock.now()
    driver, lock = trial.driver, trial.lock
    put = driver.put_credential(lock, Credential(grant, "471147", now, now + timedelta(hours=8)))
    expect(put is not None and put.wished and put.observed is None, f"just put, it is {put}")
    told_now = {one.grant: one for one in driver.credentials(lock)}
    expect(told_now[grant].observed is not False and told_now[grant].wished, f"put, it is {told_now[grant]}")
    gone = driver.remove_credential(lock, grant)
    expect(gone is not None and not gone.wished, f"to be taken out, it is {gone}")
    left = {one.grant: one for one in driver.credentials(lock)}
    expect(grant not in left or left[grant].observed is not True, f"taken out, it is {left.get(grant)}")


@requirement("credentials.none", "A driver without credentials takes none", lambda can: not can.credentials)
def no_credentials(trial: LockOnTrial) -> None:
    """It does not say that a code is in the lock."""
    now = clock.now()
    put = trial.driver.put_credential(trial.lock, Credential(new_id(), "471147", now, now + LONGEST_GRANT))
    expect(put is None and not trial.driver.credentials(trial.lock), "it took a credential that it can't put")
    expect(trial.driver.remove_credential(trial.lock, new_id()) is None, "it took out what was never in")


@requirement(
    "events.once", "Each event has an id, comes once and in order", lambda can: can.events and can.commands
)
def events_come_once(trial: LockOnTrial) -> None:
    """What comes after an event does not repeat it."""
    trial.lock_it()
    before = trial.driver.events(trial.lock)
    trial.open_it()
    events = trial.driver.events(trial.lock)
    ids = [event.id for event in events]
    expect(len(set(ids)) == len(ids), "an id comes twice")
    expect([event.at for event in events] == sorted(event.at for event in events), "they are not in order")
    last = before[-1].id if before else ""
    new = trial.driver.events(trial.lock, last)
    expect(
        bool(new) and last not in {event.id for event in new},
        "an opening left no event, or the last came again",
    )


@requirement("events.none", "A driver without events tells none", lambda can: not can.events)
def no_events(trial: LockOnTrial) -> None:
    """Nothing is made up."""
    expect(not trial.driver.events(trial.lock), "it can't tell events, and did")


@requirement(
    "health.closed", "Health is told in known words, and a lock that works has no fault that stops it"
)
def health_is_told(trial: LockOnTrial) -> None:
    """A low battery is told and stops nothing."""
    trial.lock_it()
    found = set(trial.driver.health(trial.lock))
    expect(found <= set(HealthFinding), f"it has {found}")
    stops = found & {HealthFinding.OFFLINE, HealthFinding.JAMMED}
    expect(not stops, f"it has just locked, and is {', '.join(sorted(stops))}")


class TrialVerdict(StrEnum):
    """How a requirement came out."""

    HELD = "held"
    FAILED = "failed"
    NOT_APPLICABLE = "not applicable"


class Tried(NamedTuple):
    """A requirement, and how it came out. `seen`: what was seen where it failed."""

    requirement: Requirement
    verdict: TrialVerdict
    seen: str = ""


def run_suite(trial: LockOnTrial) -> Iterator[Tried]:
    """Yields each requirement as it is tried, in order. A driver that raises has failed."""
    for one in REQUIREMENTS:
        try:
            if not one.needs(trial.driver.can):
                yield Tried(one, TrialVerdict.NOT_APPLICABLE)
                continue
            one.check(trial)
        except NotHeld as seen:
            yield Tried(one, TrialVerdict.FAILED, str(seen))
        except Exception as error:
            yield Tried(one, TrialVerdict.FAILED, f"it raised {type(error).__name__}")
        else:
            yield Tried(one, TrialVerdict.HELD)
