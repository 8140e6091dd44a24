# SPDX-License-Identifier: EUPL-1.2
"""Our reader takes one encoding of each value, and agrees with cbor2 on it; else it raises its own error."""

from __future__ import annotations

import io
from typing import Any

import cbor2
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from troskel.doorproto.cbor import decode, encode
from troskel.doorproto.errors import Code, DoorError

NUMBERS = st.integers(-(2**64), 2**64 - 1)
LEAVES = NUMBERS | st.booleans() | st.binary(max_size=300) | st.text(max_size=30)
ITEMS = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.integers(-30, 30) | st.binary(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)


REFUSED = [
    ("", Code.CBOR_LENGTH),
    ("00" * 65, Code.CBOR_LENGTH),
    ("0000", Code.CBOR_TRAILING),
    ("4201", Code.CBOR_CUT),
    ("9bffffffffffffffff", Code.CBOR_CUT),  # an array of 2^64
    ("bb7fffffffffffffff", Code.CBOR_CUT),
    ("5bffffffffffffffff00", Code.CBOR_CUT),
    ("19ff", Code.CBOR_CUT),
    ("82", Code.CBOR_CUT),
    ("1817", Code.CBOR_LONG_NUMBER),
    ("190017", Code.CBOR_LONG_NUMBER),
    ("1a0000ffff", Code.CBOR_LONG_NUMBER),
    ("1b00000000ffffffff", Code.CBOR_LONG_NUMBER),
    ("3817", Code.CBOR_LONG_NUMBER),
    ("580100", Code.CBOR_LONG_NUMBER),
    ("a201000100", Code.CBOR_KEY_TWICE),
    ("a202000100", Code.CBOR_KEY_ORDER),
    ("a2200018ff00", Code.CBOR_KEY_ORDER),  # length first was RFC 7049's order
    ("a1800000", Code.CBOR_TYPE),  # an array as a key
    ("a1f400", Code.CBOR_TYPE),  # false as a key: Python takes it for 0
    ("f6", Code.CBOR_TYPE),  # null
    ("f7", Code.CBOR_TYPE),  # undefined
    ("f814", Code.CBOR_TYPE),  # false in two bytes
    ("f93c00", Code.CBOR_TYPE),  # 1.0
    ("fb3ff0000000000000", Code.CBOR_TYPE),
    ("5f4100ff", Code.CBOR_TYPE),  # of indefinite length
    ("9fff", Code.CBOR_TYPE),
    ("1c", Code.CBOR_TYPE),  # reserved
    ("c000", Code.CBOR_TYPE),
    ("d2", Code.CBOR_TYPE),
    ("61ff", Code.CBOR_TYPE),  # no UTF-8
    ("81818181818181" + "00", Code.CBOR_DEPTH),
    ("81" * 64, Code.CBOR_DEPTH),
]
"""Also in `vectors.json`; read with a bound of 64 bytes."""


def deep(item: Any) -> int:
    parts = [*item.values()] if isinstance(item, dict) else item if isinstance(item, tuple) else ()
    return isinstance(item, dict | tuple) + max(map(deep, parts), default=0)


@settings(max_examples=60)
@given(ITEMS)
def test_what_is_written_is_read(item: Any) -> None:
    data = encode(item)
    if deep(item) > 6:
        with pytest.raises(DoorError):
            decode(data, len(data))
    elif not isinstance(item, dict) or sorted(map(encode, item)) == [
        encode(key) for key in cbor2.loads(data)
    ]:
        assert decode(data, len(data)) == item


@settings(max_examples=150)
@given(st.binary(max_size=40))
@example(b"\xd8\x1c\x81\xd8\x1d\x00")  # an array that holds itself
@example(b"\xc2\x41\x01")  # a number as a tag
def test_any_bytes_are_read_as_cbor2_reads_them_or_refused(data: bytes) -> None:
    check_any(data)


@pytest.mark.long
@settings(max_examples=200_000)
@given(st.binary(max_size=60))
def test_many_bytes_are_read_as_cbor2_reads_them_or_refused(data: bytes) -> None:
    check_any(data)


def check_any(data: bytes) -> None:
    try:
        item = decode(data, 64)
    except DoorError as error:
        assert error.code.word.startswith("cbor.")
        return
    theirs = cbor2.load(io.BytesIO(data))
    assert encode(theirs) == encode(item) and len(encode(item)) == len(data)


@pytest.mark.parametrize("text, code", REFUSED)
def test_what_is_not_deterministic_is_refused(text: str, code: Code) -> None:
    with pytest.raises(DoorError) as refused:
        decode(bytes.fromhex(text), 64)
    assert refused.value.code is code


def test_as_deep_as_may_be() -> None:
    decode(bytes.fromhex("818181818181" + "00"), 64)
