# SPDX-License-Identifier: EUPL-1.2
"""Nightly imports from the case system: changes, and rejected lines with advice."""

from __future__ import annotations

import re
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.refusals import KeyReused, Refusal
from troskel.people.imports import RejectedLine
from troskel.people.queries import Person
from troskel.reading import imports as reading_imports
from troskel.reading.imports import NightSummary, StoppedSummary
from troskel.reading.paging import PageRequest
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.screens.submitting import submit_once

PAGE_SIZE = 14
ADVICE = (
    (r"^the line ends before", gettext_noop("Raden tar slut för tidigt, eller ett citattecken saknas. Rätta filen.")),
    (r"^more values than columns", gettext_noop("Raden har för många värden. Saknas ett citattecken?")),
    (r"^the header again", gettext_noop("Rubrikraden står en gång till. Läs ut en fil, inte flera efter varandra.")),
    (r"^empty", gettext_noop("Fältet är tomt. Fyll i det i verksamhetssystemet.")),
    (r"^longer than", gettext_noop("Texten är för lång. Korta den i verksamhetssystemet.")),
    (r"^not a day", gettext_noop("Det är ingen dag som finns. Rätta den i verksamhetssystemet.")),
    (r"^ends before it starts", gettext_noop("Perioden slutar innan den börjar. Rätta en av dagarna.")),
    (r"^not one of", gettext_noop("Koden är okänd. Rätta den, eller namnge den i kommunens mappning.")),
    (r"^not an e-mail", gettext_noop("Det är ingen e-postadress. Rätta den, eller lämna den tom.")),
    (r"^not a municipality", gettext_noop("Det är ingen kommunkod. Skriv de fyra siffrorna.")),
    (r"^not a number of", gettext_noop("Det är inget antal mellan 1 och 999. Skriv det med siffror.")),
    (r"^a second line", gettext_noop("Två rader har samma beteckning. Behåll en av dem.")),
    (r"^a day that has not", gettext_noop("Dagen har inte kommit, eller så är årtalet fel. Rätta den.")),
    (r"^a control character", gettext_noop("Namnet har ett tecken som inte syns, som en radbrytning. Ta bort det.")),
    (r"^not an area", gettext_noop(
        "Området finns inte hos utföraren. Rätta det, eller låt utföraren placera någon där först.")),
    (r"^an area of another", gettext_noop("Området är en annan utförares. Rätta området eller utföraren.")),
    (r"^the same identity number", gettext_noop(
        "En annan kund har samma personnummer. Är det en person, slå ihop dem. Annars: rätta numret.")),
    (r"^perhaps the same home", gettext_noop(
        "Kanske samma bostad som förut. Rätta adressen här, eller skriv in flytten.")),
    (r"^neither good in this extract", gettext_noop("Raden hör till något som inte finns. Rätta det först.")),
)  # fmt: skip
"""Patterns of rejection reasons: what is wrong with the line and what to do. The first match counts."""
NUMBER_ADVICE = gettext_noop("Numret stämmer inte. Kontrollera siffrorna i verksamhetssystemet.")


REASONS = {
    "clients": gettext_noop("Vården skulle upphöra för {changed} av {known} kunder."),
    "decisions": gettext_noop("{changed} av {known} pågående beslut skulle upphöra."),
    "allocations": gettext_noop("{changed} av {known} pågående fördelningar skulle upphöra."),
    "names": gettext_noop("{changed} av {known} kunder skulle byta namn."),
    "numbers": gettext_noop("{changed} av {known} kunder skulle byta personnummer."),
    "protections": gettext_noop("{changed} av {known} kunder skulle förlora skyddet av sina uppgifter."),
    "municipalities": gettext_noop("{changed} av {known} kunder skulle byta hemkommun."),
    "moves": gettext_noop("{changed} av {known} kunder skulle flytta."),
    "reallocations": gettext_noop("{changed} av {known} kunder skulle få en annan utförare."),
    "kinds": gettext_noop(
        "En utförare skulle bli av annan sort, med {changed} av {known} pågående fördelningar."
    ),
    "no_clients": gettext_noop("Ingen rad om kunder kunde användas."),
    "no_care": gettext_noop("Första natten har inget gällande beslut, eller ingen fördelning."),
    "rejections": gettext_noop("{changed} av {known} rader i {file} kunde inte användas."),
    "odd_names": gettext_noop(
        "Namn har tecken som inget namn har, först på rad {line} i {file}. Är kodningen fel?"
    ),
    "older": gettext_noop("Natten är äldre än den senaste inlästa."),
    "again": gettext_noop("Natten har lästs in förut, och nyare nätter efter den."),
}
"""Why a night stopped, by the kind of its reason."""


class StoppedRow(NamedTuple):
    """A stopped night as a row."""

    night: StoppedSummary
    reasons: list[str]


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


@page(
    "imports/",
    name="imports",
    about=gettext_noop(
        "Nätterna från verksamhetssystemet: vad som kom in, vad som inte gick, och det som väntar på ditt svar."
    ),
    serves=("A4",),
    who=reading_imports.nights.who,
)
def imports(request: HttpRequest, person: Person) -> HttpResponse:
    """The imported nights, newest first, below those that stopped."""
    return _imports_page(request, person)


@page(
    "imports/<uuid:night>/answer",
    name="answer-night",
    who=REGISTER["answer_night"].who,
    methods=["POST"],
)
def answer_night(request: HttpRequest, person: Person, night: UUID) -> HttpResponse:
    """Release or reject a stopped night."""
    release = request.POST.get("release") == "1"

    def show(status: int, refusal: Exception | None) -> HttpResponse:
        text = _("Natten väntar inte längre på svar.") if refusal else ""
        return _imports_page(request, person, refusal=text, status=status)

    return submit_once(
        request,
        lambda key: REGISTER["answer_night"].perform(
            person.actor, {"night": str(night), "release": release}, key=key
        ),
        done=reverse("imports"),
        show=show,
        refusals=(Refusal, KeyReused),
    )


def _imports_page(
    request: HttpRequest, person: Person, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    nights = reading_imports.nights(person.actor, PageRequest(PAGE_SIZE, request.GET.get("after", "")))
    values = {
        "refusal": refusal,
        "stopped": [_stopped_row(night) for night in reading_imports.stopped_nights(person.actor)],
        "key": new_id,
        "nights": [_night_row(night) for night in nights.items],
        "is_later_page": bool(request.GET.get("after")),
        "further": nights.next,
        "today": clock.today(),
    }
    return render_page(request, "web/imports.html", values, status=status)


def _stopped_row(night: StoppedSummary) -> StoppedRow:
    told = [
        _(REASONS[reason.kind]).format(**{name: getattr(reason, name) for name in reason.__struct_fields__})
        for reason in night.reasons
    ]
    return StoppedRow(night, told)


def _night_row(night: NightSummary) -> NightRow:
    rows = [RejectedLineRow(line, advice(line)) for line in night.rejected]
    return NightRow(
        night,
        sum(night.changes.values()),
        [row for row in rows if not row.line.used],
        [row for row in rows if row.line.used],
    )


def advice(line: RejectedLine) -> str:
    """Returns what is to be put right in a rejected line, in the language of the page."""
    if line.swedish:
        is_swedish = (get_language() or "sv").startswith("sv")
        return line.swedish if is_swedish else line.reason.partition(": ")[2]
    return _(next((text for pattern, text in ADVICE if re.search(pattern, line.reason)), NUMBER_ADVICE))
