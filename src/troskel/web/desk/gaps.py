# SPDX-License-Identifier: EUPL-1.2
"""Gaps in the next 30 days: whose phone loses whom, and what is decided but given to nobody (A8)."""

from __future__ import annotations

from datetime import date
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_noop

from troskel.ground import clock
from troskel.people.queries import Person
from troskel.reading import accounts, coverage
from troskel.reading.client_names import names_of_shown
from troskel.runner.choices import CareService
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.text import act_labels

DAYS = 30


class GapRow(NamedTuple):
    """A gap as a row. Without a provider: nobody has the service that is decided."""

    case: str
    service: str
    provider: str
    first: date
    days: int


@page(
    "gaps/",
    name="gaps",
    about=gettext_noop(
        "Kunder som inget fördelat beslut täcker, nu eller snart: de försvinner ur utförarens telefoner."
    ),
    serves=("A8", "rule 4"),
    who=coverage.gaps.who,
)
def gaps(request: HttpRequest, person: Person) -> HttpResponse:
    """The gaps of each provider, the soonest first; a provider sees its own."""
    today = clock.today()
    names = {orgnr: name for orgnr, (name, _) in accounts.organisation_names(person.actor).items()}
    found = coverage.gaps(person.actor, today, DAYS, coverage.By.PROVIDER)
    rows = [
        GapRow(
            gap.case,
            act_labels.choice_label(CareService, gap.service),
            names.get(gap.organisation or "", ""),
            gap.days[0],
            len(gap.days),
        )
        for gap in sorted(found, key=lambda gap: (gap.days[0], gap.case))
    ]
    clients = names_of_shown(person.actor, [row.case for row in rows])
    values = {"rows": rows, "clients": clients, "today": today, "days": DAYS}
    return render_page(request, "web/gaps.html", values)
