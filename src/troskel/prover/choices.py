# SPDX-License-Identifier: EUPL-1.2
"""Which moves are tried in a world. Of equal providers and clients only the first is moved first."""

from __future__ import annotations

from collections.abc import Iterator

from troskel.prover import world as of
from troskel.prover.moves import Move
from troskel.prover.world import ALARM, ALARMS, HOME_CARE, PROVIDERS, Door, Person, World

SHORT, NEAR, LONG_AGO = 20, 3, 40
"""Days of a short decision, of what is soon, and of what is known late."""


def choices(w: World, *, equal_clients: bool = False) -> Iterator[Move]:
    """The moves to try; some of them are impossible. Where all clients are still equal, only one of them moves."""
    yield Move("wait")
    for name in list(w.people)[: 1 if equal_clients else None]:
        p = w.people[name]
        if p.died is None:
            yield from _care(w, name, p)
            yield from _said(name, p)
        yield from _things(name, p)
        if p.died is None:
            yield from (Move("move_house", (name, home)) for home in w.spare)
    for home in w.spare:
        yield Move("look_at" if home in w.unknown else "puzzle", (home,))
        yield Move("add_door", ("~D8", next(iter(w.people.values())).home))
    for home in list(dict.fromkeys(p.home for p in w.people.values()))[:1]:
        yield Move("look_at" if home in w.unknown else "puzzle", (home,))
    for name, door in w.doors.items():
        yield from _at_door(w, name, door)
    for order in w.letters:
        yield Move("send_letter", (order,))
    for tag in w.tellings:
        yield Move("tell_return", (tag,))
    for month in of.months_owed(w):
        yield Move("bill", month)
    for form in w.forms:
        yield Move("form", (form,))


def providers(w: World) -> list[str]:
    """The home-care providers, of those that have had nobody only the first."""
    used = {a.to for p in w.people.values() for a in p.allocations.values()}
    unused = [o for o in PROVIDERS if o not in used]
    return [o for o in PROVIDERS if o in used] + unused[:1]


def _care(w: World, name: str, p: Person) -> Iterator[Move]:
    for service in (HOME_CARE, ALARM):
        had = of.real_decisions(p, service)
        if had and max(of.last(p, d) for d in had) == of.FOREVER:
            continue
        if sum(d.service == service for d in p.decisions.values()) > 1:
            continue
        follows = (max(of.last(p, d) for d in had) - w.day).days + 1 if had else 1
        begins = [follows, follows + 1] if had and follows > 0 else [1]
        for first in begins:
            yield Move("decide", (name, service, first, None))
        if service == HOME_CARE:
            yield Move("decide", (name, service, begins[0], begins[0] + SHORT))
    for decision, d in p.decisions.items():
        if of.last(p, d) < w.day:
            yield Move("change_decision", (name, decision, None))
            continue
        yield from _allocations(w, name, p, decision)
        yield Move("end", (name, decision, 0, True))
        yield Move("end", (name, decision, 0, False))
        yield Move("end", (name, decision, NEAR, True))
        yield Move("change_decision", (name, decision, NEAR))
        yield Move("change_decision", (name, decision, None))
        yield Move("withdraw_decision", (name, decision))
    yield from _to_each(w, name, p)
    yield Move("confirm_ending", (name,))
    yield Move("die", (name,))
    yield Move("become", (name, not p.own))
    yield Move("come_home" if p.away else "go_away", (name,))


def _to_each(w: World, name: str, p: Person) -> Iterator[Move]:
    for allocation, a in p.allocations.items():
        if of.last(p, a) < w.day:
            continue
        yield Move("end_allocation", (name, allocation, 0, True))
        yield Move("end_allocation", (name, allocation, 0, False))
        yield Move("change_allocation", (name, allocation, NEAR))
        yield Move("change_allocation", (name, allocation, None))
        if not p.own:
            yield Move("change_allocation", (name, allocation, -LONG_AGO))
        yield Move("withdraw_allocation", (name, allocation))
        if a.service == HOME_CARE:
            for to in providers(w):
                yield Move("change_provider", (name, allocation, to, 1))


def _allocations(w: World, name: str, p: Person, decision: str) -> Iterator[Move]:
    d = p.decisions[decision]
    given = [a for a in of.real_allocations(p) if a.decision == decision]
    to = [ALARMS] if d.service == ALARM else providers(w)
    for organisation in to:
        yield Move("allocate", (name, decision, organisation, 0, None))
    if not given:
        yield Move("allocate", (name, decision, to[0], 1, None))
        yield Move("allocate", (name, decision, to[0], 0, NEAR))


def _said(name: str, p: Person) -> Iterator[Move]:
    yield Move("tell_all", (name,))
    for what in of.TOLD:
        yield Move("tell", (name, what))
    yield Move("refuse", (name,))
    yield Move("confirm_refusal", (name,))
    yield Move("decide_way_in", (name,))
    for organisation in dict.fromkeys(a.to for a in p.allocations.values()):
        yield Move("visit", (name, organisation))


def _things(name: str, p: Person) -> Iterator[Move]:
    for organisation in dict.fromkeys(a.to for a in p.allocations.values()):
        yield Move("place_tag", (name, organisation))
        if organisation in p.tags.values():
            yield Move("find_tag", (name, organisation))
    for link in p.links:
        yield Move("unlink", (name, link))
    for tag in p.tags:
        yield Move("take_tag", (name, tag))
        yield Move("lose_tag", (name, tag))


def _at_door(w: World, name: str, door: Door) -> Iterator[Move]:
    here = of.behind(w, door)
    for client, p in here.items():
        for by in dict.fromkeys(a.to for a in p.allocations.values()):
            yield Move("receive_key", (name, client, by))
        yield Move("link", (name, client))
        for by in of.serving(p, w.day)[:1]:
            yield Move("order_installation", (name, client, by))
            yield Move("order_repair", (name, client, by))
        for by in list(dict.fromkeys(a.to for a in p.allocations.values()))[-1:]:
            yield Move("order_removal", (name, client, by))
    for client in list(here)[:1]:
        yield Move("fault", (name, client))
        yield Move("consent", (name, client, not door.consent))
    for client in list(here)[:1]:
        yield Move("correct_lock", (name, client))
    yield Move("take_back", (name,))
    for order in door.orders:
        yield Move("book", (name, order))
        yield Move("book", (name, order, False))
        yield Move("fail", (name, order))
        yield Move("cancel", (name, order, "not_needed"))
        yield Move("cancel", (name, order, "cannot_be_fitted"))
        yield Move("report", (name, order))
    for key in door.keys:
        yield Move("return_key", (name, key))
        yield Move("lose_key", (name, key))
