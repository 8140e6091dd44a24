# SPDX-License-Identifier: EUPL-1.2
"""A lock and phones as Bluetooth devices: ATT packets over bumble's virtual link, and what can go wrong on the air.

Whatever happens: the motor turns once for a request at most, a repeat is answered alike, and of a request that did not
come whole nothing is done.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from bumble import hci
from bumble.controller import Controller
from bumble.core import UUID, AdvertisingData
from bumble.device import Advertisement, Device
from bumble.transport import open_transport

from tests.doorproto.street import ANNA, BO, ISSUERS, LOCK, LOCK_ID, NOW, granted, issue
from troskel.doorproto.errors import Code, UnsignedError
from troskel.doorproto.messages import DoorRequest, Operation, TurnOutcome
from troskel.doorproto.phone import ask
from troskel.doorproto.verify import read_result
from troskel.simulator.door_locks import (
    CHUNK,
    SERVICE,
    FaultOnDemand,
    LineBroken,
    LockMailbox,
    LockThing,
    parts_of,
)
from troskel.simulator.lock_in_air import AirFault, LockInAir, VirtualAir, serve_lock
from troskel.simulator.phone_in_air import LARGE_MTU, SMALL_MTU, AskedOverAir, ask_over_air, at_door

DONE, JAMMED, UNKNOWN = TurnOutcome.DONE, TurnOutcome.JAMMED, TurnOutcome.UNKNOWN
CBOR = [code for code in Code if code.name.startswith("CBOR")]
PHONES = {"anna": ANNA, "bo": BO}
GRANTS = {name: issue(granted(key, id=name.rjust(8).encode())) for name, key in PHONES.items()}


class Street:
    """One lock in the air, and phones that have a grant for it. `asked`: each request that a phone began to write."""

    def __init__(self) -> None:
        self.thing = LockThing(LOCK_ID, LOCK, ISSUERS)
        self.asked: list[bytes] = []

    async def live(self, story: Callable[[Street], Awaitable[None]]) -> None:
        async with VirtualAir() as air:
            self.lock = LockInAir(await air.device("dt"), LockMailbox(self.thing.hello, self.thing.answer))
            self.phones = {name: await air.device(name) for name in PHONES}
            await self.lock.advertise(20)
            await story(self)

    def asks(self, who: str, grant_of: str = "") -> Callable[[bytes], bytes]:
        asked = DoorRequest(Operation.UNLOCK, b"phone--1", NOW, 0)

        def make(hello: bytes) -> bytes:
            self.asked.append(ask(hello, LOCK_ID, GRANTS[grant_of or who], PHONES[who], asked))
            return self.asked[-1]

        return make

    async def opens(self, who: str = "anna", grant_of: str = "", **how: Any) -> AskedOverAir:
        asks = self.asks(who, grant_of)
        return await ask_over_air(self.phones[who], self.lock.address, asks, LOCK.public_key(), **how)

    async def logged(self, who: str = "anna") -> list[TurnOutcome]:
        """One more opening, by whose signed answer all is told that the lock has done."""
        told = await self.opens(who)
        assert told.result is not None and told.result.outcome is DONE
        return [line.outcome for line in told.result.lines]


def turns(story: Callable[[Street], Awaitable[None]]) -> int:
    """Lives a story on a street, looks at what must hold after each, and gives how often the lock turned."""
    street = Street()
    asyncio.run(street.live(story))
    turned = Counter(request for request, _ in street.thing.turns)
    assert set(turned) <= set(street.asked), "it turned for what no phone had asked"
    assert max(turned.values(), default=1) == 1, "it turned twice for a request"
    return len(street.thing.turns)


def unsigned(answer: bytes, request: bytes) -> Code:
    """Why the lock took nothing of it."""
    with pytest.raises(UnsignedError) as caught:
        read_result(answer, request, LOCK.public_key())
    return caught.value.code


@pytest.mark.parametrize(
    ("mtu", "fits_mtu"), [(SMALL_MTU, True), (SMALL_MTU, False), (64, True), (LARGE_MTU, True)]
)
def test_the_whole_protocol_at_each_size_of_packet(mtu: int, fits_mtu: bool) -> None:
    async def story(street: Street) -> None:
        told = await street.opens(mtu=mtu, fits_mtu=fits_mtu)
        assert told.result is not None and told.result.outcome is DONE
        assert [line.outcome for line in told.result.lines] == [DONE]
        _hello, *parts = street.lock.writes
        largest = min(mtu - 3, CHUNK + 1) if fits_mtu else CHUNK + 1
        assert parts[0] == largest == max(parts), "as large as the link bears, and no larger"
        assert sum(parts) - len(parts) == len(told.request)

    assert turns(story) == 1


def test_a_phone_that_the_grant_is_not_for_opens_nothing() -> None:
    async def story(street: Street) -> None:
        told = await street.opens("bo", grant_of="anna")
        assert told.result is None and unsigned(told.answer, told.request) is Code.REQUEST_SIGNATURE
        assert street.thing.turns == []
        assert await street.logged("bo") == [DONE], "by his own he comes in"

    assert turns(story) == 1


def test_a_jam_is_signed_as_one() -> None:
    async def story(street: Street) -> None:
        street.thing.fault = FaultOnDemand.JAM
        told = await street.opens()
        assert told.result is not None and told.result.outcome is JAMMED
        assert await street.logged() == [JAMMED, DONE]

    assert turns(story) == 2


def test_power_lost_in_a_turn_is_no_answer_and_unknown_afterwards() -> None:
    async def story(street: Street) -> None:
        street.thing.fault = FaultOnDemand.POWER_LOST_IN_TURN
        told = await street.opens()
        assert told.result is None and told.answer == b""
        street.thing.power_on()
        assert await street.logged() == [UNKNOWN, DONE]

    assert turns(story) == 2


@pytest.mark.parametrize("mtu", [SMALL_MTU, LARGE_MTU])
def test_a_line_that_breaks_in_the_middle_of_a_request_turns_nothing(mtu: int) -> None:
    async def story(street: Street) -> None:
        street.lock.fault = AirFault.DROPPED_IN_REQUEST
        with pytest.raises(LineBroken) as caught:
            await street.opens(mtu=mtu)
        assert caught.value.was_asked, "the phone can't know, and says that the door may be open"
        assert street.thing.turns == []
        async with at_door(street.phones["bo"], street.lock.address, mtu) as door:
            assert await door.read() == b"", "nothing of the phone before"
            await door.write(parts_of(street.asked[0])[1])  # the other half, from another phone
            answer = await door.read()
        assert unsigned(answer, street.asked[0]) in (Code.REQUEST_NONCE, *CBOR), "half a message"
        assert street.thing.turns == []
        assert await street.logged("bo") == [DONE]

    assert turns(story) == 1


def test_a_line_that_breaks_after_the_turn_is_told_by_whoever_comes_next() -> None:
    async def story(street: Street) -> None:
        street.lock.fault = AirFault.DROPPED_BEFORE_ANSWER
        with pytest.raises(LineBroken) as caught:
            await street.opens()
        assert caught.value.was_asked and len(street.thing.turns) == 1
        async with at_door(street.phones["anna"], street.lock.address) as door:
            again = await door.ask(street.asked[0])  # the same request once more is no second turn
        assert unsigned(again, street.asked[0]) is Code.REQUEST_NONCE and len(street.thing.turns) == 1
        assert await street.logged("bo") == [DONE, DONE]

    assert turns(story) == 2


def test_a_request_that_is_written_again_is_answered_alike() -> None:
    async def story(street: Street) -> None:
        async with at_door(street.phones["anna"], street.lock.address) as door:
            request = street.asks("anna")(await door.hello())
            first = await door.ask(request)
            assert await door.read() == first == await door.ask(request)
            assert read_result(first, request, LOCK.public_key()).outcome is DONE
        async with at_door(street.phones["bo"], street.lock.address) as door:
            heard = await door.ask(request)  # listened to, and sent from another phone
        assert unsigned(heard, request) is Code.REQUEST_NONCE

    assert turns(story) == 1


@pytest.mark.parametrize("fault", [AirFault.LAST_WRITE_TWICE, AirFault.NOTIFIES])
def test_what_comes_twice_or_unasked_turns_nothing_twice(fault: AirFault) -> None:
    async def story(street: Street) -> None:
        street.lock.fault = fault
        told = await street.opens()
        assert (told.result is None) is (fault is AirFault.LAST_WRITE_TWICE), "its half is no request"
        assert await street.logged("bo") == [DONE, DONE]

    assert turns(story) == 2


async def found_by(phone: Device) -> hci.Address:
    """Where a device is that says it is a lock."""
    found: asyncio.Future[hci.Address] = asyncio.get_running_loop().create_future()

    def heard(told: Advertisement) -> None:
        services = told.data.get(AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS) or []
        if UUID(SERVICE) in services and not found.done():
            found.set_result(told.address)

    phone.on(Device.EVENT_ADVERTISEMENT, heard)
    await phone.start_scanning()
    address = await asyncio.wait_for(found, 10)
    await phone.stop_scanning()
    return address


def test_a_lock_on_a_controller_elsewhere_is_found_and_opened(tmp_path: Path) -> None:
    """As with `--at`: lock and controller talk HCI over a socket."""
    thing, socket = LockThing(LOCK_ID, LOCK, ISSUERS), f"{tmp_path}/hci"
    asked = DoorRequest(Operation.UNLOCK, b"phone--1", NOW, 0)

    async def story() -> AskedOverAir:
        async with VirtualAir() as air, await open_transport(f"unix-server:{socket}") as wire:
            Controller("elsewhere", wire.source, wire.sink, link=air.link)
            box = LockMailbox(thing.hello, thing.answer)
            serving = asyncio.create_task(serve_lock(f"unix:{socket}", box))
            phone = await air.device("phone")
            told = await ask_over_air(
                phone,
                await found_by(phone),
                lambda hello: ask(hello, LOCK_ID, GRANTS["anna"], ANNA, asked),
                LOCK.public_key(),
            )
            serving.cancel()
            with pytest.raises(asyncio.CancelledError):
                await serving
            wire.server.close()
            return told

    told = asyncio.run(story())
    assert told.result is not None and told.result.outcome is DONE
    assert len(thing.turns) == 1


def test_many_openings_with_whatever_goes_wrong() -> None:
    """Two phones in turn, at any size of packet: each turn has its line in the end, and each line its turn."""
    chance = random.Random(1)

    async def story(street: Street) -> None:
        for _ in range(20):
            street.thing.seconds += 20
            street.lock.fault = chance.choice([None, *AirFault])
            street.thing.fault = chance.choice([None, None, FaultOnDemand.JAM, FaultOnDemand.FLASH_FULL])
            mtu, fits_mtu = chance.choice([SMALL_MTU, 100, LARGE_MTU]), chance.choice([True, False])
            try:
                await street.opens(chance.choice(["anna", "bo"]), mtu=mtu, fits_mtu=fits_mtu)
            except LineBroken as broken:
                assert broken.was_asked
            if not street.thing.has_power:
                street.thing.power_on()
        street.lock.fault = street.thing.fault = None
        street.thing.seconds += 20
        told = await street.opens()
        assert told.result is not None and told.result.head.number == len(street.thing.turns)

    assert turns(story) > 10
