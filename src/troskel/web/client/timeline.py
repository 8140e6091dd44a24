# SPDX-License-Identifier: EUPL-1.2
"""A client's time as lanes: decisions, providers, orders, tag, keys, lock and visits, as `client_page` tells them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from troskel.ground import clock
from troskel.reading.client_page import ClientShown, Granted, Held, Ordered
from troskel.web.client.timeline_svg import ONE_DAY, Bar, Lane, Window
from troskel.web.text import formatting

WIDE, NARROW = 860, 330  # px of a lane on a large screen, and on a telephone
SERVICES = {"home_care": gettext_noop("Hemtjänst"), "safety_alarm": gettext_noop("Trygghetslarm")}
ORDERS = {
    "installation": gettext_noop("Montering"),
    "removal": gettext_noop("Nedmontering"),
    "repair": gettext_noop("Reparation"),
}
WHY = {
    "no_decision": gettext_noop("Glapp: inget beslut"),
    "not_allocated": gettext_noop("Glapp: inte fördelat"),
}


def service_word(service: str) -> str:
    """What a service is called."""
    return _(SERVICES[service])


def order_word(kind: str) -> str:
    """What an order is of."""
    return _(ORDERS[kind])


class Span(NamedTuple):
    """How much time is drawn: days back and ahead on a large screen, and on a telephone; its word."""

    word: str
    back: int
    ahead: int
    narrow_back: int
    narrow_ahead: int


SPANS = {
    "": Span(gettext_noop("Kring idag"), 115, 40, 35, 20),
    "year": Span(gettext_noop("Längre tid"), 365, 90, 150, 60),
    "all": Span(gettext_noop("Hela tiden"), 3650, 180, 3650, 90),
}
"""By the word in the address."""


def windows(span: Span, lanes: list[Lane], today: date) -> tuple[Window, Window]:
    """What is drawn on a large screen and on a telephone: not more than there is to see."""
    begins = min((bar.first for lane in lanes for bar in lane.bars), default=today)
    return tuple(  # type: ignore[return-value]
        Window(
            max(today - timedelta(days=back), min(begins, today) - timedelta(days=7)),
            today + timedelta(days=ahead),
            pixels,
        )
        for back, ahead, pixels in (
            (span.back, span.ahead, WIDE),
            (span.narrow_back, span.narrow_ahead, NARROW),
        )
    )


def lanes_of(shown: ClientShown) -> list[Lane]:
    """All lanes, in the order in which the routine goes: decided, allocated, ordered, proved, opened, visited."""
    return [lane for lane in (*_care(shown), *_things(shown)) if lane.bars]


def _care(shown: ClientShown) -> Iterable[Lane]:
    for service, decisions in _by(shown.decisions, "service"):
        bars = [
            Bar(_("Beslut {reference}").format(reference=one.reference), one.first, one.last)
            for one in decisions
        ]
        missing = [
            Bar(_(WHY[gap.why]), gap.first, None if gap.through == date.max else gap.through, gap=True)
            for gap in shown.gaps
            if gap.service == service
        ]
        yield Lane(service_word(service), service, _real(bars) + missing)
    for provider, allocations in _by(shown.allocations, "provider"):
        yield Lane(
            provider,
            "provider",
            _real(Bar(service_word(one.service), one.first, one.last) for one in allocations),
        )
    if shown.away:
        yield Lane(_("Inte hemma"), "away", [Bar(_("På sjukhus eller bortrest"), *shown.away)])


def _by(granted: list[Granted], name: str) -> list[tuple[str, list[Granted]]]:
    found: dict[str, list[Granted]] = {}
    for one in granted:
        found.setdefault(getattr(one, name), []).append(one)
    return list(found.items())


def _real(bars: Iterable[Bar]) -> list[Bar]:
    """What was taken back before it began is no time."""
    return [bar for bar in bars if bar.last is None or bar.first <= bar.last]


def _things(shown: ClientShown) -> Iterable[Lane]:
    held = [one for one in shown.held if one.until is None or one.until - one.since > timedelta(minutes=5)]
    yield Lane(_("Beställning"), "order", [bar for one in shown.orders for bar in _order(one)])
    tags = [one for one in held if one.what == "tag" and one.by == "client"]
    yield Lane(_("Kvittensprodukt"), "tag", [_bar(one, one.number) for one in tags])
    keys = [one for one in held if one.what == "key" and one.by == "organisation"]
    yield Lane(_("Nycklar"), "key", _counted(_bar(one, one.holder) for one in keys))
    locks = [one for one in held if one.what == "lock" and one.by == "door"]
    yield Lane(
        _("Låsvred på dörren"),
        "lock",
        [_bar(one, _("Lås {number}").format(number=one.number)) for one in locks],
    )
    links = [one for one in held if one.what == "linked"]
    yield Lane(
        _("Koppling"),
        "link",
        [_bar(one, _("Kopplad till {number}").format(number=one.number)) for one in links],
    )
    yield Lane(_("Besök"), "visit", _visits([one for one in shown.held if one.what == "visit"]))


def _order(order: Ordered) -> Iterable[Bar]:
    first = clock.day_of(order.placed)
    last = clock.day_of(order.closed) if order.closed else None
    kind = order_word(order.kind)
    named = f"{kind} {order.number}"
    yield Bar(named, first, last)
    for booking in order.bookings:
        day = clock.day_of(booking.starts)
        if last is None or day <= last:
            time = formatting.clock(booking.starts)
            yield Bar(_("Bokad kl. {time}, {kind}").format(time=time, kind=kind.lower()), day, day)


def _bar(held: Held, what: str) -> Bar:
    return Bar(what, clock.day_of(held.since), clock.day_of(held.until) if held.until else None)


def _counted(bars: Iterable[Bar]) -> list[Bar]:
    """Several keys with one holder through the same days are one bar, with how many."""
    alike: dict[Bar, int] = {}
    for bar in bars:
        alike[bar] = alike.get(bar, 0) + 1
    return [bar if count == 1 else bar._replace(what=f"{bar.what} ({count})") for bar, count in alike.items()]


def _visits(visits: list[Held]) -> list[Bar]:
    """Days in a row with visits by one provider are one bar, with how many there were."""
    bars: list[Bar] = []
    for provider, made in groupby(
        sorted(visits, key=lambda one: (one.holder, one.since)), key=lambda one: one.holder
    ):
        days: dict[date, int] = {}
        for one in made:
            day = clock.day_of(one.since)
            days[day] = days.get(day, 0) + 1
        bars += [_visited(provider, run) for run in _in_a_row(days)]
    return bars


def _visited(provider: str, days: dict[date, int]) -> Bar:
    count = sum(days.values())
    told = _("1 besök") if count == 1 else _("{count} besök").format(count=formatting.figure(count))
    return Bar(f"{told}, {provider}", min(days), max(days))


def _in_a_row(days: dict[date, int]) -> list[dict[date, int]]:
    runs: list[dict[date, int]] = []
    for day in sorted(days):
        if runs and max(runs[-1]) + ONE_DAY == day:
            runs[-1][day] = days[day]
        else:
            runs.append({day: days[day]})
    return runs
