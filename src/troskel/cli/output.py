# SPDX-License-Identifier: EUPL-1.2
"""What commands share: parsing of days and numbers, JSON output, and errors."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import msgspec

from troskel.ground import clock
from troskel.people.roles import Actor, ActorKind

EXIT_REFUSED = 2
"""Exit code of refusals and usage errors."""

FIRST_YEAR, LAST_YEAR = 1900, 2200


class CommandError(Exception):
    """The command failed. The message tells what is wrong, and what to do."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def print_json(value: Any) -> None:
    """Prints one JSON document on stdout."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=1).decode())


def print_status(text: str) -> None:
    """Prints a message for people on stderr, apart from the JSON on stdout."""
    print(text, file=sys.stderr, flush=True)


def parse_day(text: str) -> date:
    """Parses a day as 2026-11-20. Raises ArgumentTypeError, which argparse prints."""
    try:
        value = date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day: write it as 2026-11-20") from None
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise argparse.ArgumentTypeError(f"{text} lies outside the years {FIRST_YEAR}–{LAST_YEAR}")
    return value


def integer_between(lowest: int, highest: int) -> Callable[[str], int]:
    """Returns an argparse type: an integer from `lowest` through `highest`."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            value = lowest - 1
        if not lowest <= value <= highest:
            raise argparse.ArgumentTypeError(f"{text!r} is no whole number from {lowest} to {highest}")
        return value

    return number


port = integer_between(1, 65535)
"""A port to listen on."""

days_ahead = integer_between(1, 3660)
"""A number of days ahead: at most ten years."""


def day_or_today(day: date | None) -> date:
    """Returns the given day, or today by the clock."""
    return day or clock.today()


def municipality() -> str:
    """Returns the code of the municipality that commands are about."""
    from django.conf import settings

    return os.environ.get("TROSKEL_MUNICIPALITY") or str(settings.TROSKEL_MUNICIPALITY)


def actor_of_account(account: str) -> Actor:
    """Returns the command line as actor on behalf of an account, as `anna`. Raises CommandError when there is none."""
    from troskel.people import queries as people

    actor = people.actor_of_username(f"{municipality()}/{account}")
    if actor is None:
        raise CommandError(f"there is no account {account!r} in municipality {municipality()}", EXIT_REFUSED)
    return replace(actor, kind=ActorKind.COMMAND_LINE)


def system_actor(kind: ActorKind = ActorKind.COMMAND_LINE) -> Actor:
    """Returns the system itself as actor in the municipality; without a kind, the command line on nobody's behalf."""
    return Actor.system(municipality(), kind)
