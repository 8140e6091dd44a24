# SPDX-License-Identifier: EUPL-1.2
"""The server's half: grants, written by another library (`cwt`) than what reads them, so that each checks the other."""

from __future__ import annotations

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cwt import COSE
from cwt.cose_key_interface import COSEKeyInterface

from troskel.doorproto.cose import PrivateKey, name_of, raw
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.messages import MAX_GRANT, DoorGrant

_KTY, _KID, _ALG = 1, 2, 3
_EC2, _ES256 = 2, -7


class Issuer:
    """Issues grants with one key. `name`: the key's, by which a lock finds it."""

    def __init__(self, key: PrivateKey) -> None:
        self.public = key.public_key()
        self.name = name_of(self.public)
        self._key = _SigningKey(key, self.name)
        self._cose = COSE.new(alg_auto_inclusion=True, kid_auto_inclusion=True)

    def issue(self, grant: DoorGrant) -> bytes:
        """Returns the signed grant, 240 bytes at most. What a lock would not take can't be built as a `DoorGrant`."""
        issued: bytes = self._cose.encode_and_sign(cbor2.dumps(grant.claims()), self._key)
        if len(issued) > MAX_GRANT:
            raise DoorError(Code.CBOR_LENGTH)
        return issued


class _SigningKey(COSEKeyInterface):
    """Signs for `cwt`, whose own keys take as long to write a signature's numbers as to sign.

    A key that lies in hardware would go in here.
    """

    def __init__(self, key: PrivateKey, name: bytes) -> None:
        super().__init__({_KTY: _EC2, _KID: name, _ALG: _ES256})
        self._private = key

    def sign(self, msg: bytes) -> bytes:
        return raw(self._private.sign(msg, ec.ECDSA(hashes.SHA256())))
