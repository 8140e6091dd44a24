# SPDX-License-Identifier: EUPL-1.2
"""Opening a door from the phone: the one operation that speaks to a lock between two acts."""

from __future__ import annotations

import msgspec
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from troskel.acts import opening
from troskel.api.operations import actor_of, answer, operation
from troskel.api.writing import FAULTS, Key, unreadable, values_of
from troskel.people.roles import PHONE_ROLES


class DoorToOpen(msgspec.Struct, frozen=True):
    """Whose door, and which lock."""

    client: str
    serial: str


def open_door_by_phone(request: HttpRequest, idempotency_key: Key = None) -> HttpResponse:
    """Judged and journalled, asked of the lock, and noted."""
    if refused := unreadable(request):
        return refused
    driver = import_string(settings.TROSKEL_LOCK_DRIVER)()
    values = values_of(request.body)
    return answer(opening.open_the_door(actor_of(request), driver, values, key=idempotency_key))


operation(
    "POST",
    "/phone/open",
    open_door_by_phone,
    name="open_door_by_phone",
    summary="Open a door: allowed, asked of the lock, and noted",
    description="Acts: open_door, then note_opening. A repeat with the same key is the same opening. "
    "`unknown`: no answer came from the lock, and the door may be open.",
    who=PHONE_ROLES,
    answers=opening.Opened,
    takes=DoorToOpen,
    faults=FAULTS,
    tag="opening",
)
