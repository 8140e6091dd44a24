# SPDX-License-Identifier: EUPL-1.2
"""Conformance of a finished simulation: how many duties were opened, and how they ended."""

from __future__ import annotations

from datetime import date
from statistics import median

import msgspec

from troskel.duties.models import Duty


class ConformanceRow(msgspec.Struct, frozen=True):
    """One ask of a paragraph: how many duties, and how they ended. `days`: the median from opened to done."""

    paragraph: str
    ask: str
    asked: int
    in_time: int
    late: int
    open: int
    moot: int
    days: float | None


def conformance(municipality: str, today: date) -> list[ConformanceRow]:
    """Returns the counts of all duties (not notices), by paragraph and ask."""
    rows = Duty.objects.filter(municipality=municipality, kind="duty").values_list(
        "paragraph", "ask", "state", "opened", "due", "closed"
    )
    by_ask: dict[tuple[str, str], list[tuple[str, date, date | None, date | None]]] = {}
    for paragraph, ask, state, opened, due, closed in rows:
        by_ask.setdefault((paragraph, ask), []).append((state, opened, due, closed))
    return [_row(*ask, duties, today) for ask, duties in sorted(by_ask.items())]


def _row(
    paragraph: str, ask: str, duties: list[tuple[str, date, date | None, date | None]], today: date
) -> ConformanceRow:
    late = [_is_late(state, due, closed, today) for state, _, due, closed in duties]
    done = [(closed - opened).days for state, opened, _, closed in duties if state == "done" and closed]
    return ConformanceRow(
        paragraph=paragraph,
        ask=ask,
        asked=len(duties),
        in_time=sum(
            state == "done" and not is_late for (state, *_), is_late in zip(duties, late, strict=True)
        ),
        late=sum(late),
        open=sum(state == "open" for state, *_ in duties),
        moot=sum(state == "moot" for state, *_ in duties),
        days=median(done) if done else None,
    )


def _is_late(state: str, due: date | None, closed: date | None, today: date) -> bool:
    """Was the duty done after its due day, or is it open past that day?"""
    ended = closed if state == "done" else today
    return state != "moot" and due is not None and ended is not None and ended > due
