# SPDX-License-Identifier: EUPL-1.2
"""A client's timeline as lanes: decisions, providers, orders, tag, keys, lock and visits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import groupby, zip_longest
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext

from troskel.ground import clock, formatting
from troskel.reading.client_page import CarePeriod, ClientOrder, ClientPage, HolderPeriod
from troskel.web.client.timeline_svg import ONE_DAY, Bar, Lane, Window

WIDE_PX, NARROW_PX = 860, 330  # px: width of a lane on a wide and on a narrow screen
SERVICE_LABELS = {"home_care": gettext_noop("Hemtjänst"), "safety_alarm": gettext_noop("Trygghetslarm")}
ORDER_LABELS = {
    "installation": gettext_noop("Montering"),
    "removal": gettext_noop("Nedmontering"),
    "repair": gettext_noop("Reparation"),
}
GAP_LABELS = {
    "no_decision": gettext_noop("Glapp: inget beslut"),
    "not_allocated": gettext_noop("Glapp: inte fördelat"),
}


def service_label(service: str) -> str:
    """Returns the name of a service."""
    return _(SERVICE_LABELS[service])


def order_label(kind: str) -> str:
    """Returns the name of a kind of order."""
    return _(ORDER_LABELS[kind])


class TimeSpan(NamedTuple):
    """How much time is drawn: days back and ahead on a wide and on a narrow screen."""

    label: str
    days_back: int
    days_ahead: int
    narrow_days_back: int
    narrow_days_ahead: int


TIME_SPANS = {
    "": TimeSpan(gettext_noop("Kring i dag"), 115, 40, 35, 20),
    "year": TimeSpan(gettext_noop("Längre tid"), 365, 90, 150, 60),
    "all": TimeSpan(gettext_noop("Hela tiden"), 3650, 180, 3650, 90),
}
"""By the value in the URL."""


def windows(span: TimeSpan, lanes: list[Lane], today: date) -> tuple[Window, Window]:
    """Returns the windows of the wide and the narrow screen; they begin no earlier than the first bar."""
    begins = min((bar.first for lane in lanes for bar in lane.bars), default=today)
    return tuple(  # type: ignore[return-value]
        Window(
            max(today - timedelta(days=back), min(begins, today) - timedelta(days=7)),
            today + timedelta(days=ahead),
            pixels,
        )
        for back, ahead, pixels in (
            (span.days_back, span.days_ahead, WIDE_PX),
            (span.narrow_days_back, span.narrow_days_ahead, NARROW_PX),
        )
    )


def lanes_of(client: ClientPage) -> list[Lane]:
    """Returns all lanes with bars, in the order of the routine: decision, allocation, order, tag, key, lock, visit."""
    return [lane for lane in (*_care_lanes(client), *_thing_lanes(client)) if lane.bars]


def _care_lanes(client: ClientPage) -> Iterable[Lane]:
    for service, decisions in _group_by(client.decisions, "service"):
        bars = [
            Bar(_("Beslut {reference}").format(reference=period.reference), period.first, period.last)
            for period in decisions
        ]
        missing = [
            Bar(
                _(GAP_LABELS[gap.why]),
                gap.first,
                None if gap.through == date.max else gap.through,
                is_gap=True,
            )
            for gap in client.gaps
            if gap.service == service
        ]
        yield Lane(service_label(service), service, _without_empty(bars) + missing)
    for provider, allocations in _group_by(client.allocations, "provider"):
        yield Lane(
            provider,
            "provider",
            _without_empty(
                Bar(service_label(period.service), period.first, period.last) for period in allocations
            ),
        )
    if client.absences:
        label = _("På sjukhus eller bortrest")
        yield Lane(
            _("Inte hemma"),
            "away",
            [Bar(label, absence.begins, absence.through) for absence in client.absences],
        )


def _group_by(periods: list[CarePeriod], name: str) -> list[tuple[str, list[CarePeriod]]]:
    groups: dict[str, list[CarePeriod]] = {}
    for period in periods:
        groups.setdefault(getattr(period, name), []).append(period)
    return list(groups.items())


def _without_empty(bars: Iterable[Bar]) -> list[Bar]:
    """Returns the bars without those that ended before they began."""
    return [bar for bar in bars if bar.last is None or bar.first <= bar.last]


def _thing_lanes(client: ClientPage) -> Iterable[Lane]:
    holdings = [
        holding
        for holding in client.periods
        if holding.until is None or holding.until - holding.since > timedelta(minutes=5)
    ]
    yield Lane(_("Beställning"), "order", [bar for order in client.orders for bar in _order_bars(order)])
    tags = [holding for holding in holdings if holding.what == "tag" and holding.by == "client"]
    yield Lane(_("Kvittensprodukt"), "tag", [_bar(holding, holding.number) for holding in tags])
    keys = [holding for holding in holdings if holding.what == "key" and holding.by == "organisation"]
    yield Lane(_("Nycklar"), "key", _merge_equal_bars(_bar(holding, holding.holder) for holding in keys))
    locks = [holding for holding in holdings if holding.what == "lock" and holding.by == "door"]
    links = [holding for holding in holdings if holding.what == "linked"]
    yield Lane(_("Låsvred"), "lock", _lock_bars(locks, links))
    yield Lane(
        _("Besök"), "visit", _visit_bars([holding for holding in client.periods if holding.what == "visit"])
    )


def _order_bars(order: ClientOrder) -> Iterable[Bar]:
    first = clock.day_of(order.placed)
    last = clock.day_of(order.closed) if order.closed else None
    kind = order_label(order.kind)
    title = f"{kind} {order.number}"
    yield Bar(title, first, last)
    for booking in order.bookings:
        day = clock.day_of(booking.starts)
        if last is None or day <= last:
            time = formatting.time_of_day(booking.starts)
            yield Bar(_("Bokad kl. {time}, {kind}").format(time=time, kind=kind.lower()), day, day)


def _bar(holding: HolderPeriod, label: str) -> Bar:
    return Bar(label, clock.day_of(holding.since), clock.day_of(holding.until) if holding.until else None)


LOCK_LABELS = {
    (True, True): gettext_noop("Lås {number}, kopplat"),
    (True, False): gettext_noop("Lås {number}, inte kopplat"),
    (False, True): gettext_noop("Lås {number} nere, kopplat än"),
}
"""By whether the lock is at the door, and linked to the client."""


def _lock_bars(locks: list[HolderPeriod], links: list[HolderPeriod]) -> list[Bar]:
    """Returns the bars of each lock: when it was at the door and linked, and when only one of the two."""
    bars: list[Bar] = []
    for number in dict.fromkeys(holding.number for holding in (*locks, *links)):
        at_door = [_bar(holding, "") for holding in locks if holding.number == number]
        linked = [_bar(holding, "") for holding in links if holding.number == number]
        days = {bar.first for bar in (*at_door, *linked)}
        days |= {bar.last + ONE_DAY for bar in (*at_door, *linked) if bar.last is not None}
        for first, after in zip_longest(sorted(days), sorted(days)[1:]):
            state = (_covers(at_door, first), _covers(linked, first))
            if state not in LOCK_LABELS:
                continue
            last = after - ONE_DAY if after else None
            bars.append(Bar(_(LOCK_LABELS[state]).format(number=number), first, last))
    return _joined(bars)


def _covers(bars: list[Bar], day: date) -> bool:
    return any(bar.first <= day and (bar.last is None or day <= bar.last) for bar in bars)


def _joined(bars: list[Bar]) -> list[Bar]:
    """Returns the bars, those that follow each other and say the same as one."""
    joined: list[Bar] = []
    for bar in bars:
        before = joined[-1] if joined else None
        if before and before.label == bar.label and before.last and before.last + ONE_DAY == bar.first:
            joined[-1] = before._replace(last=bar.last)
        else:
            joined.append(bar)
    return joined


def _merge_equal_bars(bars: Iterable[Bar]) -> list[Bar]:
    """Returns equal bars (keys of one holder) merged, with their number."""
    counts: dict[Bar, int] = {}
    for bar in bars:
        counts[bar] = counts.get(bar, 0) + 1
    return [
        bar if count == 1 else bar._replace(label=f"{bar.label} ({count})") for bar, count in counts.items()
    ]


def _visit_bars(visits: list[HolderPeriod]) -> list[Bar]:
    """Returns a bar per provider and run of days with visits, with the number of visits."""
    bars: list[Bar] = []
    for provider, provider_visits in groupby(
        sorted(visits, key=lambda visit: (visit.holder, visit.since)), key=lambda visit: visit.holder
    ):
        days: dict[date, int] = {}
        for visit in provider_visits:
            day = clock.day_of(visit.since)
            days[day] = days.get(day, 0) + 1
        bars += [_visit_bar(provider, run) for run in _consecutive_days(days)]
    return bars


def _visit_bar(provider: str, days: dict[date, int]) -> Bar:
    count = sum(days.values())
    text = ngettext("{count} besök", "{count} besök", count).format(count=formatting.digits(count))
    return Bar(f"{text}, {provider}", min(days), max(days))


def _consecutive_days(days: dict[date, int]) -> list[dict[date, int]]:
    runs: list[dict[date, int]] = []
    for day in sorted(days):
        if runs and max(runs[-1]) + ONE_DAY == day:
            runs[-1][day] = days[day]
        else:
            runs.append({day: days[day]})
    return runs
