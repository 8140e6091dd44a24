# SPDX-License-Identifier: EUPL-1.2
"""Nightly imports from the case system: changes, and rejected lines with advice."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from troskel.ground import clock
from troskel.people.imports import RejectedLine
from troskel.people.queries import Person
from troskel.reading import imports as reading_imports
from troskel.reading.imports import NightSummary
from troskel.reading.paging import PageRequest
from troskel.screens.pages import page
from troskel.screens.render import render_page

PAGE_SIZE = 14
ADVICE = (
    (r"^the line ends before", gettext_noop("Raden tar slut för tidigt, eller ett citattecken saknas. Rätta filen.")),
    (r"^more values than columns", gettext_noop("Raden har för många värden. Saknas ett citattecken?")),
    (r"^empty", gettext_noop("Fältet är tomt. Fyll i det i verksamhetssystemet.")),
    (r"^longer than", gettext_noop("Texten är för lång. Korta den i verksamhetssystemet.")),
    (r"^not a day", gettext_noop("Det är ingen dag som finns. Rätta den i verksamhetssystemet.")),
    (r"^ends before it starts", gettext_noop("Perioden slutar innan den börjar. Rätta en av dagarna.")),
    (r"^not one of", gettext_noop("Koden är okänd. Rätta den, eller namnge den i kommunens mappning.")),
    (r"^not an e-mail", gettext_noop("Det är ingen e-postadress. Rätta den, eller lämna den tom.")),
    (r"^not a municipality", gettext_noop("Det är ingen kommunkod. Skriv de fyra siffrorna.")),
    (r"^not a number of", gettext_noop("Det är inget antal mellan 1 och 999. Skriv det med siffror.")),
    (r"^a second line", gettext_noop("Två rader har samma beteckning. Behåll en av dem.")),
    (r"^a control character", gettext_noop("Namnet har ett tecken som inte syns, som en radbrytning. Ta bort det.")),
    (r"^the same identity number", gettext_noop(
        "En annan kund har samma personnummer. Är det en person, slå ihop dem. Annars: rätta numret.")),
    (r"^perhaps the same home", gettext_noop(
        "Kanske samma bostad som förut. Rätta adressen här, eller skriv in flytten.")),
    (r"^neither good in this extract", gettext_noop("Raden hör till något som inte finns. Rätta det först.")),
)  # fmt: skip
"""Patterns of rejection reasons: what is wrong with the line and what to do. The first match counts."""
NUMBER_ADVICE = gettext_noop("Numret stämmer inte. Kontrollera siffrorna i verksamhetssystemet.")


class RejectedLineRow(NamedTuple):
    """A rejected line as a row."""

    line: RejectedLine
    advice: str


class NightRow(NamedTuple):
    """A night's import as a row."""

    night: NightSummary
    changed: int
    lines: list[RejectedLineRow]
    to_decide: list[RejectedLineRow]


@page("imports/", name="imports", who=reading_imports.nights.who)
def imports(request: HttpRequest, person: Person) -> HttpResponse:
    """The imported nights, newest first."""
    nights = reading_imports.nights(person.actor, PageRequest(PAGE_SIZE, request.GET.get("after", "")))
    values = {
        "nights": [_night_row(night) for night in nights.items],
        "is_later_page": bool(request.GET.get("after")),
        "further": nights.next,
        "today": clock.today(),
    }
    return render_page(request, "web/imports.html", values)


def _night_row(night: NightSummary) -> NightRow:
    rows = [RejectedLineRow(line, _advice(line)) for line in night.rejected]
    return NightRow(
        night,
        sum(night.changes.values()),
        [row for row in rows if not row.line.used],
        [row for row in rows if row.line.used],
    )


def _advice(line: RejectedLine) -> str:
    if line.swedish:
        is_swedish = (get_language() or "sv").startswith("sv")
        return line.swedish if is_swedish else line.reason.partition(": ")[2]
    return _(next((text for pattern, text in ADVICE if re.search(pattern, line.reason)), NUMBER_ADVICE))
