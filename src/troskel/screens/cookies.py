# SPDX-License-Identifier: EUPL-1.2
"""The names of cookies: under TLS with a prefix, by which browsers let no other host, and no plain HTTP, set them."""

from __future__ import annotations

from django.conf import settings


def full_name(name: str, *, of_every_path: bool = True) -> str:
    """Returns the cookie's name as browsers know it."""
    if not settings.SESSION_COOKIE_SECURE:
        return name
    return f"{'__Host-' if of_every_path else '__Secure-'}{name}"
