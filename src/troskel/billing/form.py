# SPDX-License-Identifier: EUPL-1.2
"""The basis form as a document (O3): Swedish, tagged; the client by case number alone."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import NamedTuple

from troskel.billing.models import BasisForm
from troskel.ground import pdf
from troskel.ground.swedish import clock_time, day_in_words, month_in_words, number

TEMPLATE = Path(__file__).with_name("basis_form.typ")
DRAFT = "Utkast. Inte signerad."


class Signature(NamedTuple):
    """Who signed, and on which day."""

    name: str
    day: date


def of(form: BasisForm, signature: Signature | None = None) -> bytes:
    """The form as PDF; without a signature it says that it is a draft."""
    client, provider = form.client, form.organisation
    signed = f"Signerad den {day_in_words(signature.day)} av {signature.name}." if signature else DRAFT
    return pdf.render(
        TEMPLATE,
        {
            "number": form.number,
            "month": month_in_words(form.month),
            "municipality": form.municipality.name,
            "provider": provider.name,
            "orgnr": f"{provider.orgnr[:6]}-{provider.orgnr[6:]}",
            "case": client.case_number,
            "home_municipality": client.home_municipality,
            "visits": number(form.visits),
            "minutes": number(form.minutes),
            "hours": clock_time(form.minutes),
            "without_departure": number(form.without_departure),
            "signed": signed,
        },
    )
