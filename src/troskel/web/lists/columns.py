# SPDX-License-Identifier: EUPL-1.2
"""Columns of a list, on a page and in CSV."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, NamedTuple


class CaseNumber(str):
    """A case number: on a page the client's name, as a link; in CSV the number."""

    __slots__ = ()


CellValue = str | CaseNumber | date | datetime | list[CaseNumber] | None


class Column(NamedTuple):
    """A column: its heading, and a function from an item to its value. `url_of`: to where the text is a link.

    `is_way`: ways on from the row, for the page alone.
    """

    heading: str
    value_of: Callable[[Any], CellValue]
    url_of: Callable[[Any], str] | None = None
    is_way: bool = False
