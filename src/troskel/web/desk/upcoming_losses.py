# SPDX-License-Identifier: EUPL-1.2
"""Upcoming losses on the assessor's start page: clients that disappear from phones, when, and what would help."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from troskel.ground import clock, formatting
from troskel.reading.client_names import ClientName
from troskel.reading.upcoming_losses import UpcomingLoss
from troskel.runner.choices import CareService
from troskel.web.shell.links import Button, act_button
from troskel.web.text import act_labels, phrases


class LossRow(NamedTuple):
    """Care that ends, as a row: the day the client disappears from phones, the service, and a button."""

    sign: str
    when: str
    service: str
    case: str
    client: ClientName | None
    reason: str
    button: Button


def loss_rows(losses: list[UpcomingLoss]) -> list[LossRow]:
    """Returns upcoming losses as rows."""
    return [_loss_row(loss, clock.today()) for loss in losses]


def _loss_row(loss: UpcomingLoss, today: date) -> LossRow:
    service = act_labels.choice_label(CareService, loss.service)
    sign, when = phrases.due_labels(loss.lost, today)
    return LossRow(sign, when, service, loss.case, loss.client, _reason(loss, today), _button(loss))


def _reason(loss: UpcomingLoss, today: date) -> str:
    last = formatting.day(loss.lost - timedelta(days=1), today)
    if loss.again:
        return _("Glapp: gäller till och med {last}, och sedan först från {again}.").format(
            last=last, again=formatting.day(loss.again, today)
        )
    if loss.decided:
        return _("Fördelad till och med {last}. Beslutet gäller längre.").format(last=last)
    if loss.investigated:
        return _("Gäller till och med {last}. En utredning är påbörjad.").format(last=last)
    return _("Gäller till och med {last}. Inget nytt beslut är skrivet.").format(last=last)


def _button(loss: UpcomingLoss) -> Button:
    if loss.decided:
        return act_button("allocate", _("Fördela"), allocations__decision=loss.decision)
    if loss.investigated or loss.again:
        return act_button("make_decisions", _("Skriv in ett beslut"), decisions__client=loss.case)
    return act_button(
        "start_investigations",
        _("Börja en utredning"),
        investigations__client=loss.case,
        investigations__replaces=loss.decision,
    )
