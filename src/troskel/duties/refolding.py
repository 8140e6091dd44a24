# SPDX-License-Identifier: EUPL-1.2
"""Homes' facts folded anew from the journal, for a migration that follows a change of their shape."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import msgspec

from troskel.duties import replay
from troskel.routine import derived_events
from troskel.routine.facts import HomeFacts
from troskel.routine.fold import fold

BATCH_SIZE = 500


def fold_anew(states: Any) -> None:
    """Replaces the facts in every home's stored state. Takes the model HomeState as it is in the migration.

    What the engine has seen of a client stays as well, so that nothing is told twice; only what has another shape is
    looked at anew.
    """
    for municipality in states.objects.values_list("municipality_id", flat=True).distinct().order_by():
        homes: dict[UUID, HomeFacts] = {}
        for line in replay.lines(municipality):
            for home in line.homes:
                homes.setdefault(home, HomeFacts(home=home))
            fold(homes, line)
        changed = []
        for row in states.objects.filter(municipality_id=municipality).iterator(BATCH_SIZE):
            if row.home_id in homes:
                row.state = _with_facts(json.loads(row.state), homes[row.home_id])
                changed.append(row)
        states.objects.bulk_update(changed, ["state"], batch_size=BATCH_SIZE)


def _with_facts(state: dict[str, Any], facts: HomeFacts) -> str:
    state["facts"] = msgspec.to_builtins(facts)
    for client, seen in state.get("seen", {}).items():
        seen.pop("changes", None)
        client_facts = facts.clients.get(UUID(client))
        if client_facts is not None:
            seen["provider_changes"] = msgspec.to_builtins(derived_events.provider_changes(client_facts))
    return msgspec.json.encode(state).decode()
