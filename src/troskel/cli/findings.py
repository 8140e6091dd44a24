# SPDX-License-Identifier: EUPL-1.2
"""A finding of `troskel check`: about what, how grave, in plain words."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple


class Weight(StrEnum):
    """How grave a finding is. `MISSING`: it is not served so."""

    OK = "ok"
    NOTE = "note"
    MISSING = "missing"


class CheckFinding(NamedTuple):
    """One thing that was looked at."""

    about: str
    weight: Weight
    words: str


def ok(about: str, words: str) -> CheckFinding:
    """A finding that asks for nothing."""
    return CheckFinding(about, Weight.OK, words)


def missing(about: str, words: str) -> CheckFinding:
    """A finding that keeps it from being served."""
    return CheckFinding(about, Weight.MISSING, words)


def note(about: str, words: str) -> CheckFinding:
    """A finding to look at; it is served all the same."""
    return CheckFinding(about, Weight.NOTE, words)
