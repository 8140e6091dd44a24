# SPDX-License-Identifier: EUPL-1.2
"""Writes to visits; called by acts only, with the client's home locked."""

from __future__ import annotations

from collections.abc import Sequence

from troskel.visits.models import Visit

ROWS = 400


def register(visits: Sequence[Visit]) -> None:
    """New visits. One statement, but for SQLite's splitting of long ones."""
    if visits:
        Visit.objects.bulk_create(visits, batch_size=ROWS)


def change(visits: Sequence[Visit]) -> None:
    """Visits that have ended, or have lost their end."""
    changed = ["departed", "open", "departed_evidence", "departed_reason", "flags"]
    if visits:
        Visit.objects.bulk_update(visits, changed, batch_size=ROWS)
