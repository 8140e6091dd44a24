# SPDX-License-Identifier: EUPL-1.2
"""Rules 2, 3 and 5 of the design as database triggers, where no constraint can express them."""

from __future__ import annotations

from troskel.ground.triggers import Trigger

FOREIGN = "SELECT 1 FROM people_client c WHERE c.id = {client} AND c.home_municipality <> c.municipality_id"

TRIGGERS = (
    # rule 3
    Trigger(
        "no_tag_for_another_municipality",
        "custody_holding",
        "INSERT",
        f"NEW.until IS NULL AND NEW.kind = 'client' AND EXISTS ({FOREIGN.format(client='NEW.holder')}) AND EXISTS "
        "(SELECT 1 FROM custody_thing t WHERE t.id = NEW.thing_id AND t.kind = 'tag')",
    ),
    Trigger(
        "no_link_for_another_municipality",
        "custody_link",
        "INSERT",
        f"EXISTS ({FOREIGN.format(client='NEW.client_id')})",
    ),
    # rule 2
    Trigger(
        "a_link_is_to_a_lock_at_the_door",
        "custody_link",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM custody_holding h JOIN custody_thing t ON t.id = h.thing_id WHERE h.thing_id = "
        "NEW.lock_id AND h.until IS NULL AND h.kind = 'door' AND h.holder = NEW.door_id AND t.kind = 'lock')",
    ),
    Trigger(
        "a_link_is_for_a_client_behind_the_door",
        "custody_link",
        "INSERT",
        "NOT EXISTS (SELECT 1 FROM people_client c JOIN people_homedoor w ON w.home_id = c.home_id "
        "WHERE c.id = NEW.client_id AND w.door_id = NEW.door_id)",
    ),
    Trigger(
        "only_locks_hang_at_doors",
        "custody_holding",
        "INSERT",
        "NEW.until IS NULL AND NEW.kind = 'door' AND NOT EXISTS "
        "(SELECT 1 FROM custody_thing t WHERE t.id = NEW.thing_id AND t.kind = 'lock')",
    ),
    # rule 5
    Trigger(
        "a_chain_of_holdings_is_unbroken",
        "custody_holding",
        "INSERT",
        "NEW.sequence > 1 AND NOT EXISTS (SELECT 1 FROM custody_holding h "
        "WHERE h.municipality_id = NEW.municipality_id AND h.thing_id = NEW.thing_id AND h.sequence = NEW.sequence - 1 "
        "AND h.until = NEW.since)",
    ),
    Trigger(
        "an_ended_holding_is_never_changed",
        "custody_holding",
        "UPDATE",
        "OLD.until IS NOT NULL AND (NEW.until {differs} OLD.until OR NEW.since {differs} OLD.since OR NEW.holder "
        "{differs} OLD.holder OR NEW.kind <> OLD.kind OR NEW.sequence <> OLD.sequence OR NEW.thing_id <> OLD.thing_id)",
    ),
)
