# SPDX-License-Identifier: EUPL-1.2
"""Writes to openings and alarms; called by acts only, with the client's home locked."""

from __future__ import annotations

from troskel.access.models import Alarm, Opening


def allow(opening: Opening) -> None:
    """An opening that is allowed, and of which nothing has come yet."""
    opening.save(force_insert=True)


def note(opening: Opening) -> None:
    """What came of it."""
    opening.save(update_fields=["outcome", "code", "battery", "noted"])


def begin(alarm: Alarm) -> None:
    """A new alarm."""
    alarm.save(force_insert=True)


def accept(alarm: Alarm) -> None:
    """Who is on the way, and until when that gives a right."""
    alarm.save(update_fields=["accepted", "accepted_by", "until"])


def close(alarm: Alarm) -> None:
    """How it ended."""
    alarm.save(update_fields=["closed", "outcome"])
