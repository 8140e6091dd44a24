# SPDX-License-Identifier: EUPL-1.2
"""The chain of a lock's log, and how the server follows it over what phones bring in any order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from itertools import accumulate
from typing import NamedTuple

from troskel.doorproto.cbor import encode
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.messages import DoorResult, LogHead, LogLine


def beginning(lock: bytes) -> LogHead:
    """Returns the head of this lock's log while it is empty."""
    return LogHead(0, sha256(b"troskel door 1 log" + lock).digest())


def extend(head: LogHead, lines: Iterable[LogLine]) -> LogHead:
    """Returns the head after these lines. Raises `log.gap` where one does not follow the line before it."""
    for line in lines:
        if line.number != head.number + 1:
            raise DoorError(Code.LOG_GAP)
        head = LogHead(line.number, sha256(head.hash + encode(line.item())).digest())
    return head


class ChainedLine(NamedTuple):
    """A line, and the hash of the chain up to it."""

    line: LogLine
    hash: bytes


def follow(known: Mapping[int, bytes], result: DoorResult) -> tuple[ChainedLine, ...]:
    """Returns what a verified result adds to the lines whose hashes are known by their numbers (0: the beginning).

    Results may come in any order and again. Raises `log.gap` where lines before these are missing: another phone may
    bring them. Raises `log.forged` where the lines do not lead to the head that was signed with them, `log.forked`
    where the lock tells another history than before, as one that has forgotten does.
    """
    if result.since.number not in known:
        raise DoorError(Code.LOG_GAP)
    heads = list(accumulate(result.lines, lambda head, line: extend(head, (line,)), initial=result.since))
    if any(known.get(head.number, head.hash) != head.hash for head in (*heads, result.head)):
        raise DoorError(Code.LOG_FORKED)
    if heads[-1].number > result.head.number or (
        heads[-1].number == result.head.number and heads[-1].hash != result.head.hash
    ):
        raise DoorError(Code.LOG_FORGED)
    chained = map(ChainedLine, result.lines, (head.hash for head in heads[1:]))
    return tuple(line for line in chained if line.line.number not in known)
