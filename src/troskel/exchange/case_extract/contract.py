# SPDX-License-Identifier: EUPL-1.2
"""The format that is read without a mapping: files, columns in order, codes; and the errors of a night."""

from __future__ import annotations

from typing import Final

import msgspec

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "utforare": ("orgnr", "namn", "epost", "typ"),
    "kunder": (
        "kund_id",
        "personnummer",
        "fornamn",
        "efternamn",
        "skydd",
        "adress",
        "postnummer",
        "ort",
        "lagenhet",
        "hemkommun",
        "telefon",
        "avliden",
    ),
    "beslut": (
        "beslut_id",
        "kund_id",
        "utredning_id",
        "insats",
        "status",
        "fran",
        "till",
        "ersatter",
        "handlaggare",
        "avslutsorsak",
    ),
    "fordelning": ("fordelning_id", "beslut_id", "utforare", "fran", "till", "omrade"),
    "las": ("kund_id", "dorr", "serienummer", "monterat"),
    "nycklar": ("kund_id", "dorr", "innehavare", "antal"),
    "knappar": ("kund_id", "knapp", "utlamnad"),
}
OPTIONAL_COLUMNS: Final = {"fordelning": ("omrade",)}
"""Columns that a file may be without, the last of each: then it says nothing of them."""
REQUIRED: Final = ("utforare", "kunder", "beslut", "fordelning")
OPTIONAL: Final = ("las", "nycklar", "knappar")

CODES: Final[dict[str, dict[str, str]]] = {
    "typ": {"hemtjanst": "home_care", "larm": "alarm"},
    "skydd": {"": "", "S": "S", "F": "F"},
    "insats": {"HTJ": "home_care", "TLARM": "safety_alarm"},
    "status": {"VERKST": "in_force", "UTRED": "being_written", "AVSL": "closed"},
}


class NightRefused(Exception):
    """The whole night is refused and nothing changes. Names the file, the physical line, and what to do."""

    def __init__(self, file: str, line: int, what_to_do: str) -> None:
        super().__init__(f"{file}, line {line}: {what_to_do}")
        self.file = file
        self.line = line
        self.what_to_do = what_to_do


class Rejection(msgspec.Struct, frozen=True):
    """A line that is not used. The value is shown to the person who imports, and never logged."""

    file: str
    line: int
    column: str
    value: str
    reason: str

    def __repr__(self) -> str:
        return f"Rejection({self.file}, line {self.line}, {self.column}: {self.reason})"
