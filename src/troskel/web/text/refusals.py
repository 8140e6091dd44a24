# SPDX-License-Identifier: EUPL-1.2
"""Refusals in the wording of the pages: titles of acts, labels of choices, days as pages write them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.utils.translation import get_language

from troskel.acts.chapters import REGISTER
from troskel.ground import clock, formatting, refusal_texts
from troskel.ground.refusals import CodedError
from troskel.runner.register import Act
from troskel.web.text import act_labels


class PagePhrasing(refusal_texts.Phrasing):
    """How the pages phrase things; `act` is the current act, whose choices have labels."""

    def __init__(self, language: str, act: Act[Any] | None) -> None:
        super().__init__(language)
        self.current_act = act

    def act(self, name: str) -> str:
        """Returns an act's title in quotation marks."""
        label = act_labels.act_text(name)
        return self.quoted(label.title if label else name)

    def event(self, name: str) -> list[str]:
        """Returns the titles of the acts with a form that write the event."""
        return [self.act(act) for act in act_labels.act_names() if name in REGISTER[act].writes]

    def choice(self, field: str, code: str) -> str:
        """Returns the label of a choice, as in the form."""
        codes = act_labels.field_choices(self.current_act, field) if self.current_act else None
        label = act_labels.choice_label(codes, code) if codes else ""
        return label or super().choice(field, code)

    def day(self, day: date) -> str:
        """Returns a day as 25 nov."""
        return formatting.day(day, clock.today())

    def instant(self, instant: datetime) -> str:
        """Returns an instant as 25 nov kl. 13.30."""
        return formatting.instant(instant, clock.today())


def refusal_text(error: CodedError, act: Act[Any] | None = None) -> str:
    """Returns the text of a refusal in the language of the page."""
    return refusal_texts.refusal_text(error, PagePhrasing("en" if get_language() == "en" else "sv", act))
