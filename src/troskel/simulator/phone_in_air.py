# SPDX-License-Identifier: EUPL-1.2
"""A phone over Bluetooth, of `bumble`: what `phone_doors.js` does with a lock, as a GATT client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple

from bumble import hci
from bumble.core import BaseBumbleError
from bumble.device import Device, Peer
from bumble.gatt_client import CharacteristicProxy

from troskel.doorproto.cose import PublicKey
from troskel.doorproto.errors import DoorError
from troskel.doorproto.messages import DoorResult
from troskel.doorproto.verify import read_result
from troskel.simulator.door_locks import (
    GIVE_HELLO,
    MAILBOX,
    SERVICE,
    LineBroken,
    LockMailbox,
    LockThing,
    parts_of,
)
from troskel.simulator.lock_in_air import NAME, AirFault, LockInAir, VirtualAir

LARGE_MTU, SMALL_MTU = 517, 23
"""What today's phones ask for, and what is there before anybody has asked."""

WALKING_MS = 20
"""Between two advertisements of a lock on a simulated street, which is walked through quickly."""

LONGEST_SILENCE = 5.0
"""Seconds after which a phone waits no more for a link to come up."""


class AskedOverAir(NamedTuple):
    """What a phone holds after an opening: the messages, and the result where it is signed."""

    hello: bytes
    request: bytes
    answer: bytes
    result: DoorResult | None


class DoorOverAir:
    """The lock's one characteristic, as a connected phone sees it. `was_asked`: part of a request was written."""

    def __init__(self, box: CharacteristicProxy[bytes], size: int | None) -> None:
        self._box, self._size = box, size
        self.was_asked = False

    async def write(self, data: bytes) -> None:
        """Write a part, and wait until the lock has it."""
        self.was_asked |= data != bytes([GIVE_HELLO])
        await self._box.write_value(data, with_response=True)

    async def read(self) -> bytes:
        """Returns what the lock says, now and until the next write."""
        return bytes(await self._box.read_value())

    async def hello(self) -> bytes:
        """Returns a challenge."""
        await self.write(bytes([GIVE_HELLO]))
        return await self.read()

    async def ask(self, request: bytes) -> bytes:
        """Write a request in its parts, and read what the lock says of it."""
        for part in parts_of(request, self._size):
            await self.write(part)
        return await self.read()


@asynccontextmanager
async def at_door(
    phone: Device, lock: hci.Address, mtu: int = LARGE_MTU, *, fits_mtu: bool = False
) -> AsyncIterator[DoorOverAir]:
    """Connected to a lock. Raises LineBroken where the connection ends first. `mtu`: what is asked for.

    `fits_mtu`: each part of a request fits into one packet, as an app of the phone's own does it; else 240 bytes, and
    the link makes long writes of them, as under a browser.
    """
    door: DoorOverAir | None = None
    try:
        connection = await phone.connect(lock, timeout=LONGEST_SILENCE)
        try:
            peer = Peer(connection)
            if mtu > SMALL_MTU:
                await peer.request_mtu(mtu)
            (service,) = await peer.discover_service(SERVICE)
            (box,) = await service.discover_characteristics([MAILBOX])
            yield (door := DoorOverAir(box, peer.gatt_client.mtu - 4 if fits_mtu else None))
        finally:
            if phone.lookup_connection(connection.handle) is connection:
                await connection.disconnect()
    except (asyncio.CancelledError, BaseBumbleError, TimeoutError) as error:
        if (task := asyncio.current_task()) is not None and task.cancelling():
            raise  # somebody ends this task; else bumble tells so that the other side has gone
        raise LineBroken(was_asked=door is not None and door.was_asked) from error


async def ask_over_air(
    phone: Device,
    lock: hci.Address,
    asks: Callable[[bytes], bytes],
    lock_key: PublicKey,
    *,
    mtu: int = LARGE_MTU,
    fits_mtu: bool = False,
) -> AskedOverAir:
    """The whole opening, once. `asks` makes the request of a challenge. Raises LineBroken as `at_door`."""
    async with at_door(phone, lock, mtu, fits_mtu=fits_mtu) as door:
        hello = await door.hello()
        request = asks(hello)
        answer = await door.ask(request)
    try:
        return AskedOverAir(hello, request, answer, read_result(answer, request, lock_key))
    except DoorError:
        return AskedOverAir(hello, request, answer, None)


@asynccontextmanager
async def met_in_air(thing: LockThing, fault: AirFault | None, mtu: int) -> AsyncIterator[DoorOverAir]:
    """A phone and a lock on a link of their own, connected, with what goes wrong there next."""
    async with VirtualAir() as air:
        lock = LockInAir(await air.device(NAME), LockMailbox(thing.hello, thing.answer))
        lock.fault = fault
        await lock.advertise(WALKING_MS)
        async with at_door(await air.device("phone"), lock.address, mtu) as door:
            yield door
