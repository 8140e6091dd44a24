# SPDX-License-Identifier: EUPL-1.2
"""Small parts, so that a few items are many."""

from __future__ import annotations

import sys
from typing import Any

import pytest


def make_parts_small(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    """Let plural acts, the import and the turn of the day take so many in one transaction."""
    for name, module in list(sys.modules.items()):
        if name.startswith("troskel.") and "PART_SIZE" in vars(module):
            monkeypatch.setattr(module, "PART_SIZE", size)


class Stopped(BaseException):
    """What stops a program: nothing catches it."""


def stop_at_commit(monkeypatch: pytest.MonkeyPatch, number: int) -> list[Any]:
    """Stop before the commit with this number, from 1, of those that write lines; returns the acts that have come."""
    from troskel.runner.transaction import ActContext

    finish, seen = ActContext._finish, []

    def stopping(self: ActContext, *arguments: Any) -> Any:
        outcome = finish(self, *arguments)
        if outcome.lines:
            seen.append(self.act.name)
            if len(seen) == number:
                raise Stopped
        return outcome

    monkeypatch.setattr(ActContext, "_finish", stopping)
    return seen
