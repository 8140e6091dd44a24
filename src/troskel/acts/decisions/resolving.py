# SPDX-License-Identifier: EUPL-1.2
"""The items of a plural act on decisions and allocations (`deciding.py`) with their rows; others are refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from troskel.acts import lifetimes
from troskel.care import rules
from troskel.care.models import Allocation, Decision
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people import rules as people
from troskel.people.models import Client
from troskel.runner.transaction import ActContext

Item = TypeVar("Item")
Row = TypeVar("Row")


def resolve(
    ctx: ActContext, items: Sequence[Item], find_row: Callable[[Item], Row], field: str
) -> Iterable[tuple[Item, Row]]:
    """Yields each item with its row. One without a row, with a bad period, or outside the client's life is refused."""
    found: list[tuple[Item, Row | None]] = [(item, _row_or_none(find_row, item)) for item in items]
    born = lifetimes.births(
        (_client_of(row), getattr(item, "valid_from", None)) for item, row in found if row is not None
    )
    for index, (item, row) in enumerate(found):
        first = getattr(item, "valid_from", None)
        try:
            if row is None:
                raise NotFound(field, field)
            through = getattr(item, "valid_through", None)
            rules.period(first, through)
            if first is not None:
                lifetimes.ensure_within_life(ctx, "valid_from", _client_of(row), first, born)
                if isinstance(row, Allocation):
                    people.ends_before_closing(row.organisation.closed, through)
        except (NotFound, BadValue, Refusal) as refusal:
            refuse_item(ctx, len(items), index, refusal)
            continue
        yield item, row


def not_begun(
    ctx: ActContext, references: Sequence[str], rows: Mapping[str, Row], rule: str, field: str
) -> Iterable[Row]:
    """Yields the rows that have not begun; the others are refused."""
    for index, reference in enumerate(references):
        row: Any = rows.get(reference)
        try:
            if row is None:
                raise NotFound(field, field)
            rules.not_begun(rule, row.valid_from, ctx.today)
        except (NotFound, Refusal) as refusal:
            refuse_item(ctx, len(references), index, refusal)
            continue
        yield row


def refuse_item(ctx: ActContext, count: int, index: int, refusal: NotFound | Refusal | BadValue) -> None:
    """Raises the refusal of a person's only item; notes it where there are others, or where the system acts."""
    if count == 1 and not ctx.actor.is_system:
        raise refusal
    ctx.refuse_item(index, refusal)


def _row_or_none(find_row: Callable[[Item], Row], item: Item) -> Row | None:
    try:
        return find_row(item)
    except KeyError:
        return None


def _client_of(row: Any) -> Client:
    if isinstance(row, Client):
        return row
    client: Client = row.client if isinstance(row, Decision) else row.decision.client
    return client
