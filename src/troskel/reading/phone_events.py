# SPDX-License-Identifier: EUPL-1.2
"""What phones have noted, and how each event went: the same for the carer, the coordinator and the administrator."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db.models import Count, F, Max, Min, OuterRef, Q, Subquery

from troskel.people.models import Client
from troskel.people.roles import Actor, Role
from troskel.reading.base import note
from troskel.reading.paging import Page, PageRequest, Row, rows_of
from troskel.reading.register import read
from troskel.visits.events import UNSETTLED, EventState
from troskel.visits.models import CarersPhone, PhoneEvent

ROLES = frozenset({Role.CARER, Role.COORDINATOR, Role.ADMINISTRATOR})


class ListedEvent(msgspec.Struct, frozen=True):
    """An event of a phone. `case`: of the client where a visit came of it, else as the phone had it, or empty.

    `noted`: by the phone's clock; `occurred`: as it stands. `code`, `message`, `swedish`: why it is refused or waits.
    """

    id: UUID
    phone: UUID
    sequence: int
    carer: str
    organisation: str
    kind: str
    by: str
    case: str
    noted: datetime
    occurred: datetime | None
    received: datetime | None
    state: str
    rule: str
    code: str
    message: str
    swedish: str
    visit: UUID | None
    clash: bool
    contested: datetime | None
    settled: datetime | None


class ListedPhone(msgspec.Struct, frozen=True):
    """A phone, when it last spoke, and what it keeps. `missing`: events of which nothing is known, by their numbers.

    `slow`: seconds that its clock was slow; negative: fast.
    """

    id: UUID
    carer: str
    organisation: str
    first_seen: datetime
    last_seen: datetime
    slow: int
    unsettled: int
    oldest: datetime | None
    missing: int


COLUMNS = ("id", "phone_id", "sequence", "account__name", "organisation__orgnr", "kind", "content", "noted",
           "occurred", "received", "state", "rule", "code", "message", "swedish", "visit", "client", "clash",
           "contested", "settled", "case")  # fmt: skip


@read(who=ROLES, title="What phones have noted, and how each event went; the newest first")
def phone_events(viewer: Actor, page_request: PageRequest, state: str = "") -> Page[ListedEvent]:
    """The viewer's own events; a coordinator's: those of the provider; an administrator's: all. Two queries.

    `state`: one of the five, or `unsettled`: what is not done with (on the phone, on its way, refused, unanswered).
    """
    case = Client.objects.filter(id=OuterRef("client")).values("case_number")
    rows = PhoneEvent.objects.filter(_of(viewer), _in_state(state)).annotate(case=Subquery(case))
    newest = page_request._replace(newest=True)
    page_rows, next_cursor = rows_of(rows.values(*COLUMNS), newest, by="noted")
    clients = [row["client"] for row in page_rows if row["client"]]
    asked: dict[str, Any] = {"state": state} if state else {}
    note(
        viewer,
        "phone_events.listed",
        ids=set(clients),
        limit=page_request.limit,
        after=page_request.after,
        **asked,
    )
    return Page([_event(row) for row in page_rows], next_cursor)


@read(who=ROLES, title="Phones, when each last spoke, and what it keeps")
def phones(viewer: Actor) -> list[ListedPhone]:
    """The phones that have spoken, or keep something. No client is read, so nothing is recorded. One query."""
    whose = _of(viewer) if viewer.role is Role.CARER else _of_accounts_of(viewer)
    unsettled = Q(events__state__in=UNSETTLED, events__settled=None)
    rows = CarersPhone.objects.filter(whose).annotate(
        unsettled=Count("events", filter=unsettled),
        oldest=Min("events__noted", filter=unsettled),
        known=Count("events"),
        last=Max("events__sequence"),
        carer=F("account__name"),
        orgnr=F("account__organisation__orgnr"),
    )
    return [
        ListedPhone(
            row.id,
            row.carer,
            row.orgnr or "",
            row.first_seen,
            row.last_seen,
            row.skew,
            row.unsettled,
            row.oldest,
            max(0, (row.last or 0) - row.known),
        )
        for row in rows.order_by("-last_seen", "id")[:500]
    ]


def _of(viewer: Actor) -> Q:
    whose = Q(municipality=viewer.municipality)
    if viewer.role is Role.CARER:
        return whose & Q(account=viewer.account)
    return whose & Q(organisation=viewer.organisation) if viewer.role is Role.COORDINATOR else whose


def _of_accounts_of(viewer: Actor) -> Q:
    whose = Q(municipality=viewer.municipality)
    if viewer.role is Role.COORDINATOR:
        return whose & Q(account__organisation=viewer.organisation)
    return whose


def _in_state(state: str) -> Q:
    if state == "unsettled":
        return Q(state__in=[*UNSETTLED, EventState.REFUSED], settled=None)
    return Q(state=state) if state else Q()


def _event(row: Row) -> ListedEvent:
    content = msgspec.json.decode(row["content"]) if row["content"] else {}
    by, named = content.get("by", ""), content.get("client", "")
    return ListedEvent(
        id=row["id"],
        phone=row["phone_id"],
        sequence=row["sequence"],
        carer=row["account__name"],
        organisation=row["organisation__orgnr"],
        kind=row["kind"],
        by=by if isinstance(by, str) else "",
        case=row["case"] or (named if isinstance(named, str) else ""),
        noted=row["noted"],
        occurred=row["occurred"],
        received=row["received"],
        state=row["state"],
        rule=row["rule"],
        code=row["code"],
        message=row["message"],
        swedish=row["swedish"],
        visit=row["visit"],
        clash=bool(row["clash"]),
        contested=row["contested"],
        settled=row["settled"],
    )
