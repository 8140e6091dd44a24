# SPDX-License-Identifier: EUPL-1.2
"""The demo's municipality: two simulated years, carried out as acts, ending now."""

from __future__ import annotations

from collections.abc import Callable

from troskel.ground import clock
from troskel.simulator import day_loop
from troskel.simulator.organisations import ACCOUNTS, ORGANISATIONS
from troskel.simulator.town import BRISK, Pace, Town

DAYS, CLIENTS, SEED = 730, 300, 7
BRISK_BELOW_DAYS = 120


def fill(
    municipality: str,
    tell: Callable[[str], None],
    *,
    days: int = DAYS,
    clients: int = CLIENTS,
    passed: Callable[[int, int], None] | None = None,
) -> Town:
    """Simulates the demo municipality up to now. The same day produces the same data.

    `passed`: is called after each day, with the days that have passed and all of them.
    """
    tell(f"{days} days in the life of a municipality with {clients} clients in care")
    return day_loop.live(
        municipality,
        days=days,
        clients=clients,
        seed=SEED,
        pace=BRISK if days < BRISK_BELOW_DAYS else Pace(),
        now=clock.now(),
        tell=tell,
        every_day=None if passed is None else lambda town: passed(town.days - town.days_left(), town.days),
        is_shown=True,
    )


def demo_accounts() -> list[str]:
    """Returns the accounts of the demo, one line per organisation."""
    return [
        f"{name}: {', '.join(f'{full} ({username})' for username, full, _, where in ACCOUNTS if where == orgnr)}"
        for orgnr, name, _, _ in ORGANISATIONS
    ]
