# SPDX-License-Identifier: EUPL-1.2
"""A lock service over HTTPS, in the manner of Seam's API: a command is an action attempt, whose outcome is asked for.

Only the configured address is called: nothing that the service answers becomes an address, and no redirect is followed.
A command is posted once. The service is asked first whether the lock is there: what fails until then has sent nothing.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
import requests

from troskel.access.drivers import (
    Abilities,
    BoltPosition,
    Credential,
    HealthFinding,
    LockAnswer,
    LockAt,
    LockEvent,
    LockState,
)
from troskel.access.locks.address import LocksAddress
from troskel.access.locks.records import SeenCredential, Turning
from troskel.access.locks.remote import BareLink
from troskel.access.rules import LockOutcome
from troskel.ground import clock

CONNECT = 5.0
LONGEST_ANSWER = 256 * 1024
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
"""Seconds between questions about an attempt; the last one again and again."""

JAMMED = "jammed"
"""The type of an attempt's error where the bolt is stuck. Of any other, nobody knows where it is."""

SET, UNSET = "set", "unset"
"""The status of a code that is in the lock, and of one that is not. Others are on their way."""

TURNED = {"lock.unlocked": BoltPosition.UNLOCKED, "lock.locked": BoltPosition.LOCKED}
COMMANDS = {Turning.UNLOCK: "/locks/unlock_door", Turning.LOCK: "/locks/lock_door"}
REACHED = {
    Turning.UNLOCK: (BoltPosition.UNLOCKED, LockOutcome.OPENED),
    Turning.LOCK: (BoltPosition.LOCKED, LockOutcome.LOCKED),
}


class ServiceError(Exception):
    """The service answered with an error, with something else than was asked for, or not at all.

    `is_refusal`: it did not take the request. The text holds nothing of the request.
    """

    def __init__(self, text: str, *, is_refusal: bool = False) -> None:
        super().__init__(text)
        self.is_refusal = is_refusal


class Attempt(msgspec.Struct, frozen=True):
    """A command that the service has taken."""

    action_attempt_id: str
    status: str
    error: dict[str, Any] | None = None


class Properties(msgspec.Struct, frozen=True):
    """What the service knows of a lock."""

    online: bool
    locked: bool | None = None
    battery_level: float | None = None
    is_jammed: bool = False


class Device(msgspec.Struct, frozen=True):
    """A lock of the service."""

    properties: Properties


class AccessCode(msgspec.Struct, frozen=True):
    """A code and how far it has come."""

    access_code_id: str
    status: str
    name: str = ""


class ServiceEvent(msgspec.Struct, frozen=True):
    """Something that happened."""

    event_id: str
    event_type: str
    occurred_at: datetime


class Reply(msgspec.Struct, frozen=True):
    """What is read of an answer: the part that was asked for."""

    action_attempt: Attempt | None = None
    device: Device | None = None
    access_code: AccessCode | None = None
    access_codes: list[AccessCode] = []
    events: list[ServiceEvent] = []


class _Service(NamedTuple):
    """Where it is, and how it knows us."""

    base: str
    token: str
    verify: bool | str

    def ask(self, path: str, body: Mapping[str, str], ends: float) -> Reply:
        """Post once; raises ServiceError."""
        left = ends - time.monotonic()
        if left <= 0:
            raise ServiceError("the time is out")
        try:
            with requests.Session() as session:
                session.trust_env = False  # neither a proxy nor somebody else's password
                with session.post(
                    self.base + path,
                    json=dict(body),
                    headers={"Authorization": f"Bearer {self.token}"},
                    timeout=(min(CONNECT, left), left),
                    verify=self.verify,
                    allow_redirects=False,
                    stream=True,
                ) as response:
                    return _read(response, ends)
        except requests.RequestException as error:
            raise ServiceError(f"no answer: {type(error).__name__}") from None


def _read(response: requests.Response, ends: float) -> Reply:
    if response.status_code != requests.codes.ok:
        raise ServiceError(f"status {response.status_code}", is_refusal=400 <= response.status_code < 500)
    content = b""
    for part in response.iter_content(8192):
        content += part
        if len(content) > LONGEST_ANSWER or time.monotonic() > ends:
            raise ServiceError("the answer has no end")
    try:
        return msgspec.json.decode(content, type=Reply)
    except msgspec.MsgspecError:
        raise ServiceError("the answer is something else") from None


class LockService(BareLink):
    """The link. `device_id` is the lock's serial."""

    can = Abilities(commands=True, credentials=True, events=True, battery=True)
    wakes = True

    def __init__(self, address: LocksAddress) -> None:
        port = f":{address.port}" if address.port else ""
        host = f"[{address.host}]" if ":" in address.host else address.host
        base = f"https://{host}{port}{address.path.rstrip('/')}"
        self._service = _Service(base, address.password, address.options.get("ca") or True)
        self._patience = address.limits.patience
        self._offline: set[LockAt] = set()

    def turn(self, lock: LockAt, turning: Turning, ends: float) -> LockAnswer:
        """Ask whether it is there, post once, and wait until the state is observed."""
        try:
            before = self._device(lock, ends)
        except ServiceError:
            return LockAnswer(LockOutcome.NO_ANSWER)
        if not before.online:
            return LockAnswer(LockOutcome.NO_ANSWER, battery=_battery(before))
        try:
            attempt = self._service.ask(COMMANDS[turning], {"device_id": lock.serial}, ends).action_attempt
        except ServiceError as error:
            if error.is_refusal:
                return LockAnswer(LockOutcome.REFUSED, "service")
            return LockAnswer(LockOutcome.UNKNOWN)
        if attempt is None:
            return LockAnswer(LockOutcome.UNKNOWN)
        return self._outcome(lock, turning, attempt, ends)

    def _outcome(self, lock: LockAt, turning: Turning, attempt: Attempt, ends: float) -> LockAnswer:
        """Asks for the attempt, then for the lock: that an attempt succeeded is not yet that the door is open."""
        reached, outcome = REACHED[turning]
        tries = 0
        while time.monotonic() < ends:
            try:
                if attempt.status == "pending":
                    asked = {"action_attempt_id": attempt.action_attempt_id}
                    attempt = self._service.ask("/action_attempts/get", asked, ends).action_attempt or attempt
                if attempt.status == "error":
                    is_jammed = (attempt.error or {}).get("type") == JAMMED
                    return LockAnswer(LockOutcome.JAMMED if is_jammed else LockOutcome.UNKNOWN)
                if attempt.status == "success":
                    now = self._device(lock, ends)
                    if _bolt(now) is reached:
                        return LockAnswer(outcome, battery=_battery(now))
            except ServiceError:
                pass  # a question may be asked again: a command may not
            time.sleep(max(0.0, min(PAUSES[min(tries, len(PAUSES) - 1)], ends - time.monotonic())))
            tries += 1
        return LockAnswer(LockOutcome.UNKNOWN)

    def look(self, lock: LockAt, ends: float) -> LockState:
        """What the service says of the lock now; unknown where it is not there."""
        try:
            device = self._device(lock, ends)
        except ServiceError:
            return LockState()
        return LockState(_bolt(device), _battery(device), None, clock.now())

    def _device(self, lock: LockAt, ends: float) -> Properties:
        device = self._service.ask("/locks/get", {"device_id": lock.serial}, ends).device
        if device is None:
            raise ServiceError("there is no such lock")
        (self._offline.discard if device.properties.online else self._offline.add)(lock)
        return device.properties

    def findings(self, lock: LockAt) -> Sequence[HealthFinding]:
        """Whether it was there when the service was last asked."""
        return [HealthFinding.OFFLINE] if lock in self._offline else []

    def events(self, lock: LockAt, after: str) -> Sequence[LockEvent]:
        """What the service has, in order of time."""
        told = self._ask("/events/list", {"device_id": lock.serial}).events
        ordered = sorted(told, key=lambda one: (one.occurred_at, one.event_id))
        events = [
            LockEvent(one.event_id, one.occurred_at.astimezone(UTC), TURNED[one.event_type])
            for one in ordered
            if one.event_type in TURNED and one.occurred_at.tzinfo is not None
        ]
        places = [place for place, event in enumerate(events) if event.id == after]
        return events[places[0] + 1 :] if places else events

    def put(self, lock: LockAt, credential: Credential) -> str:
        """Send a code. Its name at the service is the grant's id, and nobody's name."""
        body = {
            "device_id": lock.serial,
            "name": str(credential.grant),
            "code": credential.code,
            "starts_at": credential.starts.isoformat(),
            "ends_at": credential.ends.isoformat(),
        }
        code = self._ask("/access_codes/create", body).access_code
        if code is None:
            raise ServiceError("no code came back")
        return code.access_code_id

    def remove(self, lock: LockAt, reference: str) -> None:
        """Have a code taken out."""
        self._ask("/access_codes/delete", {"device_id": lock.serial, "access_code_id": reference})

    def present(self, lock: LockAt) -> Mapping[UUID, SeenCredential]:
        """Which codes of ours there are: by their names, so also one whose creation was never answered."""
        found, known = {}, {SET: True, UNSET: False}
        for code in self._ask("/access_codes/list", {"device_id": lock.serial}).access_codes:
            with suppress(ValueError):
                found[UUID(code.name)] = SeenCredential(code.access_code_id, known.get(code.status))
        return found

    def _ask(self, path: str, body: Mapping[str, str]) -> Reply:
        return self._service.ask(path, body, time.monotonic() + self._patience)


def _bolt(device: Properties) -> BoltPosition:
    """Of a lock that is not there, or of which the service has no word, nothing is known."""
    if device.is_jammed:
        return BoltPosition.JAMMED
    if not device.online or device.locked is None:
        return BoltPosition.UNKNOWN
    return BoltPosition.LOCKED if device.locked else BoltPosition.UNLOCKED


def _battery(device: Properties) -> int | None:
    level = device.battery_level
    return round(level * 100) if level is not None and 0 <= level <= 1 else None


def link(address: LocksAddress) -> LockService:
    """Returns a link to a lock service. Raises ValueError for what the address says beside."""
    address.has_only("ca")
    if not address.password:
        raise ValueError("has no key: write https://:key@host/")
    return LockService(address)
