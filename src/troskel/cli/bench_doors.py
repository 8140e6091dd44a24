# SPDX-License-Identifier: EUPL-1.2
"""How many grants are issued and verified a second, each next to the bare signature of the same run. No database."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from troskel.doorproto.cose import point_of
from troskel.doorproto.issuer import Issuer
from troskel.doorproto.lock import DoorLock, Write
from troskel.doorproto.memory import new_slots
from troskel.doorproto.messages import DoorGrant, DoorRequest, Hello, Operation, Scope, TurnOutcome
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_grant, read_result

LOCK, NOW = bytes(8), 1_796_000_000
ROUNDS_AT_A_TIME = 50


def bench_doors(rounds: int) -> dict[str, Any]:
    """Returns grants a second (processor's time), the ratios to bare ECDSA, and the milliseconds of a whole opening.

    The parts are measured in turn, so that a busy machine disturbs them alike.
    """
    issuing, phone, lock = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    issuer = Issuer(issuing)
    issuers = {issuer.name: issuer.public}
    grant = DoorGrant(
        LOCK, point_of(phone.public_key()), b"grant--1", NOW, NOW, NOW + 3600, Scope.UNLOCK, 0, 0
    )
    issued, ecdsa = issuer.issue(grant), ec.ECDSA(hashes.SHA256())
    signature = issuing.sign(issued, ecdsa)
    door = DoorLock(LOCK, lock, issuers, new_slots(LOCK))

    def opening() -> None:
        hello = door.hello(0, bytes(16))
        known = Hello.of_bytes(hello).head
        once = issuer.issue(
            DoorGrant(LOCK, grant.phone, b"grant--1", NOW, NOW, NOW + 60, Scope.UNLOCK, 0, known)
        )
        request = ask(hello, LOCK, once, phone, DoorRequest(Operation.UNLOCK, bytes(8), NOW, known))
        result = read_result(_run(door, request), request, lock.public_key())
        assert result.outcome is TurnOutcome.DONE

    parts: dict[str, Callable[[], object]] = {
        "bare_sign": lambda: issuing.sign(issued, ecdsa),
        "issue": lambda: issuer.issue(grant),
        "bare_verify": lambda: issuer.public.verify(signature, issued, ecdsa),
        "verify": lambda: read_grant(issued, issuers),
        "opening": opening,
    }
    seconds: dict[str, list[float]] = {name: [] for name in parts}
    for _ in range(max(2, rounds // ROUNDS_AT_A_TIME)):
        for name, part in parts.items():
            began = time.process_time()
            for _ in range(ROUNDS_AT_A_TIME):
                part()
            seconds[name].append((time.process_time() - began) / ROUNDS_AT_A_TIME)
    of_one = {name: statistics.median(taken) for name, taken in seconds.items()}
    return {
        "rounds": len(seconds["issue"]) * ROUNDS_AT_A_TIME,
        "per_second": {name: round(1 / of_one[name]) for name in parts},
        "ratio": {
            "issue": round(of_one["bare_sign"] / of_one["issue"], 2),
            "verify": round(of_one["bare_verify"] / of_one["verify"], 2),
        },
        "opening_ms": round(1000 * of_one["opening"], 2),
        "bytes": {"grant": len(issued)},
    }


def _run(door: DoorLock, request: bytes) -> bytes:
    """Let the lock answer, with a flash that forgets and a motor that never jams."""
    course = door.answer(0, request)
    effect = next(course)
    while True:
        try:
            effect = course.send(None if isinstance(effect, Write) else TurnOutcome.DONE)
        except StopIteration as done:
            result: bytes = done.value
            return result
