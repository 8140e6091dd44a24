# SPDX-License-Identifier: EUPL-1.2
"""A phone sends what it has noted, and gets how each event went and today's clients: one act and one reading."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from django.http import HttpRequest, HttpResponse
from ninja import Query

from troskel.acts.chapters import REGISTER
from troskel.api.operations import actor_of, add_operation, json_response
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


class Synced(msgspec.Struct, frozen=True):
    """How each event of the batch went, the server's clock, and the plan: today's clients, and how to get in."""

    account: UUID
    now: datetime
    events: list[SyncedEvent]
    plan: list[OnThePhone] | None = None


def sync_phone_with_plan(request: HttpRequest, plan: WithPlan = True) -> HttpResponse:
    """Settles the events of a batch, and answers with the plan."""
    if body_error := body_problem(request):
        return body_error
    actor = actor_of(request)
    answer: dict[str, Any] = SYNC.perform(actor, parse_values(request.body)).answer
    return json_response(answer | {"plan": phone.phone_list(actor) if plan else None})


add_operation(
    "POST",
    "/phone/sync",
    sync_phone_with_plan,
    name="sync_phone_with_plan",
    summary="Send what a phone has noted; get how each event went, and today's clients",
    description="Act: sync_phone; reading: phone_list. An event is settled once, by its id. What is neither "
    "acknowledged, refused nor corrected is sent again.",
    who=SYNC.who,
    answers=Synced,
    takes=SYNC.values,
    faults=WRITE_FAULTS,
    tag="syncing",
)
