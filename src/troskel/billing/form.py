# SPDX-License-Identifier: EUPL-1.2
"""The basis form as tagged PDF in Swedish (O3), with the client's case number only."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from troskel.billing.models import BasisForm
from troskel.ground import formatting, pdf

TEMPLATE = Path(__file__).with_name("basis_form.typ")
LANGUAGE = "sv"
"""The form is in Swedish, whatever language its reader has chosen."""
DRAFT = "Utkast. Inte signerad."


class FormSignature(NamedTuple):
    """Who signed, and when."""

    name: str
    day: date


def render(form: BasisForm, signature: FormSignature | None = None) -> bytes:
    """Returns the form as PDF; without a signature it is marked as a draft."""
    client, provider = form.client, form.organisation
    signature_text = (
        f"Signerad den {formatting.long_day(signature.day, LANGUAGE)} av {signature.name}."
        if signature
        else DRAFT
    )
    return pdf.render(
        TEMPLATE,
        {
            "number": form.number,
            "month": formatting.month(date.fromisoformat(f"{form.month}-01"), LANGUAGE),
            "municipality": form.municipality.name,
            "provider": provider.name,
            "orgnr": f"{provider.orgnr[:6]}-{provider.orgnr[6:]}",
            "case": client.case_number,
            "home_municipality": client.billed_for,
            "visits": formatting.digits(form.visits, LANGUAGE),
            "minutes": formatting.digits(form.minutes, LANGUAGE),
            "hours": formatting.hours(form.minutes, LANGUAGE),
            "without_departure": formatting.digits(form.without_departure, LANGUAGE),
            "signed": signature_text,
        },
        rule="O3",
    )
