# SPDX-License-Identifier: EUPL-1.2
"""The client's letter about a lock that is mounted or taken down (S1, S3), as a document. It is kept nowhere."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from troskel.ground import pdf
from troskel.ground.swedish import day_in_words
from troskel.orders.models import Order
from troskel.people.models import Client, Organisation

TEMPLATE = Path(__file__).with_name("letter.typ")
Language = Literal["sv", "en"]


class Letter(NamedTuple):
    """What the letter says: which order, done on which day, written on which, and whom to turn to."""

    order: Order
    done: date
    written: date
    office: Organisation
    language: Language = "sv"


def of(letter: Letter) -> bytes:
    """The letter as PDF. Without an address where the identity is protected: the administrator knows the way."""
    order = letter.order
    return pdf.render(
        TEMPLATE,
        {
            "language": letter.language,
            "kind": order.kind,
            "number": order.number,
            "case": order.client.case_number,
            "to": _addressee(order.client),
            "written": day_in_words(letter.written, letter.language),
            "done": day_in_words(letter.done, letter.language),
            "door": order.door.kind,
            "label": order.door.label,
            "municipality": order.municipality.name,
            "office": [letter.office.name, letter.office.email],
            "provider": _provider(letter),
        },
    )


def _provider(letter: Letter) -> list[str]:
    """The provider that ordered; nobody where the office did so itself."""
    orderer = letter.order.organisation
    return [] if orderer.id == letter.office.id else [orderer.name, orderer.email]


def _addressee(client: Client) -> list[str]:
    name, home = f"{client.first_name} {client.last_name}", client.home
    if client.protection:
        return [name]
    street = f"{home.street}, lgh {home.apartment}" if home.apartment else home.street
    return [line for line in (name, street, f"{home.postcode} {home.town}".strip()) if line]
