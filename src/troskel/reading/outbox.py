# SPDX-License-Identifier: EUPL-1.2
"""The e-mails that were given up, and how the outbox stands: by case number, role and organisation, no address."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from troskel.duties import routines
from troskel.outbox import queries as outbox
from troskel.outbox.post import COPY
from troskel.outbox.queries import Condition
from troskel.people.models import Client, Organisation
from troskel.people.roles import Actor
from troskel.reading.base import note
from troskel.reading.paging import Asked, Page, rows_of
from troskel.reading.worklist import Said
from troskel.routine.duty import Email


class GivenUp(msgspec.Struct, frozen=True):
    """An e-mail that a person must look at. `to`: roles of the routine, with the organisation where one is named.

    `case`: none where the client is no longer there. `error`: a code, or the name of an error.
    """

    id: UUID
    paragraph: str
    said: Said
    case: str | None
    to: list[tuple[str, str]]
    put: datetime
    given_up: datetime
    error: str


def given_up(viewer: Actor, asked: Asked) -> Page[GivenUp]:
    """The e-mails that were given up, the newest first."""
    rows = outbox.emails(viewer.municipality).filter(parked_at__isnull=False)
    found, following = rows_of(
        rows.values("id", "kind", "payload", "put_at", "parked_at", "last_error"),
        asked._replace(newest=True),
    )
    emails = [_email(row) for row in found]
    cases = dict(
        Client.objects.filter(
            municipality=viewer.municipality, id__in={email.client for email, _ in emails if email.client}
        ).values_list("id", "case_number")
    )
    names = dict(Organisation.objects.filter(municipality=viewer.municipality).values_list("id", "name"))
    note(viewer, "emails.listed", ids=set(cases), limit=asked.limit, after=asked.after)
    shown = [_shown(row, email, only, cases, names) for row, (email, only) in zip(found, emails, strict=True)]
    return Page(shown, following)


def outbox_condition(viewer: Actor) -> Condition:
    """What waits to be sent, what has failed, and whether anybody sends. Two queries; no client is read."""
    return outbox.condition(viewer.municipality)


def _email(row: Any) -> tuple[Email, UUID | None]:
    """What is to be said; and of a single copy, to which organisation it goes."""
    told = json.loads(row["payload"])
    if row["kind"] == COPY:
        return msgspec.convert(told["payload"], Email), UUID(told["recipient"])
    return msgspec.convert(told, Email), None


def _shown(
    row: Any, email: Email, only: UUID | None, cases: dict[UUID, str], names: dict[UUID, str]
) -> GivenUp:
    routine = routines.version(email.version)
    asked = routine.asks[email.paragraph, email.ask]
    to = [(role, names.get(organisation, "") if organisation else "") for role, organisation in email.to]
    if only is not None:
        named = [(role, whom) for (role, whom), (_, one) in zip(to, email.to, strict=True) if one == only]
        to = named or [(role, names.get(only, "")) for (role, whom) in to if not whom]
    return GivenUp(
        id=row["id"],
        paragraph=email.paragraph,
        said=Said(asked.duty, asked.fulfilled, routine.by_id[email.paragraph].text),
        case=cases.get(email.client) if email.client else None,
        to=to,
        put=row["put_at"],
        given_up=row["parked_at"],
        error=row["last_error"],
    )
