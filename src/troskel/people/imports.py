# SPDX-License-Identifier: EUPL-1.2
"""What is stored of a night's import."""

from __future__ import annotations

import msgspec


class RejectedLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A line that was not used: its place and the reason, without the value."""

    file: str
    line: int
    column: str
    reason: str
