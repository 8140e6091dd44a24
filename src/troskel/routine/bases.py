# SPDX-License-Identifier: EUPL-1.2
"""The days that a deadline may be counted from: one table of names, texts and functions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from troskel.routine import client_state, months
from troskel.routine.line import day_in, stockholm_day, uid_in
from troskel.routine.model import LocalizedText
from troskel.routine.subjects import Case

Day = Callable[[Case], date | None]


class Base(NamedTuple):
    """A day to count from. None while it has not happened.

    `fixed_by`: the event that may set it, or set it earlier, while the duty is open.
    `follows`: a fact of the home; while the duty is open, its due day is counted again whenever the fact changes.
    `told_by`: the day stands in these events alone, so an ask that counts from it may listen to no others.
    """

    words: LocalizedText
    day: Day
    fixed_by: str | None = None
    follows: bool = False
    told_by: tuple[str, ...] = ()


def _care_begins(case: Case) -> date | None:
    client = case.client
    if client is None or client.stay is None:
        return None
    return max(client.stay, client.moved_in or client.stay)


def _decision_begins(case: Case) -> date | None:
    named = uid_in(case.about, "decision")
    decision = case.client.decisions.get(named) if case.client and named else None
    return decision.begins if decision else None


def _first_visit(case: Case) -> date | None:
    if case.organisation is None:
        return None
    days = (client.first_visits.get(case.organisation) for client in case.served_clients())
    return min((day for day in days if day is not None), default=None)


def _booking(case: Case) -> date | None:
    starts = case.about.get("starts")
    return stockholm_day(datetime.fromisoformat(starts)) if starts else None


def _care_ended(case: Case) -> date | None:
    days = [client_state.last_care_day(c) for c in case.clients()]
    return max((day for day in days if day is not None and day != client_state.FOREVER), default=None)


def _told(case: Case) -> date | None:
    return max((c.told for c in case.clients() if c.told is not None), default=None)


def _month_ended(case: Case) -> date | None:
    month = case.about.get("month")
    return months.last_day_of(month) if month else None


def _lock_mounted(case: Case) -> date | None:
    days = (door.replaced or door.since for door in case.doors() if door.lock is not None)
    return max((day for day in days if day is not None), default=None)


def _link_made(case: Case) -> date | None:
    links = case.client.links.values() if case.client else ()
    return max((link.since for link in links if case.door_id in (None, link.door)), default=None)


def _key_received(case: Case) -> date | None:
    keys = (key for door in case.doors() for key in door.keys.values())
    held = (key.since for key in keys if case.organisation in (None, key.organisation))
    return max((day for day in held if day is not None), default=None)


def _provider_began(case: Case) -> date | None:
    client = case.client
    if client is None:
        return None
    mine = (a for a in client.allocations.values() if a.organisation == case.organisation)
    days = (client_state.first_day(client, a) for a in mine if client_state.came_to_hold(client, a))
    return min(days, default=None)


def _provider_ended(case: Case) -> date | None:
    client = case.client
    if client is None:
        return None
    mine = (a for a in client.allocations.values() if a.organisation == case.organisation)
    last = max(
        (client_state.last_day(client, a) for a in mine if client_state.came_to_hold(client, a)), default=None
    )
    return None if last == client_state.FOREVER else last


def _of_client(fact: str) -> Day:
    return lambda case: getattr(case.client, fact) if case.client is not None else None


BOOKING = ("order.booked",)
DECISION = ("decision.made", "decision.changed", "decision.ended", "decision.ending")
MONTH = (
    "month.ended",
    "month.billed",
    *(f"basis_form.{step}" for step in ("made", "signed", "sent", "received")),
)

BASES: dict[str, Base] = {
    "opened": Base(
        LocalizedText("dagen då uppgiften uppstod", "the day the duty arose"), lambda case: case.theirs_since
    ),
    "care_begins": Base(LocalizedText("insatsens första dag", "the first day of care"), _care_begins),
    "decision_begins": Base(
        LocalizedText("beslutets första dag", "the decision's first day"), _decision_begins, told_by=DECISION
    ),
    "decision_ends": Base(
        LocalizedText("beslutets sista dag", "the decision's last day"),
        lambda case: day_in(case.about, "through"),
        told_by=DECISION,
    ),
    "first_visit": Base(
        LocalizedText("utförarens första besök", "the provider's first visit"),
        _first_visit,
        fixed_by="first.visit",
    ),
    "next_visit": Base(
        LocalizedText("utförarens nästa besök", "the provider's next visit"),
        lambda case: case.visit,
        fixed_by="visit.registered",
    ),
    "booking": Base(LocalizedText("den bokade dagen", "the day booked"), _booking, told_by=BOOKING),
    "care_ended": Base(
        LocalizedText("sista dagen med insats bakom dörren", "the last day of care behind the door"),
        _care_ended,
    ),
    "told": Base(LocalizedText("dagen då avslutet blev känt", "the day the ending became known"), _told),
    "month_ended": Base(
        LocalizedText("månadens sista dag", "the last day of the month"), _month_ended, told_by=MONTH
    ),
    "lock_mounted": Base(
        LocalizedText(
            "dagen då låsvredet på dörren monterades eller byttes",
            "the day the lock turner at the door was mounted or replaced",
        ),
        _lock_mounted,
        follows=True,
    ),
    "link_made": Base(
        LocalizedText("dagen då kunden kopplades till låset", "the day the client was linked to the lock"),
        _link_made,
        follows=True,
    ),
    "key_received": Base(
        LocalizedText("dagen då utföraren senast fick en nyckel", "the day the provider last received a key"),
        _key_received,
        follows=True,
    ),
    "provider_began": Base(
        LocalizedText("utförarens första dag hos kunden", "the provider's first day with the client"),
        _provider_began,
        follows=True,
    ),
    "provider_ended": Base(
        LocalizedText("utförarens sista dag hos kunden", "the provider's last day with the client"),
        _provider_ended,
        follows=True,
    ),
    "moved_in": Base(
        LocalizedText("dagen då kunden flyttade in", "the day the client moved in"),
        _of_client("moved_in"),
        follows=True,
    ),
    "moved_out": Base(
        LocalizedText("dagen då kunden flyttade ut", "the day the client moved out"),
        _of_client("moved_out"),
        follows=True,
    ),
    "died": Base(
        LocalizedText("dagen då kunden avled", "the day the client died"), _of_client("died"), follows=True
    ),
    "suspension_begins": Base(
        LocalizedText("första dagen på sjukhus eller bortrest", "the first day in hospital or away"),
        _of_client("suspended"),
        follows=True,
    ),
    "suspension_ends": Base(
        LocalizedText("sista dagen på sjukhus eller bortrest", "the last day in hospital or away"),
        _of_client("suspended_through"),
        follows=True,
    ),
    "take_over": Base(
        LocalizedText("dagen för övertagandet", "the day of the take-over"),
        _of_client("take_over"),
        follows=True,
    ),
    "became_others": Base(
        LocalizedText(
            "dagen då kunden blev en annan kommuns", "the day the client became another municipality's"
        ),
        _of_client("elsewhere_since"),
        follows=True,
    ),
}

STARTS: dict[str, str] = {
    "installation.reported": "lock_mounted",
    "repair.reported": "lock_mounted",
    "lock.mounted": "lock_mounted",
    "lock.taken_over": "lock_mounted",
    "link.made": "link_made",
    "key.handed_over": "key_received",
    "first.visit": "first_visit",
    "decision.made": "decision_begins",
    "allocation.made": "provider_began",
    "care.began": "provider_began",
    "provider.left": "provider_ended",
    "client.moved": "moved_in",
    "client.died": "died",
    "suspension.began": "suspension_begins",
    "suspension.ended": "suspension_ends",
}
"""The day that an event dates: what a better wording counts from."""
