# SPDX-License-Identifier: EUPL-1.2
"""Parses bytes to records: encoding, physical lines, quotes, header. Fast, since files may be large."""

from __future__ import annotations

import re
from collections.abc import Iterator

from troskel.exchange.case_extract.contract import COLUMNS, OPTIONAL_COLUMNS, NightRefused
from troskel.exchange.case_extract.mapping import Mapping

_BOM = b"\xef\xbb\xbf"
_QUOTED = re.compile(r'"((?:[^"]|"")*+)"')
_MULTI_BYTE = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]"
    rb"|\xe0[\xa0-\xbf][\x80-\xbf]|\xed[\x80-\x9f][\x80-\xbf]|[\xe1-\xec\xee\xef][\x80-\xbf]{2}"
    rb"|\xf0[\x90-\xbf][\x80-\xbf]{2}|[\xf1-\xf3][\x80-\xbf]{3}|\xf4[\x80-\x8f][\x80-\xbf]{2}"
)
"""A character of UTF-8 that is not ASCII (Unicode, table 3-7)."""
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
"""What leaves no ink and says nothing, as a mark of the encoding within a file: an id with one would be another id."""
_MAX_RECORD_LINES = 50

FileRecord = tuple[int, list[str | None], bool]
"""Physical line number, values in the contract's column order (None: missing), whether there are too many."""


def records(name: str, data: bytes, mapping: Mapping) -> Iterator[FileRecord]:
    """Yields the records of one file of the night. Raises NightRefused when the file can't be trusted."""
    file = mapping.files[name]
    lines = _lines(file, _UNSEEN.sub("", _decode(file, data, mapping.encoding)), mapping)
    header, at = _record(lines, 0, mapping.separator)
    positions = _column_positions(name, header, mapping)
    optional = OPTIONAL_COLUMNS.get(name, ())
    constants = [
        mapping.constants[name].get(column, "" if column in optional else None) for column in COLUMNS[name]
    ]
    width = len(header)
    is_contract_order = positions == [*range(width), *[None] * (len(positions) - width)]
    while at < len(lines):
        first = at
        fields, at = _record(lines, at, mapping.separator)
        if len(fields) == 1 and not fields[0].strip():
            continue
        if is_contract_order and len(fields) == width:
            yield first + 1, [*(field.strip() for field in fields), *constants[width:]], False
            continue
        if not mapping.final_newline and at == len(lines) and len(fields) < width:
            raise _cut_off(file, at)
        values = [
            _value(fields, position, constant)
            for position, constant in zip(positions, constants, strict=True)
        ]
        yield first + 1, values, any(field.strip() for field in fields[width:])


def _value(fields: list[str], position: int | None, constant: str | None) -> str | None:
    if position is None:
        return constant
    return fields[position].strip() if position < len(fields) else None


def _decode(file: str, data: bytes, encoding: str) -> str:
    """Decodes by BOM; otherwise by the mapping's encoding; otherwise as UTF-8, or Windows-1252 in a file without UTF-8.

    One sequence that is valid UTF-8 tells that the file is UTF-8: a byte that is not refuses it, since read as
    Windows-1252 it would rename and move everybody.
    """
    if data.startswith(_BOM):
        return _strictly(file, data.removeprefix(_BOM), "utf-8")
    if encoding:
        return _strictly(file, data, encoding)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        if _MULTI_BYTE.search(data):
            raise _wrong_encoding(file, data.count(b"\n", 0, error.start) + 1) from None
        return _strictly(file, data, "cp1252")
    return _without_nul(file, text)


def _strictly(file: str, data: bytes, encoding: str) -> str:
    try:
        return _without_nul(file, data.decode(encoding))
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "ignore")
        raise _wrong_encoding(file, before.count("\n") + 1) from None


def _without_nul(file: str, text: str) -> str:
    if (at := text.find("\0")) >= 0:
        raise _wrong_encoding(file, text.count("\n", 0, at) + 1)
    return text


def _wrong_encoding(file: str, line: int) -> NightRefused:
    return NightRefused(
        file,
        line,
        "wrong encoding: let the case system write UTF-8 or Windows-1252, or name another in a mapping; import again",
    )


def _lines(file: str, text: str, mapping: Mapping) -> list[str]:
    """Returns the physical lines without line endings (LF or CRLF). Without a last ending, the file may be cut off."""
    lines = text.split("\n")
    if len(lines) == 1 and "\r" in text.rstrip("\r"):
        raise NightRefused(
            file, 1, "lines that end with CR alone: let the case system end them with CRLF or LF"
        )
    if not lines[-1]:
        lines.pop()
    elif mapping.final_newline:
        raise _cut_off(file, len(lines))
    if not lines or not lines[0].strip():
        raise _no_header(file)
    return lines


def _record(lines: list[str], at: int, separator: str) -> tuple[list[str], int]:
    """Returns the fields of the record that begins at line index `at`, and the index of the next record.

    A quoted field may span lines. When the quotation marks are wrong, the record is one line that ends before the
    wrong field.
    """
    if '"' not in lines[at]:
        return lines[at].split(separator), at + 1
    text = lines[at].removesuffix("\r")
    line_fields, is_open, is_whole = _split_quoted(text, separator)
    if is_whole or not is_open:
        return line_fields, at + 1
    for after, line in enumerate(lines[at + 1 : at + _MAX_RECORD_LINES], start=at + 2):
        text += "\n" + line.removesuffix("\r")
        fields, is_open, is_whole = _split_quoted(text, separator)
        if is_whole:
            return fields, after
        if not is_open:
            break
    return line_fields, at + 1


def _split_quoted(text: str, separator: str) -> tuple[list[str], bool, bool]:
    """Returns the fields before wrong quotation marks; whether a quote is still open; whether all are valid."""
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


def _column_positions(name: str, header: list[str], mapping: Mapping) -> list[int | None]:
    """Returns the index in a line of each of the contract's columns, in any order; None for one that is not there."""
    file, constants = mapping.files[name], mapping.constants[name]
    names = [field.strip().casefold() for field in header]
    their_names = {column: their_name.casefold() for column, their_name in mapping.columns[name].items()}
    if not any(their_name in names for their_name in their_names.values()):
        raise _no_header(file)
    positions: list[int | None] = []
    for column, their_name in their_names.items():
        if names.count(their_name) > 1:
            raise NightRefused(
                file, 1, f"the column {mapping.columns[name][column]!r} is there twice: keep one"
            )
        if their_name in names:
            positions.append(names.index(their_name))
        elif column in constants or column in OPTIONAL_COLUMNS.get(name, ()):
            positions.append(None)
        else:
            missing = mapping.columns[name][column]
            raise NightRefused(
                file, 1, f"the column {missing!r} is missing: extract it, or name it in a mapping"
            )
    return positions


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
