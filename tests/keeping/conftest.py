# SPDX-License-Identifier: EUPL-1.2
"""Shared: the town, and commands in its database."""

from __future__ import annotations

from tests.cli.conftest import runs
from tests.town import founded, town

__all__ = ["founded", "runs", "town"]
