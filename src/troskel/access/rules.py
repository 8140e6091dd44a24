# SPDX-License-Identifier: EUPL-1.2
"""May this phone open this client's door now, and by which paragraph? (Design, rule 4.) Pure Python."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

import msgspec

from troskel.custody.rules import FAULTS, lock_is_at_door
from troskel.ground.choices import Choice
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.texts import _
from troskel.people.roles import Actor, Role
from troskel.routine import client_state
from troskel.routine.facts import ALARM, ClientFacts, DoorFacts

GRANT_LIFETIME = timedelta(seconds=60)
"""How long a lock accepts the grant of an allowed opening."""

ACCEPTANCE_LIFETIME = timedelta(hours=2)
"""How long an acceptance gives access where the alarm is not closed."""

SHORTEST_REASON = 10
"""Letters of a reason that says something."""

BRIEF_SIGHT_LASTS = timedelta(hours=1)
"""How long somebody who may not see a client does, after saying why. It ends by itself."""

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


class AlarmOutcome(Choice):
    """How an alarm ended."""

    HELPED = "helped", _("Kunden fick hjälp")
    AMBULANCE = "ambulance", _("Ambulans tillkallad")
    NOTHING_WRONG = "nothing_wrong", _("Inget var fel")
    NOBODY_HOME = "nobody_home", _("Ingen var hemma")
    PASSED_ON = "passed_on", _("Någon annan tog över")


ALARM_OUTCOMES = AlarmOutcome.codes()


class AlarmUrgency(Choice, question=_("Hur bråttom är det?")):
    """Which of several open alarms goes first, the most urgent first."""

    URGENT = "urgent", _("Mycket bråttom")
    USUAL = "usual", _("Som vanligt")
    CAN_WAIT = "can_wait", _("Kan vänta")


def is_more_urgent(one: str, other: str) -> bool:
    """Whether one urgency goes before another."""
    return urgency_rank(one) < urgency_rank(other)


def urgency_rank(urgency: str) -> int:
    """Returns the place of an urgency, from 0 on: what is sorted by it has the most urgent first."""
    return [one.value for one in AlarmUrgency].index(urgency)


class SightVerdict(Choice, question=_("Var insynen befogad?")):
    """What a manager says of a brief sight."""

    JUSTIFIED = "justified", _("Ja")
    UNJUSTIFIED = "unjustified", _("Nej")


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


class DoorRow(NamedTuple):
    """A client in sight, and one open link of theirs (None: there is none), with all that decides whether it opens.

    `service`, `last`: of the ongoing allocation to the viewer's organisation that lasts longest; `last` is FAR_AWAY
    or later where no end is set. `alarm`, `until`: of an alarm that the viewer has accepted. `on_the_way`: is the
    link's door a door of the client's home? `mounted`: the door where the lock is.
    """

    client: UUID
    case: str
    reference: str
    home: UUID
    own: bool
    suspended: bool
    service: str | None
    last: date | None
    alarm: UUID | None
    until: datetime | None
    link: UUID | None
    lock: UUID | None
    serial: str | None
    door: UUID | None
    on_the_way: bool
    mounted: UUID | None
    door_kind: str | None
    door_label: str | None


FAR_AWAY = date(9999, 1, 1)


class ClientDoors(NamedTuple):
    """A client in the viewer's sight, with the locks that are linked to the client: at least one row."""

    viewer: Actor
    rows: Sequence[DoorRow]

    @property
    def client(self) -> DoorRow:
        """The row to read the client's own columns from."""
        return self.rows[0]

    def may_open(self, serial: str) -> tuple[AccessBasis, UUID]:
        """Returns why the viewer may open the door with this lock, and the lock's id.

        An ongoing allocated decision gives the right or, to a responder, an accepted alarm. Raises Refusal where
        neither does, and where the lock is not linked to the client or not at the door of the link.
        """
        if not self.client.own:
            raise Refusal(
                "O1",
                "client.on_no_phone",
                _("Kunden kommer från en annan kommun och finns inte i någon telefon."),
            )
        organisation = persons_organisation(self.viewer.organisation)
        is_responder = self.viewer.role is Role.RESPONDER
        right = _right_by_alarm(self.client) if is_responder else _right_by_decision(self.client)
        for row in self.rows:
            if row.serial == serial and row.on_the_way and row.door and row.link and row.lock:
                lock_is_at_door("door" if row.mounted else "", row.mounted, row.door, serial)
                return AccessBasis(
                    by=right, organisation=organisation, door=row.door, link=row.link
                ), row.lock
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


def _right_by_decision(row: DoorRow) -> AccessRight:
    if row.service is None or row.last is None:
        raise Refusal(
            "rule 4",
            "decision.not_allocated_today",
            _("Inget pågående beslut är fördelat till er i dag. Fråga biståndshandläggaren (A8)."),
        )
    if row.suspended:
        raise Refusal(
            "A8",
            "client.away",
            _("Kunden är på sjukhus eller bortrest. Telefonen öppnar igen när kunden är hemma."),
        )
    return AccessRight("A4", row.service, through=None if row.last >= FAR_AWAY else row.last)


def _right_by_alarm(row: DoorRow) -> AccessRight:
    if row.alarm is None:
        raise Refusal(
            "rule 4", "alarm.not_accepted", _("Du har inte tagit något larm från kunden. Ta larmet först.")
        )
    return AccessRight("alarm", ALARM, alarm=row.alarm, until=row.until)


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
    for allocation in sorted(allocations, key=lambda allocation: (allocation.begins, allocation.line)):
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


def has_a_reason(reason: str) -> None:
    """Whoever sees a client without an assignment says why, in words."""
    if len("".join(filter(str.isalpha, reason))) < SHORTEST_REASON:
        raise BadValue(
            "reason",
            "brief_sight.no_reason",
            _("Skriv varför du behöver se kunden nu. Din chef läser det."),
        )


def is_needed(*, sees: bool) -> None:
    """Brief sight is for those who do not see the client anyhow."""
    if sees:
        raise Refusal(
            "rule 7", "brief_sight.not_needed", _("Du ser kunden redan. Öppna kundens sida som vanligt.")
        )


def is_reviewed_by_another(*, same_person: bool) -> None:
    """Nobody reviews what they saw themselves, with whatever account."""
    if same_person:
        raise Refusal("rule 7", "brief_sight.own", _("Du tog själv insynen. Någon annan måste granska den."))


def is_reviewed_by_a_person(account: UUID | None) -> UUID:
    """Returns the account of whoever reviews: a person does, not the system."""
    if account is None:
        raise Refusal(
            "rule 7", "brief_sight.by_the_system", _("En insyn granskas av en person, inte av systemet.")
        )
    return account


def is_reviewed_once(reviewed: datetime | None) -> None:
    """A brief sight is reviewed once."""
    if reviewed is not None:
        raise Refusal("rule 7", "brief_sight.reviewed", _("Insynen är redan granskad."))


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
