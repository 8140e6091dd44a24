# SPDX-License-Identifier: EUPL-1.2
"""Which moves are tried in a world. Of equal providers and clients only the first is moved first."""

from __future__ import annotations

from collections.abc import Iterator

from troskel.prover import world as of
from troskel.prover.moves import ChosenMove
from troskel.prover.world import ALARM, ALARMS, HOME_CARE, PROVIDERS, World, WorldClient, WorldDoor

SHORT, NEAR, LONG_AGO = 20, 3, 40
"""Days of a short decision, of what is soon, and of what is known late."""


def choices(w: World, *, equal_clients: bool = False) -> Iterator[ChosenMove]:
    """The moves to try; some of them are impossible. Where all clients are still equal, only one of them moves."""
    yield ChosenMove("wait")
    for name in list(w.people)[: 1 if equal_clients else None]:
        p = w.people[name]
        if p.died is None:
            yield from _care(w, name, p)
            yield from _said(name, p, w.also)
        yield from _things(name, p)
        if p.died is None:
            yield from (ChosenMove("move_house", (name, home)) for home in w.spare)
            yield from _moves_ahead(w, name, p)
        else:
            yield ChosenMove("live", (name,))
    yield from _of_organisations(w)
    for home in w.spare:
        yield ChosenMove("look_at" if home in w.unknown else "puzzle", (home,))
        yield ChosenMove("add_door", ("~D8", next(iter(w.people.values())).home))
    for home in list(dict.fromkeys(p.home for p in w.people.values()))[:1]:
        yield ChosenMove("look_at" if home in w.unknown else "puzzle", (home,))
    for name, door in w.doors.items():
        yield from _at_door(w, name, door)
    for order in w.letters:
        yield ChosenMove("send_letter", (order,))
    for tag in w.tellings:
        yield ChosenMove("tell_return", (tag,))
    for month in of.months_owed(w):
        yield ChosenMove("bill", month)
    for form in w.forms:
        yield ChosenMove("form", (form,))


def _moves_ahead(w: World, name: str, p: WorldClient) -> Iterator[ChosenMove]:
    if "plan" in w.also:
        yield from (ChosenMove("plan_move", (name, home, NEAR)) for home in w.spare)
        yield ChosenMove("call_off_move", (name,))
    if "merge" in w.also:
        yield from (ChosenMove("merge", (name, other)) for other in w.people if other != name)


def _of_organisations(w: World) -> Iterator[ChosenMove]:
    if "closing" in w.also:
        yield ChosenMove("succeed", (*PROVIDERS, NEAR))
    if "offers" in w.also:
        for name, door in w.doors.items():
            for key, (by, _) in door.keys.items():
                yield from (ChosenMove("offer_key", (name, key, to)) for to in PROVIDERS if to != by)
                yield ChosenMove("accept_key", (name, key))
    if "accounts" in w.also:
        for had in (True, False):
            yield ChosenMove("close_account", ("~A1", PROVIDERS[0], had))
        yield ChosenMove("reopen_account", ("~A1", PROVIDERS[0]))


def providers(w: World) -> list[str]:
    """The home-care providers, of those that have had nobody only the first."""
    used = {a.to for p in w.people.values() for a in p.allocations.values()}
    unused = [o for o in PROVIDERS if o not in used]
    return [o for o in PROVIDERS if o in used and o not in w.closing] + unused[:1]


def _care(w: World, name: str, p: WorldClient) -> Iterator[ChosenMove]:
    for service in (HOME_CARE, ALARM):
        had = of.real_decisions(p, service)
        if had and max(of.last(p, d) for d in had) == of.FOREVER:
            continue
        if sum(d.service == service for d in p.decisions.values()) > 1:
            continue
        follows = (max(of.last(p, d) for d in had) - w.day).days + 1 if had else 1
        begins = [follows, follows + 1] if had and follows > 0 else [1]
        for first in begins:
            yield ChosenMove("decide", (name, service, first, None))
        if service == HOME_CARE:
            yield ChosenMove("decide", (name, service, begins[0], begins[0] + SHORT))
    for decision, d in p.decisions.items():
        if of.last(p, d) < w.day:
            yield ChosenMove("change_decision", (name, decision, None))
            continue
        yield from _allocations(w, name, p, decision)
        yield ChosenMove("end", (name, decision, 0, True))
        yield ChosenMove("end", (name, decision, 0, False))
        yield ChosenMove("end", (name, decision, NEAR, True))
        yield ChosenMove("change_decision", (name, decision, NEAR))
        yield ChosenMove("change_decision", (name, decision, None))
        yield ChosenMove("withdraw_decision", (name, decision))
    yield from _to_each(w, name, p)
    yield ChosenMove("confirm_ending", (name,))
    yield ChosenMove("die", (name,))
    yield ChosenMove("become", (name, not p.own))
    yield ChosenMove("come_home" if of.is_away(p, w.day) else "go_away", (name,))
    yield ChosenMove("move_to_special_housing", (name,))
    if "absences" in w.also:
        yield ChosenMove("go_away", (name, NEAR, NEAR + NEAR))
        yield from (ChosenMove("come_home", (name, which)) for which in range(len(p.absences)))


def _to_each(w: World, name: str, p: WorldClient) -> Iterator[ChosenMove]:
    for allocation, a in p.allocations.items():
        if of.last(p, a) < w.day:
            continue
        yield ChosenMove("end_allocation", (name, allocation, 0, True))
        yield ChosenMove("end_allocation", (name, allocation, 0, False))
        yield ChosenMove("change_allocation", (name, allocation, NEAR))
        yield ChosenMove("change_allocation", (name, allocation, None))
        if not p.own:
            yield ChosenMove("change_allocation", (name, allocation, -LONG_AGO))
        yield ChosenMove("withdraw_allocation", (name, allocation))
        if a.service == HOME_CARE:
            for to in providers(w):
                yield ChosenMove("change_provider", (name, allocation, to, 1))


def _allocations(w: World, name: str, p: WorldClient, decision: str) -> Iterator[ChosenMove]:
    d = p.decisions[decision]
    given = [a for a in of.real_allocations(p) if a.decision == decision]
    to = [ALARMS] if d.service == ALARM else providers(w)
    for organisation in to:
        yield ChosenMove("allocate", (name, decision, organisation, 0, None))
    if not given:
        yield ChosenMove("allocate", (name, decision, to[0], 1, None))
        yield ChosenMove("allocate", (name, decision, to[0], 0, NEAR))
        if d.through is not None:
            yield ChosenMove("allocate", (name, decision, to[0], (d.through - d.begins).days + 1, None))


def _said(name: str, p: WorldClient, also: tuple[str, ...]) -> Iterator[ChosenMove]:
    yield ChosenMove("tell_all", (name,))
    for what in of.TOLD:
        yield ChosenMove("tell", (name, what))
    yield ChosenMove("refuse", (name,))
    yield ChosenMove("confirm_refusal", (name,))
    yield ChosenMove("decide_way_in", (name,))
    for organisation in dict.fromkeys(a.to for a in p.allocations.values()):
        yield ChosenMove("visit", (name, organisation))
        if "silence" in also:
            yield ChosenMove("visit_again", (name, organisation))


def _things(name: str, p: WorldClient) -> Iterator[ChosenMove]:
    for organisation in dict.fromkeys(a.to for a in p.allocations.values()):
        yield ChosenMove("place_tag", (name, organisation))
        yield ChosenMove("find_tag", (name, organisation))
    yield ChosenMove("tell_tag", (name,))
    for link in p.links:
        yield ChosenMove("unlink", (name, link))
    for tag in p.tags:
        yield ChosenMove("take_tag", (name, tag))
        yield ChosenMove("lose_tag", (name, tag))


def _at_door(w: World, name: str, door: WorldDoor) -> Iterator[ChosenMove]:
    here = of.behind(w, door)
    for client, p in here.items():
        for by in dict.fromkeys(a.to for a in p.allocations.values()):
            yield ChosenMove("receive_key", (name, client, by))
        yield ChosenMove("link", (name, client))
        yield ChosenMove("tell_lock", (name, client))
        for to in (*providers(w), ALARMS):
            yield ChosenMove("tell_key", (name, client, to))
        for by in of.serving(p, w.day)[:1]:
            yield ChosenMove("order_installation", (name, client, by))
            yield ChosenMove("order_repair", (name, client, by))
        for by in list(dict.fromkeys(a.to for a in p.allocations.values()))[-1:]:
            yield ChosenMove("order_removal", (name, client, by))
    for client in list(here)[:1]:
        yield ChosenMove("fault", (name, client))
        yield ChosenMove("consent", (name, client, not door.consent))
    for client in list(here)[:1]:
        yield ChosenMove("correct_lock", (name, client))
    yield ChosenMove("take_back", (name,))
    for order in door.orders:
        yield ChosenMove("book", (name, order))
        yield ChosenMove("book", (name, order, False))
        yield ChosenMove("fail", (name, order))
        yield ChosenMove("cancel", (name, order, "not_needed"))
        yield ChosenMove("cancel", (name, order, "cannot_be_fitted"))
        yield ChosenMove("report", (name, order))
    for key in door.keys:
        yield ChosenMove("return_key", (name, key))
        yield ChosenMove("lose_key", (name, key))
