# SPDX-License-Identifier: EUPL-1.2
"""The columns of a list, on a page as in a spreadsheet: a heading, and what stands in it for an item."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple


class Case(str):
    """A case number: it leads to the client."""

    __slots__ = ()


Value = str | Case | date | datetime | list[Case] | None


class Column(NamedTuple):
    """A column: its heading, and what stands in it for an item."""

    word: str
    of: Callable[[Any], Value]
