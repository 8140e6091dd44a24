# SPDX-License-Identifier: EUPL-1.2
"""The manager's review of who has read what: the months, and the drawn reads of one with how each is judged."""

from __future__ import annotations

import re
from datetime import date
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.acts.reviewing import ReadOutcome
from troskel.ground import clock, formatting
from troskel.ground.ids import new_id
from troskel.ground.refusals import CodedError, NotFound
from troskel.people.queries import Person
from troskel.reading import log_reviews
from troskel.reading.log_reviews import ReadToJudge, ReviewedMonth
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import submit_once
from troskel.web.text import act_labels, phrases
from troskel.web.text.reads import read_text, why_text
from troskel.web.text.refusals import refusal_text

MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
STATES = {
    "due": gettext_noop("Inte börjad"),
    "late": gettext_noop("Försenad"),
    "drawn": gettext_noop("Pågår"),
    "done": gettext_noop("Klar"),
}


class MonthRow(NamedTuple):
    """A month as a row."""

    month: ReviewedMonth
    name: str
    state: str
    due: str


class ReadRow(NamedTuple):
    """A drawn read as a row."""

    read: ReadToJudge
    what: str
    when: str
    who: str
    why: str
    outcome: str


@page(
    "log-reviews/",
    name="log-reviews",
    about=gettext_noop(
        "Månaderna och hur långt granskningen av loggen har kommit. Varje månad dras några läsningar slumpvis."
    ),
    serves=("rule 7",),
    who=log_reviews.log_reviews.who,
)
def months(request: HttpRequest, person: Person) -> HttpResponse:
    """The ended months, and how far the review of each has come."""
    return _months_page(request, person)


@page(
    "log-reviews/<str:month>/draw",
    name="draw-log-review",
    who=REGISTER["draw_log_review"].who,
    methods=["POST"],
)
def draw(request: HttpRequest, person: Person, month: str) -> HttpResponse:
    """Draw the reads of a month."""
    _month_or_404(month)
    return submit_once(
        request,
        lambda key: REGISTER["draw_log_review"].perform(person.actor, {"month": month}, key=key),
        done=reverse("log-review", args=[month]),
        show=lambda status, refusal: _months_page(request, person, refusal=_said(refusal), status=status),
    )


@page(
    "log-reviews/<str:month>",
    name="log-review",
    about=gettext_noop("De läsningar som drogs för månaden. Bedöm för var och en om den hade ett skäl."),
    serves=("rule 7",),
    who=log_reviews.log_review.who,
    methods=("GET", "HEAD", "POST"),
)
def month(request: HttpRequest, person: Person, month: str) -> HttpResponse:
    """A month's drawn reads; a POST judges the ticked ones."""
    _month_or_404(month)
    if request.method != "POST":
        return _month_page(request, person, month)
    chosen = [number for number in request.POST.getlist("reads") if number.isascii() and number.isdigit()]
    outcome = request.POST.get("outcome", "")
    if not chosen or outcome not in ReadOutcome.codes():
        missing = _("Välj vilka läsningar du bedömer, och hur det var.")
        return _month_page(request, person, month, refusal=missing, status=422)
    values = {
        "month": month,
        "reads": [int(number) for number in chosen[:100]],
        "outcome": outcome,
        "text": request.POST.get("text", ""),
    }
    return submit_once(
        request,
        lambda key: REGISTER["judge_reads"].perform(person.actor, values, key=key),
        done=reverse("log-review", args=[month]),
        show=lambda status, refusal: _month_page(
            request, person, month, refusal=_said(refusal), status=status
        ),
    )


def left_to_review(person: Person) -> list[MonthRow]:
    """The months that wait for the manager, the oldest first: for the start page."""
    waiting = [_month_row(one) for one in log_reviews.log_reviews(person.actor) if one.state != "done"]
    return waiting[::-1]


def _month_or_404(month: str) -> None:
    if not MONTH.fullmatch(month):
        raise Http404


def _said(refusal: CodedError | None) -> str:
    return refusal_text(refusal) if refusal else ""


def _months_page(
    request: HttpRequest, person: Person, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    rows = [_month_row(one) for one in log_reviews.log_reviews(person.actor)]
    return render_page(
        request, "web/log_reviews.html", {"rows": rows, "refusal": refusal, "key": new_id}, status=status
    )


def _month_row(one: ReviewedMonth) -> MonthRow:
    first = date.fromisoformat(f"{one.month}-01")
    return MonthRow(
        one, formatting.month(first), _(STATES[one.state]), formatting.day(one.due, clock.today())
    )


def _month_page(
    request: HttpRequest, person: Person, month: str, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    try:
        review = log_reviews.log_review(person.actor, month)
    except NotFound:
        raise Http404 from None
    rows = [_read_row(one) for one in review.items]
    values = {
        "review": review,
        "name": formatting.month(date.fromisoformat(f"{month}-01")),
        "rows": rows,
        "left": sum(not row.read.outcome for row in rows),
        "outcomes": act_labels.choice_labels(ReadOutcome),
        "refusal": refusal,
        "text": request.POST.get("text", "") if refusal else "",
        "key": new_id,
        "today": clock.today(),
    }
    return render_page(request, "web/log_review.html", values, status=status)


def _read_row(one: ReadToJudge) -> ReadRow:
    who = " · ".join(filter(None, (one.name, phrases.role(one.role) if one.role else "", one.organisation)))
    return ReadRow(
        one,
        read_text(one.event),
        formatting.instant(one.when, clock.today()),
        who or _("Kommandoraden"),
        ", ".join(why_text(code) for code in one.why),
        act_labels.choice_label(ReadOutcome, one.outcome) if one.outcome else "",
    )
