# SPDX-License-Identifier: EUPL-1.2
"""The demo's municipality: two years of its life, carried out as acts, ending now."""

from __future__ import annotations

from collections.abc import Callable

from troskel.ground import clock
from troskel.simulator import living
from troskel.simulator.organisations import ACCOUNTS, ORGANISATIONS
from troskel.simulator.town import BRISK, Pace, Town

TWO_YEARS, CLIENTS, SEED = 730, 300, 7
SHORT = 120


def fill(
    municipality: str, tell: Callable[[str], None], *, days: int = TWO_YEARS, clients: int = CLIENTS
) -> Town:
    """Live the demo municipality up to this moment. The same day gives the same life."""
    tell(f"{days} days in the life of a municipality with {clients} clients in care")
    return living.live(
        municipality,
        days=days,
        clients=clients,
        seed=SEED,
        pace=BRISK if days < SHORT else Pace(),
        now=clock.now(),
        tell=tell,
        is_shown=True,
    )


def who_to_be() -> list[str]:
    """The people of the demo, an organisation a line."""
    return [
        f"{name}: {', '.join(f'{full} ({username})' for username, full, _, where in ACCOUNTS if where == orgnr)}"
        for orgnr, name, _, _ in ORGANISATIONS
    ]
