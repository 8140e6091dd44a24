# SPDX-License-Identifier: EUPL-1.2
"""Opens a door from the phone: the one operation that calls a lock between two acts."""

from __future__ import annotations

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from troskel.acts import opening
from troskel.acts.chapters import REGISTER
from troskel.api.operations import actor_of, add_operation, json_response
from troskel.api.writing import WRITE_FAULTS, IdempotencyKeyHeader, body_problem, parse_values


class DoorToOpen(msgspec.Struct, frozen=True):
    """The client whose door it is, and the lock's serial number."""

    client: str
    serial: str


def open_door_by_phone(request: HttpRequest, idempotency_key: IdempotencyKeyHeader = None) -> HttpResponse:
    """Checks and journals the permission, calls the lock, and notes the result."""
    if body_error := body_problem(request):
        return body_error
    driver = import_string(settings.TROSKEL_LOCK_DRIVER)()
    values = parse_values(request.body)
    return json_response(opening.open_the_door(actor_of(request), driver, values, key=idempotency_key))


add_operation(
    "POST",
    "/phone/open",
    open_door_by_phone,
    name="open_door_by_phone",
    summary="Open a door: check, call the lock, and note the result",
    description="Acts: open_door, then note_opening. A repeat with the same key is the same opening. "
    "`unknown`: the lock did not answer, and the door may be open.",
    who=REGISTER["open_door"].who,
    answers=opening.Opened,
    takes=DoorToOpen,
    faults=WRITE_FAULTS,
    tag="opening",
)
