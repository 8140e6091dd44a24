# SPDX-License-Identifier: EUPL-1.2
"""How commands take days, print JSON, and go wrong."""

from __future__ import annotations

import argparse
import os
import sys
from datetime import date
from typing import Any

import msgspec

from troskel.ground import clock
from troskel.people.roles import Actor, ActorKind

REFUSED = 2
"""Exit code of what was refused, or badly asked."""


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
        return date.fromisoformat(written)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{written!r} is no day: write it as 2026-11-20") from None


def day_or_today(asked: date | None) -> date:
    """The day asked for, else today by the clock."""
    return asked or clock.today()


def municipality() -> str:
    """The municipality that commands are about."""
    return os.environ.get("TROSKEL_MUNICIPALITY", "0999")


def system(kind: ActorKind = ActorKind.CLOCK) -> Actor:
    """The system itself, acting in the municipality."""
    return Actor.system(municipality(), kind)
