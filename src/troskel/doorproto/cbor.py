# SPDX-License-Identifier: EUPL-1.2
"""Deterministic CBOR (RFC 8949, 4.2.1) of the few types that the messages use.

Written by `cbor2`; read by our own reader, because libraries take what is not deterministic: keys twice, long numbers,
bytes after the end, tags that make objects. What it takes, `cbor2` writes to the same bytes (a test).
"""

from __future__ import annotations

from typing import TypeAlias, cast

import cbor2

from troskel.doorproto.errors import Code, DoorError

Item: TypeAlias = "int | bool | bytes | str | tuple[Item, ...] | dict[int | bytes, Item]"

DEEPEST = 6
"""Arrays and maps in each other, at most. A grant has four."""

_NUMBER, _NEGATIVE, _BYTES, _TEXT, _ARRAY, _MAP, _TAG, _SIMPLE = range(8)
_FALSE, _TRUE = 20, 21


def encode(item: Item) -> bytes:
    """Returns the only encoding of the item."""
    return cbor2.dumps(_in_order(item))


def encode_ordered(item: Item) -> bytes:
    """The same of an item whose maps are in order already: half of the time that a grant's claims take."""
    return cbor2.dumps(item)


def _in_order(item: Item) -> Item:
    """Returns it with its maps' keys in the order of their bytes: `cbor2` can only do the older order, by length."""
    if isinstance(item, dict):
        return {key: _in_order(item[key]) for key in sorted(item, key=_rank)}
    return tuple(map(_in_order, item)) if isinstance(item, tuple) else item


def _rank(key: int | bytes) -> tuple[int, int, bytes]:
    """The order of the keys' bytes, without writing them: numbers up from 0, down from -1, strings by length."""
    return (2, len(key), key) if isinstance(key, bytes) else (key < 0, abs(key), b"")


def decode(data: bytes, longest: int) -> Item:
    """Returns the one item that `data` is, of `longest` bytes at most. Raises a `DoorError` (`cbor.…`)."""
    if not 0 < len(data) <= longest:
        raise DoorError(Code.CBOR_LENGTH)
    item, end = _item(data, 0, DEEPEST)
    if end != len(data):
        raise DoorError(Code.CBOR_TRAILING)
    return item


def _item(data: bytes, at: int, deeper: int) -> tuple[Item, int]:
    major, number, at = _head(data, at)
    if major == _NUMBER:
        return number, at
    if major == _NEGATIVE:
        return -1 - number, at
    if major in (_BYTES, _TEXT):
        return _string(data, at, number, text=major == _TEXT)
    if major == _SIMPLE and number in (_FALSE, _TRUE):
        return number == _TRUE, at
    if major not in (_ARRAY, _MAP):
        raise DoorError(Code.CBOR_TYPE)
    if not deeper:
        raise DoorError(Code.CBOR_DEPTH)
    return (_array if major == _ARRAY else _map)(data, at, number, deeper - 1)


def _head(data: bytes, at: int) -> tuple[int, int, int]:
    """Returns major type, number and where the rest begins."""
    if at >= len(data):
        raise DoorError(Code.CBOR_CUT)
    first = data[at]
    major, short = first >> 5, first & 31
    at += 1
    if short < 24:
        return major, short, at
    if short > 27 or major == _SIMPLE:  # reserved, of indefinite length, a float
        raise DoorError(Code.CBOR_TYPE)
    size = 1 << (short - 24)
    if at + size > len(data):
        raise DoorError(Code.CBOR_CUT)
    number = int.from_bytes(data[at : at + size], "big")
    if number < (24 if size == 1 else 1 << (size * 4)):
        raise DoorError(Code.CBOR_LONG_NUMBER)
    return major, number, at + size


def _string(data: bytes, at: int, size: int, *, text: bool) -> tuple[bytes | str, int]:
    if size > len(data) - at:
        raise DoorError(Code.CBOR_CUT)
    raw = data[at : at + size]
    if not text:
        return raw, at + size
    try:
        return raw.decode(), at + size
    except UnicodeDecodeError:
        raise DoorError(Code.CBOR_TYPE) from None


def _array(data: bytes, at: int, count: int, deeper: int) -> tuple[Item, int]:
    items = []
    for _ in range(count):
        item, at = _item(data, at, deeper)
        items.append(item)
    return tuple(items), at


def _map(data: bytes, at: int, count: int, deeper: int) -> tuple[Item, int]:
    entries: dict[int | bytes, Item] = {}
    before = b""
    for _ in range(count):
        begins = at
        key, at = _item(data, at, deeper)
        if type(key) not in (int, bytes):
            raise DoorError(Code.CBOR_TYPE)
        if data[begins:at] <= before:
            raise DoorError(Code.CBOR_KEY_TWICE if data[begins:at] == before else Code.CBOR_KEY_ORDER)
        before = data[begins:at]
        entries[cast("int | bytes", key)], at = _item(data, at, deeper)
    return entries, at
