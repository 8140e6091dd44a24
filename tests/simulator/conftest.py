# SPDX-License-Identifier: EUPL-1.2
"""The town that these tests act in."""

from tests.town import founded, town

__all__ = ["founded", "town"]
