# SPDX-License-Identifier: EUPL-1.2
"""Formats numbers, days and roles for pages: in Swedish, and in English by the catalogue (`./dev words`)."""

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
SHORT_MONTHS = (
    gettext_noop("jan"), gettext_noop("feb"), gettext_noop("mars"), gettext_noop("apr"), gettext_noop("maj"),
    gettext_noop("juni"), gettext_noop("juli"), gettext_noop("aug"), gettext_noop("sep"), gettext_noop("okt"),
    gettext_noop("nov"), gettext_noop("dec"),
)  # fmt: skip
DAYS_IN_WEEK = 7

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
"""Names of the roles of accounts and of the routine."""

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
"""The rules that are never broken (design, 3), in plain sentences."""


def removal_sentence(number: str, code: str, *, own_care: bool, others: bool) -> str:
    """Returns whether a lock may be removed, given the code of the refusal (or empty). Never says who needs it."""
    if not code:
        return _(
            "Lås {number} får tas ner: ingen bakom dörren har hemtjänst eller trygghetslarm kvar."
        ).format(number=number)
    if code != "lock.needed":
        return _("Lås {number} sitter kvar tills vidare: en beställning är redan öppen.").format(
            number=number
        )
    if own_care and others:
        sentence = _(
            "Lås {number} sitter kvar: både kunden och någon annan bakom samma dörr har insats kvar."
        )
    elif own_care:
        sentence = _("Lås {number} sitter kvar: kunden har själv hemtjänst eller trygghetslarm kvar.")
    else:
        sentence = _(
            "Lås {number} sitter kvar: någon annan bakom samma dörr har hemtjänst eller trygghetslarm."
        )
    return sentence.format(number=number)


def number(count: int) -> str:
    """Returns a number up to twelve as a word, a larger one in digits."""
    return _(NUMBERS[count]) if count < len(NUMBERS) else digits(count)


def digits(count: int) -> str:
    """Returns a number in digits, thousands separated by a no-break space: 12 000."""
    return f"{count:,}".replace(",", "\N{NO-BREAK SPACE}")


def role(name: str) -> str:
    """Returns the name of a role."""
    return _(ROLES[name])


def duties_heading(count: int) -> str:
    """Returns the start page's heading: how many duties there are."""
    if count == 0:
        return _("Inget att göra just nu")
    if count == 1:
        return _("En sak att göra")
    return _("{number} saker att göra").format(number=number(count).capitalize())


def lateness_summary(late: int, count: int) -> str:
    """Returns the line below the heading: how many duties are late."""
    if count == 0:
        return _("Allt är gjort.")
    if late == 0:
        return _("Inget är sent.")
    sentence = (
        _("En är sen.") if late == 1 else _("{number} är sena.").format(number=number(late).capitalize())
    )
    return sentence if late == count else f"{sentence} {_('Allt annat är i tid.')}"


def notices_heading(count: int) -> str:
    """Returns the heading of the notices."""
    if count == 1:
        return _("Ett meddelande att läsa")
    return _("{number} meddelanden att läsa").format(number=number(count).capitalize())


def day(value: date, today: date) -> str:
    """Returns a day as 25 nov with a no-break space; with the year if it is not this year."""
    text = f"{value.day}\N{NO-BREAK SPACE}{_(SHORT_MONTHS[value.month - 1])}"
    return text if value.year == today.year else f"{text} {value.year}"


def month(first: date) -> str:
    """Returns a month as oktober 2026."""
    return f"{MONTHS[first.month]} {first.year}"


def hours(minutes: int) -> str:
    """Returns minutes as 8 h 20 min."""
    whole, rest = divmod(minutes, 60)
    return (
        f"{digits(whole)}\N{NO-BREAK SPACE}h {rest}\N{NO-BREAK SPACE}min"
        if whole
        else f"{rest}\N{NO-BREAK SPACE}min"
    )


def short_month(value: date, today: date) -> str:
    """Returns the short name of a month, with the year if it is not this year."""
    text = _(SHORT_MONTHS[value.month - 1])
    return text if value.year == today.year else f"{text} {value.year}"


def weekday(value: date) -> str:
    """Returns the name of the weekday."""
    return _(WEEKDAYS[value.weekday()])


def instant(value: datetime, today: date) -> str:
    """Returns an instant as 25 nov kl. 13.30, in Stockholm time."""
    local = value.astimezone(STOCKHOLM)
    return _("{day} kl. {time}").format(day=day(local.date(), today), time=f"{local:%H.%M}")


def clock(value: datetime) -> str:
    """Returns the time of day as 13.30, in Stockholm time."""
    return f"{value.astimezone(STOCKHOLM):%H.%M}"


def full_day(value: date, today: date) -> str:
    """Returns a day as fredag 27 nov, with the year if it is not this year."""
    return f"{weekday(value)} {day(value, today)}"


def period(first: date, last: date | None, today: date) -> str:
    """Returns a period in words, both days included; `last` None means no end."""
    if last is None:
        return _("från {day}, tills vidare").format(day=day(first, today))
    return _("{first} till {last}").format(first=day(first, today), last=day(last, today))


def due_labels(due: date | None, today: date) -> tuple[str, str]:
    """Returns when something is due, as a short label and a line below it."""
    if due is None:
        return _("Utan datum"), ""
    left = (due - today).days
    full_name = f"{weekday(due)} {day(due, today)}"
    if left < 0:
        sign = _("1 dag sen") if left == -1 else _("{days} dagar sen").format(days=digits(-left))
        return sign, _("skulle varit {day}").format(day=full_name)
    if left == 0:
        return _("Idag"), day(due, today)
    if left == 1:
        return _("Imorgon"), full_name
    if left < DAYS_IN_WEEK:
        return weekday(due).capitalize(), day(due, today)
    return day(due, today).capitalize(), _("{weekday}, om {days} dagar").format(
        weekday=weekday(due), days=digits(left)
    )


def days_late(days: int) -> str:
    """Returns how many days late something is; empty if it is not late."""
    if days == 0:
        return ""
    return _("1 dag sent") if days == 1 else _("{days} dagar sent").format(days=digits(days))


def arrival_day(opened: date, today: date) -> str:
    """Returns when a notice arrived."""
    return _("kom {day}").format(day=day(opened, today))
