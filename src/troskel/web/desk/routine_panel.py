# SPDX-License-Identifier: EUPL-1.2
"""The manager's picture: how the routine is followed, quarter by quarter, by whom, and where it is hardest."""

from __future__ import annotations

from typing import NamedTuple

from troskel.ground import clock
from troskel.people.queries import Person
from troskel.reading import conformance, routine_versions
from troskel.routine.model import Routine
from troskel.web.routine import compliance, periods, trend
from troskel.web.routine.compliance import ComplianceFigures
from troskel.web.routine.trend import Trend
from troskel.web.text import act_labels


class RoutineSummary(NamedTuple):
    """How well the routine is followed: a sentence, the trend, each organisation, and the worst paragraphs.

    `awaited`: the versions that wait for the reader's approval.
    """

    title: str
    period: str
    sentence: str
    trend: Trend | None
    organisations: list[tuple[str, ComplianceFigures | None]]
    worst_paragraphs: list[tuple[compliance.WorstParagraph, str]]
    awaited: list[routine_versions.Awaited]


def routine_summary(person: Person) -> RoutineSummary | None:
    """Returns the picture of today's quarter; None where no routine is in force."""
    today = clock.today()
    routine, awaited = routine_versions.in_force_and_awaited(person.actor, today)
    if routine is None:
        return None
    period = periods.parse_period("", today)
    figures = conformance.conformance_by_paragraph(person.actor, period.first, period.last)
    of_organisations = conformance.conformance_of_organisations(person.actor, period.first, period.last)
    whole, _paragraphs = trend.trends(person, today)
    return RoutineSummary(
        act_labels.localized(routine.header.title),
        period.label,
        compliance.sentence(figures.whole, period.label),
        whole,
        [(name, compliance.figures_of(each)) for name, each in of_organisations.items()],
        [
            (paragraph, _paragraph_text(routine, paragraph.paragraph))
            for paragraph in compliance.worst_paragraphs(figures)
        ],
        awaited,
    )


def _paragraph_text(routine: Routine, name: str) -> str:
    paragraph = routine.by_id.get(name)
    return act_labels.localized(paragraph.text) if paragraph else ""
