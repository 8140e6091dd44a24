# SPDX-License-Identifier: EUPL-1.2
"""The API's URLs: importing this declares every operation."""

from troskel.api import documents, opening, reading, reading_routine
from troskel.api.operations import api
from troskel.api.writing import add_acts

add_acts()
urls = api.urls

__all__ = ["documents", "opening", "reading", "reading_routine", "urls"]
