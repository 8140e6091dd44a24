# SPDX-License-Identifier: EUPL-1.2
"""What a lock remembers without power: two slots of flash, written in turn, so that a torn write loses nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256

import msgspec

from troskel.doorproto.cbor import Item, decode, encode
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.log import beginning, extend
from troskel.doorproto.messages import U32, LogHead, LogLine

MOST_KEPT = 128
"""Lines that a lock keeps until the server has them, unless it is built for another number (200 fit into a slot)."""

LONGEST = 8192
"""Bytes of a slot."""

_CHECK = 8


class LockMemory(msgspec.Struct, frozen=True):
    """What must outlive a loss of power.

    The clock stood at `time` when the counter of seconds stood at `ticks`; `sure`: nothing has stopped it since it
    was right. `acknowledged`: the log up to where the server has it; `lines`: what follows; `pending`: an operation
    that has begun and whose outcome is not known.
    """

    writes: int
    epoch: int
    ticks: int
    time: int
    sure: bool
    denied: Mapping[bytes, int]
    strangers: int
    acknowledged: LogHead
    lines: tuple[LogLine, ...]
    pending: LogLine | None

    @property
    def head(self) -> LogHead:
        """The log's head."""
        return extend(self.acknowledged, self.lines)

    def slot(self) -> tuple[int, bytes]:
        """Returns which slot it is written to, 0 or 1, and what."""
        lines = tuple(line.item() for line in (*self.lines, *((self.pending,) if self.pending else ())))
        clock = (self.ticks, self.time, self.sure)
        log = (self.acknowledged.number, self.acknowledged.hash, lines, self.pending is not None)
        denied: Item = dict(self.denied.items())
        image = encode((self.writes, self.epoch, *clock, denied, self.strangers, *log))
        return self.writes % 2, sha256(image).digest()[:_CHECK] + image


def new_slots(lock: bytes) -> tuple[bytes, bytes]:
    """Returns the two slots of a lock as it leaves the factory. The first write goes to the second one."""
    return LockMemory(0, 0, 0, 0, False, {}, 0, beginning(lock), (), None).slot()[1], b""  # noqa: FBT003


def remembered(slots: Sequence[bytes]) -> LockMemory:
    """Returns the newest memory that is whole. Raises `lock.memory` where none is."""
    whole = [memory for slot in slots if (memory := _whole(slot)) is not None]
    if not whole:
        raise DoorError(Code.LOCK_MEMORY)
    return max(whole, key=lambda memory: memory.writes)


def _whole(slot: bytes) -> LockMemory | None:
    check, image = slot[:_CHECK], slot[_CHECK:]
    if not image or sha256(image).digest()[:_CHECK] != check:
        return None
    match decode(image, LONGEST):
        case (
            int(writes),
            int(epoch),
            int(ticks),
            int(time),
            bool(sure),
            dict(denied),
            int(strangers),
            int(number),
            bytes(hashed),
            tuple(items),
            bool(begun),
        ):
            pass
        case _:
            raise DoorError(Code.LOCK_MEMORY)
    lines = tuple(map(LogLine.of_item, items))
    pending = lines[-1] if begun else None
    kept = lines[:-1] if begun else lines
    until = {key: value for key, value in denied.items() if isinstance(key, bytes) and isinstance(value, int)}
    head = LogHead(number, hashed)
    return LockMemory(writes, epoch, ticks, min(time, U32), sure, until, strangers, head, kept, pending)
