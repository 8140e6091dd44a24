# SPDX-License-Identifier: EUPL-1.2
"""A municipality's story without its ids: what two databases must agree on that were told the same (rule 11).

An id is named by its place among those that the journal, read from its first line, has named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import count
from random import Random

from troskel.duties.models import Duty
from troskel.journal.models import Line
from troskel.outbox.models import OutboxMessage

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")

NAMES_ALL_HOMES = "take_over.finished"
"""In the order of their ids: there is no other, and none is needed."""

LINE = ("number", "occurred", "actor_kind", "act", "paragraph", "event", "homes", "client", "body")
DUTY = (
    *("kind", "paragraph", "ask", "home", "client", "door", "organisation", "role", "about", "opened"),
    *("opened_line", "due", "also_role", "also_organisation", "also_from", "person", "escalated"),
    *("state", "closed", "closed_line"),
)


def story(municipality: str) -> list[str]:
    """The journal line by line, then duties and notices, and what is to be mailed."""
    names: dict[str, str] = {}

    def without_ids(row: tuple[object, ...]) -> str:
        text = " | ".join(map(str, row))
        return ID.sub(lambda found: names.setdefault(found[0], f"#{len(names)}"), text)

    lines = Line.objects.filter(municipality=municipality).exclude(event=NAMES_ALL_HOMES)
    told = [without_ids(row) for row in lines.order_by("kind", "number").values_list(*LINE)]
    duties = Duty.objects.filter(municipality=municipality).order_by("opened_line", "paragraph", "ask")
    told += sorted(map(without_ids, duties.values_list(*DUTY)))
    mails = OutboxMessage.objects.filter(municipality=municipality)
    return told + sorted(map(without_ids, mails.values_list("kind", "payload", "run_at")))


def rising() -> Callable[[int], bytes]:
    """Random bytes for `random_source`, each value higher than the one before, as ids are in order of writing."""
    return _numbered(1)


def falling() -> Callable[[int], bytes]:
    """As `rising`, but each lower than the one before."""
    return _numbered(-1)


def shuffled(seed: int) -> Callable[[int], bytes]:
    """Bytes drawn from a seed."""
    return Random(seed).randbytes


def _numbered(step: int) -> Callable[[int], bytes]:
    numbers: Iterator[int] = count(1 << 60, step)
    return lambda length: (next(numbers) % (1 << 8 * length)).to_bytes(length, "big")
