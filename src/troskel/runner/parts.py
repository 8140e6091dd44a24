# SPDX-License-Identifier: EUPL-1.2
"""A plural act with many items is carried out in parts, each its own transaction, so that nobody waits long for it.

Items are settled from left to right. A part that is refused whole is tried in halves: one item stops no other. With a
key, what is settled is stored with each part: the act that comes again finishes the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from django.db import transaction

from troskel.ground import clock, waiting
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.runner import idempotency
from troskel.runner.idempotency import IdempotencyKey
from troskel.runner.outcome import ActOutcome, refused_item

PART_SIZE = 250
"""The most items in one transaction: a night's part holds SQLite's writer for a fraction of a second."""

HOPELESS = 20
"""So many items refused, and none taken: the act is refused whole."""

RunPart = Callable[[Sequence[Any], "Progress"], ActOutcome]


class MovedOn(Exception):
    """The same act, called again at the same time, has come further."""


class Progress:
    """How far the act has come: the items before `done` are settled, with this outcome together."""

    def __init__(self, count: int, key: IdempotencyKey | None = None) -> None:
        self.count = count
        self.key = key
        self.done = 0
        self.outcome: ActOutcome | None = None
        self.refusals: list[Refusal | NotFound | BadValue] = []
        self.refused: list[dict[str, Any]] = []
        if key is not None:
            self.resume()

    def resume(self) -> None:
        """Goes on from what is stored; from the beginning where nothing is, or where another call has forgotten it."""
        assert self.key is not None
        while (stored := idempotency.stored_progress(self.key)) is None:
            idempotency.claim(self.key, clock.now())
        self.outcome = stored.outcome
        self.done = self._stored = self.count if stored.done is None else stored.done
        self.refused = list(self.outcome.refused) if self.outcome else []

    def lock(self) -> None:
        """Within the transaction of a part, first of all: raises MovedOn where the part has been done meanwhile."""
        if self.key is not None and idempotency.lock_progress(self.key) != self._stored:
            raise MovedOn

    def store(self, part: ActOutcome, items: int) -> None:
        """Within the transaction of a part, last of all."""
        if self.key is not None:
            self._store(self._with(part), self.done + items)

    def add(self, part: ActOutcome, items: int) -> None:
        """After its commit."""
        self.outcome = self._with(part)
        self.refused = list(self.outcome.refused)
        self.done = self._stored = self.done + items

    def refuse(self, refusal: Refusal | NotFound | BadValue) -> None:
        """Settles one item, which is refused."""
        self.refusals.append(refusal)
        self.refused.append(refused_item(self.done, refusal))
        self.done += 1

    def finish(self, *, may_be_empty: bool) -> ActOutcome:
        """Returns the outcome. Raises the first refusal where nothing was taken, unless it `may_be_empty`."""
        if self.outcome is None:
            if not may_be_empty:
                raise self.give_up()
            return ActOutcome("", [], {}, [], [], [], self.refused)
        if len(self.refused) == self.count and self.refusals and not may_be_empty:
            raise self.give_up()
        outcome = msgspec.structs.replace(self.outcome, refused=self.refused)
        if self.key is not None and self._stored < self.count:
            with transaction.atomic(durable=True):
                self._store(outcome, self.count)
        return outcome

    def give_up(self) -> Exception:
        """Returns the first refusal, for an act that has taken nothing. A refusal is not stored."""
        if self.key is not None:
            idempotency.unclaim(self.key)
        self.refusals[0].items = self.refused
        return self.refusals[0]

    def _store(self, outcome: ActOutcome, done: int) -> None:
        assert self.key is not None
        idempotency.store_progress(self.key, outcome, None if done == self.count else done)

    def _with(self, part: ActOutcome) -> ActOutcome:
        refused = self.refused + [{**item, "item": item["item"] + self.done} for item in part.refused]
        if self.outcome is None:
            return msgspec.structs.replace(part, refused=refused)
        lists = ("lines", "opened", "closed", "mailed", "access", "locks")
        together = {name: getattr(self.outcome, name) + getattr(part, name) for name in lists}
        answer = _together(self.outcome.answer, part.answer)
        return msgspec.structs.replace(self.outcome, **together, answer=answer, refused=refused)


def settle(
    run: RunPart, items: Sequence[Any], key: IdempotencyKey | None = None, *, may_be_empty: bool = False
) -> ActOutcome:
    """Carries out the items, and returns the outcome of all. Raises as the act where it has taken none of them.

    `may_be_empty`: then it returns an outcome all the same, with each item's refusal.
    """
    progress = Progress(len(items), key)
    while progress.done < len(items):
        try:
            _settle(run, items[progress.done : progress.done + PART_SIZE], progress, may_be_empty)
        except MovedOn:
            progress.resume()
        except _Hopeless as hopeless:
            raise hopeless.refusal from None
        waiting.let_others_in()
    return progress.finish(may_be_empty=may_be_empty)


def _settle(run: RunPart, part: Sequence[Any], progress: Progress, may_be_empty: bool) -> None:
    try:
        outcome = run(part, progress)
    except (Refusal, NotFound, BadValue) as refusal:
        if len(part) > 1:
            half = len(part) // 2
            _settle(run, part[:half], progress, may_be_empty)
            _settle(run, part[half:], progress, may_be_empty)
            return
        progress.refuse(refusal)
        if progress.outcome is None and len(progress.refused) >= HOPELESS and not may_be_empty:
            raise _Hopeless(progress.give_up()) from None
    else:
        progress.add(outcome, len(part))


class _Hopeless(Exception):
    """Carries the refusal out of the halves, which would be tried again."""

    def __init__(self, refusal: Exception) -> None:
        super().__init__()
        self.refusal = refusal


def _together(first: dict[str, Any], second: dict[str, Any]) -> dict[str, Any]:
    """Two parts' answers: lists one after the other, counts added."""
    answer = dict(first)
    for name, value in second.items():
        if isinstance(value, dict):
            answer[name] = {**first.get(name, {}), **value}
        elif isinstance(value, list | int) and not isinstance(value, bool) and name in first:
            answer[name] = first[name] + value
        else:
            answer[name] = value
    return answer
