# SPDX-License-Identifier: EUPL-1.2
"""Which arrivals and departures of a page of visits a tag or a lock has signed. Three queries at most."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q

from troskel.access.models import Opening
from troskel.access.rules import LockOutcome
from troskel.reading.paging import Row
from troskel.visits.exceptions import REMEMBERED, KnownRead, is_copied
from troskel.visits.models import TagRead
from troskel.visits.rules import NEAR_OPENING


class Signatures(NamedTuple):
    """Arrivals and departures that are signed, by visit and moment; and visits whose tag may have been copied."""

    signed: frozenset[tuple[UUID, str]]
    copied: frozenset[UUID]


class _ByLock(NamedTuple):
    """An arrival or departure by lock."""

    visit: UUID
    moment: str
    account: UUID
    client: UUID
    at: datetime


def of_rows(municipality: str, rows: Sequence[Row]) -> Signatures:
    """Returns what is signed of these visits, as is known now: a lock's answers may come days later."""
    reads = _reads(Q(municipality=municipality, visit__in=[row["id"] for row in rows]))
    copied = _copied(municipality, reads) if reads else frozenset()
    by_tag = {(read.visit, read.moment) for read in reads if read.id not in copied}
    by_lock = _signed_by_locks(municipality, list(_ends_by_lock(rows)))
    return Signatures(
        frozenset(by_tag | by_lock), frozenset(read.visit for read in reads if read.id in copied)
    )


def _reads(which: Q) -> list[KnownRead]:
    columns = ("id", "visit", "moment", "key_id", "counter", "occurred")
    return [KnownRead(*row) for row in TagRead.objects.filter(which).values_list(*columns)]


def _copied(municipality: str, reads: Sequence[KnownRead]) -> frozenset[UUID]:
    """Returns the reads that are copies; compared with those of the same keys that can tell."""
    by_key: dict[UUID, list[KnownRead]] = defaultdict(list)
    for read in reads:
        by_key[read.key].append(read)
    near = (_that_tell(key, of_key) for key, of_key in by_key.items())
    others: dict[UUID, list[KnownRead]] = defaultdict(list)
    for read in _reads(Q(municipality=municipality) & reduce(or_, near)):
        others[read.key].append(read)
    return frozenset(read.id for read in reads if is_copied(read, others[read.key]))


def _that_tell(key: UUID, reads: Iterable[KnownRead]) -> Q:
    """The earlier reads of a key with a counter that one of these has, or is below."""
    times, counters = (
        [read.at for read in reads],
        [read.counter for read in reads if read.counter is not None],
    )
    since = Q(occurred__gte=min(times) - REMEMBERED, counter__gte=min(counters, default=0))
    return Q(key=key, occurred__lte=max(times)) & (since | Q(counter__in=counters))


def _ends_by_lock(rows: Iterable[Row]) -> Iterator[_ByLock]:
    for row in rows:
        whose = (row["account_id"], row["client_id"])
        if row["account_id"] is None:
            continue
        if row["evidence"] == "lock":
            yield _ByLock(row["id"], "arrive", *whose, row["arrived"])
        if row["departed_evidence"] == "lock":
            yield _ByLock(row["id"], "depart", *whose, row["departed"])


def _signed_by_locks(municipality: str, ends: Sequence[_ByLock]) -> set[tuple[UUID, str]]:
    """Returns those near which the same account opened at the same client, and the lock has signed it. One query."""
    if not ends:
        return set()
    opened: dict[tuple[UUID, UUID], list[datetime]] = defaultdict(list)
    rows = Opening.objects.filter(
        municipality=municipality,
        client__in={end.client for end in ends},
        account__in={end.account for end in ends},
        line__isnull=False,
        outcome=LockOutcome.OPENED,
        noted__gte=min(end.at for end in ends) - NEAR_OPENING,
        noted__lte=max(end.at for end in ends) + NEAR_OPENING,
    )
    for account, client, at in rows.values_list("account_id", "client_id", "noted"):
        if at is not None:
            opened[account, client].append(at)
    return {
        (end.visit, end.moment)
        for end in ends
        if any(abs(at - end.at) <= NEAR_OPENING for at in opened[end.account, end.client])
    }
