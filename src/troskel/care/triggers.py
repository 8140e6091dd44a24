# SPDX-License-Identifier: EUPL-1.2
"""A closed organisation gets no allocation, as a database trigger: no constraint reaches into another table."""

from __future__ import annotations

from troskel.ground.triggers import Trigger

TRIGGERS = (
    Trigger(
        "no_allocation_to_a_closed_organisation",
        "care_allocation",
        "INSERT",
        "EXISTS (SELECT 1 FROM people_organisation o WHERE o.id = NEW.organisation_id AND o.closed IS NOT NULL "
        "AND (NEW.valid_through IS NULL OR NEW.valid_through >= o.closed))",
    ),
)
