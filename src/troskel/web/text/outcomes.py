# SPDX-License-Identifier: EUPL-1.2
"""What followed from an act, or would follow, in words: duties, notices, e-mails, and whose phones show whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from troskel.acts.core.outcome import Access, Followed, LockAfter, Outcome
from troskel.acts.core.register import Act
from troskel.ground import clock
from troskel.ground.refusal_texts import Error
from troskel.ground.refusals import KeyUsedOtherwise, Refusal
from troskel.people.queries import Person
from troskel.reading import routine_versions
from troskel.routine.model import Routine
from troskel.web.text import act_labels, formatting
from troskel.web.text.refusals import why_not

NEVER = "until further notice"


class Told(NamedTuple):
    """One thing that follows: by which paragraph, what kind of thing, and what."""

    paragraph: str
    sort: str
    what: str
    tone: str = ""


def followed(outcome: Outcome, person: Person, names: Mapping[str, str]) -> list[Told]:
    """All that follows, in order: what is left out, what is done, new or sent, and who gains or loses sight."""
    routine = routine_versions.routine_on(person.actor, clock.today()).document
    told = [_closed(one, routine, person) for one in outcome.closed]
    told += [_opened(one, routine, person) for one in outcome.opened]
    told += [
        Told(
            mail.paragraph,
            _("E-post"),
            _("till {whom}").format(whom=_listed(map(formatting.role, mail.to))),
        )
        for mail in outcome.mailed
    ]
    told += [*(_access(one, names) for one in outcome.access), *map(_lock, outcome.locks)]
    return [*(_left_out(one, routine) for one in outcome.refused), *told]


def results(outcome: Outcome) -> list[tuple[str, str]]:
    """What the act gave that one may need again: the number of an order, the case numbers of new clients."""
    answer = outcome.answer
    told = [(_("Beställning"), answer.get("order")), (_("Ärende"), answer.get("case"))]
    cases = answer.get("cases")
    if isinstance(cases, dict):
        told += [(_("Ärende"), case) for case in cases.values()]
    return [(name, str(value)) for name, value in told if value]


def refusal(error: Error, routine: Routine | None, act: Act[Any] | None = None) -> tuple[str, str]:
    """Why not, in words; and where a rule says no: the rule's own sentence, and what it says here."""
    if isinstance(error, KeyUsedOtherwise):
        return _("Det här formuläret har redan skickats, med andra uppgifter. Börja om från början."), ""
    if isinstance(error, Refusal):
        return _rule(error.rule, routine), why_not(error, act)
    return why_not(error, act), ""


def _rule(rule: str, routine: Routine | None) -> str:
    if rule in formatting.RULES:
        return _(formatting.RULES[rule])
    paragraph = routine.by_id.get(rule) if routine else None
    return (
        act_labels.said(paragraph.text) if paragraph else _("Rutinen säger nej ({rule}).").format(rule=rule)
    )


def _opened(one: Followed, routine: Routine, person: Person) -> Told:
    sort = _("Nytt meddelande") if one.kind == "notice" else _("Ny uppgift")
    what = f"{_whose(one, person)}: {_what(one, routine)}"
    if one.due:
        what = _("{what}, senast {day}").format(what=what, day=formatting.day(one.due, clock.today()))
    return Told(one.paragraph, sort, what)


def _left_out(item: Mapping[str, Any], routine: Routine) -> Told:
    """One of many that a rule refused, while the others stand."""
    said = item["message"] if get_language() == "en" else item.get("swedish", item["message"])
    return Told(item["rule"] if item["rule"] in routine.by_id else "", _("Görs inte"), said, "lost")


def _closed(one: Followed, routine: Routine, person: Person) -> Told:
    sort, tone = (_("Klart"), "done") if one.state == "done" else (_("Behövs inte längre"), "")
    return Told(one.paragraph, sort, f"{_whose(one, person)}: {_what(one, routine)}", tone)


def _whose(one: Followed, person: Person) -> str:
    if one.organisation and one.organisation == str(person.actor.organisation):
        return person.organisation
    return formatting.role(one.role)


def _what(one: Followed, routine: Routine) -> str:
    ask = routine.asks.get((one.paragraph, one.ask))
    return act_labels.said(ask.duty) if ask else one.paragraph


def _access(one: Access, names: Mapping[str, str]) -> Told:
    who, today = names.get(one.organisation, one.organisation), clock.today()
    if one.through_after == NEVER:
        said = _("Ärende {case} syns i telefonen hos {who} tills vidare")
    elif one.through_after is None or one.through_after < today.isoformat():
        gone = _("Ärende {case} försvinner ur telefonen hos {who}").format(case=one.case, who=who)
        return Told("", _("Telefonen"), gone, "lost")
    else:
        last = formatting.day(date.fromisoformat(one.through_after), today)
        said = _("Ärende {case} syns i telefonen hos {who} till och med {last}").replace("{last}", last)
    return Told("", _("Telefonen"), said.format(case=one.case, who=who))


def _lock(one: LockAfter) -> Told:
    said = formatting.lock_after(one.number, one.rule, own_care=one.own_care, others=one.others)
    day = formatting.day(one.day, clock.today())
    return Told(
        "P6", _("Låset"), _("Från {day}. {said}").format(day=day, said=said), "stays" if one.rule else ""
    )


def _listed(names: Iterable[str]) -> str:
    *first, last = dict.fromkeys(names)
    return _("{first} och {last}").format(first=", ".join(first), last=last) if first else last
