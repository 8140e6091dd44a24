# SPDX-License-Identifier: EUPL-1.2
"""The routine as parsed from its file: a header, headings, and paragraphs with asks."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import msgspec


class LocalizedText(msgspec.Struct, frozen=True):
    """A text in Swedish and English."""

    sv: str
    en: str


class Header(msgspec.Struct, frozen=True):
    """Document control (D): which document, since when, approved by whom and when, and what changed."""

    id: str
    title: LocalizedText
    valid_from: date
    changed: date
    approved_by: LocalizedText
    approved_on: date
    responsible: tuple[LocalizedText, ...]
    change_note: LocalizedText
    free_eves: tuple[str, ...]


class Heading(msgspec.Struct, frozen=True):
    """A heading in one role's column."""

    id: str
    role: str
    title: LocalizedText


class Step(msgspec.Struct, frozen=True):
    """A number of days (or working days) after a base, before it if negative."""

    base: str
    days: int = 0
    working: bool = False


class Due(msgspec.Struct, frozen=True):
    """The due day: the earliest (or latest) of the steps whose day is known."""

    steps: tuple[Step, ...]
    latest: bool = False


class Silence(msgspec.Struct, frozen=True):
    """After how long without a visit a client is silent: `times` the usual interval, and `at_least_days`.

    `never_days`: where nobody has come yet. `unknown_days`: where somebody has, and the usual interval is not known.
    None: then nothing is asked.
    """

    times: int
    at_least_days: int
    never_days: int | None = None
    unknown_days: int | None = None

    def days_after(self, usual: int | None, *, visited: bool) -> int | None:
        """The days without a visit after which it is asked; None where nothing is asked."""
        days = self.unknown_days if visited else self.never_days
        if usual is not None:
            days = self.times * usual
        return None if days is None else max(days, self.at_least_days)


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What a paragraph asks: a duty, a notice or an e-mail.

    Done: by one of `done_by` (any event, where none is named) once all of `done_when` hold; or by hand.
    Moot: by any of `moot_on`, or as soon as any of `moot_when` holds, or all of `done_when` by another event.
    Escalated: where it is open `escalate_after` working days after its due day.
    `opens`: planned, and opened so many days before its due day.
    `told`: the text where it names something of its case (`wording`); `duty` stands for it elsewhere.
    `silence`: after how long without a visit (on "client.silent").
    `attest_from`: the first day it may be attested, counted from "due" or "opened".
    """

    ask: str
    kind: str
    of: tuple[str, ...]
    per: str
    on: tuple[str, ...]
    duty: LocalizedText
    fulfilled: LocalizedText
    told: LocalizedText | None = None
    when: tuple[str, ...] = ()
    due: Due | None = None
    done_by: tuple[str, ...] = ()
    done_when: tuple[str, ...] = ()
    by_hand: bool = False
    moot_on: tuple[str, ...] = ()
    moot_when: tuple[str, ...] = ()
    notice_days: int | None = None
    silence: Silence | None = None
    also_of: str | None = None
    also_after: int = 0
    escalate_after: int | None = None
    at_take_over: bool = False
    opens: Step | None = None
    attest_from: Step | None = None


class Paragraph(msgspec.Struct, frozen=True):
    """A paragraph of the document, A1 to O3, under its heading."""

    id: str
    role: str
    heading: str
    text: LocalizedText
    asks: tuple[Ask, ...] = ()


class Routine(msgspec.Struct, frozen=True, dict=True):
    """One version of the routine. `version` is the sha256 of the file, byte for byte."""

    version: str
    name: str
    header: Header
    headings: tuple[Heading, ...]
    paragraphs: tuple[Paragraph, ...]

    @cached_property
    def by_id(self) -> dict[str, Paragraph]:
        """The paragraphs by their ids."""
        return {paragraph.id: paragraph for paragraph in self.paragraphs}

    @cached_property
    def asks(self) -> dict[tuple[str, str], Ask]:
        """The asks by paragraph and name."""
        return {(p.id, ask.ask): ask for p in self.paragraphs for ask in p.asks}

    def under(self, heading: str) -> tuple[Paragraph, ...]:
        """The paragraphs under a heading, in the order of the document."""
        return tuple(p for p in self.paragraphs if p.heading == heading)
