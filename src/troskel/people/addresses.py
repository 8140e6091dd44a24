# SPDX-License-Identifier: EUPL-1.2
"""Which addresses are one home. Pure Python."""

from __future__ import annotations

import hashlib
import unicodedata


def address_key(street: str, postcode: str, town: str, apartment: str) -> str | None:
    """Equal for what is one home, however spaced or capitalised; None for a home shared with nobody (no street)."""
    if not street.strip():
        return None
    parts = (street, "".join(postcode.split()), town, apartment)
    plain = "\x1f".join(" ".join(unicodedata.normalize("NFC", part).casefold().split()) for part in parts)
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
