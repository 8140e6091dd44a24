# SPDX-License-Identifier: EUPL-1.2
"""The routine as a document, with how well each paragraph is followed."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from troskel.ground import clock
from troskel.people.queries import Person
from troskel.reading import conformance
from troskel.reading import routine_versions as reading_routine_versions
from troskel.reading.conformance import ConformanceSummary
from troskel.reading.routine_versions import RoutineShown
from troskel.routine import descriptions, vocabulary
from troskel.routine.model import Paragraph, Routine
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.routine import compliance, field_labels, periods, trend, versions
from troskel.web.routine.compliance import ComplianceFigures
from troskel.web.routine.periods import ReportPeriod
from troskel.web.text import act_labels

ROLE_OF_ALL = "all"
"""The role of a heading that concerns every role: its chapter takes the heading's title."""


class AskRow(NamedTuple):
    """An ask of a paragraph: its duty, its kind, labelled details, and its figures."""

    name: str
    kind: str
    duty: str
    details: list[tuple[str, str]]
    figures: ComplianceFigures | None


class ParagraphRow(NamedTuple):
    """A paragraph of the document. `is_counted` is false if it only sends e-mails."""

    id: str
    text: str
    asks: list[AskRow]
    figures: ComplianceFigures | None
    is_counted: bool


class HeadingRow(NamedTuple):
    """A heading with its paragraphs."""

    title: str
    paragraphs: list[ParagraphRow]


class Chapter(NamedTuple):
    """The headings of one role."""

    role: str
    headings: list[HeadingRow]

    @property
    def paragraphs(self) -> list[ParagraphRow]:
        """Returns the paragraphs of all headings."""
        return [paragraph for heading in self.headings for paragraph in heading.paragraphs]


@page(
    "routine/",
    name="routine",
    about=gettext_noop("Rutinen som den gäller i dag, och hur väl varje punkt följs."),
    serves=("D",),
    who=reading_routine_versions.routine_on.who,
)
def routine(request: HttpRequest, person: Person) -> HttpResponse:
    """The routine in force, with how well each paragraph was followed in a period."""
    today = clock.today()
    period = periods.parse_period(request.GET.get("period", ""), today)
    in_force = reading_routine_versions.routine_on(person.actor, today)
    figures = conformance.conformance_by_paragraph(person.actor, period.first, period.last)
    chapters = _chapters(in_force.document, figures)
    _whole, paragraph_trends = trend.trends(person, today)
    values = {
        "in_force": in_force,
        "facts": versions.header_facts(in_force),
        "control": versions.document_control(person, in_force),
        "chapters": chapters,
        "trends": paragraph_trends,
        "sentence": compliance.sentence(figures.whole, period.label),
        "proposals": versions.proposals(person),
        "may_see_versions": versions.may_see_versions(person),
        "eves": descriptions.header_in_words(in_force.document.header, get_language() or "sv").get(
            "free_eves", ""
        ),
        **period_values(period, today, in_force),
    }
    return render_page(request, "web/routine.html", values)


def period_values(period: ReportPeriod, today: date, in_force: RoutineShown) -> dict[str, Any]:
    """Returns template values of the period choice: no period from before the routine came into force."""
    since = in_force.in_force_from or today
    return {
        "period": period,
        "today": today,
        "periods": periods.recent_periods(today, min(since, period.first)),
    }


def _chapters(document: Routine, figures: ConformanceSummary) -> list[Chapter]:
    """Returns chapters by role, in the order of the document."""
    chapters = []
    for role, headings in groupby(document.headings, key=lambda heading: heading.role):
        heading_rows = [
            HeadingRow(
                act_labels.localized(heading.title),
                [paragraph_row(paragraph, figures) for paragraph in document.under(heading.id)],
            )
            for heading in headings
        ]
        title = heading_rows[0].title if role == ROLE_OF_ALL else role_heading(role)
        chapters.append(Chapter(title, heading_rows))
    return chapters


def role_heading(name: str) -> str:
    """Returns the name of a role of the routine, capitalized."""
    return act_labels.localized(vocabulary.ROLES[name]).capitalize()


def paragraph_row(paragraph: Paragraph, figures: ConformanceSummary) -> ParagraphRow:
    """Returns a paragraph with its asks in words and its figures."""
    language = get_language() or "sv"
    asks = []
    for ask in paragraph.asks:
        texts = descriptions.ask_in_words(ask, language)
        details = [
            (_(label), texts[field]) for field, label in field_labels.ASK_LABELS.items() if field in texts
        ]
        ask_figures = compliance.figures_of(figures.asks.get((paragraph.id, ask.ask)))
        asks.append(AskRow(ask.ask, texts["kind"], texts["duty"], details, ask_figures))
    is_counted = any(ask.kind != "email" for ask in paragraph.asks)
    return ParagraphRow(
        paragraph.id,
        act_labels.localized(paragraph.text),
        asks,
        compliance.figures_of(figures.paragraphs.get(paragraph.id)),
        is_counted,
    )
