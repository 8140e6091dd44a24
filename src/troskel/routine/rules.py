# SPDX-License-Identifier: EUPL-1.2
"""A version of the routine prepared for the engine: asks by event, conditions as functions."""

from __future__ import annotations

from troskel.routine import subjects
from troskel.routine.assignees import REASSIGNABLE
from troskel.routine.bases import BASES
from troskel.routine.client_state import is_being_taken_over
from troskel.routine.conditions import CHECKS
from troskel.routine.deadlines import attest_from
from troskel.routine.duty import OpenDuty, PlannedDuty, RoutineEvent
from troskel.routine.facts import ClientFacts
from troskel.routine.line import LineFacts, day_in, stockholm_day
from troskel.routine.model import Ask, Paragraph, Routine
from troskel.routine.subjects import ABOUT_NO_CLIENT, Case
from troskel.routine.vocabulary import NOTICED, SILENT


class Rule:
    """One ask, with its conditions as functions."""

    def __init__(self, paragraph: Paragraph, ask: Ask, eves: tuple[str, ...]) -> None:
        self.paragraph, self.ask, self.eves = paragraph, ask, eves
        self.when = [CHECKS[name] for name in ask.when]
        self.done_by, self.moot_on = frozenset(ask.done_by), frozenset(ask.moot_on)
        self.done_when = [CHECKS[name] for name in ask.done_when]
        self.moot_when = [CHECKS[name] for name in ask.moot_when]
        bases = [BASES[step.base] for step in (ask.due.steps if ask.due else ())]
        self.fixed_by = frozenset(base.fixed_by for base in bases if base.fixed_by is not None)
        self.follows = any(base.follows for base in bases)
        self.may_pass_on = ask.kind == "duty" and ask.of[0] in REASSIGNABLE
        self.fulfilled_as = frozenset(other.ask for other in paragraph.asks if _same_fulfils(ask, other))
        """The asks of the paragraph that the same fulfils, this one among them: of these, one is asked at a time."""

    def applies(self, case: Case, event: RoutineEvent) -> bool:
        """Do all conditions of `when` hold, and is a coming ending within its notice?"""
        if self.ask.notice_days is not None and event.name in NOTICED:
            through = day_in(event.about, "through")
            if through is None or (through - event.day).days > self.ask.notice_days:
                return False
        if self.ask.silence is not None and event.name == SILENT:
            days = self.ask.silence.days_after(
                event.about.get("usual_days"), visited="last_visit" in event.about
            )
            if days != event.about["silent_days"]:
                return False
        return all(test(case) for test in self.when)

    def is_over(self, case: Case) -> bool:
        """Is it done or moot already?"""
        if self.done_when and all(test(case) for test in self.done_when):
            return True
        return any(test(case) for test in self.moot_when)

    def end(
        self, duty: OpenDuty | PlannedDuty, case: Case, found: list[RoutineEvent], line: LineFacts | None
    ) -> str | None:
        """How the duty, open or planned, ends by these events: done, moot or not (None)."""
        if isinstance(duty, OpenDuty) and line is not None and self.is_ended_by_hand(duty, line):
            return "done"
        if self.done_by:
            for event in found:
                is_ours = bool(self.done_when) or subjects.concerns(self.ask.per, event, duty)
                if event.name in self.done_by and is_ours and all(test(case) for test in self.done_when):
                    return "done"
        elif self.done_when and all(test(case) for test in self.done_when):
            return "done"
        if self.moot_on:
            for event in found:
                if event.name in self.moot_on and subjects.concerns(self.ask.per, event, duty):
                    return "moot"
        return "moot" if self.is_over(case) else None

    def is_ended_by_hand(self, duty: OpenDuty, line: LineFacts) -> bool:
        """Is it attested, and not too early; or is it a notice that has been read?"""
        if line.event == "notice.read":
            return duty.kind == "notice" and line.body["duty"] == str(duty.id)
        by_hand = self.ask.by_hand or "left_by" in duty.about
        if not by_hand or line.event != "duty.attested" or line.body["duty"] != str(duty.id):
            return False
        first = attest_from(self.ask, duty.opened, duty.due, self.eves)
        return first is None or first <= stockholm_day(line.occurred)


def _same_fulfils(ask: Ask, other: Ask) -> bool:
    """Is one done where the other is: two duties of the same owner about the same, done by the same?"""
    if other is ask:
        return True
    return "duty" == ask.kind == other.kind and all(
        getattr(ask, field) == getattr(other, field) for field in ("of", "per", "done_by", "done_when")
    )


ASKED_AHEAD = frozenset({"home", "door", "order", "client_behind_door"})
"""Subjects that are asked about where a client is yet to move in."""


def is_quiet(ask: Ask, client: ClientFacts | None) -> bool:
    """Is it asked of nobody: settled before the take-over, or, of one who is to move in, asked where they live now?"""
    if client is None:
        return False
    if client.coming and ask.per not in ASKED_AHEAD:
        return True
    return not ask.at_take_over and is_being_taken_over(client)


class Rules:
    """All asks of one version. `on`: those that listen to an event; `on_at_take_over`: where all are taken over."""

    def __init__(self, routine: Routine) -> None:
        self.routine, self.eves = routine, routine.header.free_eves
        self.by_name = {
            (p.id, ask.ask): Rule(p, ask, self.eves) for p in routine.paragraphs for ask in p.asks
        }
        self.on: dict[str, list[Rule]] = {}
        self.on_at_take_over: dict[str, list[Rule]] = {}
        for rule in self.by_name.values():
            for name in rule.ask.on:
                self.on.setdefault(name, []).append(rule)
                if rule.ask.at_take_over or rule.ask.per in ABOUT_NO_CLIENT:
                    self.on_at_take_over.setdefault(name, []).append(rule)
        self.heard = frozenset(self.on).union(
            *(rule.done_by | rule.moot_on | rule.fixed_by for rule in self.by_name.values())
        )
        """The names of the events that a rule asks, ends or dates a duty by."""
        self.notices = tuple(
            sorted({r.ask.notice_days for r in self.by_name.values() if r.ask.notice_days is not None})
        )

        asked = {r.ask.silence for r in self.by_name.values() if r.ask.silence is not None}
        self.silences = tuple(sorted(asked, key=repr))

    def rule(self, duty: OpenDuty) -> Rule:
        """The rule of an open duty."""
        return self.by_name[duty.paragraph, duty.ask]
