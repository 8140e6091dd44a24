# SPDX-License-Identifier: EUPL-1.2
"""The written form of the journal, and how to check it (docs/journal.md).

Pure, standard library only: an outsider can take this one file and run `python form.py EXPORT.jsonl`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

LINE_FORM = "troskel journal line 1"
DETAIL_FORM = "troskel journal detail 1"
EXPORT_FORM = "troskel journal export 1"

BEFORE_FIRST = "0" * 64
"""What stands as `previous` in the first line of a chain."""

MOST_FAULTS = 20
"""A check stops here: what follows a broken place says little more."""

_LARGEST = 2**53 - 1  # what every JSON reader can hold


class Row(NamedTuple):
    """A line as text: each value is the very text that is hashed, and absent is an empty text."""

    id: str
    municipality: str
    kind: str
    number: str
    occurred: str
    recorded: str
    actor_kind: str
    actor: str
    act: str
    paragraph: str
    event: str
    homes: str
    client: str
    body: str
    detail_hash: str
    previous: str
    hash: str
    salt: str | None = None
    detail: str | None = None

    @property
    def hashed(self) -> tuple[str, ...]:
        """The values up to and with `previous`."""
        return self[:16]


class Head(NamedTuple):
    """Where a chain ends: the number and hash of its last line (0 and `BEFORE_FIRST` where it has none)."""

    municipality: str
    kind: str
    number: int
    hash: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with which line."""

    number: int
    what: str

    def __str__(self) -> str:
        return f"line {self.number} {self.what}"


@dataclass(frozen=True)
class Verdict:
    """What a check found. `blanked` counts the lines whose detail row has been deleted, which is no fault."""

    head: Head
    lines: int = 0
    blanked: int = 0
    faults: tuple[Fault, ...] = field(default=())

    @property
    def sound(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        chain = f"{self.head.municipality} {self.head.kind}"
        if self.sound:
            return (
                f"{chain}: {self.lines} lines, unbroken; {self.blanked} details blanked; "
                f"ends at {self.head.number} {self.head.hash}"
            )
        told = [f"{chain}: BROKEN, {self.lines} lines read", *(f"  {fault}" for fault in self.faults)]
        return "\n".join(told)


def canonical(value: object) -> str:
    """The one JSON text of `value`: keys sorted, no spaces, letters as they are.

    Ids, days and instants become strings. Raises ValueError for what has no one text in every language
    (a fraction, a whole number past 2^53 - 1, a key that is not ASCII, an instant without an offset).
    """
    text = json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    text.encode()  # half of a surrogate pair has no UTF-8: refused here, not at the database
    return text


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > _LARGEST:
            raise ValueError(f"{value} is past 2^53 - 1: write it as a text")
        return value
    if isinstance(value, Mapping):
        return {_key(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    raise ValueError(f"{type(value).__name__} has no one text: give texts, whole numbers, lists, mappings")


def _key(key: object) -> str:
    if isinstance(key, str) and key.isascii():
        return key
    raise ValueError(f"the key {key!r} is not an ASCII text")


def instant(value: datetime) -> str:
    """`2026-11-20T07:00:00.000000Z`: always UTC, always microseconds. Raises ValueError without an offset."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no offset")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def line_hash(row: Row) -> str:
    """The SHA-256 of a line: the form's name and the hashed values, with a line break between them."""
    return sha256("\n".join((LINE_FORM, *row.hashed)).encode()).hexdigest()


def detail_hash(salt: str, text: str) -> str:
    """The salted SHA-256 of a detail row: without the salt nobody can guess their way to a short text."""
    return sha256("\n".join((DETAIL_FORM, salt, text)).encode()).hexdigest()


class Checker:
    """Takes the lines of one chain in the order of their numbers, and tells what is wrong."""

    def __init__(self, head: Head, known: Mapping[int, str] | None = None) -> None:
        """`known`: hashes noted elsewhere earlier, by number; nobody can rewrite the chain past them."""
        self._head = head
        self._known = dict(known or {})
        self._faults: list[Fault] = []
        self._lines = self._blanked = self._number = 0
        self._stored = self._computed = BEFORE_FIRST
        self._before = ""

    def take(self, row: Row) -> bool:
        """Check the next line. False when enough faults have been found to stop."""
        self._lines += 1
        number = int(row.number)
        if number <= self._number or number > self._head.number:
            self.fault(number, "was inserted: it has no place in the chain")
            return len(self._faults) < MOST_FAULTS
        computed = line_hash(row)
        self._check_link(row, number, true=computed == row.hash)
        if computed != row.hash:
            self.fault(number, "was changed: its hash is not the hash of what it says")
        if self._known.pop(number, row.hash) != row.hash:
            self.fault(number, "was replaced: its hash is not the one that was noted earlier")
        self._check_detail(row, number)
        self._number, self._before = number, self._stored
        self._stored, self._computed = row.hash, computed
        return len(self._faults) < MOST_FAULTS

    def fault(self, number: int, what: str) -> None:
        if number not in (fault.number for fault in self._faults):
            self._faults.append(Fault(number, what))

    def verdict(self) -> Verdict:
        """The end: does the head agree with the last line?"""
        if len(self._faults) < MOST_FAULTS:
            self._check_head()
        return Verdict(self._head, self._lines, self._blanked, tuple(self._faults))

    def _check_link(self, row: Row, number: int, *, true: bool) -> None:
        last = self._number
        if number > last + 1:
            self._missing(last + 1, number - 1)
        elif row.previous in (self._stored, self._computed):
            return
        elif row.previous == self._before:
            self.fault(last, f"was inserted: line {number} was written right after line {last - 1}")
        elif true and last:
            self.fault(last, f"was replaced: line {number} was written after another line {last}")
        elif true:
            self.fault(number, "was inserted: it does not begin the chain")

    def _check_detail(self, row: Row, number: int) -> None:
        if row.detail is None or row.salt is None:
            self._blanked += row.detail_hash != ""
        elif not row.detail_hash:
            self.fault(number, "was given a detail row that it did not have")
        elif detail_hash(row.salt, row.detail) != row.detail_hash:
            self.fault(number, "has a detail row that was changed")

    def _check_head(self) -> None:
        if self._number < self._head.number:
            self._missing(self._number + 1, self._head.number)
        elif self._head.hash not in (self._stored, self._computed):
            self.fault(self._number, "and the head of the chain do not agree: one of them was changed")
        for number in sorted(self._known):
            self.fault(number, "was removed: its hash was noted earlier, and the chain no longer reaches it")

    def _missing(self, first: int, last: int) -> None:
        self.fault(first, "was removed" if first == last else f"and all after it to line {last} were removed")


def verify_export(lines: Iterable[str | bytes], known: Mapping[int, str] | None = None) -> Verdict:
    """Check an export without any database. Raises ValueError where it is not an export at all."""
    rest = iter(lines)
    checker = Checker(_read_head(next(rest, "")), known)
    number = 0
    for number, written in enumerate(rest, start=1):
        try:
            row = _read_row(written)
        except ValueError:
            checker.fault(number, "of the export cannot be read: it is not a line of a journal")
            break
        if not checker.take(row):
            break
    return checker.verdict()


def _read_head(written: str | bytes) -> Head:
    try:
        header = json.loads(written)
        if header["form"] != EXPORT_FORM:
            raise ValueError
        return Head(header["municipality"], header["kind"], int(header["number"]), header["hash"])
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"not an export of a journal: its first line does not name {EXPORT_FORM!r}"
        ) from None


def _read_row(written: str | bytes) -> Row:
    held = json.loads(written)
    if not isinstance(held, dict) or not all(isinstance(value, str) for value in held.values()):
        raise ValueError("not an object of texts")
    try:
        row = Row(**held)
    except TypeError:
        raise ValueError("other names than those of a line") from None
    int(row.number)
    return row


def main(arguments: list[str]) -> int:
    """Check the export named by the first argument: 0 where it is unbroken, else 1."""
    with open(arguments[0], "rb") as export:
        verdict = verify_export(export)
    print(verdict)
    return 0 if verdict.sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
