# SPDX-License-Identifier: EUPL-1.2
"""The first day: the municipality with its routine, its organisations and people, and what lies in stock."""

from __future__ import annotations

from troskel.simulator.life import Life
from troskel.simulator.organisations import (
    ACCOUNTS,
    ADMINISTRATOR,
    ALARM,
    HOME_CARE,
    LOCKSMITHS,
    ORGANISATIONS,
)
from troskel.simulator.town import Town

RUNNING_LOW, NEW_ONES = 8, 40
WITH_TAGS = (*HOME_CARE, ALARM)
"""Who leaves tags with clients."""


def found(life: Life, name: str) -> None:
    """The municipality, its routine and its people."""
    life.does("demo", "found_municipality", name=name, valid_from=life.day.isoformat())
    named = ("orgnr", "name", "email", "kind")
    organisations = [dict(zip(named, row, strict=True)) for row in ORGANISATIONS]
    life.does("demo", "register_organisations", organisations=organisations)
    for username, full_name, role, organisation in ACCOUNTS:
        told = {"username": username, "name": full_name, "role": role, "organisation": organisation}
        life.does("demo", "register_account", **told)


def restock(town: Town) -> None:
    """New locks and tags are taken into stock where they run low."""
    for held, kind, holders in ((town.locks, "lock", LOCKSMITHS), (town.tags, "tag", WITH_TAGS)):
        for holder in holders:
            if len(held.setdefault(holder, [])) < RUNNING_LOW:
                numbers = [f"{_series(kind, holder)}-{town.number():05}" for _ in range(NEW_ONES)]
                told = {"kind": kind, "numbers": numbers, "organisation": holder}
                if town.life.does(ADMINISTRATOR, "register_things", **told) is not None:
                    held[holder] += numbers


def _series(kind: str, holder: str) -> str:
    return f"{'47' if kind == 'lock' else '88'}{holder[-2:]}"
