# SPDX-License-Identifier: EUPL-1.2
"""Look-ups of things by the numbers on them: who holds each now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, QuerySet

from troskel.custody.models import Holding, Link, ThingKind
from troskel.ground.compiled_query import CompiledQuery
from troskel.ground.refusals import NotFound

if TYPE_CHECKING:
    from troskel.runner.transaction import ActContext


def find_holding(ctx: ActContext, kind: str, number: str, *, with_link: bool = False) -> Holding:
    """Returns a thing's open holding by its number. `with_link`: annotated with `is_linked`. Raises NotFound."""
    holding = find_holding_or_none(ctx, kind, number, with_link=with_link)
    if holding is None:
        raise NotFound(kind, kind)
    return holding


def find_holding_or_none(
    ctx: ActContext, kind: str, number: str, *, with_link: bool = False
) -> Holding | None:
    """As `find_holding`; None where no thing has the number."""
    rows: list[Holding] = (_HOLDING_WITH_LINK if with_link else _HOLDING)(
        ctx.actor.municipality, kind, number
    )
    return rows[0] if rows else None


def find_holdings(ctx: ActContext, kind: str, numbers: Sequence[str]) -> list[Holding]:
    """Returns the open holdings of things by their numbers. One query. Raises NotFound if any is missing."""
    rows: list[Holding] = _HOLDINGS(ctx.actor.municipality, kind, sorted(set(numbers)))
    holdings = sorted(rows, key=lambda holding: holding.thing.number)
    if {holding.thing.number for holding in holdings} != set(numbers):
        raise NotFound(kind, "numbers")
    return holdings


def find_lock(ctx: ActContext, serial: str) -> tuple[Holding, bool]:
    """Returns a lock's open holding, and whether a client is linked to it. One query. Raises NotFound."""
    holding = find_holding(ctx, ThingKind.LOCK, serial, with_link=True)
    return holding, bool(getattr(holding, "is_linked", False))


def _open_holdings(municipality: str, kind: str) -> QuerySet[Holding]:
    return Holding.objects.select_related("thing").filter(
        municipality=municipality, thing__municipality=municipality, thing__kind=kind, until=None
    )


def _holding_query(municipality: str, kind: str, number: str) -> QuerySet[Holding]:
    return _open_holdings(municipality, kind).filter(thing__number=number)


_HOLDINGS = CompiledQuery(
    lambda municipality, kind, numbers: _open_holdings(municipality, kind).filter(thing__number__in=numbers)
)
_IS_LINKED = Exists(Link.objects.filter(lock=OuterRef("thing"), until=None))
_HOLDING = CompiledQuery(_holding_query)
_HOLDING_WITH_LINK = CompiledQuery(
    lambda municipality, kind, number: _holding_query(municipality, kind, number).annotate(
        is_linked=_IS_LINKED
    )
)
