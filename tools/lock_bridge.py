# SPDX-License-Identifier: EUPL-1.2
"""A lock behind an MQTT broker, as a process of its own, that fails when it is told to.

    python -m tools.lock_bridge nuki|homeassistant PORT SERIAL PASSWORD

It reads a fault a line from its input, as in `access/locks/faults.py` (an empty line: none), or `turns`, and answers
each with how often its motor has unlocked. Nothing here is of the program: it is the other side.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Sequence
from typing import Any, NamedTuple

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion


class Words(NamedTuple):
    """How a make says it. `{}`: the serial."""

    command: str
    unlock: str
    lock: str
    state: str
    unlocked: str
    locked: str
    unlocking: str
    locking: str
    jammed: str
    online: str
    is_online: str
    is_offline: str
    response: str
    battery: str


NUKI = Words(
    *("nuki/{}/lockAction", "1", "2", "nuki/{}/state", "3", "1", "2", "4", "254"),
    *("nuki/{}/connected", "true", "false", "nuki/{}/commandResponse", "nuki/{}/batteryChargeState"),
)
HOME_ASSISTANT = Words(
    *("home/{}/set", "UNLOCK", "LOCK", "home/{}/state"),
    *("UNLOCKED", "LOCKED", "UNLOCKING", "LOCKING", "JAMMED"),
    *("home/{}/availability", "online", "offline", "", ""),
)
MAKES = {"nuki": NUKI, "homeassistant": HOME_ASSISTANT}
TAKEN, NOT_ALLOWED = "0", "37"


class Bridge:
    """One lock and its line."""

    def __init__(self, words: Words, port: int, serial: str, password: str) -> None:
        self.words = Words(*(word.replace("{}", serial) for word in words))
        self.fault, self.turns, self.is_unlocked = "", 0, False
        self.held: list[tuple[str, str]] = []
        self._port, self._serial, self._password = port, serial, password

    def connect(self) -> None:
        """A new line, which is up when this returns."""
        ready = threading.Event()
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2,
            f"bridge-{self._serial}",
            clean_session=True,
            reconnect_on_failure=False,
        )
        self.client.username_pw_set(self._serial, self._password)
        self.client.will_set(self.words.online, self.words.is_offline, 1, retain=True)
        self.client.on_connect, self.client.on_message = self._connected, self._told
        self.client.on_subscribe = lambda *_: ready.set()
        self.client.on_socket_open = self._opened
        self.client.connect("127.0.0.1", self._port)
        self.client.loop_start()
        if not ready.wait(60):
            raise TimeoutError("the broker does not answer")

    def _opened(self, _client: Any, _data: Any, sock: Any) -> None:
        self._socket: socket.socket = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def leave(self) -> None:
        """Tell the others, and go."""
        self.client.publish(self.words.online, self.words.is_offline, 1, retain=True).wait_for_publish(60)
        self.client.disconnect()
        self.client.loop_stop()

    def set(self, fault: str) -> None:
        before, self.fault = self.fault, fault
        if fault == "silent":
            self.leave()
        elif before in ("silent", "cut"):
            self.client.loop_stop()
            self.connect()
        for topic, payload in self.held:
            self.client.publish(topic, payload, 1, topic == self.words.state)
        self.held.clear()

    def _connected(self, client: paho.Client, *_: Any) -> None:
        client.subscribe(self.words.command, 1)
        self._say(self.words.online, self.words.is_online)
        self._say(self.words.state, self.words.unlocked if self.is_unlocked else self.words.locked)
        if self.words.battery:
            self._say(self.words.battery, "80")

    def _say(self, topic: str, payload: str) -> None:
        if not topic:
            return
        keeps = topic != self.words.response
        for _time in range(2 if self.fault == "twice" else 1):
            if self.fault == "slow":
                self.held.append((topic, payload))
            else:
                self.client.publish(topic, payload, 1, keeps)

    def _told(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        """Do it: at once, whatever becomes of the answer. What a broker has kept is no command."""
        payload = message.payload.decode()
        if message.retain or payload not in (self.words.unlock, self.words.lock):
            return
        unlocks, words = payload == self.words.unlock, self.words
        if self.fault == "refusing":
            self._say(words.response, NOT_ALLOWED)
            return
        if self.fault == "lying":
            self._say(words.response, TAKEN)
            return
        self._say(words.state, words.unlocking if unlocks else words.locking)
        if self.fault == "jam":
            self._say(words.state, words.jammed)
            return
        self.is_unlocked, self.turns = unlocks, self.turns + unlocks
        if self.fault == "cut":
            self._socket.shutdown(socket.SHUT_RDWR)  # the broker is told nothing, and tells the others
            return
        self._say(words.response, TAKEN)
        self._say(words.state, words.unlocked if unlocks else words.locked)


def main(arguments: Sequence[str]) -> int:
    make, port, serial, password = arguments
    bridge = Bridge(MAKES[make], int(port), serial, password)
    bridge.connect()
    print("ready", flush=True)
    for line in sys.stdin:
        if line.strip() != "turns":
            bridge.set(line.strip())
        print(bridge.turns, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
