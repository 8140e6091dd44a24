# SPDX-License-Identifier: EUPL-1.2
"""The text format of the journal, and how to check it (docs/journal.md).

Pure, standard library only: an outsider can copy this one file and run `python form.py EXPORT.jsonl`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

LINE_FORM = "troskel journal line 1"
DETAIL_FORM = "troskel journal detail 1"
EXPORT_FORM = "troskel journal export 1"

GENESIS_HASH = "0" * 64
"""The value of `previous` in the first line of a chain."""

MAX_FAULTS = 20
"""A check stops after this many faults: those after the first break add little information."""

CLOCK_SET_RIGHT = "days.taken_back"
"""The event by which a person puts right what a clock that was ahead has led to: before it, lines may go back."""

CLOCK_TOLERANCE = timedelta(minutes=10)
"""An act takes its instant as it begins and its place in the chain as it ends: neighbours may stand the other way."""

_MAX_INTEGER = 2**53 - 1  # the largest integer that every JSON reader can represent


class LineText(NamedTuple):
    """A line as text: each value is exactly the text that is hashed; an absent value is an empty text."""

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
    def hashed_values(self) -> tuple[str, ...]:
        """Returns the values up to and including `previous`."""
        return self[:16]


class Head(NamedTuple):
    """The end of a chain: the number and hash of its last line (0 and `GENESIS_HASH` when it has none)."""

    municipality: str
    kind: str
    number: int
    hash: str


class Fault(NamedTuple):
    """What is wrong with one line."""

    number: int
    what: str

    def __str__(self) -> str:
        return f"line {self.number} {self.what}"


@dataclass(frozen=True)
class Verdict:
    """The result of a check. `blanked` counts the lines whose detail row has been deleted, which is no fault."""

    head: Head
    lines: int = 0
    blanked: int = 0
    faults: tuple[Fault, ...] = field(default=())

    @property
    def is_sound(self) -> bool:
        return not self.faults

    def __str__(self) -> str:
        chain = f"{self.head.municipality} {self.head.kind}"
        if self.is_sound:
            return (
                f"{chain}: {self.lines} lines, unbroken; {self.blanked} details blanked; "
                f"ends at {self.head.number} {self.head.hash}"
            )
        report = [f"{chain}: BROKEN, {self.lines} lines read", *(f"  {fault}" for fault in self.faults)]
        return "\n".join(report)


def canonical(value: object) -> str:
    """Returns the canonical JSON of `value`: keys sorted, no spaces, characters unescaped.

    Ids, days and instants become strings. Raises ValueError for values that languages write differently
    (a fraction, an integer past 2^53 - 1, a key that is not ASCII, an instant without an offset).
    """
    text = _ENCODER.encode(_plain(value))
    text.encode()  # a lone surrogate has no UTF-8: refused here, not by the database
    return text


_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _plain(value: object) -> object:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        if abs(value) > _MAX_INTEGER:
            raise ValueError(f"{value} is past 2^53 - 1: write it as a text")
        return value
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
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


@lru_cache(maxsize=1_024)  # a part's lines share one instant
def instant(value: datetime) -> str:
    """Returns `2026-11-20T07:00:00.000000Z`: always UTC, with microseconds. Raises ValueError without an offset."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no offset")
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def line_hash(row: LineText) -> str:
    """Returns the SHA-256 of a line: the format's name and the hashed values, joined by line breaks."""
    return sha256("\n".join((LINE_FORM, *row.hashed_values)).encode()).hexdigest()


def detail_hash(salt: str, text: str) -> str:
    """Returns the salted SHA-256 of a detail row: without the salt a short text could be guessed."""
    return sha256("\n".join((DETAIL_FORM, salt, text)).encode()).hexdigest()


class ChainChecker:
    """Checks the lines of one chain, given in the order of their numbers."""

    def __init__(self, head: Head, noted_hashes: Mapping[int, str] | None = None) -> None:
        """`noted_hashes`: hashes noted elsewhere earlier, by number; the chain can't be rewritten past them."""
        self._head = head
        self._noted_hashes = dict(noted_hashes or {})
        self._faults: list[Fault] = []
        self._clock_faults: list[Fault] = []
        self._lines = self._blanked = self._number = 0
        self._stored = self._computed = GENESIS_HASH
        self._before = ""
        self._latest = datetime.min.replace(tzinfo=UTC) + CLOCK_TOLERANCE

    def take(self, row: LineText) -> bool:
        """Checks the next line. Returns False when the check should stop after `MAX_FAULTS` faults."""
        self._lines += 1
        number = int(row.number)
        if number <= self._number or number > self._head.number:
            self.fault(number, "was inserted: it has no place in the chain")
            return len(self._faults) < MAX_FAULTS
        computed = line_hash(row)
        self._check_link(row, number, hash_holds=computed == row.hash)
        if computed != row.hash:
            self.fault(number, "was changed: its hash is not the hash of what it says")
        if self._noted_hashes.pop(number, row.hash) != row.hash:
            self.fault(number, "was replaced: its hash is not the one that was noted earlier")
        self._check_detail(row, number)
        self._check_clock(row, number)
        self._number, self._before = number, self._stored
        self._stored, self._computed = row.hash, computed
        return len(self._faults) < MAX_FAULTS

    def fault(self, number: int, what: str) -> None:
        if number not in (fault.number for fault in self._faults):
            self._faults.append(Fault(number, what))

    def verdict(self) -> Verdict:
        """Returns the verdict, after checking the head against the last line."""
        if len(self._faults) < MAX_FAULTS:
            self._check_head()
        for number, what in self._clock_faults:
            self.fault(number, what)
        return Verdict(self._head, self._lines, self._blanked, tuple(self._faults))

    def _check_link(self, row: LineText, number: int, *, hash_holds: bool) -> None:
        last = self._number
        if number > last + 1:
            self._missing(last + 1, number - 1)
        elif row.previous in (self._stored, self._computed):
            return
        elif row.previous == self._before:
            self.fault(last, f"was inserted: line {number} was written right after line {last - 1}")
        elif hash_holds and last:
            self.fault(last, f"was replaced: line {number} was written after another line {last}")
        elif hash_holds:
            self.fault(number, "was inserted: it does not begin the chain")

    def _check_detail(self, row: LineText, number: int) -> None:
        if row.detail is None or row.salt is None:
            self._blanked += row.detail_hash != ""
        elif not row.detail_hash:
            self.fault(number, "was given a detail row that it did not have")
        elif detail_hash(row.salt, row.detail) != row.detail_hash:
            self.fault(number, "has a detail row that was changed")

    def _check_clock(self, row: LineText, number: int) -> None:
        try:
            recorded = datetime.fromisoformat(row.recorded)
        except ValueError:
            self.fault(number, "was recorded at no instant")
            return
        if row.event == CLOCK_SET_RIGHT:
            self._clock_faults.clear()
            self._latest = recorded
        elif recorded < self._latest - CLOCK_TOLERANCE and len(self._clock_faults) < MAX_FAULTS:
            what = f"was recorded at {row.recorded}, though a line before it was at {instant(self._latest)}"
            self._clock_faults.append(Fault(number, what))
        self._latest = max(self._latest, recorded)

    def _check_head(self) -> None:
        if self._number < self._head.number:
            self._missing(self._number + 1, self._head.number)
        elif self._head.hash not in (self._stored, self._computed):
            self.fault(self._number, "and the head of the chain do not agree: one of them was changed")
        for number in sorted(self._noted_hashes):
            self.fault(number, "was removed: its hash was noted earlier, and the chain no longer reaches it")

    def _missing(self, first: int, last: int) -> None:
        self.fault(first, "was removed" if first == last else f"and all after it to line {last} were removed")


def verify_export(lines: Iterable[str | bytes], noted_hashes: Mapping[int, str] | None = None) -> Verdict:
    """Checks an export without a database. Raises ValueError when it is not an export."""
    rest = iter(lines)
    checker = ChainChecker(_read_head(next(rest, "")), noted_hashes)
    number = 0
    for number, text in enumerate(rest, start=1):
        try:
            row = _read_row(text)
        except ValueError:
            checker.fault(number, "of the export cannot be read: it is not a line of a journal")
            break
        if not checker.take(row):
            break
    return checker.verdict()


def _read_head(text: str | bytes) -> Head:
    try:
        header = json.loads(text)
        if header["form"] != EXPORT_FORM:
            raise ValueError
        return Head(header["municipality"], header["kind"], int(header["number"]), header["hash"])
    except (ValueError, KeyError, TypeError):
        raise ValueError(
            f"not an export of a journal: its first line does not name {EXPORT_FORM!r}"
        ) from None


def _read_row(text: str | bytes) -> LineText:
    record = json.loads(text)
    if not isinstance(record, dict) or not all(isinstance(value, str) for value in record.values()):
        raise ValueError("not an object of texts")
    try:
        row = LineText(**record)
    except TypeError:
        raise ValueError("other names than those of a line") from None
    int(row.number)
    return row


def main(arguments: list[str]) -> int:
    """Checks the export named by the first argument. Returns 0 when the chain is unbroken, otherwise 1."""
    with open(arguments[0], "rb") as export:
        verdict = verify_export(export)
    print(verdict)
    return 0 if verdict.is_sound else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
