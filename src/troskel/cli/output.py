# SPDX-License-Identifier: EUPL-1.2
"""How commands take days, print JSON, and go wrong."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from troskel.ground import clock
from troskel.people.roles import Actor, ActorKind

REFUSED = 2
"""Exit code of what was refused, or badly asked."""

FIRST_YEAR, LAST_YEAR = 1900, 2200


class Wrong(Exception):
    """The command can't be done: what is wrong, and what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def print_json(value: Any) -> None:
    """One JSON document on stdout."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=1).decode())


def say(text: str) -> None:
    """A word to the person at the terminal, never in the way of the JSON."""
    print(text, file=sys.stderr, flush=True)


def day(written: str) -> date:
    """A day as 2026-11-20. Raises what argparse shows."""
    try:
        found = date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no day: write it as 2026-11-20") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"{written} lies outside the years {FIRST_YEAR}–{LAST_YEAR}")
    return found


def whole(lowest: int, highest: int) -> Callable[[str], int]:
    """A type for argparse: a whole number from `lowest` through `highest`."""

    def number(written: str) -> int:
        try:
            found = int(written)
        except ValueError:
            found = lowest - 1
        if not lowest <= found <= highest:
            raise argparse.ArgumentTypeError(f"{written!r} is no whole number from {lowest} to {highest}")
        return found

    return number


port = whole(1, 65535)
"""A port to listen on."""

days_ahead = whole(1, 3660)
"""How many days ahead to look: ten years at most."""


def day_or_today(asked: date | None) -> date:
    """The day asked for, else today by the clock."""
    return asked or clock.today()


def municipality() -> str:
    """The municipality that commands are about."""
    return os.environ.get("TROSKEL_MUNICIPALITY", "0999")


def person(account: str) -> Actor:
    """The person who has this account, as `anna`. Raises Wrong where there is none."""
    from troskel.people import queries as people

    found = people.actor_of_username(f"{municipality()}/{account}")
    if found is None:
        raise Wrong(f"there is no account {account!r} in municipality {municipality()}", REFUSED)
    return found


def system(kind: ActorKind = ActorKind.CLOCK) -> Actor:
    """The system itself, acting in the municipality."""
    return Actor.system(municipality(), kind)
