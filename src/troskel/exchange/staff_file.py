# SPDX-License-Identifier: EUPL-1.2
"""Reads a list of staff: CSV with the columns kontonamn, namn, roll, organisation, in any order.

In UTF-8; semicolons, commas or tabs between. Roles by their Swedish name or code. The first line names the columns.
"""

from __future__ import annotations

import csv
import io
from typing import Any, NamedTuple

from troskel.ground.refusals import BadValue
from troskel.ground.texts import _
from troskel.runner.choices import AccountRole

COLUMNS = {
    "kontonamn": "username",
    "username": "username",
    "namn": "name",
    "name": "name",
    "roll": "role",
    "role": "role",
    "organisation": "organisation",
    "organisationsnummer": "organisation",
}
WANTED = ("username", "name", "role", "organisation")
MAX_LINES = 5000
MAX_NAMED = 20
"""So many bad lines are named."""


class StaffFile(NamedTuple):
    """The people of a list, as `update_staff` takes them, and the line of each in the file."""

    people: list[dict[str, Any]]
    lines: list[int]


def read(text: str) -> StaffFile:
    """Returns the people of the list. Raises BadValue with the lines that can't be used: then none is.

    Whoever stands on a bad line must not be taken for somebody who has left.
    """
    lines = text.removeprefix("\ufeff")
    heading = lines.partition("\n")[0]
    delimiter = max(";,\t", key=heading.count)
    rows = csv.reader(io.StringIO(lines), delimiter=delimiter)
    try:
        names = [COLUMNS.get(name.strip().lower(), "") for name in next(rows, [])]
    except csv.Error:  # a field without an end
        raise _bad_lines([rows.line_num]) from None
    if missing := [name for name in WANTED if name not in names]:
        raise BadValue(
            "file",
            "staff.column_missing",
            _(
                "Första raden ska namnge kolumnerna kontonamn, namn, roll och organisation. Här saknas {count}."
            ),
            count=len(missing),
        )
    roles = {role.label.lower(): role.value for role in AccountRole} | {
        role.value: role.value for role in AccountRole
    }
    people: list[dict[str, Any]] = []
    numbers, bad = list[int](), list[int]()
    try:
        for row in rows:
            if not any(cell.strip() for cell in row):
                continue
            told = {name: cell.strip() for name, cell in zip(names, row, strict=False) if name}
            told["role"] = roles.get(told.get("role", "").lower(), "")
            told["username"] = told.get("username", "").lower()
            told["organisation"] = told.get("organisation", "").replace("-", "")
            if len(row) < len(names) or not all(told.values()) or len(people) >= MAX_LINES:
                bad.append(rows.line_num)
                continue
            people.append(told)
            numbers.append(rows.line_num)
    except csv.Error:
        bad.append(rows.line_num)
    if bad:
        raise _bad_lines(bad)
    return StaffFile(people, numbers)


def _bad_lines(lines: list[int]) -> BadValue:
    more = "" if len(lines) <= MAX_NAMED else " …"
    return BadValue(
        "file",
        "staff.bad_line",
        _(
            "Ingenting används: rad {lines} saknar något, eller har en roll som inte finns. "
            "Rätta filen och försök igen."
        ),
        lines=", ".join(map(str, lines[:MAX_NAMED])) + more,
    )
