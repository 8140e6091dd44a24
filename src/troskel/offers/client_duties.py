# SPDX-License-Identifier: EUPL-1.2
"""Open duties about a client, for the client's page: owners, and acts the viewer may do towards them."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q

from troskel.duties import queries as duties
from troskel.duties import told
from troskel.duties.queries import DutyFacts
from troskel.offers.duty_actions import suggested_acts
from troskel.people.roles import Actor
from troskel.reading.client_page import ClientPage
from troskel.reading.worklist import DutyShown, DutyTexts, duties_of, duty_shown, duty_texts, with_facts


class ClientDuty(NamedTuple):
    """An open duty with the routine's texts; `acts`: the viewer's acts towards it, where it is theirs (`mine`)."""

    duty: DutyShown
    texts: DutyTexts
    mine: bool
    acts: list[str]


def open_duties(viewer: Actor, page: ClientPage, today: date) -> list[ClientDuty]:
    """Open duties about the client that the viewer may read, with suggested acts. One query."""
    condition = duties.open_on(today) & Q(client=page.client, kind="duty")
    is_mine = ExpressionWrapper(duties.asked_of(viewer, today), output_field=BooleanField())
    rows = list(
        duties_of(viewer, condition, today)
        .annotate(mine=is_mine, **told.OPENING)
        .values(*duties.FIELDS, *told.OPENING, "mine")
    )
    mine = [
        DutyFacts(*(row[name] for name in DutyFacts._fields))
        for row in rows
        if row["mine"] and row["home_id"] in page.homes
    ]
    acts = suggested_acts(viewer, mine, page.homes)
    return [
        ClientDuty(duty_shown(row, today), duty_texts(row), row["mine"], acts.get(row["id"], []))
        for row in with_facts(viewer, rows, today, page.homes)
    ]
