# SPDX-License-Identifier: EUPL-1.2
"""Rules about clients as database triggers, where no constraint can express them."""

from __future__ import annotations

from troskel.ground.triggers import Trigger

TRIGGERS = (
    Trigger(
        "merged_into_one_that_remains",
        "people_client",
        "UPDATE",
        "NEW.merged_into_id IS NOT NULL AND (NEW.merged_into_id = NEW.id OR EXISTS (SELECT 1 FROM people_client c "
        "WHERE c.id = NEW.merged_into_id AND c.merged_into_id IS NOT NULL))",
    ),
)
