# SPDX-License-Identifier: EUPL-1.2
"""A phone sends what it has noted, and gets how each event went, today's clients and, by its key, today's grants."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query

from troskel.acts.chapters import REGISTER
from troskel.acts.syncing import BatchWithKey, sync_and_take
from troskel.api.operations import actor_of, add_operation, check_scope, json_response
from troskel.api.writing import WRITE_FAULTS, body_problem, parse_values
from troskel.reading import phone
from troskel.reading.phone import OnThePhone

SYNC = REGISTER["sync_phone"]
WithPlan = Annotated[bool, Query(description="Answer with today's clients too")]


class SyncedEvent(msgspec.Struct, frozen=True):
    """How an event went. `state`: on_the_way (send it again), acknowledged, refused, or corrected.

    `told`: its id here. `occurred`: when it was, as it stands. Refused: `rule`, `code`, and why, in both languages.
    """

    id: UUID
    told: UUID
    state: str
    occurred: datetime | None
    visit: UUID | None
    rule: str
    code: str
    message: str
    swedish: str


class GrantTaken(msgspec.Struct, frozen=True):
    """A grant for a lock, base64url (the door protocol). `lock`, `key`: the lock's own number and its public key, hex.

    `lines`: the last line that the server has of the lock's log. What the lock is to deny is within the grant.
    """

    case: str
    serial: str
    lock: str
    key: str
    grant: str
    ends: datetime
    lines: int


class Synced(msgspec.Struct, frozen=True):
    """How each event of the batch went, the server's clock, and the plan: today's clients, and how to get in.

    `grants`: where `key` was sent, what opens today's doors without the server; null where it could not be issued
    (`grants_code`): keep those that you have, and ask again with the next batch. Empty with a code: none are given.
    """

    account: UUID
    now: datetime
    events: list[SyncedEvent]
    plan: list[OnThePhone] | None = None
    grants: list[GrantTaken] | None = None
    grants_code: str = ""


def sync_phone_with_plan(request: HttpRequest, plan: WithPlan = True) -> HttpResponse:
    """Settles the events of a batch, and answers with the plan, and with grants where the phone's key is sent."""
    if body_error := body_problem(request):
        return body_error
    actor, values = actor_of(request), parse_values(request.body)
    if values.get("key") is not None:
        check_scope(request, "take_grants")
    answer: dict[str, Any] = sync_and_take(actor, values)
    return json_response(answer | {"plan": phone.phone_list(actor) if plan else None})


add_operation(
    "POST",
    "/phone/sync",
    sync_phone_with_plan,
    name="sync_phone_with_plan",
    summary="Send what a phone has noted; get how each event went, today's clients, and grants for their doors",
    description="Act: sync_phone, then enrol_phone and take_grants where key is sent; reading: phone_list. An event is "
    "settled once, by its id. What is neither acknowledged, refused nor corrected is sent again.",
    who=SYNC.who,
    answers=Synced,
    takes=BatchWithKey,
    faults=WRITE_FAULTS,
    tag="syncing",
)
