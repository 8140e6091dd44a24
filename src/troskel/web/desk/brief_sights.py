# SPDX-License-Identifier: EUPL-1.2
"""Brief sights: who saw a client without an assignment, why, and a form beside each to review it."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, CodedError, KeyReused, NotFound, Refusal
from troskel.people.queries import Person
from troskel.reading import brief_sights
from troskel.reading.client_names import names_of_shown
from troskel.reading.paging import PageRequest
from troskel.runner.choices import SightVerdict
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import submit_once
from troskel.web.text import act_labels, phrases
from troskel.web.text.refusals import refusal_text

PAGE_SIZE = 50


@page(
    "brief-sights/",
    name="brief-sights",
    about=gettext_noop(
        "Alla som har tagit kort insyn i en kund utan att ha ärendet. Någon ser efter att skälet håller."
    ),
    serves=("rule 7",),
    who=brief_sights.brief_sights.who,
)
def listed(request: HttpRequest, person: Person) -> HttpResponse:
    """The brief sights, those that nobody has reviewed first asked for."""
    return _page(request, person)


@page(
    "brief-sights/<uuid:sight>/review",
    name="review-brief-sight",
    who=REGISTER["review_brief_sight"].who,
    methods=["POST"],
)
def review(request: HttpRequest, person: Person, sight: UUID) -> HttpResponse:
    """Say whether a brief sight was justified."""
    verdict = request.POST.get("verdict", "")
    if not verdict:
        return _page(request, person, refusal=_("Välj om insynen var befogad."), unanswered=sight, status=422)
    values = {"sight": str(sight), "verdict": verdict, "text": request.POST.get("text", "")}

    def show(status: int, refusal: CodedError | None) -> HttpResponse:
        text = refusal_text(refusal) if refusal else ""
        return _page(request, person, refusal=text, unanswered=sight, status=status)

    return submit_once(
        request,
        lambda key: REGISTER["review_brief_sight"].perform(person.actor, values, key=key),
        done=f"{reverse('brief-sights')}?reviewed=1",
        show=show,
        refusals=(Refusal, BadValue, NotFound, KeyReused),
    )


def _page(
    request: HttpRequest,
    person: Person,
    *,
    refusal: str = "",
    unanswered: UUID | None = None,
    status: int = 200,
) -> HttpResponse:
    shown = brief_sights.brief_sights(person.actor, PageRequest(PAGE_SIZE, request.GET.get("after", "")))
    values = {
        "sights": shown.items,
        "clients": names_of_shown(person.actor, [sight.case for sight in shown.items]),
        "further": shown.next,
        "unreviewed": brief_sights.unreviewed_brief_sights(person.actor),
        "verdicts": act_labels.choice_labels(SightVerdict),
        "role": phrases.role,
        "reviewed": "reviewed" in request.GET and not refusal,
        "refusal": refusal,
        "unanswered": unanswered,
        "today": clock.today(),
        "key": new_id,
    }
    return render_page(request, "web/brief_sights.html", values, status=status)
