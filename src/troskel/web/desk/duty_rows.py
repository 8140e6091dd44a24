# SPDX-License-Identifier: EUPL-1.2
"""A duty and a notice as rows: when, what, by which paragraph, and what the person may do about it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple
from uuid import UUID

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from troskel.ground import clock
from troskel.reading.client_names import ClientName
from troskel.reading.worklist import DutyShown, DutyTexts, WorklistItem
from troskel.web.shell.links import Button
from troskel.web.text import act_labels, phrases


class DutyRow(NamedTuple):
    """A duty or a notice as a row. `urgency` is a CSS class: late, today or later. `owner`: of somebody else's.

    `numbers`: those in the text, which are links where the text is none.
    """

    id: UUID
    urgency: str
    sign: str
    when: str
    text: str
    paragraph: str
    paragraph_text: str
    fulfilled_when: str
    buttons: list[Button]
    case: str = ""
    client: ClientName | None = None
    owner: str = ""
    numbers: tuple[str, ...] = ()


def duty_row(duty: DutyShown, texts: DutyTexts, acts: Iterable[str], today: date) -> DutyRow:
    """Returns a duty with a button for each act that is offered beside it."""
    sign, when = phrases.due_labels(duty.due, today)
    row = _row(duty, texts, urgency(duty, today), sign, when)
    return row._replace(buttons=[_button(act, duty.id) for act in acts])


def urgency(duty: DutyShown, today: date) -> str:
    """Returns the CSS class of how soon a duty is due."""
    return "late" if duty.state == "late" else "today" if duty.due == today else "later"


def client_duty_row(duty: DutyShown, texts: DutyTexts, acts: list[str], *, is_mine: bool) -> DutyRow:
    """Returns a duty for its client's page: with the owner if it is somebody else's."""
    row = duty_row(duty, texts, acts, clock.today())
    return row._replace(owner="" if is_mine else phrases.role(duty.role))


def notice_row(item: WorklistItem, today: date) -> DutyRow:
    """Returns a notice with its client."""
    when = phrases.arrival_day(item.duty.opened, today)
    row = _row(item.duty, item.texts, "later", _("Att läsa"), when)
    return row._replace(case=item.duty.case or "", client=item.client)


def _row(duty: DutyShown, texts: DutyTexts, urgency: str, sign: str, when: str) -> DutyRow:
    return DutyRow(
        id=duty.id,
        urgency=urgency,
        sign=sign,
        when=when,
        text=act_labels.localized(texts.duty),
        paragraph=duty.paragraph,
        paragraph_text=act_labels.localized(texts.paragraph),
        fulfilled_when=act_labels.localized(texts.fulfilled),
        buttons=[],
        numbers=texts.numbers,
    )


def _button(act: str, duty: UUID) -> Button:
    act_text = act_labels.act_text(act)
    assert act_text is not None, f"{act} has no title"
    return Button(act_text.title, f"{reverse(f'act-{act}')}?{urlencode({'duty': str(duty)})}")
