# SPDX-License-Identifier: EUPL-1.2
"""Writes to visits. Called by acts only, with the client's home locked."""

from __future__ import annotations

from collections.abc import Sequence

from troskel.ground.compiled_query import insert
from troskel.visits.models import Visit

BATCH_SIZE = 400


def register(visits: Sequence[Visit]) -> None:
    """Store new visits, in one statement per batch."""
    if visits:
        insert(visits)


def change(visits: Sequence[Visit]) -> None:
    """Store visits that have ended, or were left open."""
    fields = ["departed", "open", "departed_evidence", "departed_reason", "flags"]
    if visits:
        Visit.objects.bulk_update(visits, fields, batch_size=BATCH_SIZE)
