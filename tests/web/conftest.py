# SPDX-License-Identifier: EUPL-1.2
"""Pages are tried in the town that acts are tried in."""

from tests.town import founded, town

__all__ = ["founded", "town"]
