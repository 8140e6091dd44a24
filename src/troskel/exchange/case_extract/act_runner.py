# SPDX-License-Identifier: EUPL-1.2
"""Does a night's acts: counts what they change, and tells what they refuse as rejected lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from troskel.acts import organising
from troskel.acts.chapters import REGISTER
from troskel.exchange.case_extract import act_refusals
from troskel.exchange.case_extract.act_refusals import Refused, Source
from troskel.exchange.case_extract.mapping import Mapping as CaseSystem
from troskel.exchange.case_extract.rows import NightExtract
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.journal import queries as journal
from troskel.people.roles import Actor
from troskel.runner.parts import PART_SIZE
from troskel.runner.register import Act

Tell = Callable[[str], None]

OF_AN_ITEM = {
    "register_clients": ("client.registered",),
    "change_clients": ("client.changed",),
    "move_clients": ("client.moved",),
    "take_over_locks": ("lock.taken_over",),
    "take_over_keys": ("key.taken_over",),
}
"""The event that one item of an act brings, where the act writes others too."""


def _events(act: str) -> tuple[str, ...]:
    return OF_AN_ITEM.get(act, REGISTER[act].writes)


class ActRunner:
    """`acts`: by act, how many items it changed. `refused`: the lines that acts refused.

    A dry run only counts; it previews what comes alone, since all that its acts need is there.
    """

    def __init__(
        self, actor: Actor, tell: Tell, night: NightExtract, case_system: CaseSystem, *, dry_run: bool
    ) -> None:
        self.actor = actor
        self.tell = tell
        self.night = night
        self.case_system = case_system
        self.dry_run = dry_run
        self.acts: Counter[str] = Counter()
        self.counted = {organising.change_organisation.name}
        self.refused: list[Refused] = []

    def sources(self, file: str, references: Iterable[str]) -> list[Source]:
        """Returns the rows of these references in the file, for `do`."""
        return act_refusals.sources(self.night, file, references)

    def do(
        self,
        act: Act[Any],
        name: str,
        items: Sequence[Any],
        sources: Sequence[Source],
        *,
        is_counted: bool = True,
    ) -> None:
        """Does the act with all its items, in parts, and counts what it changed. `sources`: where each comes from."""
        if is_counted:
            self.counted.add(act.name)
        if not items:
            return
        self.tell(f"{act.name}: {len(items)}")
        only_counts = (
            self.dry_run and not self.night.tells_only_things
        )  # else what an act needs is there already
        done = len(items) if only_counts else self._do(act, name, items, sources)
        if is_counted and done:
            self.acts[act.name] += done

    def _do(self, act: Act[Any], name: str, items: Sequence[Any], sources: Sequence[Source]) -> int:
        """Returns how many items were done. One that is refused stops no other."""
        done = 0
        for start in range(0, len(items), PART_SIZE):
            part = items[start : start + PART_SIZE]
            outcome = act.each(self.actor, part, preview=self.dry_run)
            for refused in outcome.refused:
                source = sources[start + refused["item"]]
                self._tell_refused(act, act_refusals.refused_item(source, refused, self.case_system))
            changed = outcome.answer.get(name)  # of things, some may have been there already
            done += changed if isinstance(changed, int) else len(part) - len(outcome.refused)
        return done

    def do_one(self, act: Act[Any], values: dict[str, Any], source: Source) -> None:
        """Does an act that takes no list."""
        try:
            if not self.dry_run:
                act(self.actor, **values)
        except (Refusal, NotFound, BadValue) as refusal:
            self._tell_refused(act, act_refusals.refused_act(source, refusal, self.case_system))
        else:
            self.acts[act.name] += 1

    def count_since(self, line: int) -> None:
        """Counts by the journal what the night has changed since a line: it may have been broken off meanwhile."""
        told = journal.counts_by_act(self.actor.municipality, self.actor.kind.value, line)
        found = {name: sum(told.get((name, event), 0) for event in _events(name)) for name in self.counted}
        self.acts = Counter({name: count for name, count in sorted(found.items()) if count})

    def _tell_refused(self, act: Act[Any], refused: Refused) -> None:
        self.refused.append(refused)
        self.tell(f"{act.name}: {refused.line.file} line {refused.line.line}: {refused.line.reason}")
