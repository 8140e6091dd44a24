# SPDX-License-Identifier: EUPL-1.2
"""The open duties about a client, on the client's page: whose they are, and what the viewer may do towards them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q

from troskel.duties import queries as duties
from troskel.duties.models import Duty
from troskel.offers.duty_actions import acts_towards
from troskel.people.roles import Actor
from troskel.reading.client_page import ClientShown
from troskel.reading.worklist import Said, duties_of, duty_told, said_of


class DutyShown(NamedTuple):
    """An open duty with the routine's words; `acts` are what the viewer may do towards it, where it is theirs."""

    told: dict[str, Any]
    said: Said
    mine: bool
    acts: list[str]


def open_duties(viewer: Actor, shown: ClientShown, today: date) -> list[DutyShown]:
    """The open duties about the client that the viewer may read, and what the viewer may do towards them. One query."""
    condition = duties.open_on(today) & Q(client=shown.client, kind="duty")
    asked = ExpressionWrapper(duties.asked_of(viewer, today), output_field=BooleanField())
    rows = list(
        duties_of(viewer, condition, today)
        .annotate(mine=asked)
        .values(*duties.FIELDS, "client_id", "organisation_id", "mine")
    )
    mine = [_as_duty(row) for row in rows if row["mine"] and row["home_id"] in shown.homes]
    acts = acts_towards(viewer, mine, shown.homes)
    return [
        DutyShown(duty_told(row, today), said_of(row), row["mine"], acts.get(row["id"], [])) for row in rows
    ]


def _as_duty(row: Mapping[str, Any]) -> Duty:
    named = ("id", "kind", "paragraph", "ask", "version", "role", "about", "home_id", "door_id", "client_id",
             "organisation_id")  # fmt: skip
    return Duty(**{name: row[name] for name in named})
