# SPDX-License-Identifier: EUPL-1.2
"""A paragraph of the routine: how well it was followed and by whom, and the cases behind the figures.

Its URL pattern also matches those of `versions.py` and `approval.py`: they are declared first (`document.py`, imported
here, imports `versions.py`; `approval.py` comes first in the alphabet).
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.ground import clock, formatting
from troskel.ground.refusals import BadValue
from troskel.people.queries import Person
from troskel.reading import conformance, paragraph_cases, routine_versions
from troskel.reading.conformance import ConformanceSummary
from troskel.reading.paging import PageRequest
from troskel.reading.paragraph_cases import FateFilter, ParagraphCase
from troskel.routine.model import Routine
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.routine import compliance, periods, trend
from troskel.web.routine.compliance import ComplianceFigures
from troskel.web.routine.document import ParagraphRow, paragraph_row, period_values, role_heading
from troskel.web.routine.periods import ReportPeriod
from troskel.web.shell.links import to_client
from troskel.web.text import act_labels, phrases

FATE_LABELS: dict[FateFilter, str] = {
    "all": gettext_noop("Alla"),
    "late": gettext_noop("Sena"),
    "open": gettext_noop("Öppna"),
    "in_time": gettext_noop("I tid"),
}
"""The filter of cases: its values and labels."""


class CaseRow(NamedTuple):
    """A row of the table of cases."""

    case: str
    url: str
    duty: str
    owner: str
    opened: str
    due: str
    done: str
    tone: str


@page(
    "routine/<str:paragraph>/",
    name="paragraph",
    about=gettext_noop(
        "En punkt i rutinen: vad den begär, hur den har följts hos var och en, och ärendena bakom siffrorna."
    ),
    serves=("D",),
    who=routine_versions.routine_on.who,
)
def paragraph(request: HttpRequest, person: Person, paragraph: str) -> HttpResponse:
    """One paragraph: its asks, its figures by organisation, and the cases that the person may see."""
    today = clock.today()
    period = periods.parse_period(request.GET.get("period", ""), today)
    in_force = routine_versions.routine_on(person.actor, today)
    source = in_force.document.by_id.get(paragraph)
    if source is None:
        raise Http404
    figures = conformance.conformance_of_paragraph(person.actor, paragraph, period.first, period.last)
    fate = next((name for name in FATE_LABELS if name == request.GET.get("which", "all")), None)
    if fate is None:
        raise Http404
    page_request = PageRequest(after=request.GET.get("after", ""))
    try:
        cases = paragraph_cases.cases_of_paragraph(
            person.actor, paragraph, period.first, period.last, page_request, fate=fate
        )
    except BadValue:
        raise Http404 from None
    row = paragraph_row(source, figures)
    _whole, paragraph_trends = trend.trends(person, today)
    values = {
        "paragraph": row,
        "trend": paragraph_trends.get(paragraph),
        "heading": act_labels.localized(
            next(heading for heading in in_force.document.headings if heading.id == source.heading).title
        ),
        "role": role_heading(source.role),
        "organisations": _organisations(row, figures),
        "rows": [_case_row(case, in_force.document, today) for case in cases.items],
        "fates": [
            (name, _(label), _page_url(paragraph, period, name)) for name, label in FATE_LABELS.items()
        ],
        "fate": fate,
        "following": _page_url(paragraph, period, fate, cases.next) if cases.next else "",
        "is_first": not page_request.after,
        **period_values(period, today, in_force),
    }
    return render_page(request, "web/paragraph.html", values)


def _organisations(
    row: ParagraphRow, figures: ConformanceSummary
) -> list[tuple[str, list[tuple[str, ComplianceFigures | None]]]]:
    """Returns the figures of each organisation, for each ask that organisations carry out."""
    return [
        (
            ask.duty,
            [(name, compliance.figures_of(conformance)) for name, conformance in by_organisation.items()],
        )
        for ask in row.asks
        if (by_organisation := figures.organisations.get((row.id, ask.name)))
    ]


def _page_url(paragraph: str, period: ReportPeriod, fate: str, after: str = "") -> str:
    query = {"period": period.value, "which": fate, **({"after": after} if after else {})}
    return f"{reverse('paragraph', args=[paragraph])}?{urlencode(query)}#cases"


def _case_row(case: ParagraphCase, document: Routine, today: date) -> CaseRow:
    ask = document.asks.get((case.paragraph, case.ask))
    return CaseRow(
        case=case.case or "",
        url=to_client(case.case) if case.case else "",
        duty=act_labels.localized(ask.duty) if ask else "",
        owner=case.organisation or phrases.role(case.role),
        opened=formatting.day(case.opened, today),
        due=formatting.day(case.due, today) if case.due else _("Utan datum"),
        done=_done_text(case, today),
        tone="late" if case.days_late else case.state,
    )


def _done_text(case: ParagraphCase, today: date) -> str:
    """Returns when a duty was done or its state, and how late it is."""
    late = phrases.days_late(case.days_late)
    if case.state == "moot":
        return _("Behövdes inte längre")
    if case.closed is None:
        return late or _("Inte gjort än")
    done = formatting.day(case.closed, today)
    return f"{done}, {late}" if late else done
