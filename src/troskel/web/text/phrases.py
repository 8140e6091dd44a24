# SPDX-License-Identifier: EUPL-1.2
"""Words and sentences that several pages share: roles, rules, headings, how late something is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.ground.formatting import capitalized, day, digits, full_day, number, weekday
from troskel.reading.client_names import ClientName

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
        "Ett lås tas inte ner så länge någon i bostaden har hemtjänst eller trygghetslarm."
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
        return _("Lås {number} får tas ner: ingen i bostaden har hemtjänst eller trygghetslarm kvar.").format(
            number=number
        )
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


def role(name: str) -> str:
    """Returns the name of a role."""
    return _(ROLES[name])


def duties_heading(count: int) -> str:
    """Returns the start page's heading: how many duties there are."""
    if count == 0:
        return _("Inget att göra just nu")
    text = ngettext("En sak att göra", "{number} saker att göra", count)
    return text.format(number=capitalized(number(count)))


def notices_heading(count: int) -> str:
    """Returns the heading of the notices."""
    text = ngettext("Ett meddelande att läsa", "{number} meddelanden att läsa", count)
    return text.format(number=capitalized(number(count)))


def due_labels(due: date | None, today: date) -> tuple[str, str]:
    """Returns when something is due, as a short label and a line below it."""
    if due is None:
        return _("Utan datum"), ""
    left = (due - today).days
    full_name = full_day(due, today)
    if left < 0:
        sign = ngettext("{days} dag sen", "{days} dagar sen", -left).format(days=digits(-left))
        return sign, _("skulle varit {day}").format(day=full_name)
    if left == 0:
        return _("I dag"), day(due, today)
    if left == 1:
        return _("I morgon"), full_name
    if left < DAYS_IN_WEEK:
        return capitalized(weekday(due)), day(due, today)
    return day(due, today), _("{weekday}, om {days} dagar").format(weekday=weekday(due), days=digits(left))


def client(one: ClientName) -> str:
    """Returns a client in one line of a list: name, year of birth, street; the case number last."""
    if one.hidden:
        return " · ".join([_("Skyddade uppgifter"), one.case])
    born = " ".join([_("f."), str(one.born)]) if one.born else ""
    return " · ".join(filter(None, [f"{one.first_name} {one.last_name}".strip(), born, one.street, one.case]))


def days_late(days: int) -> str:
    """Returns how many days late something is; empty if it is not late."""
    if days == 0:
        return ""
    return ngettext("{days} dag sent", "{days} dagar sent", days).format(days=digits(days))


def arrival_day(opened: date, today: date) -> str:
    """Returns when a notice arrived."""
    return _("kom {day}").format(day=day(opened, today))


ORDER_KINDS = {
    "installation": gettext_noop("Montering"),
    "removal": gettext_noop("Nedmontering"),
    "repair": gettext_noop("Lagning"),
}
"""What an order is of."""

STEPS_OF_A_CONVERSATION = {
    "oral": gettext_noop("muntligt"),
    "written": gettext_noop("skriftligt"),
    "keys": gettext_noop("nycklar"),
    "understood": gettext_noop("förståelsen"),
}
"""What is told, and that it is understood, as in "muntligt och nycklar klart, skriftligt och förståelsen kvar"."""


def conversation(left: Mapping[str, bool]) -> str:
    """Returns what is done and what is left of the conversation about the lock turner (A1-A3)."""
    done = [_(word) for step, word in STEPS_OF_A_CONVERSATION.items() if left.get(step) is False]
    waits = [_(word) for step, word in STEPS_OF_A_CONVERSATION.items() if left.get(step)]
    if not done:
        return _("Samtal om låset: {steps}").format(steps=", ".join(waits))
    return capitalized(_("{done} klart, {left} kvar").format(done=_joined(done), left=_joined(waits)))


def _joined(words: list[str]) -> str:
    *first, last = words or [""]
    return _("{first} och {last}").format(first=", ".join(first), last=last) if first else last
