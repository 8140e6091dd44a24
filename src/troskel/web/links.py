# SPDX-License-Identifier: EUPL-1.2
"""Where a case number leads."""

from __future__ import annotations

from django.urls import NoReverseMatch, reverse


def to_client(case: str) -> str:
    """The client's page; empty where there is none."""
    try:
        return reverse("client", args=[case])
    except NoReverseMatch:
        return ""
