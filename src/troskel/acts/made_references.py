# SPDX-License-Identifier: EUPL-1.2
"""References of clients, investigations, decisions and allocations that no case system has named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec

from troskel.people.operations import next_numbers
from troskel.runner.transaction import ActContext

Item = TypeVar("Item", bound=msgspec.Struct)


def made_reference(ctx: ActContext, reference: str) -> str:
    """Returns the reference; where the case system gives none, the next of the municipality's own: T-2026-0001."""
    if reference:
        return reference
    (number,) = next_numbers(ctx.actor.municipality, "reference", ctx.today.year, 1)
    return f"T-{number}"


def with_references(ctx: ActContext, items: Sequence[Item]) -> list[Item]:
    """Returns the items, each with its reference; one without gets the next of the municipality's own: T-2026-0001."""
    told: Sequence[Any] = items
    missing = sum(not item.reference for item in told)
    if not missing:
        return list(items)
    made = iter(next_numbers(ctx.actor.municipality, "reference", ctx.today.year, missing))
    return [
        item if item.reference else msgspec.structs.replace(item, reference=f"T-{next(made)}")
        for item in told
    ]
