# SPDX-License-Identifier: EUPL-1.2
"""May this phone open this client's door now, and by which paragraph? (Design, rule 4.) Pure Python."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

import msgspec

from troskel.custody.rules import FAULTS
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.routine import client_state
from troskel.routine.facts import ALARM, ClientFacts, DoorFacts

GRANT_LIFETIME = timedelta(seconds=60)
"""How long a lock accepts the grant of an allowed opening."""

ACCEPTANCE_LIFETIME = timedelta(hours=4)
"""How long an acceptance gives access where the alarm is not closed."""

LOW_BATTERY_PER_CENT = 20
"""Below this the battery is to be changed."""


class LockOutcome(StrEnum):
    """A lock's answer; the set is closed.

    `unknown`: the request was sent and no answer came: the door may be open.
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


class AccessRight(msgspec.Struct, frozen=True):
    """By A4: an allocated decision `through` a day (None: no end set); or by an accepted `alarm`, `until` a time."""

    paragraph: str
    service: str
    through: date | None = None
    alarm: UUID | None = None
    until: datetime | None = None


class AccessBasis(msgspec.Struct, frozen=True):
    """Why a door may be opened now: the right to the client (`by`), and the link (S2) to the lock."""

    by: AccessRight
    organisation: UUID
    door: UUID
    link: UUID
    link_paragraph: str = "S2"


class AcceptedAlarm(msgspec.Struct, frozen=True):
    """An open alarm of the client that the responder has accepted."""

    alarm: UUID
    until: datetime


def may_open(
    client: ClientFacts,
    organisation: UUID | None,
    lock: UUID,
    day: date,
    *,
    responder: bool = False,
    accepted_alarm: AcceptedAlarm | None = None,
) -> AccessBasis:
    """Returns why the linked lock may be opened: an ongoing allocated decision or, for a responder, an accepted alarm.

    Raises Refusal where neither gives access, or the lock is not linked.
    """
    if not client.own:
        raise Refusal(
            "O1",
            "client.on_no_phone",
            _("Kunden kommer från en annan kommun och finns inte i någon telefon."),
        )
    organisation = persons_organisation(organisation)
    right = _right_by_alarm(accepted_alarm) if responder else _right_by_decision(client, organisation, day)
    for identifier, link in client.links.items():
        if link.lock == lock:
            return AccessBasis(by=right, organisation=organisation, door=link.door, link=identifier)
    raise Refusal(
        "S2", "link.missing", _("Låsvredet är inte kopplat till kunden. Be systemförvaltaren koppla det.")
    )


def persons_organisation(identifier: UUID | None) -> UUID:
    """A door is opened by a person of an organisation, never by the system itself."""
    if identifier is None:
        raise Refusal(
            "rule 4",
            "role.opens_no_door",
            _("Dörren öppnas av utförarens omvårdnadspersonal eller av larmpatrullen."),
        )
    return identifier


def _right_by_decision(client: ClientFacts, organisation: UUID, day: date) -> AccessRight:
    allocations = [
        allocation
        for allocation in client_state.ongoing(client, day)
        if allocation.organisation == organisation
    ]
    if not allocations:
        raise Refusal(
            "rule 4",
            "decision.not_allocated_today",
            _("Inget pågående beslut är fördelat till er idag. Fråga biståndshandläggaren (A8)."),
        )
    if client_state.is_suspended(client, day):
        raise Refusal(
            "A8",
            "client.away",
            _("Kunden är på sjukhus eller bortrest. Telefonen öppnar igen när kunden är hemma."),
        )
    longest = max(allocations, key=lambda allocation: client_state.last_day(client, allocation))
    last = client_state.last_day(client, longest)
    return AccessRight("A4", longest.service, through=None if last == client_state.FOREVER else last)


def _right_by_alarm(accepted_alarm: AcceptedAlarm | None) -> AccessRight:
    if accepted_alarm is None:
        raise Refusal(
            "rule 4", "alarm.not_accepted", _("Du har inte tagit något larm från kunden. Ta larmet först.")
        )
    return AccessRight("alarm", ALARM, alarm=accepted_alarm.alarm, until=accepted_alarm.until)


def fault_of(outcome: str, battery: int | None) -> str | None:
    """The fault that a lock's answer shows, if any: a jam, no answer, or a low battery."""
    if outcome in (LockOutcome.JAMMED, LockOutcome.NO_ANSWER):
        return str(outcome)
    return "low_battery" if battery is not None and battery < LOW_BATTERY_PER_CENT else None


def is_new_outcome(before: str, outcome: str) -> bool:
    """Is this a new outcome of an opening? The first known one stands; `unknown` may be replaced."""
    if before in ("", LockOutcome.UNKNOWN):
        return before != outcome
    if outcome not in (before, LockOutcome.UNKNOWN):
        raise Refusal(
            "rule 6",
            "opening.already_noted",
            _("Det är redan noterat att {outcome}. Det står fast."),
            outcome=before,
        )
    return False


def lock_at(doors: list[DoorFacts], lock: UUID, serial: str) -> DoorFacts:
    """A fault is reported of a lock at one of the client's doors."""
    for door in doors:
        if door.lock == lock:
            return door
    raise Refusal(
        "rule 2",
        "lock.not_at_client",
        _("Låsvred {serial} sitter inte vid någon av kundens dörrar. Kontrollera numret."),
        serial=serial,
    )


def known_fault(code: str) -> None:
    """A fault is reported as a code."""
    if code not in FAULTS:
        raise BadValue(
            "code", "value.not_a_choice", _("Välj ett av de här svaren: {codes}."), codes=sorted(FAULTS)
        )


# alarms


def answers_for(client: ClientFacts, organisation: UUID | None, day: date) -> UUID:
    """The organisation that answers the client's alarm: an ongoing alarm decision is allocated to it (rule 4)."""
    if not client.own:
        raise Refusal(
            "O1",
            "alarm.other_municipality",
            _("Kunden kommer från en annan kommun. Den kommunen svarar på larmet."),
        )
    allocations = [
        allocation for allocation in client_state.ongoing(client, day) if allocation.service == ALARM
    ]
    for allocation in sorted(
        allocations, key=lambda allocation: (allocation.begins, str(allocation.organisation))
    ):
        if organisation in (None, allocation.organisation):
            return allocation.organisation
    raise Refusal(
        "rule 4",
        "alarm.not_allocated",
        _("Inget pågående beslut om trygghetslarm är fördelat till er. Fråga biståndshandläggaren."),
    )


def is_free(accepted_by: UUID | None, until: datetime | None, account: UUID | None, now: datetime) -> bool:
    """May the alarm be accepted? False where the account has accepted it already; raises where another has."""
    if accepted_by is None or until is None or until <= now:
        return True
    if accepted_by != account:
        raise Refusal("rule 4", "alarm.taken", _("Någon annan har tagit larmet."))
    return False


def closes_once(closed: datetime | None) -> None:
    """An alarm is closed once."""
    if closed is not None:
        raise Refusal("rule 6", "alarm.closed", _("Larmet är redan avslutat."))


def known_alarm_outcome(outcome: str) -> None:
    """An alarm's outcome is reported as a code."""
    if outcome not in ALARM_OUTCOMES:
        raise BadValue(
            "outcome",
            "value.not_a_choice",
            _("Välj ett av de här svaren: {codes}."),
            codes=sorted(ALARM_OUTCOMES),
        )
