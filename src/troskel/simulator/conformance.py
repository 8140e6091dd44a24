# SPDX-License-Identifier: EUPL-1.2
"""How well the routine was followed in a life that has been lived: what was asked, and what became of it."""

from __future__ import annotations

from datetime import date
from statistics import median

import msgspec

from troskel.duties.models import Duty


class Kept(msgspec.Struct, frozen=True):
    """One ask of a paragraph: how often it was asked, and how it ended. `days`: the median from asked to done."""

    paragraph: str
    ask: str
    asked: int
    in_time: int
    late: int
    open: int
    moot: int
    days: float | None


def conformance(municipality: str, today: date) -> list[Kept]:
    """Every duty (not the notices) that the routine has asked, paragraph by paragraph."""
    rows = Duty.objects.filter(municipality=municipality, kind="duty").values_list(
        "paragraph", "ask", "state", "opened", "due", "closed"
    )
    by_ask: dict[tuple[str, str], list[tuple[str, date, date | None, date | None]]] = {}
    for paragraph, ask, state, opened, due, closed in rows:
        by_ask.setdefault((paragraph, ask), []).append((state, opened, due, closed))
    return [_kept(*ask, found, today) for ask, found in sorted(by_ask.items())]


def _kept(
    paragraph: str, ask: str, found: list[tuple[str, date, date | None, date | None]], today: date
) -> Kept:
    late = [_is_late(state, due, closed, today) for state, _, due, closed in found]
    done = [(closed - opened).days for state, opened, _, closed in found if state == "done" and closed]
    return Kept(
        paragraph=paragraph,
        ask=ask,
        asked=len(found),
        in_time=sum(
            state == "done" and not is_late for (state, *_), is_late in zip(found, late, strict=True)
        ),
        late=sum(late),
        open=sum(state == "open" for state, *_ in found),
        moot=sum(state == "moot" for state, *_ in found),
        days=median(done) if done else None,
    )


def _is_late(state: str, due: date | None, closed: date | None, today: date) -> bool:
    """Done after its day, or open though its day has gone by."""
    ended = closed if state == "done" else today
    return state != "moot" and due is not None and ended is not None and ended > due
