# SPDX-License-Identifier: EUPL-1.2
"""Versions of the routine (D): the list, one beside another, and what the replay says that it would have changed."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.people.queries import Person
from troskel.people.roles import Role
from troskel.reading import routine_versions
from troskel.reading.routine_versions import Comparison, Counted, Fate, RoutineShown, Stands, Version
from troskel.routine.describing import header_in_words
from troskel.routine.differing import differences
from troskel.routine.model import Routine
from troskel.screens.pages import page
from troskel.screens.render import show
from troskel.web.routine import field_labels, periods
from troskel.web.routine.field_labels import Beside
from troskel.web.text import act_labels, formatting

READERS = (Role.ASSESSOR, Role.ADMINISTRATOR, Role.MANAGER)
"""Who sees the versions, as over the API."""
ACTORS = REGISTER["approve_routine"].who
"""Who proposes, compares and approves."""
STATES: dict[Stands, str] = {
    "proposed": gettext_noop("Föreslagen"),
    "withdrawn": gettext_noop("Tillbakatagen"),
    "approved": gettext_noop("Godkänd, gäller senare"),
    "in force": gettext_noop("Gäller i dag"),
    "replaced": gettext_noop("Har gällt"),
}
LONG = 200_000
"""Lines of the journal: a longer one is lived again at the command line, not while a person waits for a page."""
A_SECOND = 4_000
"""How many lines are lived again, twice, in about a second (measured: 19 249 lines in 4.2 s)."""


class Listed(NamedTuple):
    """A version as the list shows it: who did what, when."""

    id: UUID
    name: str
    stands: str
    word: str
    note: str
    proposed: str
    approved: str
    in_force: str


class Would(NamedTuple):
    """A duty that would have been otherwise: how it was, and how it would have been."""

    paragraph: str
    what: str
    case: str
    before: str
    after: str


@page("routine/versions/", name="routine-versions", who=READERS)
def versions(request: HttpRequest, person: Person) -> HttpResponse:
    """Every version: who proposed and approved it and when, the latest first."""
    found = [listed(version) for version in reversed(routine_versions.versions(person.actor))]
    values = {"versions": found, "may_act": person.actor.role in ACTORS}
    return show(request, "web/routine_versions.html", values)


@page("routine/versions/<uuid:version>/", name="routine-version", who=READERS)
def version(request: HttpRequest, person: Person, version: UUID) -> HttpResponse:
    """A version beside the one that it replaces, or would replace."""
    known = routine_versions.known_comparison(person.actor, version) if person.actor.role in ACTORS else None
    return _beside(request, person, version, known)


@page("routine/versions/<uuid:version>/compare", name="routine-compare", who=ACTORS, methods=["POST"])
def compare(request: HttpRequest, person: Person, version: UUID) -> HttpResponse:
    """Live the journal again under the version: when somebody asks for it, since it takes its time."""
    if routine_versions.lines_to_live(person.actor) > LONG:
        return _beside(request, person, version, None)
    return _beside(request, person, version, routine_versions.comparison(person.actor, version))


def sees_versions(person: Person) -> bool:
    """May this person see the versions?"""
    return person.actor.role in READERS


def proposals(person: Person) -> list[Listed]:
    """The versions that wait for somebody's approval, for those who see versions."""
    if not sees_versions(person):
        return []
    return [listed(one) for one in routine_versions.versions(person.actor) if one.state == "proposed"]


def listed(version: Version) -> Listed:
    """A version in words."""
    return Listed(
        id=version.id,
        name=version.name,
        stands=version.state.replace(" ", "-"),
        word=_(STATES[version.state]),
        note=act_labels.said(version.change_note),
        proposed=_by(version.proposed_by, periods.in_words(clock.day_of(version.proposed_at))),
        approved=approved(version),
        in_force=_in_force(version),
    )


def approved(version: Version) -> str:
    """By whom a version was approved, and when; empty where it is not."""
    if version.approved_at is None:
        return ""
    return _by(version.approved_by, periods.in_words(clock.day_of(version.approved_at)))


def facts(shown: RoutineShown) -> list[str]:
    """What one first asks of a document: which, since when, and whose."""
    header = shown.document.header
    return [
        _("Version {name}").format(name=shown.name),
        _("gäller från {day}").format(day=periods.in_words(header.valid_from)),
        _("ändrad {day}").format(day=periods.in_words(header.changed)),
        _("fastställd av {who}").format(who=act_labels.said(header.approved_by)),
    ]


def control(shown: RoutineShown) -> list[tuple[str, str]]:
    """Document control: what the document is, since when, and who answers for it."""
    header = shown.document.header
    fixed = _("{who}, {day}").format(
        who=act_labels.said(header.approved_by), day=periods.in_words(header.approved_on)
    )
    begins = periods.in_words(shown.in_force_from) if shown.in_force_from else ""
    told = [
        (_("Beteckning"), header.id),
        (_("Version"), shown.name),
        (_("Gäller från"), periods.in_words(header.valid_from)),
        (_("Ändrad"), periods.in_words(header.changed)),
        (_("Fastställd av"), fixed),
        (_("Ansvariga"), "; ".join(act_labels.said(who) for who in header.responsible)),
        (_("I kraft här sedan"), begins),
        (_("Godkänd här av"), approved(shown)),
        (_("Lediga aftnar"), header_in_words(header, get_language() or "sv").get("free_eves", "")),
        (_("Fingeravtryck"), shown.digest[:12]),
        (_("Ändringen"), act_labels.said(header.change_note)),
    ]
    return [(label, value) for label, value in told if value]


def differing(before: Routine, after: Routine) -> list[Beside]:
    """What differs between two versions, paragraph by paragraph."""
    return [field_labels.beside(one) for one in differences(before, after, get_language() or "sv")]


def _by(who: str | None, day: str) -> str:
    return _("{who}, {day}").format(who=who or _("systemet"), day=day)


def _in_force(version: Version) -> str:
    begins, through = version.in_force_from, version.in_force_through
    if begins is None:
        return ""
    if through is None:
        return _("från {day}").format(day=periods.in_words(begins))
    if through < begins:
        return _("aldrig: ersatt samma dag")
    return _("{first} till {last}").format(first=periods.in_words(begins), last=periods.in_words(through))


def _beside(request: HttpRequest, person: Person, version: UUID, known: Comparison | None) -> HttpResponse:
    every = routine_versions.versions(person.actor)
    this = next((one for one in every if one.id == version), None)
    if this is None:
        raise NotFound("version of the routine", "version")
    other = _other(every, this)
    document = routine_versions.document(person.actor, version)
    old = routine_versions.document(person.actor, other.id) if other else None
    lines = routine_versions.lines_to_live(person.actor)
    proposed = this.state == "proposed"
    values = {
        "version": listed(this),
        "title": act_labels.said(document.header.title),
        "other": listed(other) if other else None,
        "differing": differing(old, document) if old else [],
        "proposed": proposed,
        "may_act": person.actor.role in ACTORS,
        "is_author": proposed and routine_versions.is_author(person.actor, version),
        "lines": formatting.figure(lines),
        "too_long": lines > LONG,
        "command": f"troskel routine compare {version}",
        "seconds": formatting.figure(1 + lines // A_SECOND),
        "found": known,
        **(_told(known, document, old) if known else {}),
    }
    return show(request, "web/routine_version.html", values)


def _other(every: list[Version], this: Version) -> Version | None:
    """What a version is seen beside: what it replaced when it came into force; else what is in force today."""
    if this.in_force_from is None:
        return next((one for one in every if one.state == "in force"), None)
    before = every[: every.index(this)]
    return before[-1] if before else None


def _told(found: Comparison, document: Routine, old: Routine | None) -> dict[str, object]:
    def what(paragraph: str, ask: str) -> str:
        asked = document.asks.get((paragraph, ask)) or (old.asks.get((paragraph, ask)) if old else None)
        return act_labels.said(asked.duty) if asked else ask

    would = [
        Would(
            one.paragraph, what(one.paragraph, one.ask), one.case or "", _fate(one.before), _fate(one.after)
        )
        for one in found.duties
    ]
    return {
        "summary": _summary(found),
        "counts": [(what(one.paragraph, one.ask), one) for one in found.counts],
        "would": would,
        "more_than_shown": len(would) < found.total if would else False,
    }


def _summary(found: Comparison) -> list[str]:
    """What the replay says, in two sentences."""
    if found.total == 0:
        return [_("Inget hade blivit annorlunda.")]
    sum_of = {name: sum(getattr(one, name) for one in found.counts) for name in Counted.__struct_fields__[2:]}
    told = [
        ngettext(
            "%(count)s uppgift hade blivit annorlunda.",
            "%(count)s uppgifter hade blivit annorlunda.",
            found.total,
        )
        % {"count": formatting.figure(found.total)}
    ]
    before, after = sum_of["late_before"], sum_of["late_after"]
    if after > before:
        more = _("Av dem hade {late} blivit sena, {more} fler än nu.")
        told.append(more.format(late=formatting.figure(after), more=formatting.figure(after - before)))
    elif after < before:
        fewer = _("Av dem hade {late} blivit sena, {fewer} färre än nu.")
        told.append(fewer.format(late=formatting.figure(after), fewer=formatting.figure(before - after)))
    else:
        told.append(_("Lika många hade blivit sena som nu: {late}.").format(late=formatting.figure(after)))
    return told


def _fate(fate: Fate | None) -> str:
    if fate is None:
        return _("Begärs inte")
    today = clock.today()
    due = _("senast {day}").format(day=formatting.day(fate.due, today)) if fate.due else _("utan datum")
    if fate.state == "moot":
        return _("{due}, behövdes inte längre").format(due=due)
    if fate.closed is None:
        return _("{due}, inte gjort än").format(due=due)
    return _("{due}, gjort {day}").format(due=due, day=formatting.day(fate.closed, today))
