# SPDX-License-Identifier: EUPL-1.2
"""Pages are tried in the town that acts are tried in."""

import pytest
from django.core.cache import cache

from tests.town import founded, town
from troskel.screens import tries

__all__ = ["founded", "town"]


@pytest.fixture(autouse=True)
def _how_it_stands_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands still is kept some seconds: a test neither sees another's, nor asks again after its seconds."""
    cache.clear()
    monkeypatch.setattr("troskel.reading.standing.KEPT_SECONDS", 3600)


@pytest.fixture(autouse=True)
def _no_failures_counted() -> None:
    """Failed sign-ins are counted in the process: those of another test are none of ours."""
    tries.forget_all()
