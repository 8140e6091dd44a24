# SPDX-License-Identifier: EUPL-1.2
"""The keys that sign grants, one a municipality. They follow from the installation's secret, as the sealing key does.

Where the secret is changed, locks that know the key before refuse new grants until the new one is put in: keep the old
secret among the fallbacks, and enrol the locks anew. `issuers` still knows what the key before has signed.
"""

from __future__ import annotations

from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from troskel.doorproto.cose import PublicKey
from troskel.doorproto.issuer import Issuer
from troskel.ground.sealing import ORDER

PURPOSE = b"troskel: who issues grants to open doors, 1, in "


def issuer_of(municipality: str) -> Issuer:
    """Returns who signs this municipality's grants now."""
    return _issuer(settings.SECRET_KEY, municipality)


def issuers_of(municipality: str) -> dict[bytes, PublicKey]:
    """Returns the keys that have signed this municipality's grants, by name: the one of now first."""
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    issuers = (_issuer(secret, municipality) for secret in secrets)
    return {issuer.name: issuer.public for issuer in issuers}


@cache
def _issuer(secret: str, municipality: str) -> Issuer:
    info = PURPOSE + municipality.encode()
    drawn = HKDF(hashes.SHA256(), 48, salt=None, info=info).derive(secret.encode())
    return Issuer(ec.derive_private_key(int.from_bytes(drawn, "big") % (ORDER - 1) + 1, ec.SECP256R1()))
