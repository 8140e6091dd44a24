# SPDX-License-Identifier: EUPL-1.2
"""Which operations a token with scopes may use. It only narrows: role and Sight of the account hold as well."""

from __future__ import annotations

from collections.abc import Collection

from troskel.people.token_rules import TokenScope

LETS = {
    TokenScope.ALARMS: {
        "hand_in_alarms",
        "raise_alarm",
        "rank_alarm",
        "accept_alarm",
        "close_alarm",
        "list_alarms",
    },
    TokenScope.VISITS: {
        "register_visit",
        "register_visits",
        "arrive",
        "depart",
        "sync_phone",
        "sync_phone_with_plan",
        "correct_visit",
        "note_no_answer",
        "list_visits",
    },
    TokenScope.DOORS: {
        "open_door_by_phone",
        "open_door",
        "note_opening",
        "ask_door",
        "enrol_phone",
        "take_grants",
        "take_single_use_grant",
        "tell_lock_answers",
    },
    TokenScope.IMPORT: {
        "register_organisations",
        "change_organisation",
        "register_clients",
        "change_clients",
        "record_deaths",
        "move_clients",
        "correct_addresses",
        "propose_sharing",
        "start_investigations",
        "make_decisions",
        "change_decisions",
        "end_decisions",
        "withdraw_decisions",
        "allocate",
        "change_allocations",
        "end_allocations",
        "withdraw_allocations",
        "take_over_locks",
        "take_over_keys",
        "take_over_tags",
        "list_imports",
    },
    TokenScope.STAFF: {"update_staff", "list_accounts"},
}
"""By scope, which operations: `import` those by which a night's extract is taken in. `read` lets every GET.

`staff` is also what SCIM asks for (`api/scim/`), which no token without it is let into.
"""


def lets(scopes: Collection[str], method: str, operation: str) -> bool:
    """May a token with these scopes use the operation? Without scopes it may use all."""
    if not scopes or (TokenScope.READ in scopes and method == "GET"):
        return True
    return any(operation in LETS.get(scope, ()) for scope in TokenScope if scope in scopes)
