# SPDX-License-Identifier: EUPL-1.2
"""The basis form as tagged PDF in Swedish (O3), with the client's case number only."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from troskel.billing.models import BasisForm
from troskel.ground import pdf
from troskel.ground.formatting import format_day, format_minutes, format_month, format_number

TEMPLATE = Path(__file__).with_name("basis_form.typ")
DRAFT = "Utkast. Inte signerad."


class FormSignature(NamedTuple):
    """Who signed, and when."""

    name: str
    day: date


def render(form: BasisForm, signature: FormSignature | None = None) -> bytes:
    """Returns the form as PDF; without a signature it is marked as a draft."""
    client, provider = form.client, form.organisation
    signature_text = f"Signerad den {format_day(signature.day)} av {signature.name}." if signature else DRAFT
    return pdf.render(
        TEMPLATE,
        {
            "number": form.number,
            "month": format_month(form.month),
            "municipality": form.municipality.name,
            "provider": provider.name,
            "orgnr": f"{provider.orgnr[:6]}-{provider.orgnr[6:]}",
            "case": client.case_number,
            "home_municipality": client.home_municipality,
            "visits": format_number(form.visits),
            "minutes": format_number(form.minutes),
            "hours": format_minutes(form.minutes),
            "without_departure": format_number(form.without_departure),
            "signed": signature_text,
        },
    )
