# SPDX-License-Identifier: EUPL-1.2
"""How the program is doing, for those who work with it: what stands still, since when, and what to do."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.acts.chapters import REGISTER
from troskel.ground import clock, formatting
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import imports, outbox, standing
from troskel.reading.standing import Trouble, Troubled
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.text import act_labels


class TroubleRow(NamedTuple):
    """A trouble in plain words: what, what it means and who does something, and a page to do it on."""

    what: str
    means: str
    url: str = ""
    label: str = ""


@page(
    "standing/",
    name="standing",
    about=gettext_noop("Det som står stilla i själva programmet, och vad som hjälper."),
    serves=("rule 6",),
    who=standing.troubles.who,
)
def how_it_stands(request: HttpRequest, person: Person) -> HttpResponse:
    """What stands still in the program itself."""
    values = {"rows": rows(person.actor.role, standing.troubles(person.actor))}
    return render_page(request, "web/standing.html", values)


def rows(role: Role | None, found: list[Troubled]) -> list[TroubleRow]:
    """Returns the troubles in words, with a link where this role can do something."""
    return [_row(role, trouble) for trouble in found]


def on_start_page(role: Role | None, found: list[Troubled]) -> list[TroubleRow]:
    """Returns the troubles that this role can do something about; without any, the gravest."""
    told = rows(role, found)
    return [row for row in told if row.url] or told[:1]


def _row(role: Role | None, found: Troubled) -> TroubleRow:
    since, count = _when(found.since), formatting.digits(found.count)
    match found.trouble:
        case Trouble.WORKER:
            what = (
                _("Inget har arbetat i bakgrunden sedan {since}.").format(since=since)
                if since
                else _("Inget arbetar i bakgrunden.")
            )
            return TroubleRow(
                what, _("E-post skickas inte, och nya dagar börjar inte. Driften behöver starta det.")
            )
        case Trouble.DAY:
            means = _("Uppgifter som ska komma av sig själva saknas. Driften behöver se efter.")
            return TroubleRow(_("Den senaste dagen som har börjat är {since}.").format(since=since), means)
        case Trouble.DAY_WAITS:
            what = _("Inga dagar har börjat sedan {since}: klockan har hoppat mer än en vecka.")
            means = _("Systemförvaltaren behöver säga vilken dag det är.")
            return _by_act(TroubleRow(what.format(since=since), means), role, "confirm_day")
        case Trouble.DAY_AHEAD:
            what = _("En dag har börjat som inte har kommit än: {since}.")
            means = _(
                "Klockan har gått fel. Uppgifter kan ha kommit för tidigt, och till dess kommer inga nya."
            )
            return _by_act(TroubleRow(what.format(since=since), means), role, "take_back_days")
        case Trouble.MAIL:
            means = ngettext("{count} brev väntar.", "{count} brev väntar.", found.count).format(count=count)
            by_itself = _("De skickas av sig själva när e-postservern svarar. Ring om det brådskar.")
            means = f"{means} {by_itself}"
            return TroubleRow(_("E-posten har stått stilla sedan {since}.").format(since=since), means)
        case Trouble.NIGHT:
            what = _("Inget nytt har kommit från verksamhetssystemet sedan {since}.").format(since=since)
            means = _("Nya beslut och ändringar därifrån syns inte än. Driften behöver se efter.")
            return _linked(
                TroubleRow(what, means),
                role,
                imports.nights.who,
                "imports",
                _("Import från verksamhetssystemet"),
            )
        case Trouble.BACKUP:
            what = (
                _("Den senaste säkerhetskopian är från {since}.").format(since=since)
                if since
                else _("Det finns ingen säkerhetskopia.")
            )
            return TroubleRow(
                what, _("Går maskinen sönder försvinner det som är nyare. Driften behöver se efter.")
            )
        case Trouble.STOPPED:
            what = ngettext(
                "En natts inläsning har stannat.", "{count} nätters inläsning har stannat.", found.count
            )
            means = _("Systemförvaltaren behöver säga om den ska läsas in.")
            done = TroubleRow(what.format(count=count), means)
            return _linked(done, role, imports.nights.who, "imports", _("Se vad som hindrar"))
        case Trouble.PARKED:
            what = ngettext("Ett e-brev gick inte fram.", "{count} e-brev gick inte fram.", found.count)
            means = _("Systemförvaltaren kan skicka igen, när det som var i vägen är borta.")
            done = TroubleRow(what.format(count=count), means)
            return _linked(done, role, outbox.failed_emails.who, "emails", _("Se varför"))


def _by_act(row: TroubleRow, role: Role | None, act: str) -> TroubleRow:
    text = act_labels.act_text(act)
    return _linked(row, role, REGISTER[act].who, f"act-{act}", text.title if text else act)


def _linked(row: TroubleRow, role: Role | None, who: frozenset[Role], name: str, label: str) -> TroubleRow:
    return row._replace(url=reverse(name), label=label) if role in who else row


def _when(since: datetime | date | None) -> str:
    """The time alone of what began today."""
    if isinstance(since, datetime):
        today = clock.today()
        if clock.day_of(since) == today:
            return formatting.time_of_day(since)
        return formatting.instant(since, today)
    return formatting.full_day(since, clock.today()) if since else ""
