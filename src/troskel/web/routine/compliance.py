# SPDX-License-Identifier: EUPL-1.2
"""How well the routine is kept, as a page shows it: a stacked bar, and the same in figures and in a sentence."""

from __future__ import annotations

from typing import NamedTuple

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from troskel.reading.conformance import Conformance, OfParagraphs
from troskel.web.text import formatting

WIDTH = 1000
"""How wide a bar is, in its own units."""
WORST = 5
"""How many paragraphs the start page names, and of how many duties at least a share is worth a place there."""


class Part(NamedTuple):
    """A part of a bar: what it stands for, and where it is."""

    name: str
    x: int
    width: int


class Kept(NamedTuple):
    """Figures to show. `late`: done late, or not done though the day has passed."""

    in_time: int
    late: int
    bar: list[Part]
    main: str
    told: list[str]
    median: str
    withheld: bool = False


class Worst(NamedTuple):
    """A paragraph that is kept worse than others."""

    paragraph: str
    kept: Kept


def kept(figures: Conformance | None) -> Kept | None:
    """The figures as they are shown; None where nothing was asked."""
    if figures is None:
        return None
    if figures.withheld:
        return Kept(0, 0, [], _("Visas inte: för få"), [], "", withheld=True)
    in_time, moot, overdue = figures.in_time or 0, figures.moot or 0, figures.open_late or 0
    late, still = (figures.late or 0) + overdue, (figures.open or 0) - overdue
    if not figures.asked:
        return None
    return Kept(
        in_time,
        late,
        _bar(in_time, late, still),
        _main(figures.kind, in_time, late, still),
        _told(figures.kind, late, overdue, still, moot),
        _median(figures.median_days),
    )


def sentence(whole: Conformance, period: str) -> str:
    """How it went in all, of what should have been done by now."""
    told = kept(whole)
    judged = told.in_time + told.late if told else 0
    if told is None or judged == 0:
        return _("Inget skulle ha varit gjort under {period}.").format(period=period)
    return _(
        "Av {judged} uppgifter som skulle ha varit gjorda gjordes {in_time} i tid: {percent} procent."
    ).format(
        judged=formatting.figure(judged),
        in_time=formatting.figure(told.in_time),
        percent=told.in_time * 100 // judged,
    )


def worst(figures: OfParagraphs) -> list[Worst]:
    """The paragraphs that are kept worst, of those with enough to judge by; none that is kept in full."""
    judged = [
        (each.share_in_time, name)
        for name, each in figures.paragraphs.items()
        if each.kind == "duty" and each.share_in_time is not None and each.share_in_time < 1
        and (each.in_time or 0) + (each.late or 0) + (each.open_late or 0) >= WORST
    ]  # fmt: skip
    found = [(name, kept(figures.paragraphs[name])) for _share, name in sorted(judged)[:WORST]]
    return [Worst(name, told) for name, told in found if told]


def _bar(*counts: int) -> list[Part]:
    """Each part at least as wide as can be seen; together the whole width."""
    total = sum(counts)
    parts, x = [], 0
    for name, count in zip(("in-time", "late", "open"), counts, strict=True):
        if count:
            width = max(WIDTH // 100, count * WIDTH // total)
            parts.append(Part(name, x, width))
            x += width
    if parts:
        widest = max(range(len(parts)), key=lambda place: parts[place].width)
        parts[widest] = parts[widest]._replace(width=parts[widest].width + WIDTH - x)
        x = 0
        for place, part in enumerate(parts):
            parts[place] = part._replace(x=x)
            x += part.width
    return parts


def _main(kind: str, in_time: int, late: int, still: int) -> str:
    if kind == "notice":
        total = in_time + late + still
        return _("{count} av {total} lästa").format(
            count=formatting.figure(in_time), total=formatting.figure(total)
        )
    judged = in_time + late
    if judged == 0:
        return _("Inget att döma än") if still else _("Inget behövde göras")
    return _("{count} av {total} i tid").format(
        count=formatting.figure(in_time), total=formatting.figure(judged)
    )


def _told(kind: str, late: int, overdue: int, still: int, moot: int) -> list[str]:
    """What the bar does not say in figures; each is kept together on a line."""
    told = []
    if late:
        said = ngettext("%(count)s sen", "%(count)s sena", late) % {"count": formatting.figure(late)}
        if overdue:
            said += _(", varav {count} inte gjorda än").format(count=formatting.figure(overdue))
        told.append(said)
    if still:
        told.append(
            _("{count} olästa").format(count=formatting.figure(still))
            if kind == "notice"
            else ngettext("%(count)s öppen", "%(count)s öppna", still) % {"count": formatting.figure(still)}
        )
    if moot:
        told.append(_("{count} behövdes inte").format(count=formatting.figure(moot)))
    return [said.replace(" ", "\N{NO-BREAK SPACE}") for said in told]


def _median(days: float | None) -> str:
    """From asked to done, the one in the middle."""
    if days is None:
        return ""
    if days == 0:
        return _("samma dag")
    if days == 1:
        return _("1 dag")
    said = f"{days:g}" if get_language() == "en" else f"{days:g}".replace(".", ",")
    return _("{days} dagar").format(days=said)
