# SPDX-License-Identifier: EUPL-1.2
"""Invented people: birth numbers 980–999 are never assigned, so no identity number here belongs to anyone."""

from __future__ import annotations

from datetime import date
from random import Random

FIRST_NAMES = (
    "Aino", "Alva", "Arne", "Astrid", "Bengt", "Birgit", "Dagny", "Edvin", "Elsa", "Folke", "Gerda", "Gösta", "Gunvor",
    "Hjördis", "Ingemar", "Iréne", "Karl-Erik", "Kerstin", "Lennart", "Maj-Britt", "Märta", "Nils", "Olof", "Rut",
    "Signe", "Sixten", "Sven-Åke", "Torborg", "Tyra", "Ulla", "Valter", "Viola", "Åke", "Ärland", "Örjan", "Östen",
)  # fmt: skip
LAST_NAMES = (
    "Alm", "Bergvall", "Björk", "Dahl", "Ekdahl", "Falk", "Forsman", "Granlund", "Hedin", "Holm", "Jakobsson", "Kvist",
    "Lindgren", "Ljung", "Malm", "Nordin", "Näslund", "Palm", "Rosén", "Sandell", "Skog", "Strand", "Sundin", "Säll",
    "Vik", "Wallin", "Ågren", "Åström", "Ängqvist", "Öberg", "Öhman", "Österdahl",
)  # fmt: skip
STREETS = (
    "Ängsvägen", "Björkallén", "Kvarngatan", "Lillgatan", "Mossvägen", "Norra Strandvägen", "Parkgatan", "Rönnstigen",
    "Skolgatan", "Åsgränd", "Ölandsgatan", "Östra Backen",
)  # fmt: skip


def identity_number(born: date, number: int) -> str:
    """Returns a personnummer of twelve digits with a birth number of 980–999 and a valid check digit."""
    if not 980 <= number <= 999:
        raise ValueError(f"{number} could belong to somebody: use 980–999")
    nine = f"{born:%y%m%d}{number:03}"
    digits = [int(d) * (2 - n % 2) for n, d in enumerate(nine)]
    check = -sum(d // 10 + d % 10 for d in digits) % 10
    return f"{born:%Y%m%d}{number:03}{check}"


def invent_person(random: Random, born: date | None = None) -> dict[str, str]:
    """Returns the identity number, first name and last name of an invented person."""
    birthday = born or date(random.randrange(1930, 1952), random.randrange(1, 13), random.randrange(1, 29))
    return {
        "identity": identity_number(birthday, random.randrange(980, 1000)),
        "first_name": random.choice(FIRST_NAMES),
        "last_name": random.choice(LAST_NAMES),
    }


def address(number: int) -> dict[str, str]:
    """Returns an address in the invented town, unique for each number."""
    return {
        "street": f"{STREETS[number % len(STREETS)]} {number + 1}",
        "postcode": "999 10",
        "town": "Tröskelby",
        "apartment": f"{1000 + 100 * (number % 5) + number % 4 + 1}",
    }
