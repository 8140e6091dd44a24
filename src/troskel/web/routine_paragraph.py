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

from troskel.acts import viewing_conformance, viewing_paragraph, viewing_routine
from troskel.acts.paging import Asked
from troskel.acts.viewing_conformance import OfParagraphs
from troskel.acts.viewing_paragraph import Case, Fate
from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.people.queries import Person
from troskel.routine.model import Routine
from troskel.web import kept, periods, wording, words
from troskel.web.declaring import EVERY_ACCOUNT, page
from troskel.web.kept import Kept
from troskel.web.links import to_client
from troskel.web.periods import Period
from troskel.web.routine import Shown, choosing, role_of, shown_as
from troskel.web.saying import show

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
    shown = viewing_routine.routine_on(person.actor, today)
    found = shown.document.by_id.get(paragraph)
    if found is None:
        raise Http404
    figures = viewing_conformance.conformance_of_paragraph(person.actor, paragraph, period.first, period.last)
    fate = next((name for name in FATES if name == request.GET.get("which", "all")), None)
    if fate is None:
        raise Http404
    asked = Asked(after=request.GET.get("after", ""))
    try:
        cases = viewing_paragraph.cases_behind(
            person.actor, paragraph, period.first, period.last, asked, fate=fate
        )
    except BadValue:
        raise Http404 from None
    told = shown_as(found, figures)
    values = {
        "paragraph": told,
        "heading": wording.said(
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
        (ask.what, [(name, kept.kept(each)) for name, each in found.items()])
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
        what=wording.said(ask.duty) if ask else "",
        whose=case.organisation or words.role(case.role),
        asked=words.day(case.opened, today),
        due=words.day(case.due, today) if case.due else _("Utan datum"),
        done=_done(case, today),
        tone="late" if case.days_late else case.state,
    )


def _done(case: Case, today: date) -> str:
    """When it was done, or how it stands; and how late."""
    late = words.days_late(case.days_late)
    if case.state == "moot":
        return _("Behövdes inte längre")
    if case.closed is None:
        return late or _("Inte gjort än")
    done = words.day(case.closed, today)
    return f"{done}, {late}" if late else done
