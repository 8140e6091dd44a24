# SPDX-License-Identifier: EUPL-1.2
"""Parses a routine file. All problems are reported together: file, line and reason."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from troskel.routine import ambiguities, vocabulary, wording
from troskel.routine.assignees import EVERY
from troskel.routine.calendar import EVES
from troskel.routine.conditions import CHECKS
from troskel.routine.model import Ask, Due, Header, Heading, Paragraph, Routine, Silence, Step
from troskel.routine.text_facts import FACTS, PEOPLE
from troskel.routine.toml_positions import TomlPositions
from troskel.routine.toml_values import InvalidDocument, Table, Values, Where, parse

HEADER_KEYS = {
    *(
        "id",
        "title",
        "valid_from",
        "changed",
        "approved_by",
        "approved_on",
        "responsible",
        "change_note",
        "free_eves",
    )
}
ASK_KEYS = {
    *(
        "ask",
        "kind",
        "of",
        "per",
        "on",
        "when",
        "due",
        "done_by",
        "done_when",
        "by_hand",
        "moot_on",
        "moot_when",
    ),
    *("notice_days", "also_of", "escalate", "at_take_over", "duty", "fulfilled", "opens", "attest_from"),
    "silence",
}


class _Known:
    """The names of events, with or without a duty that they are about."""

    def __init__(self, events: Collection[str]) -> None:
        self.events = events

    def __contains__(self, event: str) -> bool:
        name, colon, which = event.partition(":")
        return name in self.events and (
            not colon
            or (name in vocabulary.OF_A_DUTY and bool(which))
            or which in vocabulary.MARKED.get(name, ())
        )


_NEVER = {
    "duty.attested": "that is no duty with by_hand",
    "duty.assigned": "that is no duty",
    "duty.released": "that is no duty",
    "notice.read": "that is no notice",
}


def _can_come(event: str, asked: Ask) -> bool:
    if event == "notice.read":
        return asked.kind == "notice"
    return asked.kind == "duty" and (event != "duty.attested" or asked.by_hand)


def _asks(routine: Routine) -> Iterator[tuple[Where, Paragraph, Ask]]:
    for i, paragraph in enumerate(routine.paragraphs):
        for j, ask in enumerate(paragraph.asks):
            yield ("paragraph", i, "asks", j), paragraph, ask


class InvalidRoutine(InvalidDocument):
    """The routine file cannot be used."""


def read_routine(path: Path) -> Routine:
    """Parse a routine file. Raises InvalidRoutine with every reason."""
    return parse_routine(path.read_bytes(), path.name)


@lru_cache(maxsize=8)
def parse_routine(content: bytes, file: str, *, stored: bool = False) -> Routine:
    """Parse the bytes of a routine file; `file` is its name in messages. The version is the sha256 of the bytes.

    The same bytes mean the same: a proposal is read for its preview, its proof and its form, and parsed once.
    A `stored` version was checked when it was proposed: checks for ambiguity that came later are skipped. Raises
    InvalidRoutine.
    """
    try:
        text, table = parse(content, file)
    except InvalidDocument as refused:
        raise InvalidRoutine(refused.problems) from refused
    reader = _RoutineReader(file, TomlPositions(text))
    routine = reader.routine(table, hashlib.sha256(content).hexdigest())
    reader.references(routine)
    if not stored:
        reader.ambiguities(routine)
    if reader.problems:
        raise InvalidRoutine([text for _, text in sorted(reader.problems)])
    return routine


class _RoutineReader(Values):
    # -- the parts of the document

    def routine(self, table: Table, version: str) -> Routine:
        self.keys(table, (), {"header", "heading", "paragraph"})
        header = self.header(self.table(table, (), "header"))
        headings = tuple(
            self.heading(t, ("heading", i)) for i, t in enumerate(self.tables(table, (), "heading"))
        )
        self.unique([h.id for h in headings], "heading", "id")
        known = {h.id for h in headings}
        paragraphs = tuple(
            self.paragraph(t, ("paragraph", i), known)
            for i, t in enumerate(self.tables(table, (), "paragraph"))
        )
        self.unique([p.id for p in paragraphs], "paragraph", "id")
        return Routine(version, self.file.removesuffix(".toml"), header, headings, paragraphs)

    def header(self, table: Table) -> Header:
        at: Where = ("header",)
        self.keys(table, at, HEADER_KEYS)
        responsible = table.get("responsible")
        if not isinstance(responsible, list) or not responsible:
            self.problem(at, "responsible", "must name at least one role")
            responsible = []
        eves = self.names(table, at, "free_eves", EVES, "eve")
        if "free_eves" not in table:
            self.problem(at, "free_eves", "is missing")
        header = Header(
            id=self.text(table, at, "id"),
            title=self.words(table, at, "title"),
            valid_from=self.day(table, at, "valid_from"),
            changed=self.day(table, at, "changed"),
            approved_by=self.words(table, at, "approved_by"),
            approved_on=self.day(table, at, "approved_on"),
            responsible=tuple(self.words({"responsible": r}, at, "responsible") for r in responsible),
            change_note=self.words(table, at, "change_note"),
            free_eves=eves,
        )
        if date.min < header.changed < header.valid_from:
            self.problem(at, "changed", "is before valid_from")
        return header

    def heading(self, table: Table, at: Where) -> Heading:
        self.keys(table, at, {"id", "role", "title"})
        return Heading(self.text(table, at, "id"), self.role(table, at), self.words(table, at, "title"))

    def paragraph(self, table: Table, at: Where, headings: set[str]) -> Paragraph:
        self.keys(table, at, {"id", "role", "heading", "text", "asks"})
        heading = self.text(table, at, "heading")
        if heading and heading not in headings:
            self.problem(at, "heading", f'names no heading: "{heading}"')
        asks = tuple(self.ask(t, (*at, "asks", i)) for i, t in enumerate(self.tables(table, at, "asks")))
        self.unique([ask.ask for ask in asks], *at, "asks", "ask")
        role, words = self.role(table, at), self.words(table, at, "text")
        return Paragraph(self.text(table, at, "id"), role, heading, words, asks)

    def ask(self, table: Table, at: Where) -> Ask:
        self.keys(table, at, ASK_KEYS)
        kind = self.name(table, at, "kind", vocabulary.KINDS, "kind")
        of = self.names(table, at, "of", vocabulary.ASSIGNEES, "owner", required=True)
        per = self.name(table, at, "per", vocabulary.SUBJECTS, "subject")
        done_by = self.events(table, at, "done_by")
        done_when = self.names(table, at, "done_when", CHECKS, "condition")
        by_hand, notice_days = table.get("by_hand", False), table.get("notice_days")
        on = self.events(table, at, "on", required=True)
        if kind == "duty" and not (done_by or done_when or by_hand):
            self.problem(
                at, "ask", "is a duty that nothing fulfils: done_by, done_when or by_hand is missing"
            )
        if kind != "email" and (len(of) > 1 or EVERY.keys() & set(of)):
            self.problem(at, "of", "only an e-mail goes to several")
        if not isinstance(by_hand, bool):
            self.problem(at, "by_hand", "must be true or false")
        elif by_hand and kind != "duty":
            self.problem(at, "by_hand", "only a duty is attested by hand")
        if notice_days is not None and (type(notice_days) is not int or not 0 <= notice_days <= 366):
            self.problem(at, "notice_days", "must be a number of days, 0 to 366")
            notice_days = None
        noticed = sorted(vocabulary.NOTICED & set(on))
        if bool(noticed) != (notice_days is not None):
            self.problem(
                at,
                "on",
                f"{' and '.join(noticed or sorted(vocabulary.NOTICED))} and notice_days belong together",
            )
        silence = self.silence(table, at) if "silence" in table else None
        if (vocabulary.SILENT in on) != ("silence" in table):
            self.problem(at, "on", f"{vocabulary.SILENT} and silence belong together")
        also_of, also_after = self.also(table, at)
        words = self.words(table, at, "duty")
        names = wording.left_open(words)
        for name in sorted(names - FACTS.keys()):
            self.problem(at, "duty", f"leaves open {{{name}}}: known are {', '.join(sorted(FACTS))}")
        for problem in wording.unclear_parts(words):
            self.problem(at, "duty", problem)
        if names & PEOPLE and kind == "email":
            self.problem(at, "duty", "names a person: an e-mail holds no personal data")
        if "account" in names and per != "account":
            self.problem(at, "duty", 'names a person: only what is asked per = "account" knows whom')
        return Ask(
            ask=self.text(table, at, "ask"),
            kind=kind,
            of=of,
            per=per,
            on=on,
            duty=wording.general(words),
            told=words if names else None,
            fulfilled=self.words(table, at, "fulfilled"),
            when=self.names(table, at, "when", CHECKS, "condition"),
            due=self.due(table["due"], at) if "due" in table else None,
            done_by=done_by,
            done_when=done_when,
            by_hand=bool(by_hand),
            moot_on=self.events(table, at, "moot_on"),
            moot_when=self.names(table, at, "moot_when", CHECKS, "condition"),
            notice_days=notice_days,
            silence=silence,
            also_of=also_of,
            also_after=also_after,
            escalate_after=self.escalate(table, at) if "escalate" in table else None,
            at_take_over=bool(table.get("at_take_over", False)),
            opens=self.opens(table, at) if "opens" in table else None,
            attest_from=self.attest_from(table, at) if "attest_from" in table else None,
        )

    def events(self, table: Table, at: Where, key: str, required: bool = False) -> tuple[str, ...]:
        """Names of events; one about a duty may say which: "duty.attested:P4.be_present"."""
        known = _Known(vocabulary.ROUTINE_EVENTS)
        return self.names(table, at, key, known, "event", required=required)

    def references(self, routine: Routine) -> None:
        """A duty that an event names must be in the file, and of a kind that the event can be about."""
        for at, _, ask in _asks(routine):
            for key in ("on", "done_by", "moot_on"):
                for event in getattr(ask, key):
                    name, _, which = event.partition(":")
                    if name not in vocabulary.OF_A_DUTY:
                        continue
                    paragraph, _, asked = which.partition(".")
                    named = routine.asks.get((paragraph, asked))
                    if which and named is None:
                        self.problem(at, key, f'"{which}" is asked nowhere in this file', event)
                    elif named is not None and not _can_come(name, named):
                        self.problem(at, key, f'"{event}" never comes: {_NEVER[name]}', event)

    def ambiguities(self, routine: Routine) -> None:
        """Report what could be read otherwise than it works."""
        for at, paragraph, ask in _asks(routine):
            for key, reason, word in ambiguities.of_ask(paragraph, ask, routine):
                self.problem(at, key, reason, word)

    def opens(self, table: Table, at: Where) -> Step | None:
        opens = self.step(table["opens"], at, "opens", ("due",))
        steps = self.due(table["due"], at).steps if "due" in table else ()
        if not steps:
            self.problem(at, "opens", "needs a due day to count from: due is missing")
        if table.get("kind") == "email":
            self.problem(at, "opens", "an e-mail is sent at once")
        if "notice_days" in table:
            self.problem(at, "opens", "notice_days says already when it opens")
        if opens.days > 0:
            self.problem(at, "opens", 'is after the due day: write { before = "due", days = 14 }')
        for base in {step.base for step in steps} & {"opened", "next_visit"}:
            better = 'count from a dated fact, as in { after = "lock_mounted", days = 182 }'
            self.problem(
                at, "due", f'"{base}" comes after the day it opens, which is counted from it: {better}'
            )
        return opens

    def attest_from(self, table: Table, at: Where) -> Step | None:
        first = self.step(table["attest_from"], at, "attest_from", ("due", "opened"))
        if table.get("by_hand") is not True:
            self.problem(
                at, "attest_from", "only what is attested by hand has a first day: by_hand is missing"
            )
        if first.base == "due" and "due" not in table:
            self.problem(at, "attest_from", "needs a due day to count from: due is missing")
        return first

    def silence(self, table: Table, at: Where) -> Silence:
        silence = self.table(table, at, "silence")
        self.keys(silence, at, {"times", "at_least_days", "never_days", "unknown_days"}, said_of="silence")

        def count(name: str) -> int:
            told = silence.get(name)
            if type(told) is int and 1 <= told <= 366:
                return told
            self.problem(at, "silence", f"{name} must be a number, 1 to 366")
            return 1

        others = (count(name) if name in silence else None for name in ("never_days", "unknown_days"))
        return Silence(count("times"), count("at_least_days"), *others)

    def also(self, table: Table, at: Where) -> tuple[str | None, int]:
        if "also_of" not in table:
            return None, 0
        also = self.table(table, at, "also_of")
        self.keys(also, at, {"owner", "after_working_days"}, said_of="also_of")
        days = also.get("after_working_days")
        if type(days) is not int or days < 0:
            self.problem(at, "also_of", "after_working_days must be a number of days")
            days = 0
        return self.name(also, at, "owner", vocabulary.ASSIGNEES, "owner", said_of="also_of"), days

    def escalate(self, table: Table, at: Where) -> int | None:
        escalate = self.table(table, at, "escalate")
        self.keys(escalate, at, {"after_working_days"}, said_of="escalate")
        if "due" not in table:
            self.problem(at, "escalate", "needs a due day to count from: due is missing")
        if table.get("kind") == "email":
            self.problem(at, "escalate", "an e-mail is never late")
        days = escalate.get("after_working_days")
        if type(days) is not int or not 1 <= days <= 366:
            self.problem(at, "escalate", "after_working_days must be a number of days, 1 to 366")
            return None
        return days

    def due(self, due: Any, at: Where) -> Due:
        if isinstance(due, dict) and len(due) == 1 and ("earliest_of" in due or "latest_of" in due):
            ((choice, steps),) = due.items()
            if not isinstance(steps, list) or not steps:
                self.problem(at, "due", f"{choice} must be a list of deadlines")
                steps = []
            return Due(tuple(self.step(step, at) for step in steps), choice == "latest_of")
        return Due((self.step(due, at),))

    def step(self, step: Any, at: Where, key: str = "due", bases: Collection[str] = vocabulary.BASES) -> Step:
        if not isinstance(step, dict):
            self.problem(at, key, "must be a table")
            return Step("opened")
        self.keys(step, at, {"on", "after", "before", "days", "working_days"}, said_of=key)
        ways = [way for way in ("on", "after", "before") if way in step]
        counts = [unit for unit in ("days", "working_days") if unit in step]
        if len(ways) != 1 or len(counts) != (0 if ways == ["on"] else 1):
            self.problem(at, key, "must be { on }, or { after or before, days or working_days }")
            return Step("opened")
        count = step[counts[0]] if counts else 0
        if type(count) is not int or not 0 <= count <= 3660:
            self.problem(at, key, f"{counts[0]} must be a number of days")
            count = 0
        base = self.name(step, at, ways[0], bases, "due base", said_of=key)
        return Step(base, -count if ways == ["before"] else count, counts == ["working_days"])

    def role(self, table: Table, at: Where) -> str:
        return self.name(table, at, "role", vocabulary.ROLES, "role")
