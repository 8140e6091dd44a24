# SPDX-License-Identifier: EUPL-1.2
"""Locks behind an MQTT broker. What each topic means is said by a dialect: `nuki.py`, `home_assistant.py`.

A command is published once, at QoS 0 and never retained: a broker keeps it for nobody who is away, and the client sends
it to no later connection. So a door is never opened by a message that was stored on its way.
"""

from __future__ import annotations

import re
import secrets
import socket
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, NamedTuple, Protocol

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode

from troskel.access.drivers import (
    Abilities,
    BoltPosition,
    HealthFinding,
    LockAnswer,
    LockAt,
    LockEvent,
    LockState,
)
from troskel.access.locks.address import LocksAddress
from troskel.access.locks.records import Turning
from troskel.access.locks.remote import BareLink
from troskel.access.rules import LockOutcome
from troskel.ground import clock

FIRST_NEWS = 0.5
"""Seconds in which a broker hands over what it has retained of a lock, once it is subscribed to."""

MOST_EVENTS = 200
LONGEST_PAYLOAD = 1024
LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})

CONNECTION = ("ca", "tls")
"""What a URL says of the connection. `ca`: the file with who has signed the broker's certificate."""

Moment = float
"""Seconds of the monotonic clock: no wall clock that is put right makes an observation younger."""


class Sighting(NamedTuple):
    """A position of the bolt, and when it came. `live`: not handed over by the broker from some time before."""

    bolt: BoltPosition
    at: Moment
    live: bool


class Heard:
    """What has been heard of one lock, since the process connected."""

    def __init__(self) -> None:
        self.is_online: bool | None = None
        self.sighting: Sighting | None = None
        self.moving_at: Moment | None = None
        """When it last said that it was on its way."""
        self.response: tuple[int, Moment] | None = None
        self.battery: int | None = None
        self.is_battery_low = False
        self.retained_command = False
        self.events: deque[LockEvent] = deque(maxlen=MOST_EVENTS)
        self._count = 0

    def note(self, bolt: BoltPosition, at: Moment, *, live: bool, by: str = "") -> None:
        """Take up where the bolt is. What is said again is no event."""
        is_new = self.sighting is None or self.sighting.bolt is not bolt
        self.sighting = Sighting(bolt, at, live)
        if live and bolt in (BoltPosition.LOCKING, BoltPosition.UNLOCKING):
            self.moving_at = at
        elif live and is_new and bolt is not BoltPosition.UNKNOWN:
            self._count += 1
            now = clock.now()
            self.events.append(LockEvent(f"{now:%Y%m%dT%H%M%S.%f}-{self._count}", now, bolt, by))

    def since(self, sent: Moment) -> BoltPosition | None:
        """Where the bolt is by what was said live since then; None where nothing was."""
        sighting = self.sighting
        return sighting.bolt if sighting and sighting.live and sighting.at >= sent else None


class Dialect(Protocol):
    """What topics and payloads mean."""

    can: Abilities
    topics: tuple[str, ...]
    """What is subscribed to, with `{serial}` for the lock."""
    commands: tuple[str, ...]
    """Those of them by which locks are told what to do: a retained message on one is told of."""

    def command(self, turning: Turning) -> tuple[str, str]:
        """Returns topic and payload."""
        ...

    def take(self, heard: Heard, topic: str, payload: str, at: Moment, *, live: bool) -> None:
        """Take up a message. `topic`: as in `topics`."""
        ...

    def answer(self, heard: Heard, turning: Turning, sent: Moment) -> LockAnswer | None:
        """Returns the answer to a command, or None while there is none."""
        ...


class MqttLink(BareLink):
    """A link over one connection, made when it is first needed and kept."""

    def __init__(self, address: LocksAddress, dialect: Dialect) -> None:
        self._over_tls = address.scheme.startswith("mqtts")
        in_clear = address.options.get("tls")
        if in_clear not in (None, "none") or (in_clear and self._over_tls):
            raise ValueError("has tls other than tls=none")
        if not (self._over_tls or in_clear or address.host in LOCAL):
            raise ValueError("goes to another machine in the clear: write mqtts+…, or add tls=none")
        self._address, self._dialect, self._ca = address, dialect, address.options.get("ca")
        self.can = dialect.can
        self._heard: dict[str, Heard] = {}
        self._patterns = {topic: _pattern(topic) for topic in dialect.topics}
        self._news = threading.Condition()
        self._mutex = threading.Lock()
        self._client: paho.Client | None = None
        self._subscribed_at: Moment | None = None

    def turn(self, lock: LockAt, turning: Turning, ends: float) -> LockAnswer:
        """Publish the command once, and wait for what the lock says of itself."""
        heard = self._listen(lock.serial, ends)
        if heard is None or heard.is_online is not True:
            return LockAnswer(LockOutcome.NO_ANSWER)
        topic, payload = self._dialect.command(turning)
        with self._news:
            sent = time.monotonic()
            heard.response = None
            client = self._client
        if client is None or self._publish(client, topic.replace("{serial}", lock.serial), payload) is False:
            return LockAnswer(LockOutcome.NO_ANSWER)
        with self._news:
            while (answer := self._dialect.answer(heard, turning, sent)) is None:
                left = ends - time.monotonic()
                if left <= 0:
                    return LockAnswer(LockOutcome.UNKNOWN, battery=heard.battery)
                self._news.wait(left)
        return msgspec.structs.replace(answer, battery=heard.battery)

    @staticmethod
    def _publish(client: paho.Client, topic: str, payload: str) -> bool:
        return client.publish(topic, payload, qos=0, retain=False).rc == MQTTErrorCode.MQTT_ERR_SUCCESS

    def look(self, lock: LockAt, ends: float) -> LockState:
        """What was heard live, and when. What the broker had retained has no age: it says nothing of now."""
        heard = self._listen(lock.serial, ends)
        if heard is None or heard.sighting is None or not heard.sighting.live:
            return LockState(battery=heard.battery if heard else None)
        bolt = heard.sighting.bolt if heard.is_online else BoltPosition.UNKNOWN
        age = timedelta(seconds=time.monotonic() - heard.sighting.at)
        return LockState(bolt, heard.battery, None, clock.now() - age)

    def findings(self, lock: LockAt) -> Sequence[HealthFinding]:
        """What was heard of battery, line and kept commands."""
        heard = self._heard.get(lock.serial)
        told = {
            HealthFinding.OFFLINE: heard is None or heard.is_online is not True,
            HealthFinding.LOW_BATTERY: heard is not None and heard.is_battery_low,
            HealthFinding.RETAINED_COMMAND: heard is not None and heard.retained_command,
        }
        return [finding for finding, is_so in told.items() if is_so]

    def events(self, lock: LockAt, after: str) -> Sequence[LockEvent]:
        """What was heard since this process connected."""
        with self._news:
            events = list(self._heard[lock.serial].events) if lock.serial in self._heard else []
        places = [place for place, event in enumerate(events) if event.id == after]
        return events[places[0] + 1 :] if places else events

    def close(self) -> None:
        """Disconnect."""
        with self._mutex:
            client, self._client, self._subscribed_at = self._client, None, None
        if client is not None:
            client.disconnect()
            client.loop_stop()

    # the connection

    def _listen(self, serial: str, ends: float) -> Heard | None:
        """Returns what has been heard of the lock, connected and subscribed; None where that could not be."""
        self._connect()
        with self._news:
            while self._subscribed_at is None:
                if (left := ends - time.monotonic()) <= 0:
                    return None
                self._news.wait(left)
            first_news = min(ends, self._subscribed_at + FIRST_NEWS)
            while self._heard.get(serial, _NOTHING).is_online is None:
                if (left := first_news - time.monotonic()) <= 0:
                    break
                self._news.wait(left)
            return self._heard.get(serial)

    def _connect(self) -> None:
        with self._mutex:
            if self._client is not None:
                return
            client = paho.Client(
                CallbackAPIVersion.VERSION2, f"troskel-{secrets.token_hex(6)}", clean_session=True
            )
            if self._address.user:
                client.username_pw_set(self._address.user, self._address.password)
            if self._over_tls:
                client.tls_set(ca_certs=self._ca)
            client.on_connect, client.on_subscribe = self._on_connect, self._on_subscribe
            client.on_message, client.on_disconnect = self._on_message, self._on_disconnect
            client.on_socket_open = _send_at_once
            client.reconnect_delay_set(1, 30)
            client.connect_async(
                self._address.host, self._address.port or (8883 if self._over_tls else 1883), 30
            )
            client.loop_start()
            self._client = client

    def _on_connect(
        self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _properties: Any
    ) -> None:
        if not reason.is_failure:
            client.subscribe([(topic.replace("{serial}", "+"), 1) for topic in self._dialect.topics])

    def _on_subscribe(self, _client: Any, _data: Any, _mid: Any, _reasons: Any, _properties: Any) -> None:
        with self._news:
            self._subscribed_at = time.monotonic()
            self._news.notify_all()

    def _on_disconnect(self, _client: Any, _data: Any, _flags: Any, _reason: Any, _properties: Any) -> None:
        """What was heard before the line broke is no longer known to be so."""
        with self._news:
            self._subscribed_at = None
            for heard in self._heard.values():
                heard.is_online = None
            self._news.notify_all()

    def _on_message(self, _client: Any, _data: Any, message: paho.MQTTMessage) -> None:
        """Runs in the client's thread: nothing that a device says may stop it."""
        if len(message.payload) > LONGEST_PAYLOAD:
            return
        with suppress(UnicodeDecodeError):
            payload = message.payload.decode()
            for topic, pattern in self._patterns.items():
                if found := pattern.fullmatch(message.topic):
                    self._take(found["serial"], topic, payload, live=not message.retain)

    def _take(self, serial: str, topic: str, payload: str, *, live: bool) -> None:
        with self._news:
            heard = self._heard.setdefault(serial, Heard())
            if topic in self._dialect.commands:
                heard.retained_command = heard.retained_command or (not live and payload != "")
            else:
                self._dialect.take(heard, topic, payload, time.monotonic(), live=live)
            self._news.notify_all()


_NOTHING = Heard()


def _send_at_once(_client: Any, _data: Any, sock: Any) -> None:
    """Small messages do not wait for each other's receipts."""
    if isinstance(sock, socket.socket):
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _pattern(topic: str) -> re.Pattern[str]:
    before, _, after = topic.partition("{serial}")
    return re.compile(f"{re.escape(before)}(?P<serial>[A-Za-z0-9_-]{{1,64}}){re.escape(after)}")
