# SPDX-License-Identifier: EUPL-1.2
"""The texts of the automatic e-mails (S1, S3, O3): case, order, form, serial; no name or address (rule 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from troskel.duties import routines
from troskel.outbox.email_delivery import ComposedEmail, Recipient
from troskel.outbox.worker import PermanentFailure
from troskel.people.models import Client, Organisation
from troskel.people.roles import OrganisationKind
from troskel.routine.duty import Email


def compose(payload: Mapping[str, Any]) -> ComposedEmail:
    """The message, composed when it is sent. Raises PermanentFailure where no address holds then."""
    email = msgspec.convert(payload, Email)
    found = Client.objects.filter(id__in=[email.client] if email.client else [])
    client = found.values("case_number", "municipality").first()
    if client is None:
        raise PermanentFailure("the client is not there")
    paragraph = routines.version(email.version).by_id[email.paragraph]
    ask = routines.version(email.version).asks[email.paragraph, email.ask]
    case = client["case_number"]
    told = {
        "Ärende / case": case,
        "Beställning / order": email.about.get("number"),
        "Låsvred / lock": email.about.get("serial"),
        "Underlagsblankett / basis form": email.about.get("form_number"),
        "Månad / month": email.about.get("month"),
        "Punkt i rutinen / paragraph": email.paragraph,
    }
    text = [f"{ask.duty.sv}.", paragraph.text.sv, "", f"{ask.duty.en}.", paragraph.text.en, ""]
    text += [f"{name}: {value}" for name, value in told.items() if value]
    return ComposedEmail(
        subject=f"{ask.duty.sv} – ärende {case}",
        text="\n".join(text) + "\n",
        to=list(recipients(client["municipality"], email.to)),
    )


def recipients(municipality: str, to: Iterable[tuple[str, UUID | None]]) -> Iterable[Recipient]:
    """The organisations' own addresses; a role without an organisation is the municipality's office."""
    organisations = Organisation.objects.filter(municipality=municipality)
    office = organisations.filter(kind=OrganisationKind.MUNICIPALITY).order_by("orgnr").first()
    named = {row.id: row for row in organisations.filter(id__in=[one for _, one in to if one])}
    reached: dict[str, Recipient] = {}
    for _, organisation in to:
        row = named.get(organisation) if organisation else office
        if row is not None and row.email:
            reached[str(row.id)] = Recipient(str(row.id), row.email)
    return reached.values()
