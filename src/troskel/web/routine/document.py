# SPDX-License-Identifier: EUPL-1.2
"""The routine, alive: the document itself, how well each paragraph is kept, and the cases behind the figures."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from troskel.ground import clock
from troskel.people.queries import Person
from troskel.reading import conformance
from troskel.reading import routine_versions as reading_routine_versions
from troskel.reading.conformance import OfParagraphs
from troskel.reading.routine_versions import RoutineShown
from troskel.routine import describing, vocabulary
from troskel.routine.model import Paragraph, Routine
from troskel.screens.pages import EVERY_ACCOUNT, page
from troskel.screens.render import show
from troskel.web.routine import compliance, field_labels, periods, versions
from troskel.web.routine.compliance import Kept
from troskel.web.routine.periods import Period
from troskel.web.text import act_labels

EVERYBODY = "all"
"""The role of what concerns every role: such a chapter is called by its heading."""


class Ask(NamedTuple):
    """Something that a paragraph asks: what, of which kind, all that is said of it, and how it went."""

    name: str
    kind: str
    what: str
    says: list[tuple[str, str]]
    kept: Kept | None


class Shown(NamedTuple):
    """A paragraph as the document shows it."""

    id: str
    text: str
    asks: list[Ask]
    kept: Kept | None
    counted: bool


class Heading(NamedTuple):
    """A heading in one role's column, with its paragraphs."""

    title: str
    paragraphs: list[Shown]


class Chapter(NamedTuple):
    """One role's column."""

    role: str
    headings: list[Heading]

    @property
    def paragraphs(self) -> list[Shown]:
        """All its paragraphs."""
        return [paragraph for heading in self.headings for paragraph in heading.paragraphs]


@page("routine/", name="routine", who=EVERY_ACCOUNT)
def routine(request: HttpRequest, person: Person) -> HttpResponse:
    """The routine in force, with how well each paragraph is kept in a period."""
    today = clock.today()
    period = periods.asked_for(request.GET.get("period", ""), today)
    shown = reading_routine_versions.routine_on(person.actor, today)
    figures = conformance.conformance_by_paragraph(person.actor, period.first, period.last)
    chapters = _chapters(shown.document, figures)
    values = {
        "shown": shown,
        "facts": versions.facts(shown),
        "control": versions.control(shown),
        "chapters": chapters,
        "sentence": compliance.sentence(figures.whole, period.word),
        "proposals": versions.proposals(person),
        "sees_versions": versions.sees_versions(person),
        "eves": describing.header_in_words(shown.document.header, get_language() or "sv").get(
            "free_eves", ""
        ),
        **choosing(period, today, shown),
    }
    return show(request, "web/routine.html", values)


def choosing(period: Period, today: date, shown: RoutineShown) -> dict[str, Any]:
    """The period, and those to choose among: none from before the routine was in force here is of use."""
    since = shown.in_force_from or today
    return {"period": period, "today": today, "periods": periods.to_choose(today, min(since, period.first))}


def _chapters(document: Routine, figures: OfParagraphs) -> list[Chapter]:
    """The document in its own order: the roles' columns, their headings, and the paragraphs under each."""
    chapters = []
    for role, headings in groupby(document.headings, key=lambda heading: heading.role):
        told = [
            Heading(
                act_labels.said(heading.title),
                [shown_as(each, figures) for each in document.under(heading.id)],
            )
            for heading in headings
        ]
        title = told[0].title if role == EVERYBODY else role_of(role)
        chapters.append(Chapter(title, told))
    return chapters


def role_of(name: str) -> str:
    """What a role of the routine is called, as a heading."""
    return act_labels.said(vocabulary.ROLES[name]).capitalize()


def shown_as(paragraph: Paragraph, figures: OfParagraphs) -> Shown:
    """A paragraph with all that it asks, in words, and its figures."""
    language = get_language() or "sv"
    asks = []
    for ask in paragraph.asks:
        told = describing.ask_in_words(ask, language)
        says = [(_(label), told[field]) for field, label in field_labels.ASKS.items() if field in told]
        how = compliance.kept(figures.asks.get((paragraph.id, ask.ask)))
        asks.append(Ask(ask.ask, told["kind"], told["duty"], says, how))
    counted = any(ask.kind != "email" for ask in paragraph.asks)
    return Shown(
        paragraph.id,
        act_labels.said(paragraph.text),
        asks,
        compliance.kept(figures.paragraphs.get(paragraph.id)),
        counted,
    )
