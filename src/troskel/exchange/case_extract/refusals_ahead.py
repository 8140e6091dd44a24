# SPDX-License-Identifier: EUPL-1.2
"""Which lines an act is going to refuse: what such a line would take the place of stays, since a line that is not used
leaves what was there before untouched.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from troskel.care import rules
from troskel.exchange.case_extract.known_records import KnownState
from troskel.exchange.case_extract.rows import AllocationRow, DecisionRow, NightExtract
from troskel.ground.refusals import BadValue, Refusal
from troskel.people import rules as people


def of_decision(row: DecisionRow) -> bool:
    """Is the decision going to be refused?"""
    return _refuses(rules.period, row.valid_from, row.valid_through)


def of_allocation(row: AllocationRow, night: NightExtract, state: KnownState) -> bool:
    """Is the allocation going to be refused? Where tonight changes the organisation's kind, by either kind."""
    known, told = state.organisations.get(row.organisation), night.organisations.get(row.organisation)
    decision = night.decisions.get(row.decision) or state.decisions[row.decision]
    return (
        _refuses(rules.period, row.valid_from, row.valid_through)
        or any(_refuses(rules.carries_out, one.kind, decision.service) for one in (known, told) if one)
        or (known is not None and _refuses(people.organisation_is_open, known.closed))
    )


def _refuses(rule: Callable[..., None], *values: Any) -> bool:
    try:
        rule(*values)
    except (Refusal, BadValue):
        return True
    return False
