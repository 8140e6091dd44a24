# SPDX-License-Identifier: EUPL-1.2
"""Enqueues messages, and lets parked messages run again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from troskel.ground import clock
from troskel.outbox.models import OutboxMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxDraft:
    """A message to enqueue. `payload` holds ids and codes; names and addresses are looked up when it is sent."""

    municipality: str
    key: str
    kind: str
    payload: Mapping[str, Any]
    run_at: datetime | None = None  # default: now


def enqueue(drafts: Sequence[OutboxDraft]) -> None:
    """Enqueues messages in the caller's transaction: one insert. Existing keys are left unchanged."""
    now = clock.now()
    messages = [
        OutboxMessage(
            municipality=draft.municipality,
            key=draft.key,
            kind=draft.kind,
            payload=json.dumps(draft.payload, sort_keys=True, ensure_ascii=False),
            put_at=now,
            run_at=draft.run_at or now,
        )
        for draft in drafts
    ]
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)


def unpark(municipality: str, messages: Iterable[UUID]) -> int:
    """Makes parked messages due now, with their attempts reset. Returns how many there were."""
    parked = OutboxMessage.objects.filter(
        municipality=municipality, id__in=list(messages), parked_at__isnull=False
    )
    return parked.update(parked_at=None, attempts=0, run_at=clock.now(), leased_by=None, lease_until=None)


def delete_done(before: datetime) -> int:
    """Deletes messages done before an instant. Returns how many. Their keys can be reused: keep some weeks."""
    return OutboxMessage.objects.filter(done_at__lt=before).delete()[0]
