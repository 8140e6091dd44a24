# SPDX-License-Identifier: EUPL-1.2
"""Where a case number leads."""

from __future__ import annotations

from django.urls import reverse


def to_client(case: str) -> str:
    """The client's page."""
    return reverse("client", args=[case])
