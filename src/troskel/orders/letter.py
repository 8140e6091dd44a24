# SPDX-License-Identifier: EUPL-1.2
"""The client's letter about a mounted or removed lock (S1, S3), as PDF. It is not stored."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from troskel.ground import pdf
from troskel.ground.formatting import long_day
from troskel.orders.models import Order
from troskel.orders.rules import LETTER_PARAGRAPHS
from troskel.people.models import Client, Organisation

TEMPLATE = Path(__file__).with_name("letter.typ")
Language = Literal["sv", "en"]


class Letter(NamedTuple):
    """Contents of a letter: order, client to whom it goes, day done, day written, and the office to contact."""

    order: Order
    client: Client
    done: date
    written: date
    office: Organisation
    language: Language = "sv"


def render(letter: Letter) -> bytes:
    """Returns the letter as PDF, without address where the identity is protected."""
    order = letter.order
    return pdf.render(
        TEMPLATE,
        {
            "language": letter.language,
            "kind": order.kind,
            "number": order.number,
            "case": letter.client.case_number,
            "to": _addressee(letter.client),
            "written": long_day(letter.written, letter.language),
            "done": long_day(letter.done, letter.language),
            "door": order.door.kind,
            "label": "" if letter.client.protection else order.door.label,
            "municipality": order.municipality.name,
            "office": [letter.office.name, letter.office.email],
            "provider": _provider(letter),
        },
        rule=LETTER_PARAGRAPHS[order.kind],
    )


def _provider(letter: Letter) -> list[str]:
    """Name and e-mail of the ordering provider; empty where the office ordered."""
    orderer = letter.order.organisation
    return [] if orderer.id == letter.office.id else [orderer.name, orderer.email]


def _addressee(client: Client) -> list[str]:
    name, home = f"{client.first_name} {client.last_name}", client.home
    if client.protection:
        return [name]
    street = f"{home.street}, lgh {home.apartment}" if home.apartment else home.street
    return [line for line in (name, street, f"{home.postcode} {home.town}".strip()) if line]
