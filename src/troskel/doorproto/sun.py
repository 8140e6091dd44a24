# SPDX-License-Identifier: EUPL-1.2
"""Receipt tags that sign: NTAG 424 DNA, secure unique NFC messages (NXP AN12196), with keys of their own (AN10922).

A tag mirrors into its address, at each tap, its number and a counter that only rises, encrypted, and a MAC over both.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import NamedTuple

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from troskel.doorproto.errors import Code, DoorError

UID = 7
LONGEST_ADDRESS = 512

_WITH_UID_AND_COUNTER = 0xC7
"""PICCDataTag: the number and the counter are mirrored, and the number has 7 bytes."""

_PARAMETER = re.compile(r"[?&](picc_data|cmac)=([0-9A-Fa-f]*)(?=[&#]|$)", re.ASCII)


class Tap(NamedTuple):
    """What a tag said at one tap: its number, and its counter, which stood lower at every tap before."""

    uid: bytes
    counter: int


def read_address(address: str) -> tuple[bytes, bytes]:
    """Returns `picc_data` and `cmac` of a tag's address. Raises `tag.form` where it has not each of them once."""
    found = _PARAMETER.findall(address) if len(address) <= LONGEST_ADDRESS else []
    values = dict(found)
    if len(found) != 2 or [len(values.get(name, "")) for name in ("picc_data", "cmac")] != [32, 16]:
        raise DoorError(Code.TAG_FORM)
    return bytes.fromhex(values["picc_data"]), bytes.fromhex(values["cmac"])


def read_tap(
    picc_data: bytes,
    cmac: bytes,
    meta_key: bytes,
    file_key: Callable[[bytes], bytes],
    signed: bytes = b"",
) -> Tap:
    """Returns what the tag said. `file_key` gives the key of a tag's number; `signed`: what the MAC covers besides.

    Raises `tag.form` where it is none of ours (or `meta_key` is wrong), `tag.mac` where the tag did not say it.
    """
    if (len(picc_data), len(cmac)) != (16, 8):
        raise DoorError(Code.TAG_FORM)
    decryptor = Cipher(algorithms.AES128(meta_key), modes.CBC(bytes(16))).decryptor()
    plain = decryptor.update(picc_data) + decryptor.finalize()
    if plain[0] != _WITH_UID_AND_COUNTER:
        raise DoorError(Code.TAG_FORM)
    uid, counter = plain[1 : 1 + UID], plain[1 + UID : 4 + UID]
    session = _cmac(file_key(uid), bytes.fromhex("3cc300010080") + uid + counter)
    if not compare_digest(_cmac(session, signed)[1::2], cmac):
        raise DoorError(Code.TAG_MAC)
    return Tap(uid, int.from_bytes(counter, "little"))


def read_numbers(picc_data: Sequence[bytes], meta_key: bytes) -> list[bytes | None]:
    """Returns the tag's number that each of these says under a key; None where it is none of that key's.

    Of many at once, to find whose they are. Proves nothing: `read_tap` does.
    """
    decryptor = Cipher(
        algorithms.AES128(meta_key), modes.ECB()
    ).decryptor()  # a block alone, as CBC without a vector
    plain = decryptor.update(b"".join(picc_data)) + decryptor.finalize()
    blocks = (plain[start : start + 16] for start in range(0, len(plain), 16))
    return [block[1 : 1 + UID] if block[0] == _WITH_UID_AND_COUNTER else None for block in blocks]


def key_of_tag(master: bytes, uid: bytes, system: bytes) -> bytes:
    """Returns the tag's own key (AN10922, AES-128). `system`: 9 to 24 bytes that name the use."""
    if len(uid) != UID or not 9 <= len(system) <= 24:
        raise DoorError(Code.TAG_FORM)
    return _cmac(master, b"\x01" + uid + system)


def check_rising(
    counter: int, at: datetime, known: Iterable[tuple[int, datetime]], slack: timedelta = timedelta()
) -> None:
    """Raise where the tap does not fit between the known ones of its tag (counter, time), in whatever order they came.

    `tag.spent`: this counter has been used, so the address was copied. `tag.not_rising`: it was read before a tap that
    is told as earlier, so it was kept and used later. `slack`: how wrong two phones' clocks may be together.
    """
    for other, then in known:
        if other == counter:
            raise DoorError(Code.TAG_SPENT)
        early, late = (then, at) if other < counter else (at, then)
        if early - late > slack:
            raise DoorError(Code.TAG_NOT_RISING)


def _cmac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(algorithms.AES128(key))
    mac.update(data)
    return mac.finalize()
