# SPDX-License-Identifier: EUPL-1.2
"""Checks every rule against the tables after each simulated day (design, section 3).

Each rule is a function of plain rows that yields violations. It is an independent implementation: it calls no rule,
condition or fact of the program. `check_journal` checks what takes longer: that the duties follow from the journal.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import NamedTuple

from troskel.duties.replay import discrepancies
from troskel.ground import clock
from troskel.journal.verification import verify
from troskel.simulator import read_invariants
from troskel.simulator.duty_invariants import DutyInvariants
from troskel.simulator.tables import SimClient, SimDuty, SimLink, SimOrder, Tables
from troskel.simulator.town import Town

Rule = Callable[[Tables], Iterator[str]]


OPEN = ("placed", "booked")
"""The states of an order that is not over."""


class BrokenRule(NamedTuple):
    """A violation of a rule."""

    day: str
    rule: str
    message: str


class InvariantChecker:
    """Checks every rule after each day, and the whole journal every `whole_every` days."""

    def __init__(self, whole_every: int = 90) -> None:
        self.whole_every = whole_every
        self.days = 0
        self._duties = DutyInvariants()
        self.broken: list[BrokenRule] = []

    def __call__(self, town: Town) -> None:
        """Checks the state at the end of a day."""
        self.days += 1
        today = town.life.day.isoformat()
        tables = Tables(town.life.municipality, today)
        self.broken += check_day(tables)
        self.broken += (
            BrokenRule(today, *violation) for violation in read_invariants.check_day(town, tables)
        )
        self.broken += (BrokenRule(today, *violation) for violation in self._duties.check_day(town, tables))
        if self.days % self.whole_every == 0 or town.is_last_day():
            self.broken += check_journal(town.life.municipality, today)


def check_day(tables: Tables) -> list[BrokenRule]:
    """Returns the violations of all rules about rows."""
    return [
        BrokenRule(tables.today, f"{rule.__name__.replace('_', ' ')}", message)
        for rule in RULES
        for message in rule(tables)
    ]


def check_journal(municipality: str, today: str) -> list[BrokenRule]:
    """Checks that the stored state follows from the journal, and that the journal verifies (rule 6)."""
    broken = [
        BrokenRule(today, "what is stored follows from the journal", message)
        for message in discrepancies(municipality)
    ]
    for kind in ("acts", "reads"):
        verdict = verify(municipality, kind)
        if not verdict.is_sound:
            broken.append(BrokenRule(today, f"the chain of {kind} holds", str(verdict)))
    return broken


# -- rule 1


def nobody_behind_a_removal_has_care(tables: Tables) -> Iterator[str]:
    """Rule 1: while a removal is ordered and somebody has care again, someone is asked to stop it (P6)."""
    handled = {duty.door for duty in tables.duties if (duty.paragraph, duty.ask) == ("P6", "stop")}
    for order in tables.orders:
        if order.kind != "removal":
            continue
        is_open = order.state in OPEN
        if is_open and order.door not in handled and _current_decisions(tables, order):
            yield f"order {order.number} is open, somebody behind the door has care, and no one is asked to cancel it"
        if order.state == "done" and _day(order.closed) == tables.today:
            closed = _instant(order.closed)
            if any(_created_at(decision) <= closed for decision in _current_decisions(tables, order, closed)):
                yield f"order {order.number} was reported done while somebody behind the door had care"


def _current_decisions(tables: Tables, order: SimOrder, lived_there: datetime | None = None) -> list[str]:
    """Returns the decisions of own clients behind the door that cover today or later."""
    return [
        decision.id
        for client in tables.behind.get(order.door, ())
        if client.id not in tables.want_no_lock
        if lived_there is None or _moved_in_at(tables, client) <= lived_there
        for decision in tables.in_care(client, tables.today)
    ]


def _moved_in_at(tables: Tables, client: SimClient) -> datetime:
    """Returns when it was recorded that the client lives in the home."""
    residences = [
        stay.id for stay in tables.residences if stay.client == client.id and stay.home == client.home
    ]
    return max(map(_created_at, residences))


# -- rule 2


def a_door_has_one_lock(tables: Tables) -> Iterator[str]:
    """Rule 2: a lock is at one place, and a door has one lock."""
    at = Counter(h.holder for h in tables.holdings if h.until is None and h.kind == "door")
    yield from (f"door {door} has {count} locks" for door, count in at.items() if count > 1)
    for holding in tables.holdings:
        if holding.kind == "door" and tables.things[holding.thing].kind != "lock":
            yield f"a {tables.things[holding.thing].kind} is at a door"


def a_link_is_behind_the_door(tables: Tables) -> Iterator[str]:
    """Rule 2: a lock is linked to those who live, or have lived, behind its door: never to the neighbour."""
    doors_by_client: dict[str, set[str]] = {}
    for stay in tables.residences:
        doors_by_client.setdefault(stay.client, set()).update(tables.doors_of.get(stay.home, ()))
    for link in tables.links:
        if link.door not in doors_by_client.get(link.client, set()):
            yield f"link {link.id} is at a door that its client never lived behind"


def one_open_link_per_lock_and_client(tables: Tables) -> Iterator[str]:
    """Rule 2, literally."""
    pairs = Counter((link.lock, link.client) for link in tables.links if link.until is None)
    yield from (
        f"lock {lock} is linked twice to client {client}" for (lock, client), n in pairs.items() if n > 1
    )


def a_link_starts_after_a_reported_installation(tables: Tables) -> Iterator[str]:
    """Rule 2: the order that mounted the lock at the door was done before."""
    mounted = _reports(tables, "installation")
    for link in tables.links:
        if link.door in tables.corrected_doors:
            continue
        if not any(closed <= link.since for closed in mounted.get((link.lock, link.door), ())):
            yield f"link {link.id} began before its lock was reported as mounted at the door"


def a_link_ends_after_a_reported_removal(tables: Tables) -> Iterator[str]:
    """Rule 2: or alone, as its client has moved or has no care any more; or it, or what hangs there, was corrected."""
    down = _reports(tables, "removal")
    corrected = {link.corrects for link in tables.links}
    hanging = {(h.thing, h.holder) for h in tables.holdings if h.until is None and h.kind == "door"}
    for link in tables.links:
        if link.until is None or _day(link.until) != tables.today or link.id in corrected:
            continue
        if any(link.since <= closed <= link.until for closed in down.get((link.lock, link.door), ())):
            continue
        if link.door in tables.corrected_doors and (link.lock, link.door) not in hanging:
            continue
        if not _may_have_ended(tables, link):
            yield f"link {link.id} was ended while its client has care behind the door"


def _may_have_ended(tables: Tables, link: SimLink) -> bool:
    client = tables.clients[link.client]
    ended = _instant(link.until)
    return (
        not tables.is_own(client)
        or link.door not in tables.doors_of[client.home]
        or all(_created_at(decision.id) > ended for decision in tables.in_care(client, tables.today))
    )


def an_open_link_has_its_lock_at_the_door(tables: Tables) -> Iterator[str]:
    """Rule 2: or somebody is asked to remove it (S3)."""
    at = {h.thing: h.holder for h in tables.holdings if h.until is None and h.kind == "door"}
    links_to_remove = {
        json.loads(duty.about).get("link", "").replace("-", "")
        for duty in tables.duties
        if duty.paragraph == "S3"
    }
    for link in tables.links:
        if link.until is None and at.get(link.lock) != link.door and link.id not in links_to_remove:
            yield f"link {link.id} is open, its lock is elsewhere, and no one is asked to remove it"


def _reports(tables: Tables, kind: str) -> dict[tuple[str, str], list[str]]:
    """Returns when work of this kind was reported, by lock and door."""
    reports: dict[tuple[str, str], list[str]] = {}
    for order in tables.orders:
        if order.kind == kind and order.state == "done" and order.lock and order.closed:
            reports.setdefault((order.lock, order.door), []).append(order.closed)
    return reports


# -- rule 3


def nobody_from_elsewhere_has_lock_or_tag(tables: Tables) -> Iterator[str]:
    """Rule 3: whoever asked for it. Where an own client becomes another municipality's, it is asked that it go."""
    foreign = {client.id for client in tables.clients.values() if not tables.is_own(client)}
    doors = {duty.door for duty in tables.duties if duty.paragraph == "P6"}
    doors |= {order.door for order in tables.orders if order.kind == "removal" and order.state in OPEN}
    clients = {(duty.paragraph, duty.client) for duty in tables.duties}
    for order in tables.orders:
        is_open = order.kind == "installation" and order.state in OPEN
        if (
            is_open
            and order.client in foreign
            and order.door not in doors
            and not tables.behind.get(order.door)
        ):
            yield f"order {order.number} is for a client from elsewhere"
    for link in tables.links:
        is_asked = link.door in doors or ("S3", link.client) in clients
        if link.client in foreign and link.until is None and not is_asked:
            yield f"link {link.id} is of a client from elsewhere"
    for holding in tables.holdings:
        is_tag = tables.things[holding.thing].kind == "tag" and holding.until is None
        is_asked = holding.kind != "client" or ("P7", holding.holder) in clients
        if is_tag and holding.holder in foreign and not is_asked:
            yield f"tag {holding.thing} is with a client from elsewhere"


# -- rule 4


def a_visit_is_made_on_a_covered_day(tables: Tables) -> Iterator[str]:
    """Rule 4: today's visits, by the decisions and allocations that cover today."""
    covers: dict[str, set[str]] = {}
    for visit in tables.visits:
        if _day(visit.arrived) != tables.today:
            continue
        if visit.organisation not in covers:
            covers[visit.organisation] = _covered_clients(tables, visit.organisation)
        if visit.client not in covers[visit.organisation]:
            yield f"visit {visit.id} was made on a day without an ongoing allocated decision"


def _covered_clients(tables: Tables, organisation: str) -> set[str]:
    """Returns the organisation's clients today, including other municipalities', and those who died today."""
    return {
        tables.decisions[a.decision].client
        for a in tables.allocations
        if a.organisation == organisation
        and not a.withdrawn
        and not tables.decisions[a.decision].withdrawn
        and all(
            period.begins <= tables.today <= (period.through or tables.today)
            for period in (a, tables.decisions[a.decision])
        )
    }


# -- rule 5


def every_thing_has_one_holder_and_an_unbroken_chain(tables: Tables) -> Iterator[str]:
    """Rule 5: holding follows on holding, each begun when the one before ended, and the last is open."""
    chains: dict[str, list[tuple[int, str, str | None]]] = {}
    for holding in tables.holdings:
        chains.setdefault(holding.thing, []).append((holding.sequence, holding.since, holding.until))
    for thing in tables.things:
        chain = chains.get(thing, [])
        if [sequence for sequence, _, _ in chain] != list(range(1, len(chain) + 1)) or not chain:
            yield f"thing {thing} has holdings {[sequence for sequence, _, _ in chain]}"
            continue
        if chain[-1][2] is not None or any(until is None for _, _, until in chain[:-1]):
            yield f"thing {thing} has not exactly one holder"
        if any(before[2] != after[1] for before, after in pairwise(chain)):
            yield f"the chain of thing {thing} is broken"


# -- rule 6


def no_duty_is_asked_twice(tables: Tables) -> Iterator[str]:
    """Rule 6: two open duties never ask the same of the same about the same."""
    duty_counts = Counter(
        (d.paragraph, d.ask, d.door)
        if (d.paragraph, d.ask) in DOOR_ASKS
        else (d.paragraph, d.ask, *_about(d))
        for d in tables.duties
    )
    yield from (
        f"{what[0]} {what[1]} is asked {count} times" for what, count in duty_counts.items() if count > 1
    )


def a_providers_duty_has_a_provider(tables: Tables) -> Iterator[str]:
    """Rule 6: a duty without a provider would be lost."""
    for duty in tables.duties:
        if duty.role == "provider" and duty.organisation is None:
            yield f"{duty.paragraph} {duty.ask} is asked of no provider"


DUTY_IS_OF = (
    "order",
    "lock",
    "link",
    "tag",
    "key",
    "decision",
    "provider",
    "through",
    "former",
    "month",
    "form",
)
DOOR_ASKS = frozenset({("P1", "order"), ("P6", "order"), ("P6", "cancel"), ("P6", "stop")})
"""Asks that open one duty per door, whichever of the clients behind it is named."""


def _about(duty: SimDuty) -> tuple[str | None, ...]:
    about = json.loads(duty.about)
    values = (about.get(name) for name in DUTY_IS_OF)
    return (duty.home, duty.client, duty.door, duty.organisation, *values)


RULES: tuple[Rule, ...] = (
    nobody_behind_a_removal_has_care,
    a_door_has_one_lock,
    a_link_is_behind_the_door,
    one_open_link_per_lock_and_client,
    a_link_starts_after_a_reported_installation,
    a_link_ends_after_a_reported_removal,
    an_open_link_has_its_lock_at_the_door,
    nobody_from_elsewhere_has_lock_or_tag,
    a_visit_is_made_on_a_covered_day,
    every_thing_has_one_holder_and_an_unbroken_chain,
    no_duty_is_asked_twice,
    a_providers_duty_has_a_provider,
)


def _instant(text: str | None) -> datetime:
    instant = datetime.fromisoformat(text or "")
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _day(text: str | None) -> str:
    return clock.day_of(_instant(text)).isoformat() if text else ""


def _created_at(identifier: str) -> datetime:
    """Returns when a row was created, from its UUIDv7."""
    return datetime.fromtimestamp(int(identifier[:12], 16) / 1000, UTC)
