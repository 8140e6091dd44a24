# SPDX-License-Identifier: EUPL-1.2
"""Putting work into the outbox, and letting parked work run again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from troskel.ground import clock
from troskel.outbox.models import Parcel


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A parcel to put. `payload` holds ids and codes; names and addresses are looked up at sending."""

    municipality: str
    key: str
    kind: str
    payload: Mapping[str, Any]
    run_at: datetime | None = None  # now, unless later


def put(drafts: Sequence[Draft]) -> None:
    """Put parcels in the caller's transaction: one insert. A key that was put before is left as it is."""
    now = clock.now()
    parcels = [
        Parcel(
            municipality=draft.municipality,
            key=draft.key,
            kind=draft.kind,
            payload=json.dumps(draft.payload, sort_keys=True, ensure_ascii=False),
            put_at=now,
            run_at=draft.run_at or now,
        )
        for draft in drafts
    ]
    Parcel.objects.bulk_create(parcels, ignore_conflicts=True)


def unpark(municipality: str, parcels: Iterable[UUID]) -> int:
    """Let parked parcels run again from now, with all their attempts left; gives how many there were."""
    parked = Parcel.objects.filter(municipality=municipality, id__in=list(parcels), parked_at__isnull=False)
    return parked.update(parked_at=None, attempts=0, run_at=clock.now(), leased_by=None, lease_until=None)


def clear_done(before: datetime) -> int:
    """Delete what was done before an instant; gives how many. Their keys are free again: keep some weeks."""
    return Parcel.objects.filter(done_at__lt=before).delete()[0]
