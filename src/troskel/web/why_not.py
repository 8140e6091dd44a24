# SPDX-License-Identifier: EUPL-1.2
"""Why not, as a page says it: with the titles of acts, the words of choices, and days as pages write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language

from troskel.acts import saying_no
from troskel.acts.chapters import REGISTER
from troskel.acts.register import Act
from troskel.ground import clock
from troskel.web import wording, words


class Page(saying_no.Naming):
    """What the pages call things; `act` is the one that was asked, whose choices the words are of."""

    def __init__(self, language: str, act: Act[Any] | None) -> None:
        super().__init__(language)
        self.asked = act

    def act(self, name: str) -> str:
        """An act, by its button."""
        named = wording.of_act(name)
        return self.quoted(wording.said(named.title) if named else name)

    def event(self, name: str) -> list[str]:
        """The acts with a button that make the event happen; none where no button does."""
        return [self.act(act) for act in wording.every_name() if name in REGISTER[act].writes]

    def choice(self, field: str, code: str) -> str:
        """The word of an answer, as the form has it."""
        named = wording.choices_of(self.asked, field).get(code) if self.asked else None
        return wording.said(named) if named else super().choice(field, code)

    def day(self, day: date) -> str:
        """25 nov."""
        return words.day(day, clock.today())

    def instant(self, instant: datetime) -> str:
        """25 nov kl. 13.30."""
        return words.instant(instant, clock.today())


def why_not(error: saying_no.Error, act: Act[Any] | None = None) -> str:
    """Why not, in the language of the page."""
    return saying_no.said(error, Page("en" if get_language() == "en" else "sv", act))
