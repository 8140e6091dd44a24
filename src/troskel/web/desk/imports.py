# SPDX-License-Identifier: EUPL-1.2
"""The case system's nights: what they changed, and which lines were not used, with what to do about each."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.ground import clock
from troskel.people.imports import RejectedLine
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import imports as reading_imports
from troskel.reading.imports import ShownNight
from troskel.reading.paging import Asked
from troskel.screens.pages import page
from troskel.screens.render import show

A_PAGE = 14
DO = (
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
    (r"^neither good in this extract", gettext_noop("Raden hör till något som inte finns. Rätta det först.")),
)  # fmt: skip
"""By how a reason begins: what is wrong with the line, and what to do about it."""
NUMBER = gettext_noop("Numret stämmer inte. Kontrollera siffrorna i verksamhetssystemet.")


class Line(NamedTuple):
    """A rejected line as a row."""

    where: RejectedLine
    do: str


class Night(NamedTuple):
    """A night as the page shows it."""

    night: ShownNight
    changed: int
    lines: list[Line]


@page("imports/", name="imports", who=(Role.ADMINISTRATOR,))
def imports(request: HttpRequest, person: Person) -> HttpResponse:
    """The nights that have been taken in, the newest first."""
    found = reading_imports.nights(person.actor, Asked(A_PAGE, request.GET.get("after", "")))
    values = {
        "nights": [_night(night) for night in found.items],
        "begun": bool(request.GET.get("after")),
        "further": found.next,
        "today": clock.today(),
    }
    return show(request, "web/imports.html", values)


def _night(night: ShownNight) -> Night:
    return Night(
        night, sum(night.changes.values()), [Line(line, _do(line.reason)) for line in night.rejected]
    )


def _do(reason: str) -> str:
    return _(next((said for pattern, said in DO if re.search(pattern, reason)), NUMBER))
