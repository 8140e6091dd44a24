# SPDX-License-Identifier: EUPL-1.2
"""The write that has an invariant: an opening's outcome never takes the place of one stored meanwhile."""

from __future__ import annotations

from troskel.access.models import Opening
from troskel.ground.driver import db_value, execute


class OutcomeStands(Exception):
    """Another outcome of the opening was stored since it was read."""


def note(opening: Opening, before: str) -> None:
    """Store the outcome of an opening in place of the one `before`. Raises OutcomeStands where it is another."""
    changed = execute(
        "UPDATE access_opening SET outcome = %s, code = %s, battery = %s, noted = %s WHERE id = %s AND outcome = %s",
        [
            opening.outcome,
            opening.code,
            opening.battery,
            db_value(opening.noted),
            db_value(opening.id),
            before,
        ],
    )
    if changed != 1:
        raise OutcomeStands
