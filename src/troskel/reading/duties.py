# SPDX-License-Identifier: EUPL-1.2
"""Lists of duties, notices with receipts, and deputies. By case number; a screen puts names to them."""

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
from troskel.journal.models import ChainKind, Line
from troskel.people.models import Account
from troskel.people.roles import EVERY_ROLE, MUNICIPAL_ROLES, Actor, Role
from troskel.reading.base import clients_matching, note
from troskel.reading.paging import Page, PageRequest, Row, page, rows_of
from troskel.reading.register import read
from troskel.reading.worklist import duties_of, duty_shown, username, with_facts


class ListedDuty(msgspec.Struct, frozen=True):
    """A duty or a notice: paragraph, text, owner, due day, days late, and what fulfils it.

    `says`: the paragraph's text. `fulfilled_by`: the acts that fulfil it. `person`: who in the organisation has taken
    it. `escalated`: since when the deputy is asked too.
    """

    id: UUID
    paragraph: str
    ask: str
    text: str
    text_en: str
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
    """A notice with its receipt: which account read it, and when. `read_by` is null where the system read it."""

    read_by: str | None
    read_at: datetime | None


class ListedDeputy(msgspec.Struct, frozen=True):
    """A deputy of a role in an organisation; both days are included."""

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


@read(who=EVERY_ROLE, title="Duties: what, who and by when")
def listed_duties(
    viewer: Actor, page_request: PageRequest, *, on: date, state: str = "open", client: str = ""
) -> Page[ListedDuty]:
    """Duties that the viewer may read, as they stood `on` a day."""
    page_rows, next_cursor = _noted_rows(viewer, page_request, "duty", on, state, client)
    return Page([duty_item(row, on) for row in with_facts(viewer, page_rows, on)], next_cursor)


@read(who=[Role.ADMINISTRATOR])
def late_duties(
    viewer: Actor, page_request: PageRequest, *, role: str = "", organisation: str = ""
) -> Page[ListedDuty]:
    """Late duties, optionally of one role of the routine or one organisation."""
    today = clock.today()
    condition = Q(kind="duty", state="open", due__lt=today)
    condition &= Q(role=role) if role else Q()
    condition &= Q(organisation__orgnr=organisation) if organisation else Q()
    rows = duties_of(viewer, condition, today)
    page_rows, next_cursor = rows_of(rows, page_request, "due")
    clients = {row["client_id"] for row in page_rows if row["client_id"]}
    note(viewer, "late.listed", ids=clients, role=role, organisation=organisation, after=page_request.after)
    return Page([duty_item(row, today) for row in with_facts(viewer, page_rows, today)], next_cursor)


NOTICE_WINDOW = timedelta(days=90)


@read(who=EVERY_ROLE)
def recent_notices(
    viewer: Actor, page_request: PageRequest, *, unread: bool = False, sent: bool = False, client: str = ""
) -> Page[ListedNotice]:
    """The notices of the last ninety days, the newest first, with receipts.

    `unread`: only those without a receipt. `sent`: only those that follow from the viewer's own acts.
    """
    today = clock.today()
    condition = Q(kind="notice", opened__gte=today - NOTICE_WINDOW, opened__lte=today)
    condition &= Q(state="open") if unread else ~Q(state="moot")
    if client:
        condition &= Q(client__in=clients_matching(viewer, client))
    if sent:
        by_me = Line.objects.filter(
            municipality=viewer.municipality,
            kind=ChainKind.ACTS,
            number=OuterRef("opened_line"),
            actor=viewer.account,
        )
        condition &= Q(Exists(by_me))
    rows = duties_of(viewer, condition, today)
    page_rows, next_cursor = rows_of(rows, page_request._replace(newest=True))
    clients = {row["client_id"] for row in page_rows if row["client_id"]}
    note(
        viewer, "notices.viewed", ids=clients, case=client, unread=unread, sent=sent, after=page_request.after
    )
    return Page(_with_receipts(viewer, page_rows, today), next_cursor)


@read(who=EVERY_ROLE, title="Notices, and who has read them")
def listed_notices(
    viewer: Actor, page_request: PageRequest, *, on: date, state: str = "open", client: str = ""
) -> Page[ListedNotice]:
    """Notices that the viewer may read, as they stood `on` a day, with receipts."""
    page_rows, next_cursor = _noted_rows(viewer, page_request, "notice", on, state, client)
    return Page(_with_receipts(viewer, page_rows, on), next_cursor)


def notices_of(viewer: Actor, about: Q, on: date) -> list[ListedNotice]:
    """Open and read notices about a client that the viewer may read, with receipts."""
    condition = duties.known_on(on) & Q(kind="notice") & ~Q(state="moot")
    return _with_receipts(viewer, list(duties_of(viewer, condition & about, on)), on)


def duty_item(row: Row, on: date) -> ListedDuty:
    """A list item of a duty, as it stood on a day."""
    shown = duty_shown(row, on)
    return ListedDuty(**{name: getattr(shown, name) for name in ListedDuty.__struct_fields__})


@read(who=EVERY_ROLE, title="Deputies, who also get duties that are late")
def deputies(viewer: Actor, page_request: PageRequest) -> Page[ListedDeputy]:
    """Today's deputies: of every organisation for municipal roles, else of the viewer's own."""
    rows = Deputy.objects.filter(municipality=viewer.municipality, dismissed=None).filter(
        Q(valid_through=None) | Q(valid_through__gte=clock.today())
    )
    if viewer.role not in MUNICIPAL_ROLES:
        rows = rows.filter(organisation=viewer.organisation)
    columns = ("id", "organisation__orgnr", "role", "account__username", "valid_from", "valid_through")
    return page(rows.values(*columns), page_request, _deputy)


def _deputy(row: Row) -> ListedDeputy:
    deputy = username(row["account__username"]) or ""
    period = (row["valid_from"], row["valid_through"])
    return ListedDeputy(row["id"], row["organisation__orgnr"], row["role"], deputy, *period)


def _noted_rows(
    viewer: Actor,
    page_request: PageRequest,
    kind: Literal["duty", "notice"],
    on: date,
    state: str,
    client: str,
) -> tuple[list[Row], str | None]:
    condition = Q(kind=kind) & (duties.open_on(on) if state == "open" else duties.known_on(on))
    if client:
        condition &= Q(client__in=clients_matching(viewer, client))
    rows = duties_of(viewer, condition, on)
    page_rows, next_cursor = rows_of(rows, page_request)
    clients = {row["client_id"] for row in page_rows if row["client_id"]}
    page_of: dict[str, Any] = {"limit": page_request.limit, "after": page_request.after}
    note(viewer, f"{kind}.listed", ids=clients, case=client, on=on, state=state, **page_of)
    return page_rows, next_cursor


def _with_receipts(viewer: Actor, rows: list[Row], on: date) -> list[ListedNotice]:
    closed_lines = [row["closed_line"] for row in rows if row["closed"] is not None and row["closed"] <= on]
    receipts_by_line = receipts(viewer.municipality, [line for line in closed_lines if line is not None])
    return [
        _notice(row, on, receipts_by_line.get(row["closed_line"])) for row in with_facts(viewer, rows, on)
    ]


def _notice(row: Row, on: date, receipt: Receipt | None) -> ListedNotice:
    fields = msgspec.structs.asdict(duty_item(row, on))
    return ListedNotice(
        **fields,
        read_by=receipt.account if receipt else None,
        read_at=receipt.instant if receipt else None,
    )


def receipts(municipality: str, lines: Iterable[int]) -> dict[int, Receipt]:
    """Receipts by line number: a line `notice.read` is the receipt. One query."""
    reader = Account.objects.filter(id=OuterRef("actor")).values("username")
    rows = (
        Line.objects.filter(municipality=municipality, kind=ChainKind.ACTS, number__in=list(lines))
        .filter(event="notice.read")
        .annotate(reader=Subquery(reader))
    )
    receipt_rows = rows.values_list("number", "reader", "occurred")
    return {number: Receipt(username(reader), instant) for number, reader, instant in receipt_rows}
