# SPDX-License-Identifier: EUPL-1.2
"""What is to be invoiced for clients of another municipality: a row of its own for each (O2)."""

from __future__ import annotations

from datetime import datetime, time

from troskel.acts.viewing import note, seen
from troskel.billing import rules
from troskel.ground.clock import STOCKHOLM
from troskel.people.roles import Actor, Role
from troskel.visits.models import Visit

WHO = frozenset({Role.ECONOMIST, Role.ADMINISTRATOR, Role.COORDINATOR})


def invoice_rows(viewer: Actor, month: str) -> list[rules.InvoiceRow]:
    """The rows of a month, for the clients that the viewer sees; a coordinator's own organisation's alone.

    Raises BadValue for what is no month.
    """
    first, following = (datetime.combine(day, time(), STOCKHOLM) for day in rules.days_of(month))
    visits = Visit.objects.filter(
        municipality=viewer.municipality,
        client__in=seen(viewer).exclude(home_municipality=viewer.municipality),
        arrived__gte=first,
        arrived__lt=following,
    )
    if viewer.role is Role.COORDINATOR:
        visits = visits.filter(organisation=viewer.organisation)
    found = visits.values_list(
        "client__case_number", "organisation__orgnr", "client__home_municipality", "arrived", "departed"
    )
    rows = rules.invoice_rows(month, (rules.Visited(*visit) for visit in found.iterator()))
    note(viewer, "invoice_rows.listed", month=month, cases=[row.case for row in rows])
    return rows
