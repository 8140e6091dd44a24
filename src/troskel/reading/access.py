# SPDX-License-Identifier: EUPL-1.2
"""May the viewer open this door now, and by which paragraph? Lists of openings and alarms with their outcomes."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db.models import F, OuterRef, Subquery

from troskel.access.models import Alarm, Opening
from troskel.access.rules import ClientDoors, LockOutcome, urgency_rank
from troskel.custody.models import Thing, ThingKind
from troskel.ground import clock
from troskel.ground.refusal_texts import Phrasing, english, refusal_text
from troskel.ground.refusals import NotFound, Refusal
from troskel.people.roles import CARE_ROLES, PHONE_ROLES, Actor, Role
from troskel.permits import doors
from troskel.reading import lists
from troskel.reading.base import clients_in_sight, clients_matching, note
from troskel.reading.paging import MAX_PAGE, Page, PageRequest, Row, rows_of
from troskel.reading.register import read

ALARM_ROLES = (Role.COORDINATOR, Role.RESPONDER)


class DoorAsked(msgspec.Struct, frozen=True):
    """May the lock be opened for this client? By A4 `through` a day (null: no end set), or by an alarm `until` a time.

    If not, `rule`, `code` and `why_not` say why; `swedish` is the same text in Swedish.
    """

    case: str
    may: bool
    door: UUID | None = None
    paragraph: str = ""
    link_paragraph: str = ""
    through: date | None = None
    until: datetime | None = None
    rule: str = ""
    why_not: str = ""
    swedish: str = ""
    code: str = ""


class ListedOpening(msgspec.Struct, frozen=True):
    """An allowed opening and its outcome; `unknown` until an outcome is reported."""

    id: UUID
    case: str
    lock: str
    door: UUID
    organisation: str
    account: UUID
    paragraph: str
    allowed: datetime
    outcome: str
    code: str
    battery: int | None
    noted: datetime | None


class ListedAlarm(msgspec.Struct, frozen=True):
    """An alarm. `case` is set only for those with sight of the client: the coordinator, and who has accepted it.

    `reached`: when whoever had accepted it first opened a door for it; null where that has not been seen.
    """

    id: UUID
    case: str | None
    raised: datetime
    accepted: datetime | None
    mine: bool
    until: datetime | None
    reached: datetime | None
    closed: datetime | None
    outcome: str
    urgency: str


@read(
    who=PHONE_ROLES,
    title="Whether you may open this lock now, and by which paragraph, or why not; for each client whom you may see",
)
def ask_door(viewer: Actor, serial: str) -> list[DoorAsked]:
    """May the viewer open this lock now, by which paragraph, or why not: one answer per client in sight.

    Raises NotFound alike for an unknown lock and for one behind which the viewer sees no client.
    """
    clients = doors.doors_with(viewer, serial, clock.now())
    if not clients:
        raise NotFound("lock", "serial")
    lock = Thing.objects.only("id").get(municipality=viewer.municipality, kind=ThingKind.LOCK, number=serial)
    note(viewer, "door.asked", ids=[found.client.client for found in clients], lock=lock.id)
    return [_door_answer(found, serial) for found in clients]


def _door_answer(found: ClientDoors, serial: str) -> DoorAsked:
    case = found.client.case
    try:
        basis, _ = found.may_open(serial)
    except Refusal as refusal:
        return DoorAsked(
            case,
            may=False,
            rule=refusal.rule,
            code=refusal.code,
            why_not=english(refusal),
            swedish=refusal_text(refusal, Phrasing("sv")),
        )
    return DoorAsked(
        case,
        may=True,
        door=basis.door,
        paragraph=basis.by.paragraph,
        link_paragraph=basis.link_paragraph,
        through=basis.by.through,
        until=basis.by.until,
    )


OPENING_COLUMNS = ("id", "client_id", "client__case_number", "lock__number", "door_id", "organisation__orgnr",
                   "account_id", "paragraph", "not_before", "outcome", "code", "battery", "noted")  # fmt: skip


@read(who=CARE_ROLES, title="Openings that were allowed, and their results; unknown when not reported")
def openings(viewer: Actor, page_request: PageRequest, client: str = "") -> Page[ListedOpening]:
    """Openings at clients in the viewer's sight; a provider sees only its own."""
    rows = Opening.objects.filter(lists.own_allocations(viewer), client__in=clients_matching(viewer, client))
    page_rows, next_cursor = rows_of(rows.values(*OPENING_COLUMNS), page_request)
    note(
        viewer,
        "openings.listed",
        ids={row["client_id"] for row in page_rows},
        limit=page_request.limit,
        after=page_request.after,
        case=client,
    )
    return Page([_opening(row) for row in page_rows], next_cursor)


def _opening(row: Row) -> ListedOpening:
    fields = {name: row[name] for name in ("id", "paragraph", "code", "battery", "noted")}
    return ListedOpening(
        case=row["client__case_number"],
        lock=row["lock__number"],
        door=row["door_id"],
        organisation=row["organisation__orgnr"],
        account=row["account_id"],
        allowed=row["not_before"],
        outcome=row["outcome"] or LockOutcome.UNKNOWN,
        **fields,
    )


@read(
    who=ALARM_ROLES,
    title="Alarms that your organisation answers; the client only if you have accepted it or may see the client",
)
def alarms(viewer: Actor, page_request: PageRequest) -> Page[ListedAlarm]:
    """Alarms that the viewer's organisation answers, open and closed."""
    case = clients_in_sight(viewer).filter(pk=OuterRef("client")).values("case_number")
    rows = Alarm.objects.filter(municipality=viewer.municipality, organisation=viewer.organisation)
    alarm_rows = rows.annotate(case=Subquery(case), reached=_reached()).values(*ALARM_COLUMNS)
    page_rows, next_cursor = rows_of(alarm_rows, page_request)
    clients = {row["client_id"] for row in page_rows if row["case"]}
    note(viewer, "alarms.listed", ids=clients, limit=page_request.limit, after=page_request.after)
    return Page([_alarm(row, viewer) for row in page_rows], next_cursor)


class OpenAlarm(msgspec.Struct, frozen=True):
    """An open alarm. `free`: no acceptance is in force. `by`: the name of who has accepted it.

    `area`: postcode and town, for who is to take it; empty where the client's identity is protected.
    """

    id: UUID
    case: str | None
    raised: datetime
    free: bool
    mine: bool
    by: str
    until: datetime | None
    reached: datetime | None
    urgency: str
    area: str


@read(who=ALARM_ROLES)
def open_alarms(viewer: Actor) -> list[OpenAlarm]:
    """Open alarms of the viewer's organisation, the most urgent first, then the oldest.

    A responder sees only the area of who has not been accepted; other clients here are shown by `phone_list` too, and
    that function records the read.
    """
    case = clients_in_sight(viewer).filter(pk=OuterRef("client")).values("case_number")
    rows = Alarm.objects.filter(
        municipality=viewer.municipality, organisation=viewer.organisation, closed=None
    )
    annotated = rows.annotate(case=Subquery(case), by=F("accepted_by__name"), reached=_reached())
    alarm_rows = annotated.order_by("raised", "id")
    alarms = list(alarm_rows.values(*ALARM_COLUMNS, "by", *AREA_COLUMNS)[:MAX_PAGE])
    alarms.sort(key=lambda row: urgency_rank(row["urgency"]))
    if viewer.role is not Role.RESPONDER:
        note(viewer, "open_alarms.viewed", ids={row["client_id"] for row in alarms if row["case"]})
    return [_open_alarm(row, viewer, clock.now()) for row in alarms]


def _reached() -> Subquery:
    """When a door was first opened for an Alarm row: the opening itself closes the loop, and nobody has to tell."""
    opened = Opening.objects.filter(alarm=OuterRef("pk"), outcome=LockOutcome.OPENED)
    return Subquery(opened.order_by("noted").values("noted")[:1])


def _open_alarm(row: Row, viewer: Actor, now: datetime) -> OpenAlarm:
    is_free = row["until"] is None or row["until"] <= now
    fields = {name: row[name] for name in ("id", "case", "raised", "until", "reached", "urgency")}
    protection, code, town = (row[name] for name in AREA_COLUMNS)
    return OpenAlarm(
        free=is_free,
        mine=not is_free and row["accepted_by"] == viewer.account,
        by=row["by"] or "",
        area="" if protection else f"{code[:3]} {code[3:]} {town}".strip(),
        **fields,
    )


ALARM_COLUMNS = ("id", "case", "raised", "accepted", "accepted_by", "until", "reached", "closed", "outcome",
                 "client_id", "urgency")  # fmt: skip
AREA_COLUMNS = ("client__protection", "client__home__postcode", "client__home__town")


def _alarm(row: Row, viewer: Actor) -> ListedAlarm:
    return ListedAlarm(
        id=row["id"],
        case=row["case"],
        raised=row["raised"],
        accepted=row["accepted"],
        mine=row["accepted_by"] is not None and row["accepted_by"] == viewer.account,
        until=row["until"],
        reached=row["reached"],
        closed=row["closed"],
        outcome=row["outcome"],
        urgency=row["urgency"],
    )
