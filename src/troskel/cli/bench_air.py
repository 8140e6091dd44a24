# SPDX-License-Identifier: EUPL-1.2
"""How long a phone takes from the button to a verified result over Bluetooth, next to the bare link. No database.

The link is bumble's virtual one: real ATT packets between two stacks in this process, and no radio.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from troskel.doorproto.cose import point_of
from troskel.doorproto.issuer import Issuer
from troskel.doorproto.messages import DoorGrant, DoorRequest, Operation, Scope, TurnOutcome
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_result
from troskel.simulator.door_locks import GIVE_HELLO, LockMailbox, LockThing, parts_of
from troskel.simulator.lock_in_air import NAME, LockInAir, VirtualAir
from troskel.simulator.phone_in_air import WALKING_MS, ask_over_air, at_door

LOCK, NOW = bytes(8), 1_796_000_000
HELLO, REQUEST, RESULT = bytes(38), bytes(285), bytes(190)
"""As long as ordinary ones."""


def bench_air(rounds: int) -> dict[str, Any]:
    """Returns milliseconds (median, by the clock and by the processor) of openings, and their ratio to the bare link.

    The bare link connects, finds the mailbox, and writes and reads as many bytes, of which nobody makes anything.
    """
    return asyncio.run(_bench(rounds))


async def _bench(rounds: int) -> dict[str, Any]:
    issuing, phone_key, lock_key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(3))
    issuer = Issuer(issuing)
    point = point_of(phone_key.public_key())
    grant = issuer.issue(DoorGrant(LOCK, point, b"grant--1", NOW, NOW, NOW + 3600, Scope.UNLOCK, 0, 0))
    asked = DoorRequest(Operation.UNLOCK, bytes(8), NOW, 0)

    def a_lock() -> LockMailbox:
        thing = LockThing(LOCK, lock_key, {issuer.name: issuer.public})
        return LockMailbox(thing.hello, thing.answer)

    def asks(hello: bytes) -> bytes:
        return ask(hello, LOCK, grant, phone_key, asked)

    async with VirtualAir() as air:
        lock, phone = LockInAir(await air.device(NAME), a_lock()), await air.device("phone")
        await lock.advertise(WALKING_MS)

        async def over_air() -> None:
            told = await ask_over_air(phone, lock.address, asks, lock_key.public_key())
            assert told.result is not None and told.result.outcome is TurnOutcome.DONE

        async def bare_link() -> None:
            async with at_door(phone, lock.address) as door:
                await door.hello()
                await door.ask(REQUEST)

        async def in_process() -> None:
            lock.box.write(bytes([GIVE_HELLO]))
            request = asks(lock.box.value)
            for part in parts_of(request):
                lock.box.write(part)
            assert read_result(lock.box.value, request, lock_key.public_key()).outcome is TurnOutcome.DONE

        parts: dict[str, tuple[Callable[[], LockMailbox], Callable[[], Awaitable[None]]]] = {
            "opening": (a_lock, over_air),
            "bare_link": (lambda: LockMailbox(lambda: HELLO, lambda _: RESULT), bare_link),
            "in_process": (a_lock, in_process),
        }
        clock: dict[str, list[float]] = {name: [] for name in parts}
        processor: dict[str, list[float]] = {name: [] for name in parts}
        for _ in range(rounds):
            for name, (box, part) in parts.items():
                lock.box = box()
                began, spent = time.perf_counter(), time.process_time()
                await part()
                clock[name].append(time.perf_counter() - began)
                processor[name].append(time.process_time() - spent)
    return {
        "rounds": rounds,
        "advertised_ms": WALKING_MS,
        "p50_ms": _medians(clock),
        "cpu_p50_ms": _medians(processor),
        "ratio": {
            "clock": _ratio(clock),
            "cpu": _ratio(processor),
        },
    }


def _medians(seconds: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(1000 * statistics.median(taken), 2) for name, taken in seconds.items()}


def _ratio(seconds: dict[str, list[float]]) -> float:
    return round(statistics.median(seconds["opening"]) / statistics.median(seconds["bare_link"]), 2)
