# SPDX-License-Identifier: EUPL-1.2
"""The first night: what hangs there since before, and the homes where somebody has to look."""

from __future__ import annotations

from datetime import date

import msgspec

from troskel.exchange.case_extract.periods import lasts_to
from troskel.exchange.case_extract.rows import KeyRow, LockRow, Night, TagRow


class TakenOver(msgspec.Struct):
    """Locks, keys and tags from the optional files; a client of each home they don't tell enough of."""

    locks: list[LockRow] = msgspec.field(default_factory=list)
    keys: list[KeyRow] = msgspec.field(default_factory=list)
    tags: list[TagRow] = msgspec.field(default_factory=list)
    unknown_homes: list[str] = msgspec.field(default_factory=list)


def plan_taking_over(night: Night, municipality: str, day: date) -> TakenOver:
    """A home is unknown until both a lock and a key are told of, for anyone who lives there."""
    return TakenOver(
        locks=list(night.locks or ()),
        keys=list(night.keys or ()),
        tags=list(night.tags or ()),
        unknown_homes=_unknown_homes(night, municipality, day),
    )


def _unknown_homes(night: Night, municipality: str, day: date) -> list[str]:
    told_of_lock = {_home(night, row.client) for row in night.locks or ()}
    told_of_keys = {_home(night, row.client) for row in night.keys or ()}
    told = told_of_lock & told_of_keys
    unknown: dict[str, str] = {}
    for reference in sorted(_with_care(night, day)):
        client = night.clients[reference]
        if client.home_municipality == municipality and client.died is None:
            home = _home(night, reference)
            if home not in told:
                unknown.setdefault(home, reference)
    return list(unknown.values())


def _with_care(night: Night, day: date) -> set[str]:
    """Clients who have, or will have, a decision in force."""
    return {
        d.client
        for d in night.decisions.values()
        if d.status == "in_force" and lasts_to(d.valid_through, day)
    }


def _home(night: Night, client: str) -> str:
    row = night.clients.get(client)
    return (row.address.key if row else None) or f"alone {client}"
