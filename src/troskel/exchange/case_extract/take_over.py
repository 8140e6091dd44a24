# SPDX-License-Identifier: EUPL-1.2
"""Existing locks, keys and tags; on the first night also the homes that somebody has to inspect."""

from __future__ import annotations

from datetime import date

import msgspec

from troskel.exchange.case_extract.periods import lasts_to
from troskel.exchange.case_extract.rows import KeyRow, LockRow, NightExtract, TagRow


class TakeOver(msgspec.Struct, frozen=True):
    """Locks, keys and tags from the optional files, and one client of each home that they don't fully describe."""

    locks: list[LockRow] = msgspec.field(default_factory=list)
    keys: list[KeyRow] = msgspec.field(default_factory=list)
    tags: list[TagRow] = msgspec.field(default_factory=list)
    unknown_homes: list[str] = msgspec.field(default_factory=list)


def plan_take_over(night: NightExtract, municipality: str, day: date) -> TakeOver:
    """Returns the plan. A home is unknown unless the files name both a lock and a key for someone who lives there."""
    return TakeOver(
        locks=list(night.locks or ()),
        keys=list(night.keys or ()),
        tags=list(night.tags or ()),
        unknown_homes=_unknown_homes(night, municipality, day),
    )


def told_later(night: NightExtract) -> TakeOver:
    """Returns what a later night, or files that come alone, tell of things; what is there already stays as it is."""
    return TakeOver(locks=list(night.locks or ()), keys=list(night.keys or ()), tags=list(night.tags or ()))


def _unknown_homes(night: NightExtract, municipality: str, day: date) -> list[str]:
    homes_with_lock = {_home(night, row.client) for row in night.locks or ()}
    homes_with_keys = {_home(night, row.client) for row in night.keys or ()}
    homes_with_both = homes_with_lock & homes_with_keys
    unknown: dict[str, str] = {}
    for reference in sorted(_with_care(night, day)):
        client = night.clients[reference]
        if client.home_municipality == municipality and client.died is None:
            home = _home(night, reference)
            if home not in homes_with_both:
                unknown.setdefault(home, reference)
    return list(unknown.values())


def _with_care(night: NightExtract, day: date) -> set[str]:
    """Returns the clients who have, or will have, a decision in force."""
    return {
        d.client
        for d in night.decisions.values()
        if d.status == "in_force" and lasts_to(d.valid_through, day)
    }


def _home(night: NightExtract, client: str) -> str:
    row = night.clients.get(client)
    return (row.address.key if row else None) or f"alone {client}"
