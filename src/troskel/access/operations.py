# SPDX-License-Identifier: EUPL-1.2
"""Writes to openings and alarms; called by acts only, with the client's home locked."""

from __future__ import annotations

from django.db import connection

from troskel.access.models import Alarm, Opening
from troskel.ground.compiled_query import db_value, insert


class OutcomeStands(Exception):
    """Another outcome of the opening was stored since it was read."""


def allow(opening: Opening) -> None:
    """Store an allowed opening, without an outcome yet."""
    insert([opening])


def note(opening: Opening, before: str) -> None:
    """Store the outcome of an opening in place of the one `before`. Raises OutcomeStands where it is another."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE access_opening SET outcome = %s, code = %s, battery = %s, noted = %s "
            "WHERE id = %s AND outcome = %s",
            [
                opening.outcome,
                opening.code,
                opening.battery,
                db_value(opening.noted),
                db_value(opening.id),
                before,
            ],
        )
        if cursor.rowcount != 1:
            raise OutcomeStands


def begin(alarm: Alarm) -> None:
    """Store a new alarm."""
    alarm.save(force_insert=True)


def accept(alarm: Alarm) -> None:
    """Store who accepted the alarm, and until when that gives access."""
    alarm.save(update_fields=["accepted", "accepted_by", "until"])


def close(alarm: Alarm) -> None:
    """Store how the alarm ended."""
    alarm.save(update_fields=["closed", "outcome"])
