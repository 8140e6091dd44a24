# SPDX-License-Identifier: EUPL-1.2
"""A simulated lock that a page finds by Web Bluetooth: Chromium's own emulation, played from here.

Its commands are the browser session's, the chooser's are the page's. The chooser tells twice, and a second answer to
the same prompt ends Chromium; there is no command that pushes a notification.
"""

from __future__ import annotations

import base64
from typing import Any

from playwright.sync_api import Browser, CDPSession, Page

from troskel.simulator.door_locks import MAILBOX, SERVICE, LockMailbox

ADDRESS = "09:09:09:09:09:09"
ARGUMENTS = ("--enable-experimental-web-platform-features",)
"""Web Bluetooth is behind this on Linux."""

ATT_ERROR = 0x0E


class EmulatedLock:
    """What is read and written at the lock's one characteristic goes to its mailbox.

    `is_deaf`: it takes what is written, and gives nothing to read any more.
    """

    def __init__(self, browser: Browser, page: Page, box: LockMailbox) -> None:
        self.box = box
        self.is_deaf = False
        self.writes: list[int] = []
        self._answered: set[str] = set()
        self._session: CDPSession = browser.new_browser_cdp_session()
        self._chooser: CDPSession = page.context.new_cdp_session(page)
        self._session.send("BluetoothEmulation.enable", {"state": "powered-on", "leSupported": True})
        self._session.on("BluetoothEmulation.gattOperationReceived", self._gatt)
        self._session.on("BluetoothEmulation.characteristicOperationReceived", self._characteristic)
        self._session.send(
            "BluetoothEmulation.simulatePreconnectedPeripheral",
            {"address": ADDRESS, "name": "dt", "manufacturerData": [], "knownServiceUuids": [SERVICE]},
        )
        service = self._session.send(
            "BluetoothEmulation.addService", {"address": ADDRESS, "serviceUuid": SERVICE}
        )["serviceId"]
        self._session.send(
            "BluetoothEmulation.addCharacteristic",
            {
                "serviceId": service,
                "characteristicUuid": MAILBOX,
                "properties": {"read": True, "write": True},
            },
        )
        self._chooser.on("DeviceAccess.deviceRequestPrompted", self._chooses)
        self._chooser.send("DeviceAccess.enable")

    def closes(self) -> None:
        """End the emulation, so that another lock can be played."""
        self._session.send("BluetoothEmulation.disable")
        self._session.detach()

    def _chooses(self, told: dict[str, Any]) -> None:
        if told["devices"] and told["id"] not in self._answered:
            self._answered.add(told["id"])
            chosen = {"id": told["id"], "deviceId": told["devices"][0]["id"]}
            self._chooser.send("DeviceAccess.selectPrompt", chosen)

    def _gatt(self, told: dict[str, Any]) -> None:
        if told["type"] == "disconnection":
            self.box.hang_up()
        answer = {"address": told["address"], "type": told["type"], "code": 0}
        self._session.send("BluetoothEmulation.simulateGATTOperationResponse", answer)

    def _characteristic(self, told: dict[str, Any]) -> None:
        answer = {"characteristicId": told["characteristicId"], "type": told["type"], "code": 0}
        if told["type"] == "write":
            data = base64.b64decode(told["data"])
            self.writes.append(len(data))
            self.box.write(data)
        elif self.is_deaf and len(self.writes) > 1:
            answer["code"] = ATT_ERROR
        else:
            answer["data"] = base64.b64encode(self.box.value).decode()
        self._session.send("BluetoothEmulation.simulateCharacteristicOperationResponse", answer)
