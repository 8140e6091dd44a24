# SPDX-License-Identifier: EUPL-1.2
"""Adapts other case systems without code: a TOML file with their file names, column names and codes.

[files]
kunder = "klienter.txt"
[columns.kunder]
kund_id = "PersonId"                 # ours = "theirs"
[constants.kunder]
hemkommun = "0999"                   # a column that they don't have
[codes.insats]
"Hemtjänst" = "HTJ"                  # "theirs" = ours; with a table, only what it lists counts
[organisations]
"Norra hemtjänsten" = "5560009911"   # "their name" = number, where a line names the provider
[format]
separator = "\\t"
date = "%Y%m%d"
encoding = "cp850"                   # as Python names it; without it, UTF-8 or Windows-1252
final_newline = false                # their last line has no line ending

Decisions and allocations may be one file: give both its name. What such a file does not have is a constant; an empty
`fordelning_id` is made of decision, provider and first day. A provider is also known by its name in `utforare`.
"""

from __future__ import annotations

import difflib
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any

import msgspec

from troskel.exchange.case_extract.contract import CODES, COLUMNS

_TABLES = ("files", "columns", "constants", "codes", "organisations", "format")
_FORMAT: dict[str, type] = {
    "separator": str,
    "date": str,
    "encoding": str,
    "final_newline": bool,
    "identity_hyphen": bool,
}
"""`identity_hyphen` is accepted and means nothing: identity numbers are read in every spelling."""


class MappingRefused(Exception):
    """The mapping file can't be used. The message tells what is wrong, and what would be valid."""


class Mapping(msgspec.Struct, frozen=True):
    """How one case system writes the files, columns and codes of the contract."""

    files: dict[str, str] = msgspec.field(default_factory=lambda: {name: f"{name}.csv" for name in COLUMNS})
    columns: dict[str, dict[str, str]] = msgspec.field(
        default_factory=lambda: {name: {c: c for c in columns} for name, columns in COLUMNS.items()}
    )
    constants: dict[str, dict[str, str]] = msgspec.field(
        default_factory=lambda: {name: {} for name in COLUMNS}
    )
    codes: dict[str, dict[str, str]] = msgspec.field(default_factory=lambda: dict(CODES))
    organisations: dict[str, str] = msgspec.field(default_factory=dict)
    separator: str = ";"
    date_layout: str = ""
    encoding: str = ""
    final_newline: bool = True

    @property
    def is_care_in_one(self) -> bool:
        """Are decisions and allocations one file?"""
        return self.files["beslut"] == self.files["fordelning"]

    def day(self, text: str) -> date:
        """Parses a day in the case system's format. Raises ValueError when it is invalid."""
        if self.date_layout:
            return datetime.strptime(text, self.date_layout).date()
        if len(text) == 10 and text.isascii() and text[4] == text[7] == "-":
            return date.fromisoformat(text)
        raise ValueError

    def format_day(self, day: date) -> str:
        """Formats a day as this case system writes days."""
        return day.strftime(self.date_layout or "%Y-%m-%d")


CONTRACT = Mapping()


def read_mapping(path: Path) -> Mapping:
    """Reads the mapping in a TOML file. Raises MappingRefused when it can't be used."""
    try:
        return parse_mapping(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise MappingRefused(
            f"{path.name} can't be read ({type(error).__name__}): give a UTF-8 text file"
        ) from None


def parse_mapping(text: str) -> Mapping:
    """Parses the mapping in a TOML text. Raises MappingRefused."""
    try:
        document = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise MappingRefused(f"this is not TOML: {error}") from None
    _refuse_unknown("table", document, _TABLES)
    tables = {name: _table(document, name) for name in _TABLES}
    return Mapping(
        files=_files(tables["files"]),
        columns=_columns(tables["columns"]),
        constants=_constants(tables["constants"]),
        codes=_codes(tables["codes"]),
        organisations=_organisations(tables["organisations"]),
        **_format(tables["format"]),
    )


def _files(table: dict[str, Any]) -> dict[str, str]:
    _refuse_unknown("file in [files]", table, tuple(COLUMNS))
    files = CONTRACT.files | {name: _text(f"files.{name}", value) for name, value in table.items()}
    in_one = files["beslut"] == files["fordelning"]
    _refuse_duplicates(
        "[files]", [file for name, file in files.items() if not (in_one and name == "fordelning")]
    )
    return files


def _columns(tables: dict[str, Any]) -> dict[str, dict[str, str]]:
    _refuse_unknown("file in [columns]", tables, tuple(COLUMNS))
    columns = {name: dict(names) for name, names in CONTRACT.columns.items()}
    for name in tables:
        table = _table(tables, name)
        _refuse_unknown(f"column in [columns.{name}]", table, COLUMNS[name])
        columns[name] |= {ours: _text(f"columns.{name}.{ours}", theirs) for ours, theirs in table.items()}
        _refuse_duplicates(f"[columns.{name}]", list(columns[name].values()))
    return columns


def _constants(tables: dict[str, Any]) -> dict[str, dict[str, str]]:
    _refuse_unknown("file in [constants]", tables, tuple(COLUMNS))
    constants: dict[str, dict[str, str]] = {name: {} for name in COLUMNS}
    for name in tables:
        table = _table(tables, name)
        _refuse_unknown(f"column in [constants.{name}]", table, COLUMNS[name])
        constants[name] = {column: _string(f"constants.{name}.{column}", v) for column, v in table.items()}
    return constants


def _codes(tables: dict[str, Any]) -> dict[str, dict[str, str]]:
    _refuse_unknown("column in [codes]", tables, tuple(CODES))
    codes = dict(CODES)
    for column in tables:
        ours = CODES[column]
        table = {theirs: _string(f"codes.{column}", code) for theirs, code in _table(tables, column).items()}
        for code in table.values():
            _refuse_unknown(f"code in [codes.{column}]", [code], tuple(ours))
        codes[column] = {theirs.strip(): ours[code] for theirs, code in table.items()}
        if "" in ours:
            codes[column].setdefault("", "")
    return codes


def _organisations(table: dict[str, Any]) -> dict[str, str]:
    return {folded(name): _text(f"organisations.{name}", number) for name, number in table.items()}


def folded(name: str) -> str:
    """Returns a name of an organisation as it is compared: case and blanks are no difference."""
    return " ".join(name.casefold().split())


def _format(table: dict[str, Any]) -> dict[str, Any]:
    _refuse_unknown("setting in [format]", table, tuple(_FORMAT))
    for name, value in table.items():
        if not isinstance(value, _FORMAT[name]):
            raise MappingRefused(
                f"format.{name} must be {_FORMAT[name].__name__}, not {type(value).__name__}"
            )
    if (separator := table.get("separator", ";")) in ('"', "\r", "\n") or len(separator) != 1:
        raise MappingRefused('format.separator must be one character, such as ";" or "\\t"')
    if layout := table.get("date"):
        _check_date_layout(layout)
    if encoding := table.get("encoding"):
        _check_encoding(encoding)
    ours = {"date": "date_layout"}
    return {ours.get(name, name): value for name, value in table.items() if name != "identity_hyphen"}


def _check_encoding(encoding: str) -> None:
    try:
        holds = "A1;ö\n".encode(encoding).decode(encoding) == "A1;ö\n"
    except (LookupError, UnicodeError, TypeError, ValueError):
        holds = False
    if not holds:
        raise MappingRefused('format.encoding must be one that has the letters of Swedish, such as "cp850"')


def _check_date_layout(layout: str) -> None:
    day = date(2026, 11, 23)
    try:
        holds = datetime.strptime(day.strftime(layout), layout).date() == day
    except ValueError:
        holds = False
    if not holds:
        raise MappingRefused('format.date must hold year, month and day, such as "%Y%m%d"')


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise MappingRefused(f"{name} must be a table: write [{name}] on a line of its own")
    return value


def _string(where: str, value: object) -> str:
    if not isinstance(value, str):
        raise MappingRefused(f'{where} must be a text in quotation marks, such as "{value}"')
    return value.strip()


def _text(where: str, value: object) -> str:
    if not (text := _string(where, value)):
        raise MappingRefused(
            f"{where} is empty: write the name that the case system uses, or leave the line out"
        )
    return text


def _refuse_unknown(what: str, names: Any, allowed: tuple[str, ...]) -> None:
    for name in names:
        if name not in allowed:
            near = difflib.get_close_matches(name, allowed, n=1)
            hint = f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(map(repr, allowed))}"
            raise MappingRefused(f"unknown {what}: {name!r}; {hint}")


def _refuse_duplicates(where: str, names: list[str]) -> None:
    for name in names:
        if sum(name.casefold() == other.casefold() for other in names) > 1:
            raise MappingRefused(f"{where}: {name!r} is named twice; each needs a name of its own")
