# SPDX-License-Identifier: EUPL-1.2
"""May this phone open this client's door now, and by which paragraph? (Design, rule 4.) Pure Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from troskel.custody.rules import FAULTS
from troskel.ground.refusals import BadValue, Refusal
from troskel.routine import standing
from troskel.routine.facts import ALARM, ClientFacts, DoorFacts

GRANT_LASTS = timedelta(seconds=60)
"""From when an opening is allowed until no lock turns on it any more."""

ANSWERING_LASTS = timedelta(hours=4)
"""An accepted alarm that nobody closes gives no right after this."""

LOW_BATTERY = 20
"""Per cent; below it someone is to change the battery."""


class Outcome(StrEnum):
    """What a lock answered. No other answer is known.

    `unknown`: the question went, and no answer came: the door may be open.
    """

    OPENED = "opened"
    LOCKED = "locked"
    REFUSED = "refused"
    NO_ANSWER = "no_answer"
    JAMMED = "jammed"
    UNKNOWN = "unknown"


ALARM_OUTCOMES = {
    "helped": "the client was helped",
    "ambulance": "an ambulance was called",
    "nothing_wrong": "nothing was wrong",
    "nobody_home": "nobody was at home",
    "passed_on": "someone else took over",
}


class By(msgspec.Struct, frozen=True):
    """A4, an allocated decision, through its last day (None: no end set); or `alarm`, an accepted one, until then."""

    paragraph: str
    service: str
    through: date | None = None
    alarm: UUID | None = None
    until: datetime | None = None


class Why(msgspec.Struct, frozen=True):
    """By what a door may be opened now: what gives the right to the client, and the link (S2) to the lock."""

    by: By
    organisation: UUID
    door: UUID
    link: UUID
    link_paragraph: str = "S2"


class Answering(msgspec.Struct, frozen=True):
    """An alarm of the client's that the one who asks has accepted, and that is open still."""

    alarm: UUID
    until: datetime


def may_open(
    client: ClientFacts,
    organisation: UUID | None,
    lock: UUID,
    day: date,
    *,
    responder: bool = False,
    answering: Answering | None = None,
) -> Why:
    """By an ongoing decision allocated to the provider, or (a responder) by an accepted alarm; a linked lock alone."""
    if not client.own:
        raise Refusal("O1", "the client is assigned by another municipality and is on no phone")
    organisation = a_persons(organisation)
    way = _by_alarm(answering) if responder else _by_decision(client, organisation, day)
    for identifier, link in client.links.items():
        if link.lock == lock:
            return Why(by=way, organisation=organisation, door=link.door, link=identifier)
    raise Refusal("S2", "the lock is not linked to the client: the system administrator links it")


def a_persons(identifier: UUID | None) -> UUID:
    """A door is opened by a person of an organisation, never by the system itself."""
    if identifier is None:
        raise Refusal("rule 4", "a door is opened by a provider's carer, or by a responder")
    return identifier


def _by_decision(client: ClientFacts, organisation: UUID, day: date) -> By:
    mine = [a for a in standing.ongoing(client, day) if a.organisation == organisation]
    if not mine:
        raise Refusal(
            "rule 4", "no ongoing decision is allocated to your organisation today: ask the assessor (A8)"
        )
    if standing.is_suspended(client, day):
        raise Refusal(
            "A8", "the client is in hospital or away: the phone opens again when the client is home"
        )
    longest = max(mine, key=lambda a: standing.last_day(client, a))
    last = standing.last_day(client, longest)
    return By("A4", longest.service, through=None if last == standing.FOREVER else last)


def _by_alarm(answering: Answering | None) -> By:
    if answering is None:
        raise Refusal("rule 4", "you have accepted no alarm of this client's: accept it first")
    return By("alarm", ALARM, alarm=answering.alarm, until=answering.until)


def fault_of(outcome: str, battery: int | None) -> str | None:
    """The fault that an answer tells of, if any: a jam, no answer, a battery that is low."""
    if outcome in (Outcome.JAMMED, Outcome.NO_ANSWER):
        return str(outcome)
    return "low_battery" if battery is not None and battery < LOW_BATTERY else None


def noted_anew(before: str, outcome: str) -> bool:
    """Is this a new word of what came of an opening? The first known word stands; `unknown` gives way to it."""
    if before in ("", Outcome.UNKNOWN):
        return before != outcome
    if outcome not in (before, Outcome.UNKNOWN):
        raise Refusal(
            "rule 6", "it is noted already that the outcome was {outcome}: it stands", outcome=before
        )
    return False


def lock_at(doors: list[DoorFacts], lock: UUID, serial: str) -> DoorFacts:
    """A fault is told of a lock at one of the client's doors."""
    for door in doors:
        if door.lock == lock:
            return door
    raise Refusal(
        "rule 2", "lock {serial} is not at a door of this client: check the serial number", serial=serial
    )


def known_fault(code: str) -> None:
    """A fault is told by a code."""
    if code not in FAULTS:
        raise BadValue("code", "is none of {codes}", codes=sorted(FAULTS))


# alarms


def answers_for(client: ClientFacts, organisation: UUID | None, day: date) -> UUID:
    """The organisation that answers the client's alarm: an ongoing alarm decision is allocated to it (rule 4)."""
    if not client.own:
        raise Refusal("O1", "the client is assigned by another municipality: its own answers the alarm")
    found = [a for a in standing.ongoing(client, day) if a.service == ALARM]
    for a in sorted(found, key=lambda a: (a.begins, str(a.organisation))):
        if organisation in (None, a.organisation):
            return a.organisation
    raise Refusal(
        "rule 4", "no ongoing decision on a safety alarm is allocated to your organisation: ask the assessor"
    )


def is_free(accepted_by: UUID | None, until: datetime | None, account: UUID | None, now: datetime) -> bool:
    """May the alarm be accepted? Raises where another has it; False where the one who asks has it already."""
    if accepted_by is None or until is None or until <= now:
        return True
    if accepted_by != account:
        raise Refusal("rule 4", "someone else has accepted this alarm")
    return False


def closes_once(closed: datetime | None) -> None:
    """An alarm is closed once."""
    if closed is not None:
        raise Refusal("rule 6", "the alarm is closed already")


def known_alarm_outcome(outcome: str) -> None:
    """How an alarm ended is told by a code."""
    if outcome not in ALARM_OUTCOMES:
        raise BadValue("outcome", "is none of {codes}", codes=sorted(ALARM_OUTCOMES))
