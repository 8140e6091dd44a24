# SPDX-License-Identifier: EUPL-1.2
"""The `town` fixture."""

from tests.town import founded, town

__all__ = ["founded", "town"]
