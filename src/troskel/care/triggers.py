# SPDX-License-Identifier: EUPL-1.2
"""A closed organisation gets no allocation and keeps none, as triggers: no constraint reaches into another table."""

from __future__ import annotations

from troskel.ground.triggers import Trigger

REACHES_PAST_THE_CLOSING = (
    "EXISTS (SELECT 1 FROM people_organisation o WHERE o.id = NEW.organisation_id AND o.closed IS NOT NULL "
    "AND (NEW.valid_through IS NULL OR NEW.valid_through >= o.closed))"
)

TRIGGERS = (
    Trigger("no_allocation_to_a_closed_organisation", "care_allocation", "INSERT", REACHES_PAST_THE_CLOSING),
    Trigger(
        "no_allocation_goes_on_past_a_closing",
        "care_allocation",
        "UPDATE",
        f"NOT NEW.withdrawn AND {REACHES_PAST_THE_CLOSING}",
    ),
)
