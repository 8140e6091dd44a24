# SPDX-License-Identifier: EUPL-1.2
"""Bytes to records: encoding, physical lines, quotes, header. Quick: a country's nights pass here."""

from __future__ import annotations

import re
from collections.abc import Iterator

from troskel.exchange.case_extract.contract import COLUMNS, NightRefused
from troskel.exchange.case_extract.mapping import Mapping

_BOM = b"\xef\xbb\xbf"
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
_MOST_LINES_OF_A_RECORD = 50

Record = tuple[int, list[str | None], bool]
"""Physical line, values in the contract's column order (None: not there), whether there are too many."""


def records(name: str, data: bytes, mapping: Mapping) -> Iterator[Record]:
    """The records of one file of the night; NightRefused where the file can't be trusted."""
    file = mapping.files[name]
    lines = _lines(file, _decode(file, data), mapping)
    header, at = _record(lines, 0, mapping.separator)
    places = _places(name, header, mapping)
    constants = [mapping.constants[name].get(column) for column in COLUMNS[name]]
    width = len(header)
    straight = places == list(range(width))
    while at < len(lines):
        first = at
        fields, at = _record(lines, at, mapping.separator)
        if len(fields) == 1 and not fields[0].strip():
            continue
        if straight and len(fields) == width:
            yield first + 1, [field.strip() for field in fields], False
            continue
        if not mapping.final_newline and at == len(lines) and len(fields) < width:
            raise _cut_off(file, at)
        values = [_value(fields, place, constant) for place, constant in zip(places, constants, strict=True)]
        yield first + 1, values, any(field.strip() for field in fields[width:])


def _value(fields: list[str], place: int | None, constant: str | None) -> str | None:
    if place is None:
        return constant
    return fields[place].strip() if place < len(fields) else None


def _decode(file: str, data: bytes) -> str:
    """By BOM, else UTF-8, else Windows-1252."""
    if (nul := data.find(b"\0")) >= 0:
        raise _wrong_encoding(file, data, nul)
    if data.startswith(_BOM):
        try:
            return data[len(_BOM) :].decode("utf-8")
        except UnicodeDecodeError as error:
            raise _wrong_encoding(file, data, error.start + len(_BOM)) from None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise _wrong_encoding(file, data, error.start) from None


def _wrong_encoding(file: str, data: bytes, at: int) -> NightRefused:
    line = data.count(b"\n", 0, at) + 1
    return NightRefused(
        file, line, "wrong encoding: let the case system write UTF-8 or Windows-1252, and import again"
    )


def _lines(file: str, text: str, mapping: Mapping) -> list[str]:
    """Physical lines without their endings (LF or CRLF). The last must have one: else it may be cut off."""
    lines = text.split("\n")
    if not lines[-1]:
        lines.pop()
    elif mapping.final_newline:
        raise _cut_off(file, len(lines))
    if not lines or not lines[0].strip():
        raise _no_header(file)
    return lines


def _record(lines: list[str], at: int, separator: str) -> tuple[list[str], int]:
    """The fields of the record that begins at a line, and where the next one begins.

    A quoted field may go on over some lines. Where the quotation marks go wrong, the line stands alone and
    ends before the field that is wrong.
    """
    if '"' not in lines[at]:
        return lines[at].split(separator), at + 1
    text = lines[at].removesuffix("\r")
    alone, is_open, is_whole = _split_quoted(text, separator)
    if is_whole or not is_open:
        return alone, at + 1
    for after, line in enumerate(lines[at + 1 : at + _MOST_LINES_OF_A_RECORD], start=at + 2):
        text += "\n" + line.removesuffix("\r")
        fields, is_open, is_whole = _split_quoted(text, separator)
        if is_whole:
            return fields, after
        if not is_open:
            break
    return alone, at + 1


def _split_quoted(text: str, separator: str) -> tuple[list[str], bool, bool]:
    """The fields up to where the quotation marks go wrong; whether one is still open; whether all is well."""
    fields: list[str] = []
    at = 0
    while True:
        if text.startswith('"', at):
            quoted = _QUOTED.match(text, at)
            if quoted is None:
                return fields, True, False
            at = quoted.end()
            if at < len(text) and text[at] != separator:
                return fields, False, False
            fields.append(quoted[1].replace('""', '"'))
        else:
            end = text.find(separator, at)
            end = len(text) if end < 0 else end
            fields.append(text[at:end])
            at = end
        if at >= len(text):
            return fields, False, True
        at += 1


def _places(name: str, header: list[str], mapping: Mapping) -> list[int | None]:
    """Where in a line each of the contract's columns stands, whatever their order; None for a constant."""
    file, constants = mapping.files[name], mapping.constants[name]
    found = [field.strip().casefold() for field in header]
    wanted = {column: theirs.casefold() for column, theirs in mapping.columns[name].items()}
    if not any(theirs in found for theirs in wanted.values()):
        raise _no_header(file)
    places: list[int | None] = []
    for column, theirs in wanted.items():
        if found.count(theirs) > 1:
            raise NightRefused(
                file, 1, f"the column {mapping.columns[name][column]!r} is there twice: keep one"
            )
        if theirs in found:
            places.append(found.index(theirs))
        elif column in constants:
            places.append(None)
        else:
            missing = mapping.columns[name][column]
            raise NightRefused(
                file, 1, f"the column {missing!r} is missing: extract it, or name it in a mapping"
            )
    return places


def _no_header(file: str) -> NightRefused:
    return NightRefused(
        file,
        1,
        "no header: the first line must name the columns, with the right separator; extract it again",
    )


def _cut_off(file: str, line: int) -> NightRefused:
    return NightRefused(
        file,
        line,
        "cut off in its last line: fetch the whole file again (or set final_newline in a mapping)",
    )
