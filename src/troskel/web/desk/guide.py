# SPDX-License-Identifier: EUPL-1.2
"""The first hour, a page for each role."""

from __future__ import annotations

from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from troskel.people.queries import Person
from troskel.people.roles import EVERY_ROLE
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.text.guides import GuideStep, guide_of


class ShownStep(NamedTuple):
    """A step in the language of the page."""

    title: str
    text: str
    label: str
    url: str


@page(
    "guide/",
    name="guide",
    who=EVERY_ROLE,
    about=gettext_noop(
        "Den första timmen i din roll, steg för steg. Varje steg leder till sidan där det görs."
    ),
)
def guide(request: HttpRequest, person: Person) -> HttpResponse:
    """The guide of the person's role."""
    shown = guide_of(person)
    values = {"lead": gettext(shown.lead), "steps": [_shown(step) for step in shown.steps]}
    return render_page(request, "web/guide.html", values)


def _shown(step: GuideStep) -> ShownStep:
    url = reverse(step.page, args=[step.argument] if step.argument else [])
    return ShownStep(gettext(step.title), gettext(step.text), gettext(step.label), url)
