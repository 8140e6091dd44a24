# SPDX-License-Identifier: EUPL-1.2
"""The start page's cards: one a client, with what is asked for that client, the most urgent first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troskel.ground.formatting import capitalized, number
from troskel.offers.duty_actions import NOTHING_OFFERED, Offered
from troskel.reading.client_names import ClientName
from troskel.reading.worklist import WorklistItem
from troskel.web.desk.duty_rows import DutyRow, duty_row
from troskel.web.shell.links import Button
from troskel.web.text import phrases

PAGE_SIZE, PAGE_LINES = 10, 18
"""A page has so many cards at most, and so many lines: three screens, also where all is late at every client."""
BUTTONS = 2
"""One main way and at most one other: the rest is behind the client's page."""
CONVERSATION = "conversation"
"""Stands for the paragraphs of what one conversation with the client fulfils."""
LATE, TODAY, WEEK, LATER = "late", "today", "week", "later"


class CardLine(NamedTuple):
    """What is asked under one paragraph, or in one conversation: when, and each text with its first act's address.

    `sign`: empty where the line above says the same.
    """

    paragraphs: list[str]
    urgency: str
    sign: str
    asks: list[Button]


class Card(NamedTuple):
    """A client, or what concerns no client, and what is asked. `group` is that of the most urgent line."""

    group: str
    case: str
    client: ClientName | None
    lines: list[CardLine]
    buttons: list[Button]


class CardGroup(NamedTuple):
    """Cards of one urgency: its CSS class, its heading, how many there are on all pages, and those on this page."""

    name: str
    title: str
    total: int
    cards: list[Card]


class Worklist(NamedTuple):
    """The duties of a person by card, in order of urgency, before anything is offered beside them."""

    stacks: list[list[WorklistItem]]
    today: date

    def page(self, number: int) -> list[list[WorklistItem]]:
        """Returns the cards of a page, from 1 on."""
        return self._pages()[number - 1]

    def told(self, items: Mapping[UUID, WorklistItem]) -> Worklist:
        """Returns the same cards, these duties with the facts of their cases in their texts."""
        return self._replace(
            stacks=[[items.get(item.duty.id, item) for item in stack] for stack in self.stacks]
        )

    @property
    def pages(self) -> int:
        return len(self._pages())

    def _pages(self) -> list[list[list[WorklistItem]]]:
        pages: list[list[list[WorklistItem]]] = [[]]
        lines = 0
        for stack in self.stacks:
            more = len({_line_of(item) for item in stack})
            if len(pages[-1]) == PAGE_SIZE or (pages[-1] and lines + more > PAGE_LINES):
                pages.append([])
                lines = 0
            pages[-1].append(stack)
            lines += more
        return pages

    @property
    def counts(self) -> dict[str, int]:
        """Returns how many cards there are in each group."""
        groups = [group_of(stack[0], self.today) for stack in self.stacks]
        return {name: groups.count(name) for name in (LATE, TODAY, WEEK, LATER)}

    @property
    def is_of_clients(self) -> bool:
        return all(stack[0].duty.case for stack in self.stacks)


def worklist_of(items: Sequence[WorklistItem], today: date) -> Worklist:
    """Returns the duties by client. Those without a client, or of one out of sight, have a card each."""
    stacks: dict[str | UUID, list[WorklistItem]] = {}
    for item in sorted(items, key=_urgency_key):
        stacks.setdefault(item.client.case if item.client else item.duty.id, []).append(item)
    return Worklist(list(stacks.values()), today)


def card_groups(worklist: Worklist, page: int, offers: Mapping[UUID, Offered]) -> list[CardGroup]:
    """Returns the cards of a page by urgency. `offers`: by duty."""
    titles = {LATE: _("Försenat"), TODAY: _("I dag"), WEEK: _("Den här veckan"), LATER: _("Senare")}
    cards = [_card(stack, offers, worklist.today) for stack in worklist.page(page)]
    return [
        CardGroup(name, titles[name], worklist.counts[name], list(of_group))
        for name, of_group in groupby(cards, key=lambda card: card.group)
    ]


def heading(worklist: Worklist) -> str:
    """Returns the start page's heading: how many need the person today, in people where they are people."""
    counts = worklist.counts
    urgent = counts[LATE] + counts[TODAY]
    if not worklist.stacks:
        return _("Inget att göra just nu")
    if not urgent:
        return _("Inget brådskar i dag")
    if worklist.is_of_clients:
        text = ngettext("En kund behöver dig i dag", "{number} kunder behöver dig i dag", urgent)
    else:
        text = ngettext("En sak att göra i dag", "{number} saker att göra i dag", urgent)
    return text.format(number=capitalized(number(urgent)))


def summary(worklist: Worklist) -> str:
    """Returns the line below the heading: how many are late, and what can wait."""
    counts = worklist.counts
    if not worklist.stacks:
        return _("Allt är gjort.")
    sentences = [
        ngettext("En är försenad.", "{number} är försenade.", counts[LATE]),
        ngettext("En till den här veckan.", "{number} till den här veckan.", counts[WEEK]),
        ngettext("En kan vänta.", "{number} kan vänta.", counts[LATER]),
    ]
    said = [
        sentence.format(number=capitalized(number(counts[name])))
        for sentence, name in zip(sentences, (LATE, WEEK, LATER), strict=True)
        if counts[name]
    ]
    return " ".join(said) if counts[LATE] else " ".join([_("Inget är försenat."), *said])


def group_of(item: WorklistItem, today: date) -> str:
    """Returns the group of a duty: late, due today, by Sunday, or later."""
    due = item.duty.due
    if item.duty.state == LATE:
        return LATE
    if due is None or due > today + timedelta(days=6 - today.weekday()):
        return LATER
    return TODAY if due <= today else WEEK


def _urgency_key(item: WorklistItem) -> tuple[Any, ...]:
    """Late first; then by due day, by when it was asked, by client and by paragraph."""
    duty = item.duty
    return duty.state != LATE, duty.due or date.max, duty.opened, duty.case or "", duty.paragraph, duty.ask


def _card(stack: list[WorklistItem], offers: Mapping[UUID, Offered], today: date) -> Card:
    first = stack[0]
    offered = [offers.get(item.duty.id, NOTHING_OFFERED) for item in stack]
    rows = [
        duty_row(item.duty, item.texts, one.acts, today) for item, one in zip(stack, offered, strict=True)
    ]
    by_paragraph: dict[str, list[DutyRow]] = {}
    for row, one in zip(rows, offered, strict=True):
        by_paragraph.setdefault(CONVERSATION if one.conversation else row.paragraph, []).append(row)
    left = _left_of_conversation(stack, offered)
    lines = [_line(its_rows, left if name == CONVERSATION else {}) for name, its_rows in by_paragraph.items()]
    later = [
        line._replace(sign="" if line.sign == before.sign else line.sign) for before, line in pairwise(lines)
    ]
    buttons = _buttons(rows, all_of_them=first.client is None)
    return Card(group_of(first, today), first.duty.case or "", first.client, [*lines[:1], *later], buttons)


STEPS_OF = {
    "inform_client": ("oral", "written"),
    "tell_about_keys": ("keys",),
    "confirm_understanding": ("understood",),
}
"""The steps of a conversation, by the act that fulfils a duty."""


def _line_of(item: WorklistItem) -> str:
    """Returns which line of its card a duty is on, before it is known what can be offered."""
    return CONVERSATION if STEPS_OF.keys() & item.duty.fulfilled_by else item.duty.paragraph


def _left_of_conversation(stack: list[WorklistItem], offered: list[Offered]) -> dict[str, bool]:
    """Returns what is done of the conversation, and of what is asked what is left, by step."""
    left = next((one.conversation for one in offered if one.conversation), {})
    acts = {act for item in stack for act in item.duty.fulfilled_by}
    asked = {step for act in acts for step in STEPS_OF.get(act, ())}
    return {step: is_left for step, is_left in left.items() if not is_left or step in asked}


def _line(rows: list[DutyRow], left: Mapping[str, bool]) -> CardLine:
    asks = [Button(row.text, row.buttons[0].address if row.buttons else "") for row in _said_once(rows)]
    if left:
        asks = [asks[0]._replace(label=phrases.conversation(left))]
    paragraphs = sorted({row.paragraph for row in rows})
    return CardLine(paragraphs, rows[0].urgency, rows[0].sign, asks)


def _said_once(rows: list[DutyRow]) -> list[DutyRow]:
    """Returns the rows without those that an act of an earlier one fulfils too, as A8's pair: one line says both."""
    said: list[DutyRow] = []
    offered: set[str] = set()
    for row in rows:
        acts = {button.label for button in row.buttons}
        if not acts or not acts & offered:
            said.append(row)
        offered |= acts
    return said


def _buttons(rows: list[DutyRow], *, all_of_them: bool) -> list[Button]:
    """The acts of the card's duties, each once, the most urgent duty's first."""
    by_label: dict[str, Button] = {}
    for button in (button for row in rows for button in row.buttons):
        by_label.setdefault(button.label, button)
    buttons = list(by_label.values())
    return buttons if all_of_them else buttons[:BUTTONS]
