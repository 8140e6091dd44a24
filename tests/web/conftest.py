# SPDX-License-Identifier: EUPL-1.2
"""Pages are tried in the town that acts are tried in."""

import pytest

from tests.town import founded, town
from troskel.screens import tries

__all__ = ["founded", "town"]


@pytest.fixture(autouse=True)
def _no_failures_counted() -> None:
    """Failed sign-ins are counted in the process: those of another test are none of ours."""
    tries.forget_all()
