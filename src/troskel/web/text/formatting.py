# SPDX-License-Identifier: EUPL-1.2
"""How the pages say numbers, days and roles: in Swedish, and in English by the catalogue (`./dev words`)."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.ground.clock import STOCKHOLM
from troskel.ground.clock import day_of as day_of

NUMBERS = (
    gettext_noop("noll"), gettext_noop("en"), gettext_noop("två"), gettext_noop("tre"), gettext_noop("fyra"),
    gettext_noop("fem"), gettext_noop("sex"), gettext_noop("sju"), gettext_noop("åtta"), gettext_noop("nio"),
    gettext_noop("tio"), gettext_noop("elva"), gettext_noop("tolv"),
)  # fmt: skip
WEEKDAYS = (
    gettext_noop("måndag"), gettext_noop("tisdag"), gettext_noop("onsdag"), gettext_noop("torsdag"),
    gettext_noop("fredag"), gettext_noop("lördag"), gettext_noop("söndag"),
)  # fmt: skip
SHORT = (
    gettext_noop("jan"), gettext_noop("feb"), gettext_noop("mars"), gettext_noop("apr"), gettext_noop("maj"),
    gettext_noop("juni"), gettext_noop("juli"), gettext_noop("aug"), gettext_noop("sep"), gettext_noop("okt"),
    gettext_noop("nov"), gettext_noop("dec"),
)  # fmt: skip
A_WEEK = 7

ROLES = {
    "assessor": gettext_noop("Biståndshandläggare"),
    "coordinator": gettext_noop("Samordnare"),
    "carer": gettext_noop("Omvårdnadspersonal"),
    "responder": gettext_noop("Larmpatrull"),
    "administrator": gettext_noop("Systemförvaltare"),
    "locksmith": gettext_noop("Låssmed"),
    "manager": gettext_noop("Chef"),
    "economist": gettext_noop("Ekonom"),
    "system": gettext_noop("Systemet"),
    "provider": gettext_noop("Utföraren"),
}
"""The roles of accounts, and those of the routine."""

RULES = {
    "rule 1": gettext_noop(
        "Ett lås tas inte ner så länge någon bakom dörren har hemtjänst eller trygghetslarm."
    ),
    "rule 2": gettext_noop("Ett lås är på ett ställe, och kopplas bara till kunder bakom den dörren."),
    "rule 3": gettext_noop("En kund från en annan kommun får varken lås eller kvittensprodukt."),
    "rule 4": gettext_noop("Telefonen visar en kund bara de dagar som ett fördelat beslut gäller."),
    "rule 5": gettext_noop("Varje sak har en innehavare, och varje överlämning syns."),
    "rule 6": gettext_noop("Inget försvinner och inget händer två gånger."),
    "rule 7": gettext_noop("Ingen ser en kund utan skäl."),
    "rule 8": gettext_noop("Namn, nummer och adresser skickas aldrig."),
}
"""The rules that are never broken (design, 3), as a person reads them."""


def lock_after(number: str, rule: str, *, own_care: bool, others: bool) -> str:
    """Whether a lock may be taken down, by what the rule answered; and for whose sake not, never who."""
    if not rule:
        return _(
            "Lås {number} får tas ner: ingen bakom dörren har hemtjänst eller trygghetslarm kvar."
        ).format(number=number)
    if rule != "rule 1":
        return _("Lås {number} sitter kvar tills vidare: en beställning är redan öppen.").format(
            number=number
        )
    if own_care and others:
        why = _("Lås {number} sitter kvar: både kunden och någon annan bakom samma dörr har insats kvar.")
    elif own_care:
        why = _("Lås {number} sitter kvar: kunden har själv hemtjänst eller trygghetslarm kvar.")
    else:
        why = _("Lås {number} sitter kvar: någon annan bakom samma dörr har hemtjänst eller trygghetslarm.")
    return why.format(number=number)


def number(count: int) -> str:
    """A small number in letters, as a heading begins with it; a large one with a space between thousands."""
    return _(NUMBERS[count]) if count < len(NUMBERS) else figure(count)


def figure(count: int) -> str:
    """A number in figures, in the Swedish manner: 12 000, with a space that does not break."""
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")


def role(name: str) -> str:
    """What a role is called."""
    return _(ROLES[name])


def things_to_do(count: int) -> str:
    """The heading: how much there is to do."""
    if count == 0:
        return _("Inget att göra just nu")
    if count == 1:
        return _("En sak att göra")
    return _("{number} saker att göra").format(number=number(count).capitalize())


def judgement(late: int, count: int) -> str:
    """The line below the heading: how it stands."""
    if count == 0:
        return _("Allt är gjort.")
    if late == 0:
        return _("Inget är sent.")
    said = _("En är sen.") if late == 1 else _("{number} är sena.").format(number=number(late).capitalize())
    return said if late == count else f"{said} {_('Allt annat är i tid.')}"


def to_read(count: int) -> str:
    """The heading of the notices."""
    if count == 1:
        return _("Ett meddelande att läsa")
    return _("{number} meddelanden att läsa").format(number=number(count).capitalize())


def day(asked: date, today: date) -> str:
    """A day as 25 nov, never broken over two lines; with the year where that is another."""
    said = f"{asked.day}\N{NO-BREAK SPACE}{_(SHORT[asked.month - 1])}"
    return said if asked.year == today.year else f"{said} {asked.year}"


def month(first: date) -> str:
    """A month as oktober 2026."""
    return f"{MONTHS[first.month]} {first.year}"


def hours(minutes: int) -> str:
    """How long: 8 h 20 min."""
    whole, rest = divmod(minutes, 60)
    return (
        f"{figure(whole)}\N{NO-BREAK SPACE}h {rest}\N{NO-BREAK SPACE}min"
        if whole
        else f"{rest}\N{NO-BREAK SPACE}min"
    )


def short_month(asked: date, today: date) -> str:
    """The name of a month, with the year where that is another."""
    said = _(SHORT[asked.month - 1])
    return said if asked.year == today.year else f"{said} {asked.year}"


def weekday(asked: date) -> str:
    """The name of the day of the week."""
    return _(WEEKDAYS[asked.weekday()])


def instant(asked: datetime, today: date) -> str:
    """An instant as 25 nov kl. 13.30, in Stockholm."""
    local = asked.astimezone(STOCKHOLM)
    return _("{day} kl. {time}").format(day=day(local.date(), today), time=f"{local:%H.%M}")


def clock(asked: datetime) -> str:
    """The time of the day as 13.30, in Stockholm."""
    return f"{asked.astimezone(STOCKHOLM):%H.%M}"


def full_day(asked: date, today: date) -> str:
    """A day as fredag 27 nov, with the year where that is another."""
    return f"{weekday(asked)} {day(asked, today)}"


def period(first: date, last: date | None, today: date) -> str:
    """Days from one to another, both included."""
    if last is None:
        return _("från {day}, tills vidare").format(day=day(first, today))
    return _("{first} till {last}").format(first=day(first, today), last=day(last, today))


def when(due: date | None, today: date) -> tuple[str, str]:
    """When something is due, as a sign and a line below it."""
    if due is None:
        return _("Utan datum"), ""
    left = (due - today).days
    named = f"{weekday(due)} {day(due, today)}"
    if left < 0:
        sign = _("1 dag sen") if left == -1 else _("{days} dagar sen").format(days=figure(-left))
        return sign, _("skulle varit {day}").format(day=named)
    if left == 0:
        return _("Idag"), day(due, today)
    if left == 1:
        return _("Imorgon"), named
    if left < A_WEEK:
        return weekday(due).capitalize(), day(due, today)
    return day(due, today).capitalize(), _("{weekday}, om {days} dagar").format(
        weekday=weekday(due), days=figure(left)
    )


def days_late(days: int) -> str:
    """How late something was done, or is; empty where it is not."""
    if days == 0:
        return ""
    return _("1 dag sent") if days == 1 else _("{days} dagar sent").format(days=figure(days))


def came(opened: date, today: date) -> str:
    """When a notice came."""
    return _("kom {day}").format(day=day(opened, today))
