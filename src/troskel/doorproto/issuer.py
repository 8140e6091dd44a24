# SPDX-License-Identifier: EUPL-1.2
"""The server's half: grants, written by another library (`cwt`) than what reads them, so that each checks the other."""

from __future__ import annotations

from cwt import CWT, COSEKey

from troskel.doorproto.cose import PrivateKey, name_of
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.messages import MAX_GRANT, DoorGrant

_EC2, _P256, _ES256 = 2, 1, -7


class Issuer:
    """Issues grants with one key. `name`: the key's, by which a lock finds it."""

    def __init__(self, key: PrivateKey) -> None:
        self.public = key.public_key()
        self.name = name_of(self.public)
        numbers = key.private_numbers()
        point = numbers.public_numbers
        x, y, d = (
            number.to_bytes(32, "big") for number in (point.x, point.y, numbers.private_value)
        )  # P-256: 32 bytes each
        self._key = COSEKey.new({1: _EC2, 2: self.name, 3: _ES256, -1: _P256, -2: x, -3: y, -4: d})
        self._cwt = CWT.new()

    def issue(self, grant: DoorGrant) -> bytes:
        """Returns the signed grant, 240 bytes at most. What a lock would not take can't be built as a `DoorGrant`."""
        issued: bytes = self._cwt.encode_and_sign(dict(grant.claims()), self._key)
        if len(issued) > MAX_GRANT:
            raise DoorError(Code.CBOR_LENGTH)
        return issued
