# SPDX-License-Identifier: EUPL-1.2
"""Failed e-mails and the outbox's condition: by case number, role and organisation, without addresses."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from troskel.duties import routines
from troskel.outbox import queries as outbox
from troskel.outbox.email_delivery import COPY_KIND
from troskel.outbox.queries import OutboxStatus
from troskel.people.models import Client, Organisation
from troskel.people.roles import Actor, Role
from troskel.reading.base import note
from troskel.reading.paging import Page, PageRequest, rows_of
from troskel.reading.register import read
from troskel.reading.worklist import DutyTexts
from troskel.routine.duty import Email
from troskel.routine.model import LocalizedText


class FailedEmail(msgspec.Struct, frozen=True):
    """An e-mail that failed permanently. `to`: roles of the routine, each with a name of an organisation or "".

    `paragraph`: empty where it is not the routine's. `case`: null where the client is no longer stored.
    `error`: a code, or the name of an error.
    """

    id: UUID
    paragraph: str
    texts: DutyTexts
    case: str | None
    to: list[tuple[str, str]]
    put: datetime
    given_up: datetime
    error: str


OTHER_EMAILS = {
    "signed_heads": LocalizedText("Loggens slut, signerat", "The ends of the journal, signed"),
    "brief_sight": LocalizedText(
        "Någon har tagit kort insyn i en kund", "Somebody has taken brief sight of a client"
    ),
}
"""E-mails that are not the routine's, by what their payload holds."""


@read(who=[Role.ADMINISTRATOR])
def failed_emails(viewer: Actor, page_request: PageRequest) -> Page[FailedEmail]:
    """E-mails that failed permanently, the newest first."""
    rows = outbox.emails(viewer.municipality).filter(parked_at__isnull=False)
    page_rows, next_cursor = rows_of(
        rows.values("id", "kind", "payload", "put_at", "parked_at", "last_error"),
        page_request._replace(newest=True),
    )
    emails = {row["id"]: found for row in page_rows if (found := _email(row)) is not None}
    cases = dict(
        Client.objects.filter(
            municipality=viewer.municipality,
            id__in={email.client for email, _ in emails.values() if email.client},
        ).values_list("id", "case_number")
    )
    names = dict(Organisation.objects.filter(municipality=viewer.municipality).values_list("id", "name"))
    note(viewer, "emails.listed", ids=set(cases), limit=page_request.limit, after=page_request.after)
    items = [
        _failed_email(row, *emails[row["id"]], cases, names) if row["id"] in emails else _other_email(row)
        for row in page_rows
    ]
    return Page(items, next_cursor)


@read(who=[Role.ADMINISTRATOR])
def outbox_condition(viewer: Actor) -> OutboxStatus:
    """What waits, what has failed, and whether a worker is running. Two queries; no client is read."""
    return outbox.outbox_status(viewer.municipality)


def _email(row: Any) -> tuple[Email, UUID | None] | None:
    """Returns the routine's e-mail, and for a single copy the organisation it goes to; None of another e-mail."""
    payload, only = json.loads(row["payload"]), None
    if row["kind"] == COPY_KIND:
        payload, only = payload["payload"], payload["recipient"]
    if "paragraph" not in payload:
        return None
    return msgspec.convert(payload, Email), UUID(only) if only else None


def _other_email(row: Any) -> FailedEmail:
    payload = json.loads(row["payload"])
    told = payload.get("payload", payload)
    text = next((text for name, text in OTHER_EMAILS.items() if name in told), LocalizedText("", ""))
    given_up = {"put": row["put_at"], "given_up": row["parked_at"], "error": row["last_error"]}
    return FailedEmail(row["id"], "", DutyTexts(text, text, text), None, [], **given_up)


def _failed_email(
    row: Any, email: Email, only: UUID | None, cases: dict[UUID, str], names: dict[UUID, str]
) -> FailedEmail:
    routine = routines.version(email.version)
    ask = routine.asks[email.paragraph, email.ask]
    to = [(role, names.get(organisation, "") if organisation else "") for role, organisation in email.to]
    if only is not None:
        recipients = [
            (role, name)
            for (role, name), (_, addressee) in zip(to, email.to, strict=True)
            if addressee == only
        ]
        to = recipients or [(role, names.get(only, "")) for (role, name) in to if not name]
    return FailedEmail(
        id=row["id"],
        paragraph=email.paragraph,
        texts=DutyTexts(ask.duty, ask.fulfilled, routine.by_id[email.paragraph].text),
        case=cases.get(email.client) if email.client else None,
        to=to,
        put=row["put_at"],
        given_up=row["parked_at"],
        error=row["last_error"],
    )
