# SPDX-License-Identifier: EUPL-1.2
"""What is stored of a night's import."""

from __future__ import annotations

from datetime import date

import msgspec


class RejectedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line that was not used: its place and the reason, without the value.

    `used`: the line was used, and a person has to decide something about it. `swedish`: the reason, where an act
    refused the line.
    """

    file: str
    line: int
    column: str
    reason: str
    used: bool = False
    swedish: str = ""


class BegunNight(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The night that is being taken in: one that is broken off and comes again is told of as a whole.

    `after_line`: the journal's last line before it. `unchanged`: the lines that said what was known already.
    """

    day: date
    digest: str
    after_line: int
    unchanged: int
    is_first: bool


class StopReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a night stopped: a kind of `exchange.case_extract.stopping`, how many of how many, and where to look."""

    kind: str
    file: str
    line: int = 1
    changed: int = 0
    known: int = 0
