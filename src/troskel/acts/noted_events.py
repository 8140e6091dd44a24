# SPDX-License-Identifier: EUPL-1.2
"""An event as a phone tells it: its envelope, and its content, which may be sealed to the server."""

from __future__ import annotations

from datetime import UTC
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from troskel.acts.tag_reads import FromTag
from troskel.ground import sealing
from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.ground.years import can_be_meant, check_year
from troskel.runner import field_errors
from troskel.runner.choices import Evidence
from troskel.runner.fields import SERIAL, TAG, CaseNumber, Code, Instant
from troskel.runner.one_spelling import in_one_spelling
from troskel.visits import events as rules

PhoneSequence = Annotated[int, msgspec.Meta(ge=0, lt=2**31)]
Ticks = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
"""Milliseconds of a clock that nobody sets."""


class EventContent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was noted. `visit`: of a departure, the arrival's event, or a visit that was begun otherwise.

    An arrival by tag need name no client: the tag is with one. `picc_data`, `cmac`: of the address of a signed tag,
    which need not name the tag.
    """

    kind: Literal["arrive", "depart"]
    by: Evidence
    client: Annotated[CaseNumber, msgspec.Meta(max_length=50)] = ""
    visit: UUID | None = None
    tag: Annotated[Code, TAG] = ""
    serial: Annotated[Code, SERIAL] = ""
    reason: Code = ""
    picc_data: FromTag = ""
    cmac: FromTag = ""


class NotedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event, as the phone keeps it. `ticks`: milliseconds of the clock that nobody sets, of the start `boot`.

    `content`: an `EventContent`, or its JSON `sealed` to the server (`ground/sealing.py`) for this account and id. What
    can't be read is refused alone.
    """

    id: UUID
    sequence: PhoneSequence
    noted: Instant
    content: dict[str, Any] = {}
    sealed: Annotated[str, msgspec.Meta(max_length=4000)] = ""
    boot: Code = ""
    ticks: Ticks | None = None


class WaitingEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event that the phone has not sent yet."""

    id: UUID
    sequence: PhoneSequence
    noted: Instant


def opened(event: NotedEvent, account: UUID | None) -> NotedEvent:
    """Returns an event with its content, if it came sealed; what can't be opened stays sealed."""
    if not event.sealed:
        return event
    try:
        content = msgspec.json.decode(
            sealing.unseal(event.sealed, f"{account} {event.id}"), type=dict[str, Any]
        )
    except (sealing.NotSealed, msgspec.MsgspecError, UnicodeDecodeError):
        return event
    return msgspec.structs.replace(event, content=content, sealed="")


def content_of(event: NotedEvent) -> EventContent | BadValue:
    """Returns what was noted, or why it can't be read."""
    try:
        check_year("noted", event.noted)
        if event.sealed:
            return BadValue(
                "sealed",
                "event.not_opened",
                _("Servern kan inte öppna det som telefonen har sparat. Be samordnaren skriva in besöket."),
            )
        if unknown := field_errors.unknown_field(event.content, EventContent):
            raise unknown
        return msgspec.convert(in_one_spelling(event.content, EventContent), EventContent, strict=True)
    except msgspec.ValidationError as error:
        return field_errors.bad_value(error, EventContent)
    except BadValue as bad:
        return bad


def digest_of(event: NotedEvent) -> str:
    """Returns the digest by which a repeat is known: of what was noted, and when."""
    noted = event.noted.astimezone(UTC) if can_be_meant(event.noted) else event.noted
    return rules.digest_of([noted, event.content, event.sealed])
