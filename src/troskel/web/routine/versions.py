# SPDX-License-Identifier: EUPL-1.2
"""Versions of the routine (D): the list, the comparison of two, and what a replay says would have changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.duties.replay import Fate
from troskel.ground import clock, formatting
from troskel.ground.refusals import NotFound
from troskel.people import queries as people
from troskel.people.queries import Person
from troskel.reading import routine_versions
from troskel.reading.routine_versions import (
    AskDifference,
    Comparison,
    RoutineShown,
    Version,
    VersionState,
)
from troskel.routine.descriptions import header_in_words
from troskel.routine.model import Routine
from troskel.routine.version_diff import differences
from troskel.screens.pages import page
from troskel.screens.render import render_page
from troskel.web.routine import field_labels
from troskel.web.routine.field_labels import ParagraphChange
from troskel.web.routine.proof import proof_shown
from troskel.web.text import act_labels

EDITOR_ROLES = REGISTER["approve_routine"].who
"""The roles that propose, compare and approve."""
STATE_LABELS: dict[VersionState, str] = {
    "proposed": gettext_noop("Föreslagen"),
    "withdrawn": gettext_noop("Tillbakatagen"),
    "approved": gettext_noop("Godkänd, gäller senare"),
    "in force": gettext_noop("Gäller i dag"),
    "replaced": gettext_noop("Har gällt"),
}
MAX_LINES = 200_000
"""Journal lines; a longer journal is replayed by command, not while a page loads."""
LINES_PER_SECOND = 4_000
"""Lines replayed twice per second (measured: 19 249 lines in 4.2 s)."""


class VersionRow(NamedTuple):
    """A version as a row. `state` is a CSS class, `label` its text."""

    id: UUID
    name: str
    state: str
    label: str
    note: str
    proposed: str
    approved: str
    in_force: str


class DutyChangeRow(NamedTuple):
    """A duty that the other version changes: before and after."""

    paragraph: str
    duty: str
    case: str
    before: str
    after: str


@page(
    "routine/versions/",
    name="routine-versions",
    about=gettext_noop("Alla versioner av rutinen: vem som har ändrat och godkänt vad, och när."),
    serves=("D",),
    who=routine_versions.versions.who,
)
def versions(request: HttpRequest, person: Person) -> HttpResponse:
    """All versions, the latest first."""
    rows = version_rows(person, reversed(routine_versions.versions(person.actor)))
    values = {"versions": rows, "may_act": person.actor.role in EDITOR_ROLES}
    return render_page(request, "web/routine_versions.html", values)


@page(
    "routine/versions/<uuid:version>/",
    name="routine-version",
    about=gettext_noop(
        "Vad en version ändrar mot den före, och vad den hade ändrat i det som redan har hänt."
    ),
    serves=("D",),
    who=routine_versions.versions.who,
)
def version(request: HttpRequest, person: Person, version: UUID) -> HttpResponse:
    """A version compared with the one that it replaces, or would replace."""
    comparison = (
        routine_versions.cached_comparison(person.actor, version)
        if person.actor.role in routine_versions.cached_comparison.who
        else None
    )
    return _version_page(request, person, version, comparison)


@page(
    "routine/versions/<uuid:version>/compare",
    name="routine-compare",
    who=routine_versions.comparison.who,
    methods=["POST"],
)
def compare(request: HttpRequest, person: Person, version: UUID) -> HttpResponse:
    """Replay the journal under the version; only on request, since it is slow."""
    if routine_versions.journal_length(person.actor) > MAX_LINES:
        return _version_page(request, person, version, None)
    return _version_page(request, person, version, routine_versions.comparison(person.actor, version))


@page(
    "routine/versions/<uuid:version>/prove",
    name="routine-prove",
    who=routine_versions.proof.who,
    methods=["POST"],
)
def prove(request: HttpRequest, person: Person, version: UUID) -> HttpResponse:
    """Prove the version in small households; only on request, since it takes seconds."""
    routine_versions.proof(person.actor, version)
    return _version_page(request, person, version, None)


def may_see_versions(person: Person) -> bool:
    """Whether this person may see the versions."""
    return person.actor.role in routine_versions.versions.who


def proposals(person: Person) -> list[VersionRow]:
    """Returns the versions that wait for approval; empty for those who may not see versions."""
    if not may_see_versions(person):
        return []
    versions = routine_versions.versions(person.actor)
    return version_rows(person, [version for version in versions if version.state == "proposed"])


def version_rows(person: Person, versions: Iterable[Version]) -> list[VersionRow]:
    """Returns versions as rows, with the names of who has proposed and approved them. One query."""
    shown = list(versions)
    names = _names(person, shown)
    return [
        VersionRow(
            id=version.id,
            name=version.name,
            state=version.state.replace(" ", "-"),
            label=_(STATE_LABELS[version.state]),
            note=act_labels.localized(version.change_note),
            proposed=_by_and_day(version.proposed_by, version.proposed_at, names),
            approved=_approval_text(version, names),
            in_force=_in_force_text(version),
        )
        for version in shown
    ]


def _names(person: Person, versions: Iterable[Version]) -> dict[str, str]:
    usernames = {who for version in versions for who in (version.proposed_by, version.approved_by) if who}
    return people.names_by_username(person.actor.municipality, usernames) if usernames else {}


def _approval_text(version: Version, names: Mapping[str, str]) -> str:
    """Returns by whom and when a version was approved; empty if it is not."""
    return _by_and_day(version.approved_by, version.approved_at, names) if version.approved_at else ""


def header_facts(in_force: RoutineShown) -> list[str]:
    """Returns the main facts: version, valid from, changed, approved by."""
    header = in_force.document.header
    return [
        _("Version {name}").format(name=in_force.name),
        _("gäller från {day}").format(day=formatting.long_day(header.valid_from)),
        _("ändrad {day}").format(day=formatting.long_day(header.changed)),
        _("fastställd av {who}").format(who=act_labels.localized(header.approved_by)),
    ]


def document_control(person: Person, in_force: RoutineShown) -> list[tuple[str, str]]:
    """Returns document control as labels and values."""
    header = in_force.document.header
    approval = _("{who}, {day}").format(
        who=act_labels.localized(header.approved_by), day=formatting.long_day(header.approved_on)
    )
    begins = formatting.long_day(in_force.in_force_from) if in_force.in_force_from else ""
    pairs = [
        (_("Beteckning"), header.id),
        (_("Version"), in_force.name),
        (_("Gäller från"), formatting.long_day(header.valid_from)),
        (_("Ändrad"), formatting.long_day(header.changed)),
        (_("Fastställd av"), approval),
        (_("Ansvariga"), "; ".join(act_labels.localized(who) for who in header.responsible)),
        (_("I kraft här sedan"), begins),
        (_("Godkänd här av"), _approval_text(in_force, _names(person, [in_force]))),
        (_("Lediga aftnar"), header_in_words(header, get_language() or "sv").get("free_eves", "")),
        (_("Fingeravtryck"), in_force.digest[:12]),
        (_("Ändringen"), act_labels.localized(header.change_note)),
    ]
    return [(label, value) for label, value in pairs if value]


def version_changes(before: Routine, after: Routine) -> list[ParagraphChange]:
    """Returns the differences between two versions, paragraph by paragraph."""
    return [
        field_labels.paragraph_change(difference)
        for difference in differences(before, after, get_language() or "sv")
    ]


def _by_and_day(username: str | None, at: datetime, names: Mapping[str, str]) -> str:
    who = names.get(username, username) if username else _("systemet")
    return _("{who}, {day}").format(who=who, day=formatting.long_day(clock.day_of(at)))


def _in_force_text(version: Version) -> str:
    begins, through = version.in_force_from, version.in_force_through
    if begins is None:
        return ""
    if through is None:
        return _("från {day}").format(day=formatting.long_day(begins))
    if through < begins:
        return _("aldrig: ersatt samma dag")
    return _("{first} till {last}").format(
        first=formatting.long_day(begins), last=formatting.long_day(through)
    )


def _version_page(
    request: HttpRequest, person: Person, version: UUID, comparison: Comparison | None
) -> HttpResponse:
    all_versions = routine_versions.versions(person.actor)
    selected = next((candidate for candidate in all_versions if candidate.id == version), None)
    if selected is None:
        raise NotFound("routine_version", "version")
    other = _version_to_compare(all_versions, selected)
    document = routine_versions.document(person.actor, version)
    old = routine_versions.document(person.actor, other.id) if other else None
    lines = routine_versions.journal_length(person.actor)
    proposed = selected.state == "proposed"
    proof = (
        routine_versions.known_proof(person.actor, version)
        if person.actor.role in routine_versions.known_proof.who
        else None
    )
    row, *others = version_rows(person, [selected, other] if other else [selected])
    values = {
        "version": row,
        "title": act_labels.localized(document.header.title),
        "other": others[0] if others else None,
        "paragraph_changes": version_changes(old, document) if old else [],
        "proposed": proposed,
        "may_act": person.actor.role in EDITOR_ROLES,
        "proof": proof_shown(proof, document) if proof else None,
        "is_author": proposed and routine_versions.is_author(person.actor, version),
        "lines": formatting.digits(lines),
        "too_long": lines > MAX_LINES,
        "command": f"troskel routine compare {version}",
        "seconds": formatting.digits(1 + lines // LINES_PER_SECOND),
        "comparison": comparison,
        **(_comparison_values(comparison, document, old) if comparison else {}),
    }
    return render_page(request, "web/routine_version.html", values)


def _version_to_compare(all_versions: list[Version], selected: Version) -> Version | None:
    """Returns the version to compare with: the one it replaced, else the one in force today."""
    if selected.in_force_from is None:
        return next((candidate for candidate in all_versions if candidate.state == "in force"), None)
    before = all_versions[: all_versions.index(selected)]
    return before[-1] if before else None


def _comparison_values(comparison: Comparison, document: Routine, old: Routine | None) -> dict[str, object]:
    def duty_text(paragraph: str, ask: str) -> str:
        source = document.asks.get((paragraph, ask)) or (old.asks.get((paragraph, ask)) if old else None)
        return act_labels.localized(source.duty) if source else ask

    rows = [
        DutyChangeRow(
            change.paragraph,
            duty_text(change.paragraph, change.ask),
            change.case or "",
            _fate_text(change.before),
            _fate_text(change.after),
        )
        for change in comparison.duties
    ]
    return {
        "summary": _summary(comparison),
        "counts": [(duty_text(change.paragraph, change.ask), change) for change in comparison.counts],
        "duty_changes": rows,
        "is_truncated": len(rows) < comparison.total if rows else False,
    }


def _summary(comparison: Comparison) -> list[str]:
    """Returns the result of the replay in two sentences."""
    if comparison.total == 0:
        return [_("Inget hade blivit annorlunda.")]
    sum_of = {
        name: sum(getattr(count, name) for count in comparison.counts)
        for name in AskDifference.__struct_fields__[2:]
    }
    sentences = [
        ngettext(
            "%(count)s uppgift hade blivit annorlunda.",
            "%(count)s uppgifter hade blivit annorlunda.",
            comparison.total,
        )
        % {"count": formatting.digits(comparison.total)}
    ]
    before, after = sum_of["late_before"], sum_of["late_after"]
    if after > before:
        more = _("Av dem hade {late} blivit sena, {more} fler än nu.")
        sentences.append(more.format(late=formatting.digits(after), more=formatting.digits(after - before)))
    elif after < before:
        fewer = _("Av dem hade {late} blivit sena, {fewer} färre än nu.")
        sentences.append(fewer.format(late=formatting.digits(after), fewer=formatting.digits(before - after)))
    else:
        sentences.append(
            _("Lika många hade blivit sena som nu: {late}.").format(late=formatting.digits(after))
        )
    return sentences


def _fate_text(fate: Fate | None) -> str:
    if fate is None:
        return _("Begärs inte")
    today = clock.today()
    due = _("senast {day}").format(day=formatting.day(fate.due, today)) if fate.due else _("utan datum")
    if fate.state == "moot":
        return _("{due}, behövdes inte längre").format(due=due)
    if fate.closed is None:
        return _("{due}, inte gjort än").format(due=due)
    return _("{due}, gjort {day}").format(due=due, day=formatting.day(fate.closed, today))
