# SPDX-License-Identifier: EUPL-1.2
"""A signed receipt tag as NXP's AN12196 describes it, over `cryptography` alone: what it writes at each tap."""

from __future__ import annotations

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.cmac import CMAC

from tests.town import Town


def cmac(key: bytes, data: bytes) -> bytes:
    mac = CMAC(algorithms.AES128(key))
    mac.update(data)
    return mac.finalize()


class SignedTag:
    """A tag with a chip: its number, its key, and a counter that rises with each tap."""

    def __init__(self, serial: str, chip: str = "04958CAA5C5E80", key: str = "11" * 16) -> None:
        self.serial, self.chip, self.key = serial, chip, key
        self.counter = 0

    def enrols(self, town: Town, who: str = "siri") -> None:
        town.does(who, "enrol_tag_key", tag=self.serial, chip=self.chip, key=self.key)

    def taps(self) -> dict[str, str]:
        """What stands in the tag's address at this tap."""
        self.counter += 1
        key, counter = bytes.fromhex(self.key), self.counter.to_bytes(3, "little")
        said = bytes.fromhex(self.chip) + counter
        encryptor = Cipher(algorithms.AES128(key), modes.CBC(bytes(16))).encryptor()
        picc_data = encryptor.update(b"\xc7" + said + b"\x5a" * 5) + encryptor.finalize()
        session = cmac(key, bytes.fromhex("3CC300010080") + said)
        return {"picc_data": picc_data.hex().upper(), "cmac": cmac(session, b"")[1::2].hex().upper()}

    def touch(self) -> dict[str, str]:
        """The evidence of a tap, as a phone notes it."""
        return {"by": "tag", "tag": self.serial, **self.taps()}
