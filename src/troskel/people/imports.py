# SPDX-License-Identifier: EUPL-1.2
"""What is stored of a night's import."""

from __future__ import annotations

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


class StopReason(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a night stopped: a kind of `exchange.case_extract.stopping`, how many of how many, and where to look."""

    kind: str
    file: str
    line: int = 1
    changed: int = 0
    known: int = 0
