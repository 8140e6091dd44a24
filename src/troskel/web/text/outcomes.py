# SPDX-License-Identifier: EUPL-1.2
"""The consequences of an act, done or previewed, in words: duties, notices, e-mails, access on phones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from troskel.ground import clock, formatting
from troskel.ground.refusals import CodedError, KeyReused, Refusal
from troskel.people.queries import Person
from troskel.reading import routine_versions
from troskel.routine.model import Routine
from troskel.runner.outcome import Access, ActOutcome, DutyChange, LockAfter
from troskel.runner.register import Act
from troskel.web.text import act_labels, phrases
from troskel.web.text.refusals import refusal_text

NO_END_DATE = "until further notice"


class Consequence(NamedTuple):
    """One consequence: its paragraph (or empty), its kind, its text, and a CSS class."""

    paragraph: str
    kind: str
    text: str
    tone: str = ""


def consequences(outcome: ActOutcome, person: Person, names: Mapping[str, str]) -> list[Consequence]:
    """Returns all consequences in order: refused items, closed and new duties, e-mails, access, locks."""
    routine = routine_versions.routine_on(person.actor, clock.today()).document
    items = [_closed_duty(entry, routine, person) for entry in outcome.closed]
    items += [_opened_duty(entry, routine, person) for entry in outcome.opened]
    items += [
        Consequence(
            mail.paragraph,
            _("E-post"),
            _("till {whom}").format(whom=_join_names(map(phrases.role, mail.to))),
        )
        for mail in outcome.mailed
    ]
    items += [
        *(_access_change(entry, names) for entry in outcome.access),
        *map(_lock_consequence, outcome.locks),
    ]
    return [*(_refused_item(entry, routine) for entry in outcome.refused), *items]


def results(outcome: ActOutcome) -> list[tuple[str, str]]:
    """Returns labels and values of the answer that the person may need: order number, case numbers of new clients."""
    answer = outcome.answer
    pairs = [(_("Beställning"), answer.get("order")), (_("Ärende"), answer.get("case"))]
    cases = answer.get("cases")
    if isinstance(cases, dict):
        pairs += [(_("Ärende"), case) for case in cases.values()]
    return [(name, str(value)) for name, value in pairs if value]


def refusal(error: CodedError, routine: Routine | None, act: Act[Any] | None = None) -> tuple[str, str]:
    """Returns a refusal as two texts: the rule's sentence and its detail here; without a rule, the reason and empty."""
    if isinstance(error, KeyReused):
        return _("Det här formuläret har redan skickats, med andra uppgifter. Börja om från början."), ""
    if isinstance(error, Refusal):
        return _rule_text(error.rule, routine), refusal_text(error, act)
    return refusal_text(error, act), ""


def _rule_text(rule: str, routine: Routine | None) -> str:
    if rule in phrases.RULES:
        return _(phrases.RULES[rule])
    paragraph = routine.by_id.get(rule) if routine else None
    return (
        act_labels.localized(paragraph.text)
        if paragraph
        else _("Rutinen säger nej ({rule}).").format(rule=rule)
    )


def _opened_duty(duty: DutyChange, routine: Routine, person: Person) -> Consequence:
    kind = _("Nytt meddelande") if duty.kind == "notice" else _("Ny uppgift")
    text = f"{_owner(duty, person)}: {_duty_text(duty, routine)}"
    if duty.due:
        text = _("{what}, senast {day}").format(what=text, day=formatting.day(duty.due, clock.today()))
    return Consequence(duty.paragraph, kind, text)


def _refused_item(item: Mapping[str, Any], routine: Routine) -> Consequence:
    """An item of a plural act that was refused; the others stand."""
    message = item["message"] if get_language() == "en" else item.get("swedish", item["message"])
    return Consequence(item["rule"] if item["rule"] in routine.by_id else "", _("Görs inte"), message, "lost")


def _closed_duty(duty: DutyChange, routine: Routine, person: Person) -> Consequence:
    kind, tone = (_("Klart"), "done") if duty.state == "done" else (_("Behövs inte längre"), "")
    return Consequence(duty.paragraph, kind, f"{_owner(duty, person)}: {_duty_text(duty, routine)}", tone)


def _owner(duty: DutyChange, person: Person) -> str:
    if duty.organisation and duty.organisation == str(person.actor.organisation):
        return person.organisation
    return phrases.role(duty.role)


def _duty_text(duty: DutyChange, routine: Routine) -> str:
    ask = routine.asks.get((duty.paragraph, duty.ask))
    return act_labels.localized(ask.duty) if ask else duty.paragraph


def _access_change(change: Access, names: Mapping[str, str]) -> Consequence:
    organisation, today = names.get(change.organisation, change.organisation), clock.today()
    if change.through_after == NO_END_DATE:
        text = _("Ärende {case} syns i telefonen hos {who} tills vidare")
    elif change.through_after is None or change.through_after < today.isoformat():
        text_gone = _("Ärende {case} försvinner ur telefonen hos {who}").format(
            case=change.case, who=organisation
        )
        return Consequence("", _("Telefonen"), text_gone, "lost")
    else:
        last = formatting.day(date.fromisoformat(change.through_after), today)
        text = _("Ärende {case} syns i telefonen hos {who} till och med {last}").replace("{last}", last)
    return Consequence("", _("Telefonen"), text.format(case=change.case, who=organisation))


def _lock_consequence(lock: LockAfter) -> Consequence:
    sentence = phrases.removal_sentence(lock.number, lock.code, own_care=lock.own_care, others=lock.others)
    day = formatting.day(lock.day, clock.today())
    return Consequence(
        "P6", _("Låset"), _("Från {day}. {said}").format(day=day, said=sentence), "stays" if lock.rule else ""
    )


def _join_names(names: Iterable[str]) -> str:
    *first, last = dict.fromkeys(names)
    return _("{first} och {last}").format(first=", ".join(first), last=last) if first else last
