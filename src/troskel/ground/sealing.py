# SPDX-License-Identifier: EUPL-1.2
"""What a phone seals to the server: HPKE (RFC 9180), P-256, HKDF-SHA256, AES-256-GCM. Only the server opens it.

And what the server seals for its own tables: AES-256-GCM. The keys follow from the installation's secret, so that
nothing more is kept; what was sealed before the secret was changed is opened by the one before.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, hpke
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings

SUITE = hpke.Suite(hpke.KEM.P256, hpke.KDF.HKDF_SHA256, hpke.AEAD.AES_256_GCM)
PURPOSE = b"troskel: what phones keep until it is sent, 1"
FOR_TABLES = b"troskel: secrets that the server keeps in its tables, 1"
NONCE = 12
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the curve's group: a private key is smaller, and not 0."""


class NotSealed(ValueError):
    """It was not sealed to this server, or for something else."""


def public_key() -> str:
    """Returns the key to seal to: an uncompressed point, base64url without padding."""
    point = _private_key(settings.SECRET_KEY).public_key()
    return (
        base64.urlsafe_b64encode(point.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))
        .decode()
        .rstrip("=")
    )


def unseal(text: str, info: str) -> bytes:
    """Returns what was sealed with this `info`; `text`: base64url. Raises NotSealed."""
    sealed = _bytes(text)
    for secret in _secrets():
        try:
            opened: bytes = SUITE.decrypt(sealed, _private_key(secret), info.encode())
        except (InvalidTag, ValueError):
            continue
        return opened
    raise NotSealed


def keep(plain: bytes, info: str) -> str:
    """Returns a secret sealed for the server's own tables, base64url. `info`: whose it is, and as what it is opened."""
    nonce = secrets.token_bytes(NONCE)
    sealed = nonce + _table_cipher(settings.SECRET_KEY).encrypt(nonce, plain, info.encode())
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def kept(text: str, info: str) -> bytes:
    """Returns what `keep` has sealed with this `info`. Raises NotSealed."""
    sealed = _bytes(text)
    for secret in _secrets():
        try:
            return _table_cipher(secret).decrypt(sealed[:NONCE], sealed[NONCE:], info.encode())
        except (InvalidTag, ValueError):
            continue
    raise NotSealed


def _secrets() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise NotSealed from None


@cache
def _table_cipher(secret: str) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), 32, salt=None, info=FOR_TABLES).derive(secret.encode()))


@cache
def _private_key(secret: str) -> ec.EllipticCurvePrivateKey:
    drawn = HKDF(hashes.SHA256(), 48, salt=None, info=PURPOSE).derive(secret.encode())
    return ec.derive_private_key(int.from_bytes(drawn, "big") % (ORDER - 1) + 1, ec.SECP256R1())
