# SPDX-License-Identifier: EUPL-1.2
"""Rows that the acts on decisions and allocations (`deciding.py`) need, by reference, with the homes locked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from troskel.care.models import Allocation, Decision
from troskel.ground.compiled_query import CompiledQuery
from troskel.people.models import Organisation
from troskel.runner import lookup, lookup_refusals
from troskel.runner.transaction import ActContext


def find_decisions(ctx: ActContext, references: Sequence[str]) -> dict[str, Decision]:
    """Returns decisions by reference, locked; those that are not there are left out."""
    decisions: dict[str, Decision] = _lock_and_fetch(ctx, _homes_of_decisions, _DECISIONS, references)
    lookup_refusals.ensure_not_moved(ctx, [row.client for row in decisions.values()])
    return decisions


def find_allocations(ctx: ActContext, references: Sequence[str]) -> dict[str, Allocation]:
    """Returns allocations by reference, locked; those that are not there are left out."""
    allocations: dict[str, Allocation] = _lock_and_fetch(ctx, _homes_of_allocations, _ALLOCATIONS, references)
    lookup_refusals.ensure_not_moved(ctx, [row.decision.client for row in allocations.values()])
    return allocations


def _lock_and_fetch(
    ctx: ActContext, homes: Callable[..., QuerySet[Any, Any]], rows: CompiledQuery, references: Sequence[str]
) -> dict[str, Any]:
    """Returns rows by reference. Locks the homes first, so that rows another act has just written are read."""
    batches = [
        list(references[n : n + lookup.BATCH_SIZE]) for n in range(0, len(references), lookup.BATCH_SIZE)
    ]
    for batch in batches:
        ctx.lock_homes_by(homes, batch)
    return {row.reference: row for batch in batches for row in rows(ctx.actor.municipality, batch)}


def _decision_query(municipality: str, references: list[str]) -> QuerySet[Decision]:
    rows = Decision.objects.select_related("client")
    return rows.filter(municipality=municipality, reference__in=references, withdrawn=False)


def _allocation_query(municipality: str, references: list[str]) -> QuerySet[Allocation]:
    rows = Allocation.objects.select_related("decision__client", "organisation")
    return rows.filter(municipality=municipality, reference__in=references, withdrawn=False)


def _homes_of_decisions(municipality: str, references: list[str]) -> QuerySet[Any, Any]:
    return _decision_query(municipality, references).values("client__home_id")


def _homes_of_allocations(municipality: str, references: list[str]) -> QuerySet[Any, Any]:
    return _allocation_query(municipality, references).values("decision__client__home_id")


_DECISIONS, _ALLOCATIONS = CompiledQuery(_decision_query), CompiledQuery(_allocation_query)


def find_organisations(ctx: ActContext, numbers: Iterable[str]) -> dict[str, Organisation]:
    """Returns organisations by number."""
    rows = Organisation.objects.filter(municipality=ctx.actor.municipality, orgnr__in=set(numbers))
    return {row.orgnr: row for row in rows}


def rows_by_reference(rows: QuerySet[Any], references: Sequence[str]) -> dict[str, Any]:
    """Returns the rows that have one of these references, by reference."""
    return {
        row.reference: row for row in lookup.fetch_in_batches(rows, "reference", [r for r in references if r])
    }
