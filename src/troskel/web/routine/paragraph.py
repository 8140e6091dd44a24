# SPDX-License-Identifier: EUPL-1.2
"""A paragraph of the routine: how it was kept and by whom, and the cases behind the figures.

Its address could take those of `routine_versions.py` and `routine_approving.py`: it is declared after them.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.people.queries import Person
from troskel.reading import conformance, paragraph_cases, routine_versions
from troskel.reading.conformance import OfParagraphs
from troskel.reading.paging import Asked
from troskel.reading.paragraph_cases import Case, Fate
from troskel.routine.model import Routine
from troskel.screens.pages import EVERY_ACCOUNT, page
from troskel.screens.render import show
from troskel.web.routine import compliance, periods
from troskel.web.routine.compliance import Kept
from troskel.web.routine.document import Shown, choosing, role_of, shown_as
from troskel.web.routine.periods import Period
from troskel.web.shell.links import to_client
from troskel.web.text import act_labels, formatting

FATES: dict[Fate, str] = {
    "all": gettext_noop("Alla"),
    "late": gettext_noop("Sena"),
    "open": gettext_noop("Öppna"),
    "in_time": gettext_noop("I tid"),
}
"""Which duties to list, as one chooses among them."""


class Row(NamedTuple):
    """A duty behind the figures, as a row."""

    case: str
    address: str
    what: str
    whose: str
    asked: str
    due: str
    done: str
    tone: str


@page("routine/<str:paragraph>/", name="paragraph", who=EVERY_ACCOUNT)
def paragraph(request: HttpRequest, person: Person, paragraph: str) -> HttpResponse:
    """A paragraph: what it asks, how it was kept and by whom, and the cases that one may know of."""
    today = clock.today()
    period = periods.asked_for(request.GET.get("period", ""), today)
    shown = routine_versions.routine_on(person.actor, today)
    found = shown.document.by_id.get(paragraph)
    if found is None:
        raise Http404
    figures = conformance.conformance_of_paragraph(person.actor, paragraph, period.first, period.last)
    fate = next((name for name in FATES if name == request.GET.get("which", "all")), None)
    if fate is None:
        raise Http404
    asked = Asked(after=request.GET.get("after", ""))
    try:
        cases = paragraph_cases.cases_behind(
            person.actor, paragraph, period.first, period.last, asked, fate=fate
        )
    except BadValue:
        raise Http404 from None
    told = shown_as(found, figures)
    values = {
        "paragraph": told,
        "heading": act_labels.said(
            next(one for one in shown.document.headings if one.id == found.heading).title
        ),
        "role": role_of(found.role),
        "organisations": _organisations(told, figures),
        "rows": [_row(case, shown.document, today) for case in cases.items],
        "fates": [(name, _(word), _address(paragraph, period, name)) for name, word in FATES.items()],
        "fate": fate,
        "following": _address(paragraph, period, fate, cases.next) if cases.next else "",
        "is_first": not asked.after,
        **choosing(period, today, shown),
    }
    return show(request, "web/paragraph.html", values)


def _organisations(told: Shown, figures: OfParagraphs) -> list[tuple[str, list[tuple[str, Kept | None]]]]:
    """For each ask that organisations carry out, how each of them kept it."""
    return [
        (ask.what, [(name, compliance.kept(each)) for name, each in found.items()])
        for ask in told.asks
        if (found := figures.organisations.get((told.id, ask.name)))
    ]


def _address(paragraph: str, period: Period, fate: str, after: str = "") -> str:
    asked = {"period": period.value, "which": fate, **({"after": after} if after else {})}
    return f"{reverse('paragraph', args=[paragraph])}?{urlencode(asked)}#cases"


def _row(case: Case, document: Routine, today: date) -> Row:
    ask = document.asks.get((case.paragraph, case.ask))
    return Row(
        case=case.case or "",
        address=to_client(case.case) if case.case else "",
        what=act_labels.said(ask.duty) if ask else "",
        whose=case.organisation or formatting.role(case.role),
        asked=formatting.day(case.opened, today),
        due=formatting.day(case.due, today) if case.due else _("Utan datum"),
        done=_done(case, today),
        tone="late" if case.days_late else case.state,
    )


def _done(case: Case, today: date) -> str:
    """When it was done, or how it stands; and how late."""
    late = formatting.days_late(case.days_late)
    if case.state == "moot":
        return _("Behövdes inte längre")
    if case.closed is None:
        return late or _("Inte gjort än")
    done = formatting.day(case.closed, today)
    return f"{done}, {late}" if late else done
