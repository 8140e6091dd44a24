# SPDX-License-Identifier: EUPL-1.2
"""Locks that speak Home Assistant's MQTT lock schema in plain words, as ESPHome does, with topics of one's choice.

There a lock of which nothing is known counts as unlocked, and one without a state topic is believed to do what it is
told (optimistic mode). Here both are UNKNOWN.
"""

from __future__ import annotations

from troskel.access.drivers import Abilities, BoltPosition, LockAnswer
from troskel.access.locks.address import LocksAddress
from troskel.access.locks.mqtt import CONNECTION, Heard, Moment, MqttLink
from troskel.access.locks.records import Turning
from troskel.access.rules import LockOutcome

DEFAULTS = {
    "command_topic": "home/{serial}/set",
    "state_topic": "home/{serial}/state",
    "availability_topic": "home/{serial}/availability",
    "payload_lock": "LOCK",
    "payload_unlock": "UNLOCK",
    "payload_available": "online",
    "payload_not_available": "offline",
    "state_locked": "LOCKED",
    "state_unlocked": "UNLOCKED",
    "state_locking": "LOCKING",
    "state_unlocking": "UNLOCKING",
    "state_jammed": "JAMMED",
}
"""As the schema has them; the topics are ours. Each can be said in the URL, by the schema's own name."""

REACHED = {
    Turning.UNLOCK: (BoltPosition.UNLOCKED, LockOutcome.OPENED),
    Turning.LOCK: (BoltPosition.LOCKED, LockOutcome.LOCKED),
}
TOPICS = ("command_topic", "state_topic", "availability_topic")


class HomeAssistant:
    """`words`: the schema's, by name. An empty `state_topic`: what the lock does is never known."""

    def __init__(self, words: dict[str, str]) -> None:
        self._words = words
        self._is_blind = not words["state_topic"]
        self.can = Abilities(commands=True, events=not self._is_blind)
        self.commands: tuple[str, ...] = (words["command_topic"],)
        self.topics = tuple(words[name] for name in TOPICS if words[name])
        self._bolts = {
            words["state_locked"]: BoltPosition.LOCKED,
            words["state_unlocked"]: BoltPosition.UNLOCKED,
            words["state_locking"]: BoltPosition.LOCKING,
            words["state_unlocking"]: BoltPosition.UNLOCKING,
            words["state_jammed"]: BoltPosition.JAMMED,
        }

    def command(self, turning: Turning) -> tuple[str, str]:
        """A word on the command topic."""
        return self._words["command_topic"], self._words[f"payload_{turning}"]

    def take(self, heard: Heard, topic: str, payload: str, at: Moment, *, live: bool) -> None:
        """Take up a message of the lock. A state without a meaning (as "None", of one that is lost) is UNKNOWN."""
        if topic == self._words["availability_topic"]:
            online = {self._words["payload_available"]: True, self._words["payload_not_available"]: False}
            heard.is_online = online.get(payload, heard.is_online)
        else:
            heard.note(self._bolts.get(payload, BoltPosition.UNKNOWN), at, live=live)

    def answer(self, heard: Heard, turning: Turning, sent: Moment) -> LockAnswer | None:
        """Done: the lock has said since that it stands there. Nothing says that it refused."""
        bolt, (reached, outcome) = heard.since(sent), REACHED[turning]
        if bolt is BoltPosition.JAMMED:
            return LockAnswer(LockOutcome.JAMMED)
        if self._is_blind:
            return LockAnswer(LockOutcome.UNKNOWN)
        return LockAnswer(outcome) if bolt is reached else None


def link(address: LocksAddress) -> MqttLink:
    """Returns a link to such locks. Raises ValueError for what else the address says, and for impossible topics."""
    address.has_only(*DEFAULTS, "optimistic", *CONNECTION)
    words = {name: address.options.get(name, default) for name, default in DEFAULTS.items()}
    if address.options.get("optimistic", "false") not in ("true", "false"):
        raise ValueError("has optimistic other than true or false")
    if address.options.get("optimistic") == "true":
        words["state_topic"] = ""
    for name in TOPICS:
        levels = words[name].split("/")
        is_one = levels.count("{serial}") == 1 and not {"+", "#"} & set(words[name])
        if not (is_one or (name == "state_topic" and not words[name])):
            raise ValueError(f"has a {name} without {{serial}} between slashes, or with + or # in it")
    if len({words[name] for name in TOPICS}) < len(TOPICS) or not all(
        words[name] for name in DEFAULTS if name not in TOPICS
    ):
        raise ValueError("says the same topic twice, or has an empty word")
    states = [words[name] for name in DEFAULTS if name.startswith("state_") and name != "state_topic"]
    if len(set(states)) < len(states) or words["payload_lock"] == words["payload_unlock"]:
        raise ValueError("has one word for two things")
    return MqttLink(address, HomeAssistant(words))
