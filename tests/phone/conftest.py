# SPDX-License-Identifier: EUPL-1.2
"""The phone is tried in the town that acts are tried in, where anyone may become anyone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.town import founded, town

__all__ = ["founded", "town"]


@pytest.fixture(autouse=True)
def _demo(settings: Any) -> None:
    settings.DEMO = True
