# SPDX-License-Identifier: EUPL-1.2
"""Conformance: how well the routine is followed, in figures. No client is read, so nothing is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

import msgspec

from troskel.duties import conformance, routines
from troskel.duties.conformance import Figures
from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.ground.sorting import swedish_sort_key
from troskel.ground.texts import _
from troskel.people.models import Organisation
from troskel.people.roles import EVERY_ROLE, OFFICE_ROLES, Actor, Role
from troskel.permits.sight import ROLES_SEEING_ALL
from troskel.reading.register import read
from troskel.routine import Routine

AskKey = tuple[str, str]
ROLES_SEEING_ORGANISATIONS = OFFICE_ROLES | {Role.MANAGER}
"""Roles that see each organisation's figures."""


class Conformance(msgspec.Struct, frozen=True):
    """Counts of what one ask of a paragraph asked in a period, and of its outcomes.

    Days are from asked to done. `share_in_time` is of what was done, or should have been by now. `organisation` is
    empty for what is asked of the municipality's office. Counts so small that they could identify a client are
    `withheld` (null) from roles that may know of no client.
    """

    paragraph: str
    ask: str
    kind: str
    text: str
    organisation: str | None
    asked: int | None = None
    in_time: int | None = None
    late: int | None = None
    open: int | None = None
    open_late: int | None = None
    moot: int | None = None
    share_in_time: float | None = None
    median_days: float | None = None
    longest_days: int | None = None
    withheld: bool = False


class ConformanceShown(msgspec.Struct, frozen=True):
    """The period (both days included), the day `on` which the figures hold, and the figures in the routine's order."""

    first: date
    last: date
    on: date
    items: list[Conformance]


class ConformanceSummary(msgspec.Struct, frozen=True):
    """Figures of all duties, of each paragraph by its id, and of each ask.

    A paragraph's figures are those of its duties or, where it asks none, of its notices.
    `organisations`: by ask and name of organisation; filled for the office and the manager only.
    """

    whole: Conformance
    paragraphs: dict[str, Conformance]
    asks: dict[AskKey, Conformance]
    organisations: dict[AskKey, dict[str, Conformance]] = {}


@read(who=EVERY_ROLE)
def conformance_by_paragraph(viewer: Actor, first: date, last: date) -> ConformanceSummary:
    """Figures by paragraph of what was asked from `first` through `last`. One query.

    The figures name no organisation, so every role that follows the routine may see them.
    """
    return _summary(
        conformance.figures(viewer.municipality, first, last, clock.today(), by_organisation=False)
    )


@read(who=EVERY_ROLE)
def conformance_of_paragraph(viewer: Actor, paragraph: str, first: date, last: date) -> ConformanceSummary:
    """The same for one paragraph; for the office and the manager also by organisation. Two queries."""
    all_figures = conformance.figures(
        viewer.municipality, first, last, clock.today(), by_organisation=True, paragraph=paragraph
    )
    summary = _summary(all_figures)
    if viewer.role not in ROLES_SEEING_ORGANISATIONS:
        return summary
    withheld_ids = _withheld_ids(viewer, all_figures)
    names = dict(Organisation.objects.filter(municipality=viewer.municipality).values_list("id", "name"))
    organisations: dict[AskKey, dict[str, Conformance]] = {}
    by_name = [(names[figures.organisation], figures) for figures in all_figures if figures.organisation]
    for name, figures in sorted(by_name, key=lambda pair: swedish_sort_key(pair[0])):
        item = _conformance(figures, "", None, withheld=id(figures) in withheld_ids)
        organisations.setdefault(_ask_key(figures), {})[name] = item
    return msgspec.structs.replace(summary, organisations=organisations)


@read(who=EVERY_ROLE)
def conformance_trend(
    viewer: Actor, periods: Sequence[tuple[date, date]]
) -> tuple[list[float | None], dict[str, list[float | None]]]:
    """The share done in time in each period, of all duties and by paragraph; None without any to judge. One query."""
    found = conformance.by_period(viewer.municipality, periods, clock.today())
    whole = [Figures("", "", "duty") for _ in periods]
    for of_paragraph in found.values():
        for total, each in zip(whole, of_paragraph, strict=True):
            total.take_in(each)
    shares = {name: [each.share_in_time for each in figures] for name, figures in found.items()}
    return [total.share_in_time for total in whole], shares


@read(who=ROLES_SEEING_ORGANISATIONS)
def conformance_of_organisations(viewer: Actor, first: date, last: date) -> dict[str, Conformance]:
    """The figures of all duties of each organisation by its name, in order of names; few are withheld. Two queries."""
    all_figures = conformance.by_organisation(viewer.municipality, first, last, clock.today())
    withheld_ids = _withheld_ids(viewer, all_figures)
    names = dict(Organisation.objects.filter(municipality=viewer.municipality).values_list("id", "name"))
    by_name = {names[figures.organisation]: figures for figures in all_figures if figures.organisation}
    return {
        name: _conformance(by_name[name], "", None, withheld=id(by_name[name]) in withheld_ids)
        for name in sorted(by_name, key=swedish_sort_key)
    }


def _summary(all_figures: Iterable[Figures]) -> ConformanceSummary:
    whole = Figures("", "", "duty")
    paragraphs: dict[str, Figures] = {}
    asks: dict[AskKey, Figures] = {}
    for each in sorted(all_figures, key=lambda figures: figures.kind != "duty"):
        asks.setdefault(_ask_key(each), Figures(*_ask_key(each), each.kind)).take_in(each)
        of_paragraph = paragraphs.setdefault(each.paragraph, Figures(each.paragraph, "", each.kind))
        if of_paragraph.kind == each.kind:
            of_paragraph.take_in(each)
        if each.kind == "duty":
            whole.take_in(each)
    return ConformanceSummary(
        _conformance(whole, "", None, withheld=False),
        {name: _conformance(each, "", None, withheld=False) for name, each in paragraphs.items()},
        {ask: _conformance(each, "", None, withheld=False) for ask, each in asks.items()},
    )


@read(
    who=ROLES_SEEING_ORGANISATIONS,
    title="How well the routine is followed: asked, in time, late, open, and days; default: the last 90 days",
)
def conformance_report(
    viewer: Actor, first: date, last: date, *, by_organisation: bool = False
) -> ConformanceShown:
    """Figures of what was asked from `first` through `last`. Three queries. Raises BadValue for a reversed period."""
    if last < first:
        raise BadValue(
            "last",
            "period.ends_before_start",
            _("Dagen ligger före den första dagen, {first_day}."),
            first_day=first,
        )
    today = clock.today()
    all_figures = conformance.figures(
        viewer.municipality, first, last, today, by_organisation=by_organisation
    )
    withheld_ids = _withheld_ids(viewer, all_figures) if by_organisation else set()
    names = dict(Organisation.objects.filter(municipality=viewer.municipality).values_list("id", "orgnr"))
    texts = _texts(viewer.municipality)
    order = {ask: position for position, ask in enumerate(texts)}

    def orgnr_of(figures: Figures) -> str | None:
        return names.get(figures.organisation) if figures.organisation else None

    all_figures.sort(
        key=lambda figures: (
            order.get(_ask_key(figures), len(order)),
            _ask_key(figures),
            orgnr_of(figures) or "",
        )
    )
    items = [
        _conformance(
            figures, texts.get(_ask_key(figures), ""), orgnr_of(figures), withheld=id(figures) in withheld_ids
        )
        for figures in all_figures
    ]
    return ConformanceShown(first, last, today, items)


def _withheld_ids(viewer: Actor, all_figures: Iterable[Figures]) -> set[int]:
    if viewer.role in ROLES_SEEING_ALL:
        return set()
    of_an_ask = groupby(sorted(all_figures, key=_ask_key), key=_ask_key)
    return {id(figures) for _, group in of_an_ask for figures in conformance.withheld(group)}


def _ask_key(figures: Figures) -> AskKey:
    return figures.paragraph, figures.ask


def _texts(municipality: str) -> dict[AskKey, str]:
    """The text of each ask in the routine's order; asks of replaced versions with their latest text."""
    versions = routines.of_municipality(municipality, routines.newest(municipality))
    texts: dict[AskKey, str] = {}
    for _begins, digest in reversed(versions.in_force):
        routine: Routine = versions.by_hash[digest]
        texts = texts | {key: ask.duty.sv for key, ask in routine.asks.items() if key not in texts}
    return texts


def _conformance(figures: Figures, text: str, organisation: str | None, *, withheld: bool) -> Conformance:
    who = (figures.paragraph, figures.ask, figures.kind, text, organisation)
    if withheld:
        return Conformance(*who, withheld=True)
    counts = (figures.asked, figures.in_time, figures.late, figures.open, figures.open_late, figures.moot)
    return Conformance(*who, *counts, figures.share_in_time, figures.median_days, figures.longest_days)
