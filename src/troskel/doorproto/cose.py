# SPDX-License-Identifier: EUPL-1.2
"""COSE_Sign1 (RFC 9052) with ES256 and nothing else, as a lock would verify it.

The algorithm is never read to be chosen: the protected header must be these bytes.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from troskel.doorproto.cbor import Item, decode, encode, encode_ordered
from troskel.doorproto.errors import Code, DoorError

PrivateKey = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey

TAG_SIGN1 = b"\xd2"
PROTECTED = bytes.fromhex("a10126")
"""{1 (alg): -7 (ES256)}"""

KID = 4
POINT, NAME = 33, 8
"""Bytes of a key as a compressed point, and of its name: its thumbprint's beginning."""

_SIGN = ec.ECDSA(
    hashes.SHA256(), deterministic_signing=True
)  # RFC 6979: needs no good chance in a small lock
_VERIFY = ec.ECDSA(hashes.SHA256())


class Signed(NamedTuple):
    """A COSE_Sign1 taken apart, not verified. `kid`: which key is said to have signed; empty where it says none."""

    kid: bytes
    payload: bytes
    signature: bytes


def sign(key: PrivateKey, payload: bytes, aad: bytes, kid: bytes = b"") -> bytes:
    """Returns a tagged COSE_Sign1 with the payload."""
    signature = raw(key.sign(_to_be_signed(payload, aad), _SIGN))
    unprotected: Item = {KID: kid} if kid else {}
    return TAG_SIGN1 + encode((PROTECTED, unprotected, payload, signature))


def raw(der: bytes) -> bytes:
    """Returns a signature as COSE has it, r and then s, of one that `cryptography` made."""
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def take_apart(data: bytes, longest: int, kid_size: int) -> Signed:
    """Returns its parts, where it is a COSE_Sign1 of our form: ES256, and a kid of this size or none."""
    if not data.startswith(TAG_SIGN1):
        raise DoorError(Code.COSE_FORM if 0 < len(data) <= longest else Code.CBOR_LENGTH)
    match decode(data[1:], longest - 1):
        case (bytes(protected), dict(unprotected), bytes(payload), bytes(signature)):
            pass
        case _:
            raise DoorError(Code.COSE_FORM)
    if protected != PROTECTED:
        raise DoorError(Code.COSE_ALGORITHM)
    kid = unprotected.pop(KID, b"")
    if unprotected or not isinstance(kid, bytes) or len(kid) != kid_size or len(signature) != 64:
        raise DoorError(Code.COSE_FORM)
    return Signed(kid, payload, signature)


def verify(signed: Signed, key: PublicKey, aad: bytes, code: Code) -> bytes:
    """Returns the payload, where the key signed it with this `aad`; raises `code` otherwise."""
    r, s = signed.signature[:32], signed.signature[32:]
    der = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
    try:
        key.verify(der, _to_be_signed(signed.payload, aad), _VERIFY)
    except InvalidSignature:
        raise DoorError(code) from None
    return signed.payload


def _to_be_signed(payload: bytes, aad: bytes) -> bytes:
    return encode_ordered(("Signature1", PROTECTED, aad, payload))


def point_of(key: PublicKey) -> bytes:
    """Returns the key as a compressed point: 02 or 03, then x."""
    return key.public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


def key_at(point: bytes) -> PublicKey:
    """Returns the key of a compressed point. Raises `cose.key` where there is none on the curve."""
    try:
        if len(point) != POINT:
            raise ValueError
        return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except ValueError:
        raise DoorError(Code.COSE_KEY) from None


def uncompressed(point: bytes) -> bytes:
    """Returns a point as browsers take it: 04, x, y."""
    return key_at(point).public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def thumbprint(key: PublicKey) -> bytes:
    """Returns the key's thumbprint (RFC 9679), 32 bytes."""
    numbers = key.public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    return sha256(encode({1: 2, -1: 1, -2: x, -3: y})).digest()


def name_of(key: PublicKey) -> bytes:
    """Returns the key's name in messages: the first 8 bytes of its thumbprint."""
    return thumbprint(key)[:NAME]
