# SPDX-License-Identifier: EUPL-1.2
"""Receipt tags, by what NXP has published: AN12196 (its tables 1 to 5) and AN10922 (AES-128)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from troskel.doorproto import sun
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.sun import Tap, check_rising, key_of_tag, read_address, read_tap

ZERO = bytes(16)
PICC, MAC = bytes.fromhex("EF963FF7828658A599F3041510671E88"), bytes.fromhex("94EED9EE65337086")
NINE = datetime(2026, 11, 30, 9, tzinfo=UTC)


def zero(_uid: bytes) -> bytes:
    return ZERO


def test_published_tap() -> None:
    """Tables 2 and 4."""
    assert read_tap(PICC, MAC, ZERO, zero) == Tap(bytes.fromhex("04DE5F1EACC040"), 61)


def test_published_tap_that_signs_its_file() -> None:
    """Table 5: the MAC covers the encrypted file too."""
    picc, mac = bytes.fromhex("FD91EC264309878BE6345CBE53BADF40"), bytes.fromhex("ECC1E7F6C6C73BF6")
    covered = b"CEE9A53E3E463EF1F459635736738962&cmac="
    assert read_tap(picc, mac, ZERO, zero, covered) == Tap(bytes.fromhex("04958CAA5C5E80"), 8)


def test_published_session_key() -> None:
    """Table 1: from a key that is not zero."""
    key = bytes.fromhex("5ACE7E50AB65D5D51FD5BF5A16B8205B")
    session = sun._cmac(key, bytes.fromhex("3CC300010080" + "04C767F2066180" + "010000"))
    assert session == bytes.fromhex("3A3E8110E05311F7A3FCF0D969BF2B48")


def test_published_key_of_a_tag() -> None:
    master = bytes.fromhex("00112233445566778899AABBCCDDEEFF")
    key = key_of_tag(master, bytes.fromhex("04782E21801D80"), bytes.fromhex("3042F54E585020416275"))
    assert key == bytes.fromhex("A8DD63A3B89D54B37CA802473FDA9175")


def test_address() -> None:
    query = f"picc_data={PICC.hex()}&cmac={MAC.hex().upper()}"
    assert read_address(f"https://a.example/t?{query}") == (PICC, MAC)
    assert read_address(f"https://a.example/t?v=1&{query}#top") == (PICC, MAC)


@pytest.mark.parametrize(
    "address",
    [
        "https://a.example/t",
        f"https://a.example/t?picc_data={PICC.hex()}",
        f"https://a.example/t?picc_data={PICC.hex()}&cmac={MAC.hex()}&cmac={MAC.hex()}",
        f"https://a.example/t?picc_data={PICC.hex()}00&cmac={MAC.hex()}",
        f"https://a.example/t?picc_data={PICC.hex()}&cmac={MAC.hex()[:-1]}",
        f"https://a.example/t?picc_data={PICC.hex()}&cmac={MAC.hex()[:-1]}g",
        f"https://a.example/t?xpicc_data={PICC.hex()}&cmac={MAC.hex()}",
        f"https://a.example/t?picc_data={PICC.hex()}&cmac={MAC.hex()}&{'x' * 500}",
    ],
)
def test_other_addresses_are_refused(address: str) -> None:
    with pytest.raises(DoorError) as refused:
        read_address(address)
    assert refused.value.code is Code.TAG_FORM


@pytest.mark.parametrize("bit", range(0, 64, 5))
def test_forged_tap_is_refused(bit: int) -> None:
    """A bit of the MAC, or of what is encrypted."""
    flipped = (int.from_bytes(MAC) ^ (1 << bit)).to_bytes(8)
    with pytest.raises(DoorError) as refused:
        read_tap(PICC, flipped, ZERO, zero)
    assert refused.value.code is Code.TAG_MAC
    with pytest.raises(DoorError) as refused:
        read_tap((int.from_bytes(PICC) ^ (1 << bit)).to_bytes(16), MAC, ZERO, zero)
    assert refused.value.code in (Code.TAG_FORM, Code.TAG_MAC)


def test_tap_under_another_key_is_refused() -> None:
    with pytest.raises(DoorError) as refused:
        read_tap(PICC, MAC, bytes([1]) + bytes(15), zero)
    assert refused.value.code is Code.TAG_FORM
    with pytest.raises(DoorError) as refused:
        read_tap(PICC, MAC, ZERO, lambda uid: key_of_tag(ZERO, uid, b"receipts."))
    assert refused.value.code is Code.TAG_MAC


@pytest.mark.parametrize(
    "counter, minutes, code",
    [
        (62, 20, None),  # after the known ones
        (60, -20, None),  # before them, brought by another phone later
        (61, 40, Code.TAG_SPENT),  # the address of a tap, copied
        (61, 0, Code.TAG_SPENT),
        (60, 20, Code.TAG_NOT_RISING),  # read before, kept, used after a later tap
        (62, -20, Code.TAG_NOT_RISING),
        (62, -4, None),  # two phones' clocks
    ],
)
def test_counter_rises_with_time(counter: int, minutes: int, code: Code | None) -> None:
    known = [(58, NINE - timedelta(days=1)), (61, NINE)]
    at, slack = NINE + timedelta(minutes=minutes), timedelta(minutes=5)
    if code is None:
        check_rising(counter, at, known, slack)
        return
    with pytest.raises(DoorError) as refused:
        check_rising(counter, at, known, slack)
    assert refused.value.code is code
