# SPDX-License-Identifier: EUPL-1.2
"""What the text of a duty, a notice or an e-mail may name of its case: who, which day, which door, which thing.

A fact is an id, a day or a code here; the names of what it stands for are looked up where the text is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from troskel.routine import client_state, things
from troskel.routine.bases import BASES
from troskel.routine.facts import WAYS, OrderFacts
from troskel.routine.line import uid_in
from troskel.routine.model import LocalizedText
from troskel.routine.subjects import Case

LINE_BY, LINE_ON = "line_by", "line_on"
"""Who wrote the line that a duty opened with, and the day on which it happened: beside what the line says."""


class FactKind(StrEnum):
    """What a fact is, and so how it is written: ids, a day, an instant, a number, a number of days, codes."""

    ORGANISATION = "organisation"
    PERSON = "person"
    NAME = "name of a person"
    HOLDER = "holder"
    DOOR = "door"
    THING = "thing"
    DAY = "day"
    TIME = "time"
    MONTH = "month"
    NUMBER = "number"
    DAYS = "days"
    SERVICE = "service"
    WAYS = "ways"


class TextFact(NamedTuple):
    """A fact that a text may name. `words` stand for it where no case is shown. `find`: None or empty, not known."""

    kind: FactKind
    words: LocalizedText
    find: Callable[[Case], Any]


def _told(key: str) -> Callable[[Case], Any]:
    return lambda case: case.about.get(key)


def _id(key: str) -> Callable[[Case], list[UUID]]:
    return lambda case: [found] if (found := uid_in(case.about, key)) else []


def _day(key: str) -> Callable[[Case], date | None]:
    def find(case: Case) -> date | None:
        told = case.about.get(key)
        return date.fromisoformat(told[:10]) if isinstance(told, str) else None

    return find


def _starts(case: Case) -> datetime | None:
    told = case.about.get("starts")
    return datetime.fromisoformat(told) if told else None


def _base(name: str) -> Callable[[Case], date | None]:
    def find(case: Case) -> date | None:
        day = BASES[name].day(case)
        return None if day == client_state.FOREVER else day

    return find


def _gap_from(case: Case) -> date | None:
    last = _day("through")(case)
    return last + client_state.ONE_DAY if last else None


def _begins(case: Case) -> date | None:
    """The first day of the allocation that it is about, else of the decision."""
    told = case.about.get("from")
    if isinstance(told, str):
        return date.fromisoformat(told)
    return _base("decision_begins")(case)


def _service(case: Case) -> str | None:
    if told := case.about.get("service"):
        return str(told)
    named = uid_in(case.about, "decision")
    decision = case.client.decisions.get(named) if case.client and named else None
    return decision.service if decision else None


def _last_care_day(case: Case) -> date | None:
    last = client_state.last_care_day(case.client) if case.client else None
    return None if last == client_state.FOREVER else last


def _doors(case: Case) -> list[UUID]:
    return [door.door for door in case.doors()]


def _door(case: Case) -> list[UUID]:
    """The door that it is about; else the only one of the home with a lock, or the home's only door."""
    if told := _id("door")(case):
        return told
    with_lock = [door.door for door in case.home.doors.values() if door.lock is not None]
    found = with_lock or list(case.home.doors)
    return found if len(found) == 1 else []


def _locks(case: Case) -> list[UUID]:
    """The lock that it is about; else those that hang at the door, or at the doors of the home."""
    return _id("lock")(case) or [door.lock for door in case.doors() if door.lock is not None]


def _tags(case: Case) -> list[UUID]:
    if case.client is None or case.organisation is None:
        return []
    return things.tags_of(case.client, case.organisation)


def _keys_held(case: Case) -> list[UUID]:
    """The keys that the organisation holds to the doors of the home."""
    return [
        key
        for door in case.home.doors.values()
        for key, held in door.keys.items()
        if held.organisation == case.organisation and held.client in case.home.clients
    ]


def _doors_without_key(case: Case) -> list[UUID]:
    return things.doors_without_key(case.home, case.organisation) if case.organisation else []


def _orders(case: Case) -> str | None:
    """The number of the order that it is about, else of those that are open at the door."""
    if number := case.about.get("number"):
        return str(number)
    found: Iterable[OrderFacts] = case.door.orders.values() if case.door is not None else ()
    return ", ".join(str(order.number) for order in found if order.number) or None


def _ways(fact: str, *, left: bool) -> Callable[[Case], list[str]]:
    """The ways in which the client has been told, or has not; neither, where all or nothing is done."""

    def find(case: Case) -> list[str]:
        told = set(getattr(case.client, fact)) if case.client is not None else set()
        some = 0 < len(told & set(WAYS)) < len(WAYS)
        return [way for way in WAYS if (way in told) is not left] if some else []

    return find


def _facts(kind: FactKind, told: Mapping[str, tuple[str, str, Callable[[Case], Any]]]) -> dict[str, TextFact]:
    return {name: TextFact(kind, LocalizedText(sv, en), find) for name, (sv, en, find) in told.items()}


FACTS: dict[str, TextFact] = {
    **_facts(
        FactKind.ORGANISATION,
        {
            "former": ("den förra utföraren", "the former provider", _id("former")),
            "follower": ("den nya utföraren", "the new provider", _id("follower")),
            "provider": ("utföraren", "the provider", _id("provider")),
            "giver": ("den förra utföraren", "the former provider", _id("giver")),
            "left_by": ("utföraren som har upphört", "the provider that has closed", _id("left_by")),
            "organisation": ("organisationen", "the organisation", _id("organisation")),
            "locksmith": ("låssmeden", "the locksmith", _id("locksmith")),
        },
    ),
    **_facts(
        FactKind.PERSON,
        {
            "by": ("någon", "somebody", _id(LINE_BY)),
        },
    ),
    **_facts(FactKind.NAME, {"account": ("en person", "a person", _id("account"))}),
    **_facts(FactKind.HOLDER, {"last_holder": ("någon", "somebody", _told("last"))}),
    **_facts(
        FactKind.DOOR,
        {
            "door": ("dörren", "the door", _door),
            "doors": ("dörrarna", "the doors", _doors),
            "doors_without_key": ("dörrarna", "the doors", _doors_without_key),
        },
    ),
    **_facts(
        FactKind.THING,
        {
            "lock": ("låsvredet", "the lock turner", _locks),
            "tag": ("kvittensprodukten", "the receipt tag", _id("tag")),
            "tags": ("kvittensprodukten", "the receipt tag", _tags),
            "key": ("nyckeln", "the key", _id("key")),
            "keys": ("nycklarna", "the keys", _keys_held),
        },
    ),
    **{
        name: TextFact(FactKind.DAY, base.words, _base(name))
        for name, base in BASES.items()
        if name not in ("opened", "next_visit", "booking")
    },
    **_facts(
        FactKind.DAY,
        {
            "on": ("den dagen", "that day", _day(LINE_ON)),
            "former_through": ("den sista dagen", "the last day", _day("former_through")),
            "follower_from": ("den första dagen", "the first day", _day("follower_from")),
            "through": ("den sista dagen", "the last day", _day("through")),
            "begins": ("den första dagen", "the first day", _begins),
            "gap_from": ("dagen efter", "the day after", _gap_from),
            "last_visit": ("det senaste besöket", "the latest visit", _day("last_visit")),
            "last_care_day": ("sista dagen med insats", "the last day of care", _last_care_day),
        },
    ),
    **_facts(FactKind.TIME, {"starts": ("den bokade tiden", "the time booked", _starts)}),
    **_facts(FactKind.MONTH, {"month": ("månaden", "the month", _told("month"))}),
    **_facts(
        FactKind.NUMBER,
        {
            "order": ("beställningen", "the order", _orders),
            "serial": ("numret", "the number", _told("serial")),
            "form_number": ("blanketten", "the form", _told("form_number")),
        },
    ),
    **_facts(FactKind.DAYS, {"usual": ("den vanliga tiden", "the usual time", _told("usual_days"))}),
    **_facts(FactKind.SERVICE, {"service": ("insatsen", "the service", _service)}),
    **_facts(
        FactKind.WAYS,
        {
            "told": ("det ena sättet", "one way", _ways("informed", left=False)),
            "not_told": ("det andra sättet", "the other way", _ways("informed", left=True)),
            "keys_told": ("det ena sättet", "one way", _ways("keys_told", left=False)),
            "keys_not_told": ("det andra sättet", "the other way", _ways("keys_told", left=True)),
        },
    ),
}
"""All that a text may name, by the name between braces."""

PEOPLE = frozenset(name for name, fact in FACTS.items() if fact.kind in (FactKind.PERSON, FactKind.NAME))
"""Facts that name a person of the staff: never in an e-mail (rule 8)."""
