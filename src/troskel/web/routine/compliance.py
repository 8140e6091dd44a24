# SPDX-License-Identifier: EUPL-1.2
"""How well the routine is followed: a stacked bar, and the same as text."""

from __future__ import annotations

import math
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from troskel.ground import formatting
from troskel.reading.conformance import Conformance, ConformanceSummary

BAR_WIDTH = 1000
"""The width of a bar in SVG units."""
MAX_WORST = 5
"""Paragraphs that the start page lists."""
MIN_DUTIES = 5
"""Duties that a paragraph must have had to be listed."""


class BarPart(NamedTuple):
    """A part of a bar: its CSS class, its left edge and its width, in SVG units."""

    name: str
    x: int
    width: int


class ComplianceFigures(NamedTuple):
    """Figures of an ask, a paragraph or the whole. `late` counts duties done late or overdue."""

    in_time: int
    late: int
    bar: list[BarPart]
    headline: str
    details: list[str]
    median: str
    withheld: bool = False


class WorstParagraph(NamedTuple):
    """A paragraph with a low share done in time."""

    paragraph: str
    figures: ComplianceFigures


def figures_of(figures: Conformance | None) -> ComplianceFigures | None:
    """Returns the figures for display; None if nothing was asked."""
    if figures is None:
        return None
    if figures.withheld:
        return ComplianceFigures(0, 0, [], _("Visas inte: för få"), [], "", withheld=True)
    in_time, moot, overdue = figures.in_time or 0, figures.moot or 0, figures.open_late or 0
    late, open_count = (figures.late or 0) + overdue, (figures.open or 0) - overdue
    if not figures.asked:
        return None
    return ComplianceFigures(
        in_time,
        late,
        _bar(in_time, late, open_count),
        _headline(figures.kind, in_time, late, open_count),
        _details(figures.kind, late, overdue, open_count, moot),
        _median(figures.median_days),
    )


def sentence(whole: Conformance, period: str) -> str:
    """Returns a sentence about the share done in time, of all that should have been done by now."""
    figures = figures_of(whole)
    judged_count = figures.in_time + figures.late if figures else 0
    if figures is None or judged_count == 0:
        return _("Inget skulle ha varit gjort under {period}.").format(period=period)
    return _(
        "Av {judged} uppgifter som skulle ha varit gjorda gjordes {in_time} i tid: {percent} procent."
    ).format(
        judged=formatting.digits(judged_count),
        in_time=formatting.digits(figures.in_time),
        percent=figures.in_time * 100 // judged_count,
    )


def worst_paragraphs(figures: ConformanceSummary) -> list[WorstParagraph]:
    """Returns the paragraphs with the lowest share in time, of those with enough duties and a share below 1."""
    judged = [
        (conformance.share_in_time, name)
        for name, conformance in figures.paragraphs.items()
        if conformance.kind == "duty" and conformance.share_in_time is not None and conformance.share_in_time < 1
        and (conformance.in_time or 0) + (conformance.late or 0) + (conformance.open_late or 0) >= MIN_DUTIES
    ]  # fmt: skip
    candidates = [(name, figures_of(figures.paragraphs[name])) for _share, name in sorted(judged)[:MAX_WORST]]
    return [WorstParagraph(name, figures_shown) for name, figures_shown in candidates if figures_shown]


def _bar(*counts: int) -> list[BarPart]:
    """Returns the parts of a bar: each wide enough to be seen, together `BAR_WIDTH`."""
    total = sum(counts)
    parts, x = [], 0
    for name, count in zip(("in-time", "late", "open"), counts, strict=True):
        if count:
            width = max(BAR_WIDTH // 100, count * BAR_WIDTH // total)
            parts.append(BarPart(name, x, width))
            x += width
    if parts:
        widest = max(range(len(parts)), key=lambda place: parts[place].width)
        parts[widest] = parts[widest]._replace(width=parts[widest].width + BAR_WIDTH - x)
        x = 0
        for place, part in enumerate(parts):
            parts[place] = part._replace(x=x)
            x += part.width
    return parts


def _headline(kind: str, in_time: int, late: int, open_count: int) -> str:
    if kind == "notice":
        total = in_time + late + open_count
        return _("{count} av {total} lästa").format(
            count=formatting.digits(in_time), total=formatting.digits(total)
        )
    judged = in_time + late
    if judged == 0:
        return _("Underlag saknas") if open_count else _("Inget behövde göras")
    return _("{count} av {total} i tid").format(
        count=formatting.digits(in_time), total=formatting.digits(judged)
    )


def _details(kind: str, late: int, overdue: int, open_count: int, moot: int) -> list[str]:
    """Returns the remaining figures; each text has no-break spaces."""
    details = []
    if late:
        text = ngettext("%(count)s sen", "%(count)s sena", late) % {"count": formatting.digits(late)}
        if overdue:
            text += ngettext(
                ", varav {count} inte gjord än", ", varav {count} inte gjorda än", overdue
            ).format(count=formatting.digits(overdue))
        details.append(text)
    if open_count:
        details.append(
            ngettext("{count} oläst", "{count} olästa", open_count).format(
                count=formatting.digits(open_count)
            )
            if kind == "notice"
            else ngettext("%(count)s öppen", "%(count)s öppna", open_count)
            % {"count": formatting.digits(open_count)}
        )
    if moot:
        details.append(_("{count} behövdes inte").format(count=formatting.digits(moot)))
    return [text.replace(" ", "\N{NO-BREAK SPACE}") for text in details]


def _median(days: float | None) -> str:
    """Returns the median of days from asked to done."""
    if days is None:
        return ""
    if days == 0:
        return _("samma dag")
    return ngettext("{days} dag", "{days} dagar", math.ceil(days)).format(days=formatting.decimal(days))
