# SPDX-License-Identifier: EUPL-1.2
"""Why not, as a page says it: with the titles of acts, the words of choices, and days as pages write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language

from troskel.acts.chapters import REGISTER
from troskel.acts.core.register import Act
from troskel.ground import clock, refusal_texts
from troskel.web.text import act_labels, formatting


class Page(refusal_texts.Naming):
    """What the pages call things; `act` is the one that was asked, whose choices the words are of."""

    def __init__(self, language: str, act: Act[Any] | None) -> None:
        super().__init__(language)
        self.asked = act

    def act(self, name: str) -> str:
        """An act, by its button."""
        named = act_labels.of_act(name)
        return self.quoted(act_labels.said(named.title) if named else name)

    def event(self, name: str) -> list[str]:
        """The acts with a button that make the event happen; none where no button does."""
        return [self.act(act) for act in act_labels.every_name() if name in REGISTER[act].writes]

    def choice(self, field: str, code: str) -> str:
        """The word of an answer, as the form has it."""
        named = act_labels.choices_of(self.asked, field).get(code) if self.asked else None
        return act_labels.said(named) if named else super().choice(field, code)

    def day(self, day: date) -> str:
        """25 nov."""
        return formatting.day(day, clock.today())

    def instant(self, instant: datetime) -> str:
        """25 nov kl. 13.30."""
        return formatting.instant(instant, clock.today())


def why_not(error: refusal_texts.Error, act: Act[Any] | None = None) -> str:
    """Why not, in the language of the page."""
    return refusal_texts.said(error, Page("en" if get_language() == "en" else "sv", act))
