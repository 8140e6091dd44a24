# SPDX-License-Identifier: EUPL-1.2
"""Which reads of a month somebody looks at: some by chance, and some for each kind of risk. Pure Python.

What is drawn follows from the reads and the seed alone: nobody can draw again until the sample is a pleasant one.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple
from uuid import UUID

BY_CHANCE = 10
"""Reads drawn by chance."""
OF_EACH_RISK = 3
"""Reads drawn for each kind of risk, besides."""
CANDIDATES = 5_000
"""So many reads of a month are looked at for risks, and all those about protected clients."""
NIGHT = (22, 6)
"""From this hour until this one (Stockholm's time) the office is empty; carers and responders work."""
AT_WORK_BY_NIGHT = frozenset({"carer", "responder"})
MUCH, TIMES_MORE = 20, 3
"""Somebody reads much who has opened so many clients, and so many times more than those of the same role mostly do."""
RISKS = ("protected", "brief_sight", "same_name", "night", "much", "export", "free_text", "command_line")


class ReadMade(NamedTuple):
    """A read. `hour` is Stockholm's; `role` is empty for the command line. `protected`, `same_name`: of a client.

    `brief_sight`: the reader had taken it of this client.
    """

    number: int
    reader: UUID | None
    role: str
    event: str
    hour: int
    opened: bool
    protected: bool
    same_name: bool
    brief_sight: bool = False


class Drawn(NamedTuple):
    """A drawn read, and why: codes."""

    number: int
    reader: UUID | None
    why: tuple[str, ...]


def candidates(first: int, last: int, seed: str) -> range | list[int]:
    """Returns the numbers of the reads to look at: all from first through last, or so many by chance."""
    numbers = range(first, last + 1)
    if len(numbers) <= CANDIDATES:
        return numbers
    return sorted(random.Random(f"{seed} candidates").sample(numbers, CANDIDATES))


def risks_of(read: ReadMade, readers_of_much: frozenset[UUID]) -> list[str]:
    """Returns the kinds of risk of a read."""
    first, last = NIGHT
    found = {
        "protected": read.protected,
        "brief_sight": read.brief_sight,
        "same_name": read.same_name,
        "night": (read.hour >= first or read.hour < last) and read.role not in AT_WORK_BY_NIGHT,
        "much": read.reader in readers_of_much,
        "export": read.event.endswith((".exported", ".extracted")),
        "free_text": read.event == "detail.read",
        "command_line": read.reader is None,
    }
    return [risk for risk in RISKS if found[risk]]


def who_reads_much(reads: Iterable[ReadMade]) -> frozenset[UUID]:
    """Returns who has opened far more clients than those of the same role mostly do."""
    counts = Counter((read.role, read.reader) for read in reads if read.opened and read.reader is not None)
    by_role: dict[str, list[int]] = {}
    for (role, _), count in counts.items():
        by_role.setdefault(role, []).append(count)
    return frozenset(
        reader
        for (role, reader), count in counts.items()
        if count >= MUCH and count >= TIMES_MORE * median(by_role[role])
    )


def draw(reads: Sequence[ReadMade], seed: str) -> list[Drawn]:
    """Returns the drawn reads in order. `reads`: the month's, or what stands for them, in any order."""
    in_order = sorted(reads, key=lambda read: read.number)
    much, chance = who_reads_much(in_order), random.Random(seed)
    risks = {read.number: risks_of(read, much) for read in in_order}
    why: dict[int, list[str]] = {}
    for read in chance.sample(in_order, min(BY_CHANCE, len(in_order))):
        why[read.number] = ["random"]
    for risk in RISKS:
        risky = [read for read in in_order if risk in risks[read.number] and read.number not in why]
        for read in chance.sample(risky, min(OF_EACH_RISK, len(risky))):
            why[read.number] = []
    return [
        Drawn(r.number, r.reader, (*why[r.number], *risks[r.number])) for r in in_order if r.number in why
    ]
