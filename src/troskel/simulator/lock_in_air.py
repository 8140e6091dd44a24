# SPDX-License-Identifier: EUPL-1.2
"""A simulated lock over Bluetooth: a GATT server of `bumble`, on its own virtual link or on a controller that is there.

`bumble` is no part of what is installed with the program: whoever runs a lock or the tests has it. Real ATT packets,
also where the link is virtual; what a radio does to them is not in it.
"""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Any

from bumble import hci
from bumble.controller import Controller
from bumble.core import AdvertisingData
from bumble.device import Connection, Device
from bumble.gatt import Characteristic, CharacteristicValue, Service
from bumble.link import LocalLink
from bumble.transport import open_transport

from troskel.simulator.door_locks import MAILBOX, SERVICE, LockMailbox

ADVERTISED_MS = 100
"""Between two advertisements: as seldom as a lock that must save its battery, and a phone still finds it at once."""

READABLE_WRITABLE = Characteristic.READABLE | Characteristic.WRITEABLE
NAME = "dt"
"""It tells nothing of who lives there."""


class AirFault(StrEnum):
    """What can go wrong between a phone and a lock, on demand."""

    DROPPED_IN_REQUEST = "dropped_in_request"
    DROPPED_BEFORE_ANSWER = "dropped_before_answer"
    LAST_WRITE_TWICE = "last_write_twice"
    NOTIFIES = "notifies"


class LockInAir:
    """A lock's mailbox as the one characteristic of a Bluetooth device. `fault`: what goes wrong next, once."""

    def __init__(self, device: Device, box: LockMailbox) -> None:
        self.device, self.box = device, box
        self.fault: AirFault | None = None
        self.writes: list[int] = []
        self._in_request = False
        value: CharacteristicValue[bytes] = CharacteristicValue(lambda _: self.box.value, self._written)
        properties = Characteristic.Properties.READ | Characteristic.Properties.WRITE
        self._box: Characteristic[bytes] = Characteristic(MAILBOX, properties, READABLE_WRITABLE, value)
        device.add_service(Service(SERVICE, [self._box]))
        device.on(Device.EVENT_CONNECTION, self._connected)

    @property
    def address(self) -> hci.Address:
        """Where phones find it."""
        return self.device.random_address

    async def advertise(self, interval_ms: float = ADVERTISED_MS) -> None:
        """Be found by phones, again after each of them."""
        told: Any = AdvertisingData(
            [
                (AdvertisingData.FLAGS, bytes([AdvertisingData.LE_GENERAL_DISCOVERABLE_MODE_FLAG | 4])),
                (
                    AdvertisingData.INCOMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS,
                    bytes.fromhex(SERVICE.replace("-", ""))[::-1],
                ),
            ]
        )
        await self.device.start_advertising(
            advertising_data=bytes(told),
            auto_restart=True,
            advertising_interval_min=interval_ms,
            advertising_interval_max=interval_ms,
        )

    def _connected(self, connection: Connection) -> None:
        connection.on(Connection.EVENT_DISCONNECTION, lambda _reason: self.box.hang_up())

    async def _written(self, connection: Connection, data: bytes) -> None:
        self.writes.append(len(data))
        is_last, is_hello = bool(data[:1] and data[0] & 1), bool(data[:1] and data[0] & 2)
        if not is_last and not is_hello and self._takes(AirFault.DROPPED_IN_REQUEST):
            self.box.write(data)
            await connection.disconnect()
            return
        self.box.write(data)
        if is_last and self._takes(AirFault.LAST_WRITE_TWICE):
            self.box.write(data)
        if is_last and self._takes(AirFault.NOTIFIES):
            for told in (b"", self.box.value[:20], self.box.value[:20]):
                await self.device.notify_subscriber(connection, self._box, told, force=True)
        if is_last and self._takes(AirFault.DROPPED_BEFORE_ANSWER):
            await connection.disconnect()

    def _takes(self, fault: AirFault) -> bool:
        if self.fault is not fault:
            return False
        self.fault = None
        return True


class VirtualAir:
    """Bumble's own link without a radio: devices that hear each other, in this process, until it is left.

    All of it belongs to the event loop that runs while it is entered: controllers ask for one as they are made.
    """

    async def __aenter__(self) -> VirtualAir:
        self.link: Any = LocalLink()  # type: ignore[no-untyped-call]
        self._devices: list[Device] = []
        return self

    async def __aexit__(self, *_error: object) -> None:
        for device in self._devices:
            await device.power_off()  # ends what was to be advertised anew
            await device.stop_advertising()

    async def device(self, name: str) -> Device:
        """Returns a device with a controller of its own on this link, powered on."""
        address = ":".join(f"{byte:02X}" for byte in (0xF0, 0, *(len(self._devices) + 1).to_bytes(4)))
        controller = Controller(name, link=self.link)
        device: Device = Device.with_hci(name, hci.Address(address), controller, controller)
        self._devices.append(device)
        await device.power_on()
        return device


class NoController(Exception):
    """There is none at this transport. The message is the driver's."""


async def serve_lock(transport: str, box: LockMailbox) -> None:
    """Be a lock until cancelled, on the controller that `usb:0` or `tcp-client:127.0.0.1:9001` leads to."""
    try:
        opened = await open_transport(transport)
    except Exception as error:  # each driver has errors of its own
        raise NoController(str(error)) from error
    async with opened:
        device = Device.with_hci(NAME, hci.Address.generate_static_address(), opened.source, opened.sink)
        lock = LockInAir(device, box)
        await device.power_on()
        await lock.advertise()
        await asyncio.get_running_loop().create_future()
