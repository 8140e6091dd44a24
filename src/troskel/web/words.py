# SPDX-License-Identifier: EUPL-1.2
"""How the pages say numbers and days, in Swedish. Pure Python."""

from __future__ import annotations

from datetime import date

NUMBERS = ("noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv")
WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
SHORT = ("jan", "feb", "mars", "apr", "maj", "juni", "juli", "aug", "sep", "okt", "nov", "dec")
A_WEEK = 7

ROLES = {
    "assessor": "Biståndshandläggare",
    "coordinator": "Samordnare",
    "carer": "Omvårdnadspersonal",
    "responder": "Larmpatrull",
    "administrator": "Systemförvaltare",
    "locksmith": "Låssmed",
    "manager": "Chef",
    "economist": "Ekonom",
    "system": "Systemet",
}


def number(count: int) -> str:
    """A small number in letters, as a heading begins with it."""
    return NUMBERS[count] if count < len(NUMBERS) else str(count)


def things_to_do(count: int) -> str:
    """The heading: how much there is to do."""
    if count == 0:
        return "Inget att göra just nu"
    if count == 1:
        return "En sak att göra"
    return f"{number(count).capitalize()} saker att göra"


def judgement(late: int, count: int) -> str:
    """The line below the heading: how it stands."""
    if count == 0:
        return "Allt är gjort."
    if late == 0:
        return "Inget är sent."
    said = f"{number(late).capitalize()} är {'sen' if late == 1 else 'sena'}."
    return said if late == count else f"{said} Allt annat är i tid."


def day(asked: date, today: date) -> str:
    """A day as 25 nov; with the year where that is another."""
    said = f"{asked.day} {SHORT[asked.month - 1]}"
    return said if asked.year == today.year else f"{said} {asked.year}"


def weekday(asked: date) -> str:
    """The name of the day of the week."""
    return WEEKDAYS[asked.weekday()]


def when(due: date | None, today: date) -> tuple[str, str]:
    """When something is due, as a sign and a line below it."""
    if due is None:
        return "Utan datum", ""
    left = (due - today).days
    if left < 0:
        return (
            "1 dag sen" if left == -1 else f"{-left} dagar sen",
            f"skulle varit {weekday(due)} {day(due, today)}",
        )
    if left == 0:
        return "Idag", day(due, today)
    if left == 1:
        return "Imorgon", f"{weekday(due)} {day(due, today)}"
    if left < A_WEEK:
        return weekday(due).capitalize(), day(due, today)
    return day(due, today).capitalize(), f"{weekday(due)}, om {left} dagar"
