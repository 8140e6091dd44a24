# SPDX-License-Identifier: EUPL-1.2
"""Who can get in at a client tonight: each door on the way, its ways, and what stands in the way. Pure Python.

Whether a phone may open a lock is `rules.ClientDoors.may_open`; here is what else it takes: a lock that works, somebody
who can sign in, and the key that always remains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from troskel.access.rules import LOW_BATTERY_PER_CENT, ClientDoors
from troskel.custody.rules import LockFault
from troskel.ground.choices import Choice
from troskel.ground.refusals import Refusal
from troskel.ground.texts import _
from troskel.people.roles import Actor, Role

SIGNED_IN_LATELY = timedelta(days=30)
"""Whoever has not signed in for so long is not counted on tonight: the phone, or the way to sign in, may be gone."""

EMPTY_BATTERY_PER_CENT = 5
"""Below this nobody counts on the lock turning once more."""

AFTERNOON = time(14)
"""From then on the coordinator is told at whose doors nobody gets in: while a key can still be fetched today."""

WAY_ORDER = ("gate", "entrance", "apartment")
"""Kinds of doors as they are met on the way in."""

IF_AN_ALARM_IS_TAKEN = UUID(int=0)
"""Stands for the alarm that a responder would have accepted before setting out."""


class WayVerdict(Choice):
    """How one gets in, the worst last."""

    OPEN = "open", _("Vägen är öppen")
    KEY = "key", _("Bara med nyckel")
    NOBODY = "nobody", _("Ingen kommer in")


class WayReason(Choice):
    """Why a door is as it is: first what opens it, then what stands in the way of a phone, then the key."""

    LOCK_OPENS = "lock_opens", _("Låsvredet öppnas med telefonen")
    BATTERY_LOW = "battery_low", _("Låsvredet öppnas med telefonen, men batteriet är snart slut")
    ACCESS_NOTE = "access_note", _("Hur man kommer in står i anteckningen om vägen in")

    NO_LOCK = "no_lock", _("Det sitter inget låsvred")
    NOT_LINKED = "not_linked", _("Låsvredet är inte kopplat till kunden")
    NOT_ALLOWED = "not_allowed", _("Telefonerna får inte öppna låsvredet")
    FAULT = "fault", _("Låsvredet har ett anmält fel som inte är lagat")
    BATTERY_EMPTY = "battery_empty", _("Låsvredets batteri är slut, eller nästan slut")
    NOBODY_SIGNED_IN = "nobody_signed_in", _("Ingen med telefon har loggat in på länge")

    KEY_THERE = "key_there", _("Nyckeln finns hos dem som ska in")
    KEY_ELSEWHERE = "key_elsewhere", _("Nyckeln finns hos någon annan")
    KEY_WITH_CLIENT = "key_with_client", _("Nyckeln finns hos kunden")
    KEY_LOST = "key_lost", _("Nyckeln är borta")
    NO_KEY = "no_key", _("Ingen nyckel är lämnad")

    NO_DOOR = "no_door", _("Ingen dörr är inskriven")


class KeyHolder(StrEnum):
    """Who has a key, as those see it who are to get in; the best first."""

    OURS = "ours"
    ANOTHER = "another"
    CLIENT = "client"
    LOST = "lost"


_KEY_REASONS = {
    KeyHolder.OURS: WayReason.KEY_THERE,
    KeyHolder.ANOTHER: WayReason.KEY_ELSEWHERE,
    KeyHolder.CLIENT: WayReason.KEY_WITH_CLIENT,
    KeyHolder.LOST: WayReason.KEY_LOST,
}


class LastAnswer(NamedTuple):
    """What a lock answered at the latest opening that was noted."""

    outcome: str
    battery: int | None
    noted: datetime


class DoorOnTheWay(NamedTuple):
    """A door, the lock that is mounted there with what is known of it, and who has its keys.

    `has_note`: something is written of the way into the home, as a door code. `own_key`: the lock has a key of its
    own, so that it opens without the server.
    """

    door: UUID
    kind: str
    lock: UUID | None = None
    fault: str = ""
    answer: LastAnswer | None = None
    keys: Sequence[KeyHolder] = ()
    has_note: bool = False
    own_key: bool = False


class DoorJudged(NamedTuple):
    """A door, whether those who are to get in do, and why."""

    door: DoorOnTheWay
    verdict: WayVerdict
    reasons: tuple[WayReason, ...]


class WayJudged(NamedTuple):
    """The whole way: as bad as its worst door. `doors`: from the street inwards."""

    verdict: WayVerdict
    doors: tuple[DoorJudged, ...]
    reasons: tuple[WayReason, ...] = ()


def judge_way(phone: ClientDoors, doors: Iterable[DoorOnTheWay], *, signed_in: int) -> WayJudged:
    """Returns how those who are sent get in at a client.

    `phone`: what a phone of theirs may open, by the routine. `signed_in`: how many of them have signed in lately.
    """
    judged = tuple(_judge_door(phone, door, signed_in) for door in sorted(doors, key=_place))
    if not judged:
        return WayJudged(WayVerdict.NOBODY, (), (WayReason.NO_DOOR,))
    return WayJudged(max((one.verdict for one in judged), key=severity), judged)


def is_afternoon(local: datetime) -> bool:
    """Is it time to look at tonight? `local`: the instant as clocks here show it."""
    return local.time() >= AFTERNOON


def severity(verdict: str) -> int:
    """Returns the place of a verdict, from 0 on: the worst has the highest."""
    return [one.value for one in WayVerdict].index(verdict)


class Sent(NamedTuple):
    """Those of an organisation who would be sent, and by what: an allocation through `last`, or an alarm's taking."""

    role: Role
    organisation: UUID
    service: str
    last: date
    alarm: bool


def phone_of(found: ClientDoors, sent: Sent, now: datetime) -> ClientDoors:
    """Returns the client's doors as the phone of somebody who is sent there would have them.

    A responder takes the alarm first: until then no phone of theirs opens anything.
    """
    viewer = Actor(found.viewer.municipality, sent.role, organisation=sent.organisation)
    if sent.role is Role.RESPONDER:
        alarm = IF_AN_ALARM_IS_TAKEN if sent.alarm else None
        return ClientDoors(viewer, [row._replace(alarm=alarm, until=now) for row in found.rows])
    return ClientDoors(viewer, [row._replace(service=sent.service, last=sent.last) for row in found.rows])


def _place(door: DoorOnTheWay) -> tuple[int, str]:
    return (WAY_ORDER.index(door.kind) if door.kind in WAY_ORDER else len(WAY_ORDER), str(door.door))


def _judge_door(phone: ClientDoors, door: DoorOnTheWay, signed_in: int) -> DoorJudged:
    by_phone = _by_phone(phone, door, signed_in)
    if by_phone in (WayReason.LOCK_OPENS, WayReason.BATTERY_LOW):
        return DoorJudged(door, WayVerdict.OPEN, (by_phone,))
    holder = min(door.keys, key=list(KeyHolder).index, default=None)
    by_key = _KEY_REASONS[holder] if holder else WayReason.NO_KEY
    noted = door.has_note and door.kind != "apartment"  # a code opens the stairwell, never the flat
    reasons = (by_phone, by_key, *([WayReason.ACCESS_NOTE] if noted else []))
    if holder is KeyHolder.OURS:
        return DoorJudged(door, WayVerdict.KEY, reasons)
    return DoorJudged(door, WayVerdict.OPEN if noted else WayVerdict.NOBODY, reasons)


def _by_phone(phone: ClientDoors, door: DoorOnTheWay, signed_in: int) -> WayReason:
    if door.lock is None:
        return WayReason.NO_LOCK
    linked = [row for row in phone.rows if row.lock == door.lock]
    if not linked:
        return WayReason.NOT_LINKED
    try:
        phone.may_open(linked[0].serial or "")
    except Refusal as refusal:
        return WayReason.NOT_LINKED if refusal.code == "link.missing" else WayReason.NOT_ALLOWED
    state = _state(door)
    if state in (WayReason.FAULT, WayReason.BATTERY_EMPTY):
        return state
    return state if signed_in else WayReason.NOBODY_SIGNED_IN


def _state(door: DoorOnTheWay) -> WayReason:
    """What is known of a lock that a phone may open. With a low battery it turns all the same."""
    battery = door.answer.battery if door.answer else None
    if door.fault not in ("", LockFault.LOW_BATTERY):
        return WayReason.FAULT
    if battery is None:  # somebody may have said so, though no lock has answered
        return WayReason.BATTERY_EMPTY if door.fault else WayReason.LOCK_OPENS
    if battery < EMPTY_BATTERY_PER_CENT:
        return WayReason.BATTERY_EMPTY
    return WayReason.BATTERY_LOW if door.fault or battery < LOW_BATTERY_PER_CENT else WayReason.LOCK_OPENS
