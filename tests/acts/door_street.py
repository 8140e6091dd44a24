# SPDX-License-Identifier: EUPL-1.2
"""Locks at the town's doors that speak the door protocol, and carers' phones without a network."""

from __future__ import annotations

import base64
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from tests.town import CODE, Town
from troskel.access.issuing import issuers_of
from troskel.doorproto.cose import PrivateKey, point_of
from troskel.doorproto.log import extend
from troskel.doorproto.messages import DoorRequest, DoorResult, Hello, Operation
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_result
from troskel.ground.ids import new_id
from troskel.simulator.door_locks import LockThing


def key_of(name: str) -> PrivateKey:
    return ec.derive_private_key(int.from_bytes(name.encode()) + 7, ec.SECP256R1())


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def uncoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def mounted(town: Town, serial: str = "L1", who: str = "siri") -> LockThing:
    """A lock whose key the server has, and which knows the server's."""
    number = serial.encode().rjust(8, b"\0")
    thing = LockThing(number, key_of(serial), issuers_of(CODE))
    point = point_of(thing.key.public_key()).hex()
    town.does(who, "enrol_lock", serial=serial, number=number.hex(), key=point)
    return thing


class Handset:
    """A carer's phone: its key, the grants that it took, and what locks have answered and nobody has been told."""

    def __init__(self, town: Town, who: str = "carin", name: str = "") -> None:
        self.town, self.who = town, who
        self.key = key_of(name or who)
        self.point = point_of(self.key.public_key()).hex()
        self.grants: dict[str, dict[str, Any]] = {}
        self.unsent: list[dict[str, Any]] = []
        self.since: dict[str, int] = {}

    def enrols(self) -> None:
        self.town.does(self.who, "enrol_phone", key=self.point)

    def takes(self) -> list[dict[str, Any]]:
        taken: list[dict[str, Any]] = self.town.does(self.who, "take_grants", key=self.point).answer["grants"]
        self.grants = {grant["serial"]: grant for grant in taken}
        self.since = {grant["serial"]: grant["lines"] for grant in taken}
        return taken

    def once(self, hello: bytes, client: str, serial: str = "L1") -> dict[str, Any]:
        """Take a grant for this challenge alone."""
        asked = {"client": client, "serial": serial, "nonce": Hello.of_bytes(hello).nonce.hex()}
        answer = self.town.does(self.who, "take_single_use_grant", key=self.point, **asked).answer
        self.since.setdefault(serial, answer["lines"])
        return answer

    def opens(self, lock: LockThing, serial: str = "L1") -> DoorResult:
        """Open a lock, at the lock's own time. What it answers is kept."""
        return self.presents(lock, lock.hello(), self.grants[serial], serial)

    def opens_once(self, lock: LockThing, client: str, serial: str = "L1") -> DoorResult:
        """Open it with a grant for its challenge alone."""
        hello = lock.hello()
        return self.presents(lock, hello, self.once(hello, client, serial), serial)

    def presents(
        self, lock: LockThing, hello: bytes, grant: dict[str, Any], serial: str = "L1"
    ) -> DoorResult:
        """Present a grant in answer to a challenge. What the lock answers is kept."""
        asked = DoorRequest(Operation.UNLOCK, bytes(8), int(self.town.now.timestamp()), self.since[serial])
        request = ask(hello, bytes.fromhex(grant["lock"]), uncoded(grant["grant"]), self.key, asked)
        answer = lock.answer(request)
        result = read_result(answer, request, lock.key.public_key())
        messages = {"hello": coded(hello), "request": coded(request), "result": coded(answer)}
        self.unsent.append({"id": new_id(), **messages})
        self.since[serial] = extend(result.since, result.lines).number
        return result

    def tells(self, *, keep: bool = False) -> list[dict[str, Any]]:
        answer: list[dict[str, Any]] = self.town.does(
            self.who, "tell_lock_answers", answers=self.unsent
        ).answer["answers"]
        if not keep:
            self.unsent = []
        return answer
