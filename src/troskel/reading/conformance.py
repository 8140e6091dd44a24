# SPDX-License-Identifier: EUPL-1.2
"""Conformance: how well the routine is followed, in figures. No client is read, so no line is written."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from itertools import groupby

import msgspec

from troskel.duties import conformance, routines
from troskel.duties.conformance import Figures
from troskel.ground import clock
from troskel.ground.refusals import BadValue
from troskel.ground.sorting import swedish_sort_key
from troskel.people.models import Organisation
from troskel.people.roles import Actor, Role
from troskel.permits.sight import EVERYBODY
from troskel.routine import Routine

Ask = tuple[str, str]
MUNICIPAL_FIGURES = frozenset({Role.ASSESSOR, Role.ADMINISTRATOR, Role.MANAGER})
"""Who sees how each organisation follows the routine."""


class Conformance(msgspec.Struct, frozen=True):
    """What was asked by one ask of a paragraph in a period, and what has become of it.

    Days are from asked to done. `share_in_time` is of what was done, or should have been by now. `organisation` is
    empty for what is asked of the municipality's office. Where so few were asked that the figures could point at a
    client, they are `withheld` from one who may know of no client, and all are empty.
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
    """The period (both days included), the day on which it stood so, and the figures in the order of the routine."""

    first: date
    last: date
    on: date
    items: list[Conformance]


class OfParagraphs(msgspec.Struct, frozen=True):
    """The figures of all that was to be done; of each paragraph as a whole, by its id; and of each ask.

    A paragraph's figures are those of its duties; only where none was asked, those of the notices that it sends.
    `organisations`: of each ask, the figures of each organisation by its name; for the office and the manager alone.
    """

    whole: Conformance
    paragraphs: dict[str, Conformance]
    asks: dict[Ask, Conformance]
    organisations: dict[Ask, dict[str, Conformance]] = {}


def conformance_by_paragraph(viewer: Actor, first: date, last: date) -> OfParagraphs:
    """How well each paragraph was followed, of what was asked from `first` through `last`. One query.

    The figures are the municipality's: they name no organisation, so everybody who follows the routine may see them.
    """
    return _laid_together(
        conformance.figures(viewer.municipality, first, last, clock.today(), by_organisation=False)
    )


def conformance_of_paragraph(viewer: Actor, paragraph: str, first: date, last: date) -> OfParagraphs:
    """The same of one paragraph; for the office and the manager also by organisation. Two queries."""
    found = conformance.figures(
        viewer.municipality, first, last, clock.today(), by_organisation=True, paragraph=paragraph
    )
    told = _laid_together(found)
    if viewer.role not in MUNICIPAL_FIGURES:
        return told
    hidden = _hidden(viewer, found)
    names = dict(Organisation.objects.filter(municipality=viewer.municipality).values_list("id", "name"))
    organisations: dict[Ask, dict[str, Conformance]] = {}
    of_organisations = [(names[each.organisation], each) for each in found if each.organisation]
    for name, each in sorted(of_organisations, key=lambda pair: swedish_sort_key(pair[0])):
        shown = _shown(each, "", None, withheld=id(each) in hidden)
        organisations.setdefault(_ask(each), {})[name] = shown
    return msgspec.structs.replace(told, organisations=organisations)


def _laid_together(found: Iterable[Figures]) -> OfParagraphs:
    whole = Figures("", "", "duty")
    paragraphs: dict[str, Figures] = {}
    asks: dict[Ask, Figures] = {}
    for each in sorted(found, key=lambda figures: figures.kind != "duty"):
        asks.setdefault(_ask(each), Figures(*_ask(each), each.kind)).take_in(each)
        of_paragraph = paragraphs.setdefault(each.paragraph, Figures(each.paragraph, "", each.kind))
        if of_paragraph.kind == each.kind:
            of_paragraph.take_in(each)
        if each.kind == "duty":
            whole.take_in(each)
    return OfParagraphs(
        _shown(whole, "", None, withheld=False),
        {name: _shown(each, "", None, withheld=False) for name, each in paragraphs.items()},
        {ask: _shown(each, "", None, withheld=False) for ask, each in asks.items()},
    )


def conformance_of(
    viewer: Actor, first: date, last: date, *, by_organisation: bool = False
) -> ConformanceShown:
    """The figures of what was asked from `first` through `last`. Three queries, however many duties."""
    if last < first:
        raise BadValue("last", "lies before the first day, {first_day}", first_day=first)
    today = clock.today()
    found = conformance.figures(viewer.municipality, first, last, today, by_organisation=by_organisation)
    hidden = _hidden(viewer, found) if by_organisation else set()
    names = dict(Organisation.objects.filter(municipality=viewer.municipality).values_list("id", "orgnr"))
    texts = _texts(viewer.municipality)
    order = {ask: place for place, ask in enumerate(texts)}

    def whose(each: Figures) -> str | None:
        return names.get(each.organisation) if each.organisation else None

    found.sort(key=lambda each: (order.get(_ask(each), len(order)), _ask(each), whose(each) or ""))
    items = [
        _shown(each, texts.get(_ask(each), ""), whose(each), withheld=id(each) in hidden) for each in found
    ]
    return ConformanceShown(first, last, today, items)


def _hidden(viewer: Actor, found: Iterable[Figures]) -> set[int]:
    if viewer.role in EVERYBODY:
        return set()
    of_an_ask = groupby(sorted(found, key=_ask), key=_ask)
    return {id(each) for _, group in of_an_ask for each in conformance.withheld(group)}


def _ask(each: Figures) -> Ask:
    return each.paragraph, each.ask


def _texts(municipality: str) -> dict[Ask, str]:
    """What each ask says, in the order of the routine; of one that is no longer asked, as it said last."""
    known = routines.of_municipality(municipality, routines.newest(municipality))
    texts: dict[Ask, str] = {}
    for _, digest in reversed(known.in_force):
        routine: Routine = known.by_hash[digest]
        texts = texts | {key: ask.duty.sv for key, ask in routine.asks.items() if key not in texts}
    return texts


def _shown(each: Figures, text: str, organisation: str | None, *, withheld: bool) -> Conformance:
    who = (each.paragraph, each.ask, each.kind, text, organisation)
    if withheld:
        return Conformance(*who, withheld=True)
    counts = (each.asked, each.in_time, each.late, each.open, each.open_late, each.moot)
    return Conformance(*who, *counts, each.share_in_time, each.median_days, each.longest_days)
