# SPDX-License-Identifier: EUPL-1.2
"""Nuki's locks over MQTT (their MQTT API 1.4): `nuki/<id>/…`. The serial of a lock is its Nuki ID, in hexadecimal.

The answers carry no number of the command, so there is one at a time for each lock; and a command is done only where
the lock has said that it took it, or began to turn, and that it then stood where it should.
"""

from __future__ import annotations

from troskel.access.drivers import Abilities, BoltPosition, LockAnswer
from troskel.access.locks.address import LocksAddress
from troskel.access.locks.mqtt import CONNECTION, Heard, Moment, MqttLink
from troskel.access.locks.records import Turning
from troskel.access.rules import LockOutcome

STATES = {
    "0": BoltPosition.UNKNOWN,  # not calibrated
    "1": BoltPosition.LOCKED,
    "2": BoltPosition.UNLOCKING,
    "3": BoltPosition.UNLOCKED,
    "4": BoltPosition.LOCKING,
    "5": BoltPosition.UNLOCKED,  # and the latch drawn
    "6": BoltPosition.UNLOCKED,  # it will lock by itself
    "7": BoltPosition.UNLOCKING,
    "254": BoltPosition.JAMMED,
}
"""What is not here is UNKNOWN."""

HAS_NOT_TURNED = frozenset({*range(0x20, 0x29), 0x40, 0x45, 0x47})
"""Errors before the motor: not authorised, not at this time, busy, not calibrated."""

IS_STUCK = frozenset({0x42, 0x43, 0x44, 0x48})
"""Motor or clutch."""

ACTIONS = {Turning.UNLOCK: "1", Turning.LOCK: "2"}
UNLATCH = "3"
REACHED = {
    Turning.UNLOCK: (BoltPosition.UNLOCKED, LockOutcome.OPENED),
    Turning.LOCK: (BoltPosition.LOCKED, LockOutcome.LOCKED),
}


class Nuki:
    """`unlatch`: an unlocking also draws the latch, at doors that have a fixed knob outside."""

    can = Abilities(commands=True, events=True, battery=True)
    commands = tuple(f"nuki/{{serial}}/{name}" for name in ("lockAction", "lock", "unlock"))
    topics = (
        *commands,
        *(
            f"nuki/{{serial}}/{name}"
            for name in ("connected", "state", "commandResponse", "batteryCritical", "batteryChargeState")
        ),
    )

    def __init__(self, *, unlatch: bool) -> None:
        self._actions = ACTIONS | ({Turning.UNLOCK: UNLATCH} if unlatch else {})

    def command(self, turning: Turning) -> tuple[str, str]:
        """An action by its number."""
        return "nuki/{serial}/lockAction", self._actions[turning]

    def take(self, heard: Heard, topic: str, payload: str, at: Moment, *, live: bool) -> None:
        """Take up a message of the lock."""
        match topic.rpartition("/")[2]:
            case "connected":
                heard.is_online = payload == "true"
            case "state":
                heard.note(STATES.get(payload, BoltPosition.UNKNOWN), at, live=live)
            case "commandResponse" if live and payload.isdecimal():
                heard.response = (int(payload), at)
            case "batteryCritical":
                heard.is_battery_low = payload == "true"
            case "batteryChargeState" if payload.isdecimal() and int(payload) <= 100:
                heard.battery = int(payload)

    def answer(self, heard: Heard, turning: Turning, sent: Moment) -> LockAnswer | None:
        """Done: taken or begun, and reached since. A lock that stood there already says that it took the command."""
        bolt = heard.since(sent)
        response = heard.response[0] if heard.response and heard.response[1] >= sent else None
        if bolt is BoltPosition.JAMMED or response in IS_STUCK:
            return LockAnswer(LockOutcome.JAMMED)
        if response in HAS_NOT_TURNED and bolt is None:
            return LockAnswer(LockOutcome.REFUSED, f"nuki_{response}")
        reached, outcome = REACHED[turning]
        has_begun = heard.moving_at is not None and heard.moving_at >= sent
        if bolt is reached and (response == 0 or has_begun):
            return LockAnswer(outcome)
        stood_there = bolt is None and heard.sighting is not None and heard.sighting.live
        if response == 0 and stood_there and heard.sighting and heard.sighting.bolt is reached:
            return LockAnswer(outcome)
        return None


def link(address: LocksAddress) -> MqttLink:
    """Returns a link to Nuki's locks. Raises ValueError for what the address says beside."""
    address.has_only("unlatch", *CONNECTION)
    if address.options.get("unlatch", "0") not in ("0", "1"):
        raise ValueError("has unlatch other than 0 or 1")
    return MqttLink(address, Nuki(unlatch=address.options.get("unlatch") == "1"))
