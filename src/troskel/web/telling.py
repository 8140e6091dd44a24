# SPDX-License-Identifier: EUPL-1.2
"""What followed from an act, or would follow, in words: duties, notices, e-mails, and whose phones show whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

from django.utils.translation import gettext as _

from troskel.acts import viewing_routine
from troskel.acts.outcome import Access, Followed, Outcome
from troskel.ground import clock
from troskel.ground.refusals import BadValue, KeyUsedOtherwise, NotFound, Refusal
from troskel.people.queries import Person
from troskel.routine.model import Routine
from troskel.web import wording, words

NEVER = "until further notice"


class Told(NamedTuple):
    """One thing that follows: by which paragraph, what kind of thing, and what."""

    paragraph: str
    sort: str
    what: str
    tone: str = ""


def followed(outcome: Outcome, person: Person, names: Mapping[str, str]) -> list[Told]:
    """All that follows, in order: what becomes done, what is new, what is sent, who gains or loses sight."""
    routine = viewing_routine.routine_on(person.actor, clock.today()).document
    told = [_closed(one, routine, person) for one in outcome.closed]
    told += [_opened(one, routine, person) for one in outcome.opened]
    told += [
        Told(mail.paragraph, _("E-post"), _("till {whom}").format(whom=_listed(map(words.role, mail.to))))
        for mail in outcome.mailed
    ]
    return [*told, *(_access(one, names) for one in outcome.access)]


def results(outcome: Outcome) -> list[tuple[str, str]]:
    """What the act gave that one may need again: the number of an order, the case numbers of new clients."""
    answer = outcome.answer
    told = [(_("Beställning"), answer.get("order")), (_("Ärende"), answer.get("case"))]
    cases = answer.get("cases")
    if isinstance(cases, dict):
        told += [(_("Ärende"), case) for case in cases.values()]
    return [(name, str(value)) for name, value in told if value]


def refusal(error: Exception, routine: Routine | None) -> tuple[str, str]:
    """Why not, in words, and the rule's own sentence where a rule says no."""
    if isinstance(error, KeyUsedOtherwise):
        return _("Det här formuläret har redan skickats, med andra uppgifter. Börja om från början."), ""
    if isinstance(error, NotFound):
        return _("Det finns inget med det numret som du får se. Kontrollera det."), ""
    if isinstance(error, BadValue):
        return _("Det går inte att använda: {why}").format(why=error.message), ""
    assert isinstance(error, Refusal)
    return _rule(error.rule, routine), error.message


def _rule(rule: str, routine: Routine | None) -> str:
    if rule in words.RULES:
        return _(words.RULES[rule])
    paragraph = routine.by_id.get(rule) if routine else None
    return wording.said(paragraph.text) if paragraph else _("Rutinen säger nej ({rule}).").format(rule=rule)


def _opened(one: Followed, routine: Routine, person: Person) -> Told:
    sort = _("Nytt meddelande") if one.kind == "notice" else _("Ny uppgift")
    what = f"{_whose(one, person)}: {_what(one, routine)}"
    if one.due:
        what = _("{what}, senast {day}").format(what=what, day=words.day(one.due, clock.today()))
    return Told(one.paragraph, sort, what)


def _closed(one: Followed, routine: Routine, person: Person) -> Told:
    sort, tone = (_("Klart"), "done") if one.state == "done" else (_("Behövs inte längre"), "")
    return Told(one.paragraph, sort, f"{_whose(one, person)}: {_what(one, routine)}", tone)


def _whose(one: Followed, person: Person) -> str:
    if one.organisation and one.organisation == str(person.actor.organisation):
        return person.organisation
    return words.role(one.role)


def _what(one: Followed, routine: Routine) -> str:
    ask = routine.asks.get((one.paragraph, one.ask))
    return wording.said(ask.duty) if ask else one.paragraph


def _access(one: Access, names: Mapping[str, str]) -> Told:
    who, today = names.get(one.organisation, one.organisation), clock.today()
    if one.through_after == NEVER:
        said = _("Ärende {case} syns i telefonen hos {who} tills vidare")
    elif one.through_after is None or one.through_after < today.isoformat():
        gone = _("Ärende {case} försvinner ur telefonen hos {who}").format(case=one.case, who=who)
        return Told("", _("Telefonen"), gone, "lost")
    else:
        last = words.day(date.fromisoformat(one.through_after), today)
        said = _("Ärende {case} syns i telefonen hos {who} till och med {last}").replace("{last}", last)
    return Told("", _("Telefonen"), said.format(case=one.case, who=who))


def _listed(names: Iterable[str]) -> str:
    *first, last = dict.fromkeys(names)
    return _("{first} och {last}").format(first=", ".join(first), last=last) if first else last
