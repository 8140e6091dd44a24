# SPDX-License-Identifier: EUPL-1.2
"""Lists of what is asked: duties, notices with their receipts, and who is deputy. By case number, never by name."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import Exists, OuterRef, Q, Subquery

from troskel.duties import queries as duties
from troskel.duties.models import Deputy
from troskel.ground import clock
from troskel.journal.models import Kind, Line
from troskel.people.models import Account
from troskel.people.roles import MUNICIPAL_ROLES, Actor
from troskel.reading.base import clients_named, note
from troskel.reading.paging import Asked, Page, Row, page, rows_of
from troskel.reading.worklist import duties_of, duty_told, username


class ListedDuty(msgspec.Struct, frozen=True):
    """A duty or a notice: which paragraph asks, what, whose, by when, how late, and what fulfils it.

    `says`: the paragraph's text. `fulfilled_by`: the acts that fulfil it. `person`: who of the organisation has taken
    it. `escalated`: since when the deputy is asked too.
    """

    id: UUID
    paragraph: str
    ask: str
    text: str
    says: str
    fulfilled: str
    fulfilled_by: list[str]
    case: str | None
    door: UUID | None
    organisation: str | None
    role: str
    person: str | None
    opened: date
    due: date | None
    state: str
    days_late: int
    escalated: date | None
    deputy: str | None


class ListedNotice(ListedDuty, frozen=True):
    """A notice, with its receipt: which account read it, and when. Read by the system itself: no account."""

    read_by: str | None
    read_at: datetime | None


class ListedDeputy(msgspec.Struct, frozen=True):
    """Who stands in for a role in an organisation, from which day through which."""

    id: UUID
    organisation: str
    role: str
    deputy: str
    valid_from: date
    valid_through: date | None


class Receipt(NamedTuple):
    """Who read a notice, and when."""

    account: str | None
    instant: datetime


def listed_duties(
    viewer: Actor, asked: Asked, *, on: date, state: str = "open", client: str = ""
) -> Page[ListedDuty]:
    """What the routine asks: of the viewer, and about the clients that the viewer sees."""
    found, following = _listed(viewer, asked, "duty", on, state, client)
    return Page([duty(row, on) for row in found], following)


def late_duties(viewer: Actor, asked: Asked, *, role: str = "", organisation: str = "") -> Page[ListedDuty]:
    """What is late today, the latest first; of one role of the routine, or one organisation, where that is named."""
    today = clock.today()
    condition = Q(kind="duty", state="open", due__lt=today)
    condition &= Q(role=role) if role else Q()
    condition &= Q(organisation__orgnr=organisation) if organisation else Q()
    rows = duties_of(viewer, condition, today).values("client_id", *duties.FIELDS)
    found, following = rows_of(rows, asked, "due")
    shown = {row["client_id"] for row in found if row["client_id"]}
    note(viewer, "late.listed", ids=shown, role=role, organisation=organisation, after=asked.after)
    return Page([duty(row, today) for row in found], following)


RECENT = timedelta(days=90)


def recent_notices(
    viewer: Actor, asked: Asked, *, unread: bool = False, sent: bool = False, client: str = ""
) -> Page[ListedNotice]:
    """The notices of the last ninety days, the newest first, with their receipts.

    `unread`: those that nobody has read. `sent`: those that something the viewer did has given rise to.
    """
    today = clock.today()
    condition = Q(kind="notice", opened__gte=today - RECENT, opened__lte=today)
    condition &= Q(state="open") if unread else ~Q(state="moot")
    if client:
        condition &= Q(client__in=clients_named(viewer, client))
    if sent:
        by_me = Line.objects.filter(
            municipality=viewer.municipality,
            kind=Kind.ACTS,
            number=OuterRef("opened_line"),
            actor=viewer.account,
        )
        condition &= Q(Exists(by_me))
    rows = duties_of(viewer, condition, today).values("client_id", *duties.FIELDS)
    found, following = rows_of(rows, asked._replace(newest=True))
    shown = {row["client_id"] for row in found if row["client_id"]}
    note(viewer, "notices.viewed", ids=shown, case=client, unread=unread, sent=sent, after=asked.after)
    return Page(_with_receipts(viewer, found, today), following)


def listed_notices(
    viewer: Actor, asked: Asked, *, on: date, state: str = "open", client: str = ""
) -> Page[ListedNotice]:
    """What the routine tells; the office, which sends, sees who has read what."""
    found, following = _listed(viewer, asked, "notice", on, state, client)
    return Page(_with_receipts(viewer, found, on), following)


def notices_of(viewer: Actor, about: Q, on: date) -> list[ListedNotice]:
    """The notices about a client that the viewer may read: open, and read with their receipts."""
    told = duties.known_on(on) & Q(kind="notice") & ~Q(state="moot")
    return _with_receipts(viewer, list(duties_of(viewer, told & about, on)), on)


def duty(row: Row, on: date) -> ListedDuty:
    """A duty as a list shows it, as it stood on a day."""
    told = {**duty_told(row, on), "door": row["door_id"]}
    return ListedDuty(**{name: told[name] for name in ListedDuty.__struct_fields__})


def deputies(viewer: Actor, asked: Asked) -> Page[ListedDeputy]:
    """The deputies who stand today: of every organisation for the municipality, else of one's own."""
    rows = Deputy.objects.filter(municipality=viewer.municipality, dismissed=None).filter(
        Q(valid_through=None) | Q(valid_through__gte=clock.today())
    )
    if viewer.role not in MUNICIPAL_ROLES:
        rows = rows.filter(organisation=viewer.organisation)
    named = ("id", "organisation__orgnr", "role", "account__username", "valid_from", "valid_through")
    return page(rows.values(*named), asked, _deputy)


def _deputy(row: Row) -> ListedDeputy:
    deputy = username(row["account__username"]) or ""
    period = (row["valid_from"], row["valid_through"])
    return ListedDeputy(row["id"], row["organisation__orgnr"], row["role"], deputy, *period)


def _listed(
    viewer: Actor, asked: Asked, kind: Literal["duty", "notice"], on: date, state: str, client: str
) -> tuple[list[Row], str | None]:
    condition = Q(kind=kind) & (duties.open_on(on) if state == "open" else duties.known_on(on))
    if client:
        condition &= Q(client__in=clients_named(viewer, client))
    rows = duties_of(viewer, condition, on).values("client_id", *duties.FIELDS)
    found, following = rows_of(rows, asked)
    shown = {row["client_id"] for row in found if row["client_id"]}
    page_of: dict[str, Any] = {"limit": asked.limit, "after": asked.after}
    note(viewer, f"{kind}.listed", ids=shown, case=client, on=on, state=state, **page_of)
    return found, following


def _with_receipts(viewer: Actor, rows: list[Row], on: date) -> list[ListedNotice]:
    closed = [row["closed_line"] for row in rows if row["closed"] is not None and row["closed"] <= on]
    read = receipts(viewer.municipality, [line for line in closed if line is not None])
    return [_notice(row, on, read.get(row["closed_line"])) for row in rows]


def _notice(row: Row, on: date, receipt: Receipt | None) -> ListedNotice:
    told = msgspec.structs.asdict(duty(row, on))
    return ListedNotice(
        **told,
        read_by=receipt.account if receipt else None,
        read_at=receipt.instant if receipt else None,
    )


def receipts(municipality: str, lines: Iterable[int]) -> dict[int, Receipt]:
    """The receipts that the journal holds, by the number of the line: that line is the receipt. One query."""
    reader = Account.objects.filter(id=OuterRef("actor")).values("username")
    rows = (
        Line.objects.filter(municipality=municipality, kind=Kind.ACTS, number__in=list(lines))
        .filter(event="notice.read")
        .annotate(reader=Subquery(reader))
    )
    found = rows.values_list("number", "reader", "occurred")
    return {number: Receipt(username(reader), instant) for number, reader, instant in found}
