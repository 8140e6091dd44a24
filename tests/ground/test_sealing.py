# SPDX-License-Identifier: EUPL-1.2
"""What is sealed to the server: opened by it alone, and for what it was sealed for. By another's HPKE as well."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from pyhpke import AEADId, CipherSuite, KDFId, KEMId, KEMKey

from troskel.ground import sealing

THEIRS = CipherSuite.new(KEMId.DHKEM_P256_HKDF_SHA256, KDFId.HKDF_SHA256, AEADId.AES256_GCM)


def coded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def sealed(text: bytes, info: str) -> str:
    """Sealed by another implementation than opens it."""
    point = base64.urlsafe_b64decode(sealing.public_key() + "=")
    key = KEMKey.from_jwk({"kty": "EC", "crv": "P-256", "x": coded(point[1:33]), "y": coded(point[33:])})
    enc, context = THEIRS.create_sender_context(key, info=info.encode())
    return coded(enc + context.seal(text))


def test_what_is_sealed_is_opened_and_for_nothing_else(settings: Any) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "one", []
    text = sealed(b"{}", "a 1")
    assert sealing.unseal(text, "a 1") == b"{}"
    for wrong, info in ((text, "a 2"), (text[:-2] + "AA", "a 1"), ("", "a 1"), ("å", "a 1"), ("AAAA", "a 1")):
        with pytest.raises(sealing.NotSealed):
            sealing.unseal(wrong, info)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "two", ["one"]
    assert sealing.unseal(text, "a 1") == b"{}", "sealed before the secret was changed"
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(sealing.NotSealed):
        sealing.unseal(text, "a 1")
