# SPDX-License-Identifier: EUPL-1.2
"""Asked beforehand: may I open this door now, and by which paragraph? And what has come of openings and alarms."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Exists, F, OuterRef, Q, Subquery

from troskel.access import queries as access
from troskel.access import rules
from troskel.access.models import Alarm, Opening
from troskel.access.rules import Outcome
from troskel.custody import rules as custody
from troskel.custody.models import Holding, Link, ThingKind
from troskel.duties import queries as duties
from troskel.ground import clock
from troskel.ground.refusal_texts import Naming, said
from troskel.ground.refusals import NotFound, Refusal
from troskel.people.roles import Actor, Role
from troskel.reading import lists
from troskel.reading.base import clients_named, note, seen
from troskel.reading.paging import LONGEST, Asked, Page, Row, rows_of
from troskel.routine.facts import ClientFacts


class DoorAsked(msgspec.Struct, frozen=True):
    """May the lock be opened for this client's sake? By A4 through a day (null: no end set), or by an alarm until then.

    If not, `rule` and `why_not` say why; `swedish` says it in Swedish.
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


class ListedOpening(msgspec.Struct, frozen=True):
    """An opening that was allowed, and what came of it; `unknown` where nobody has told."""

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
    """An alarm. Whose it is, is told to those with sight of the client: the coordinator, and who has accepted it."""

    id: UUID
    case: str | None
    raised: datetime
    accepted: datetime | None
    mine: bool
    until: datetime | None
    closed: datetime | None
    outcome: str


class _Lock(NamedTuple):
    serial: str
    thing: UUID
    kind: str
    holder: UUID | None


def ask_door(viewer: Actor, serial: str) -> list[DoorAsked]:
    """May the viewer open this lock now, by which paragraph, or why not: an answer for each client in sight.

    A lock that is not there, and one behind which the viewer sees nobody, are alike not found.
    """
    lock = _lock(viewer, serial)
    clients = list(seen(viewer).filter(_behind(lock)).distinct().order_by("case_number"))
    if not clients:
        raise NotFound("lock", "serial")
    note(viewer, "door.asked", ids=[client.id for client in clients], lock=lock.thing)
    answering = access.answering(viewer, [client.id for client in clients], clock.now())
    homes = duties.facts_of(viewer.municipality, {client.home_id for client in clients})
    return [
        _asked(
            viewer,
            client.case_number,
            homes[client.home_id].clients[client.id],
            lock,
            answering.get(client.id),
        )
        for client in clients
        if client.id in homes[client.home_id].clients  # else it is just being moved
    ]


def _asked(
    viewer: Actor, case: str, client: ClientFacts, lock: _Lock, answering: rules.Answering | None
) -> DoorAsked:
    responder = viewer.role is Role.RESPONDER
    try:
        why = rules.may_open(
            client, viewer.organisation, lock.thing, clock.today(), responder=responder, answering=answering
        )
        custody.lock_is_at_door(lock.kind, lock.holder, why.door, lock.serial)
    except Refusal as no:
        return DoorAsked(case, may=False, rule=no.rule, why_not=no.message, swedish=said(no, Naming("sv")))
    return DoorAsked(
        case,
        may=True,
        door=why.door,
        paragraph=why.by.paragraph,
        link_paragraph=why.link_paragraph,
        through=why.by.through,
        until=why.by.until,
    )


def _lock(viewer: Actor, serial: str) -> _Lock:
    rows = Holding.objects.filter(
        municipality=viewer.municipality, thing__kind=ThingKind.LOCK, thing__number=serial, until=None
    )
    found = rows.values_list("thing_id", "kind", "holder").first()
    if found is None:
        raise NotFound("lock", "serial")
    return _Lock(serial, *found)


def _behind(lock: _Lock) -> Q:
    """The clients who are linked to the lock, or live behind the door that it hangs at."""
    linked = Q(Exists(Link.objects.filter(client=OuterRef("pk"), lock=lock.thing, until=None)))
    return linked | Q(home__ways__door=lock.holder) if lock.kind == "door" else linked


OPENING = ("id", "client_id", "client__case_number", "lock__number", "door_id", "organisation__orgnr", "account_id",
           "paragraph", "not_before", "outcome", "code", "battery", "noted")  # fmt: skip


def openings(viewer: Actor, asked: Asked, client: str = "") -> Page[ListedOpening]:
    """The openings at the clients that the viewer sees; a provider's own alone."""
    rows = Opening.objects.filter(lists.own_allocations(viewer), client__in=clients_named(viewer, client))
    found, following = rows_of(rows.values(*OPENING), asked)
    note(
        viewer,
        "openings.listed",
        ids={row["client_id"] for row in found},
        limit=asked.limit,
        after=asked.after,
        case=client,
    )
    return Page([_opening(row) for row in found], following)


def _opening(row: Row) -> ListedOpening:
    told = {name: row[name] for name in ("id", "paragraph", "code", "battery", "noted")}
    return ListedOpening(
        case=row["client__case_number"],
        lock=row["lock__number"],
        door=row["door_id"],
        organisation=row["organisation__orgnr"],
        account=row["account_id"],
        allowed=row["not_before"],
        outcome=row["outcome"] or Outcome.UNKNOWN,
        **told,
    )


def alarms(viewer: Actor, asked: Asked) -> Page[ListedAlarm]:
    """The alarms that the viewer's organisation answers, open and closed."""
    case = seen(viewer).filter(pk=OuterRef("client")).values("case_number")
    rows = Alarm.objects.filter(municipality=viewer.municipality, organisation=viewer.organisation)
    named = rows.annotate(case=Subquery(case)).values(*ALARM)
    found, following = rows_of(named, asked)
    shown = {row["client_id"] for row in found if row["case"]}
    note(viewer, "alarms.listed", ids=shown, limit=asked.limit, after=asked.after)
    return Page([_alarm(row, viewer) for row in found], following)


class OpenAlarm(msgspec.Struct, frozen=True):
    """An alarm that nobody has closed. `free`: nobody is on the way, or nobody any longer. `by`: who is, by name."""

    id: UUID
    case: str | None
    raised: datetime
    free: bool
    mine: bool
    by: str
    until: datetime | None


def open_alarms(viewer: Actor) -> list[OpenAlarm]:
    """The alarms that the viewer's organisation has to answer now, the oldest first.

    A responder sees no client here but those that `phone_list` shows, and it writes the line.
    """
    case = seen(viewer).filter(pk=OuterRef("client")).values("case_number")
    rows = Alarm.objects.filter(
        municipality=viewer.municipality, organisation=viewer.organisation, closed=None
    )
    named = rows.annotate(case=Subquery(case), by=F("accepted_by__name")).order_by("raised", "id")
    found = list(named.values(*ALARM, "by")[:LONGEST])
    if viewer.role is not Role.RESPONDER:
        note(viewer, "open_alarms.viewed", ids={row["client_id"] for row in found if row["case"]})
    return [_open_alarm(row, viewer, clock.now()) for row in found]


def _open_alarm(row: Row, viewer: Actor, now: datetime) -> OpenAlarm:
    free = row["until"] is None or row["until"] <= now
    told = {name: row[name] for name in ("id", "case", "raised", "until")}
    return OpenAlarm(
        free=free, mine=not free and row["accepted_by"] == viewer.account, by=row["by"] or "", **told
    )


ALARM = ("id", "case", "raised", "accepted", "accepted_by", "until", "closed", "outcome", "client_id")


def _alarm(row: Row, viewer: Actor) -> ListedAlarm:
    return ListedAlarm(
        id=row["id"],
        case=row["case"],
        raised=row["raised"],
        accepted=row["accepted"],
        mine=row["accepted_by"] is not None and row["accepted_by"] == viewer.account,
        until=row["until"],
        closed=row["closed"],
        outcome=row["outcome"],
    )
