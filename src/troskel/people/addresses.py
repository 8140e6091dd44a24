# SPDX-License-Identifier: EUPL-1.2
"""Decides which addresses are the same home. Pure Python."""

from __future__ import annotations

import hashlib
import unicodedata


def address_key(street: str, postcode: str, town: str, apartment: str) -> str | None:
    """Returns a key that is equal for addresses of one home, ignoring spaces and case; None without a street."""
    if not street.strip():
        return None
    parts = (street, "".join(postcode.split()), town, apartment)
    plain = "\x1f".join(" ".join(unicodedata.normalize("NFC", part).casefold().split()) for part in parts)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
