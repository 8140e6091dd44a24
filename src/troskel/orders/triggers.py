# SPDX-License-Identifier: EUPL-1.2
"""Rules 1 and 3 of the design as database triggers, where no constraint can express them.

Rule 1 is weaker here than in the act, which also knows what is confirmed: the act refuses whatever this refuses. A
removal that has been done all the same (rule 10) is marked.
"""

from __future__ import annotations

from troskel.ground.triggers import Trigger

CARE_BEHIND = (
    "EXISTS (SELECT 1 FROM people_homedoor w JOIN people_client c ON c.home_id = w.home_id "
    "JOIN care_decision d ON d.client_id = c.id WHERE w.door_id = NEW.door_id "
    "AND c.home_municipality = c.municipality_id AND NOT d.withdrawn "
    "AND c.lock_unwanted IS NULL AND (c.died IS NULL OR c.died > {day}) "
    "AND (d.valid_through IS NULL OR d.valid_through > {day}))"
)

OF_CARE = (
    Trigger(
        "no_removal_ordered_while_care_is_left",
        "orders_order",
        "INSERT",
        "NEW.kind = 'removal' AND " + CARE_BEHIND.format(day="{day:NEW.placed}"),
    ),
    Trigger(
        "no_removal_done_while_care_is_left",
        "orders_order",
        "UPDATE",
        "NEW.kind = 'removal' AND NEW.state = 'done' AND OLD.state <> 'done' AND NEW.done_though = '' AND "
        + CARE_BEHIND.format(day="{day:NEW.closed}"),
    ),
    Trigger(
        "no_lock_for_another_municipality",
        "orders_order",
        "INSERT",
        "NEW.kind = 'installation' AND EXISTS (SELECT 1 FROM people_client c WHERE c.id = NEW.client_id "
        "AND c.home_municipality <> c.municipality_id)",
    ),
)

FOR_THE_CLOSED = (
    Trigger(
        "no_order_for_a_closed_organisation",
        "orders_order",
        "INSERT",
        "EXISTS (SELECT 1 FROM people_organisation o WHERE o.id IN (NEW.organisation_id, NEW.locksmith_id) "
        "AND o.closed IS NOT NULL)",
    ),
)
TRIGGERS = OF_CARE + FOR_THE_CLOSED
