# SPDX-License-Identifier: EUPL-1.2
"""What is coming for the assessor, on the start page: whom the phone loses, from when, and what would help."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.reading.upcoming_losses import Coming
from troskel.web.shell.links import Button, act_button
from troskel.web.text import act_labels, formatting


class Row(NamedTuple):
    """Care that ends, as a row: the day on which the phone loses the client, what ends, and the button."""

    sign: str
    when: str
    service: str
    case: str
    why: str
    button: Button


def rows(coming: list[Coming]) -> list[Row]:
    """The same, in words."""
    return [_row(one, clock.today()) for one in coming]


def _row(one: Coming, today: date) -> Row:
    service = act_labels.choices_of(REGISTER["make_decisions"], "service")[one.service]
    sign, when = formatting.when(one.lost, today)
    return Row(sign, when, act_labels.said(service), one.case, _why(one, today), _button(one))


def _why(one: Coming, today: date) -> str:
    last = formatting.day(one.last, today)
    if one.again:
        return _("Glapp: gäller till och med {last}, och sedan först från {again}.").format(
            last=last, again=formatting.day(one.again, today)
        )
    if one.investigated:
        return _("Gäller till och med {last}. En utredning är påbörjad.").format(last=last)
    return _("Gäller till och med {last}. Inget nytt beslut är skrivet.").format(last=last)


def _button(one: Coming) -> Button:
    if one.investigated or one.again:
        return act_button("make_decisions", _("Skriv in ett beslut"), decisions__client=one.case)
    return act_button(
        "start_investigations",
        _("Börja en utredning"),
        investigations__client=one.case,
        investigations__replaces=one.decision,
    )
