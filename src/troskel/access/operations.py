# SPDX-License-Identifier: EUPL-1.2
"""Writes to openings and alarms; called by acts only, with the client's home locked."""

from __future__ import annotations

from troskel.access.models import Alarm, Opening


def allow(opening: Opening) -> None:
    """Store an allowed opening, without an outcome yet."""
    opening.save(force_insert=True)


def note(opening: Opening) -> None:
    """Store the outcome of an opening."""
    opening.save(update_fields=["outcome", "code", "battery", "noted"])


def begin(alarm: Alarm) -> None:
    """Store a new alarm."""
    alarm.save(force_insert=True)


def accept(alarm: Alarm) -> None:
    """Store who accepted the alarm, and until when that gives access."""
    alarm.save(update_fields=["accepted", "accepted_by", "until"])


def close(alarm: Alarm) -> None:
    """Store how the alarm ended."""
    alarm.save(update_fields=["closed", "outcome"])
