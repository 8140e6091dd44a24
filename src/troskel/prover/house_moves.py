# SPDX-License-Identifier: EUPL-1.2
"""Moves: where the client lives and will live, what is known of a home, absences, and two entries of one person."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from troskel.prover import world as of
from troskel.prover.moves import ToldLine, about, move, need
from troskel.prover.world import FOREVER, ONE_DAY, World, WorldClient


def _moved(w: World, client: str, to: str, on: date) -> ToldLine:
    p = w.people[client]
    old, p.home, p.visited, p.moved = p.home, to, [], True
    p.home_through = None
    return ToldLine("client.moved", (old, to), client, {"from_home": old, "to_home": to, "on": on})


def _called_off(w: World, client: str) -> list[ToldLine]:
    """The planned move, if there is one, is called off."""
    p = w.people[client]
    if p.coming is None:
        return []
    to, p.coming = p.coming[0], None
    return [ToldLine("move.called_off", (p.home, to), client, {"from_home": p.home, "to_home": to})]


def carried_out(w: World, client: str, p: WorldClient) -> Iterator[ToldLine]:
    """On its day the planned move takes place; of one who has died it is called off."""
    if p.coming is not None and p.coming[1] <= w.day:
        to, on = p.coming
        if p.died is not None and p.died < on:
            yield from _called_off(w, client)
        else:
            p.coming = None
            yield _moved(w, client, to, on)


@move
def move_house(w: World, client: str, to: str) -> list[ToldLine]:
    """The client moves to another home today. Links, keys and orders stay with the doors of the old one."""
    p = w.people[client]
    need(p.died is None and not of.is_gone(p, w.day), "dead, or in special housing")
    need(p.home != to, "lives there")
    lines = [] if p.coming is not None and p.coming[0] == to else _called_off(w, client)
    p.coming = None
    return [*lines, _moved(w, client, to, w.day)]


@move
def plan_move(w: World, client: str, to: str, on: int) -> list[ToldLine]:
    """The client will move to another home, where it has not lived."""
    p = w.people[client]
    need(p.died is None and p.home_through is None, "dead, or in special housing")
    need(p.coming is None and not p.moved and p.home != to, "planned already, or lived there")
    p.coming = (to, w.day + timedelta(days=on))
    body = {"from_home": p.home, "to_home": to, "on": p.coming[1]}
    return [ToldLine("move.planned", (p.home, to), client, body)]


@move
def call_off_move(w: World, client: str) -> list[ToldLine]:
    """The client stays."""
    need(w.people[client].coming is not None, "no move is planned")
    return _called_off(w, client)


@move
def move_to_special_housing(w: World, client: str) -> list[ToldLine]:
    """All care at home ends today; from tomorrow the client lives in no home of ours."""
    p = w.people[client]
    need(p.died is None and p.home_through is None, "dead, or in special housing")
    lines = _called_off(w, client)
    lines.append(about(w, "client.moved_to_special_housing", client, on=w.day))
    for name, d in p.decisions.items():
        if of.last(p, d) < w.day or (d.through == w.day and d.confirmed):
            continue
        if d.begins > w.day:
            d.through = min(d.through or w.day, w.day - ONE_DAY)
            lines.append(about(w, "decision.withdrawn", client, decision=name))
        else:
            d.through = w.day
            body = {"through": w.day, "confirmed": True, "reason": "x"}
            lines.append(about(w, "decision.ended", client, decision=name, **body))
        d.confirmed = True
    p.home_through = w.day
    return lines


@move
def merge(w: World, client: str, other: str) -> list[ToldLine]:
    """The other entry of the same person becomes the client's: all that was done and said for either counts."""
    p, gone = w.people[client], w.people[other]
    need(p.home == gone.home and p.own == gone.own and p.died == gone.died, "they differ")
    need(p.unwanted == gone.unwanted and not p.coming and not gone.coming, "they differ, or are to move")
    said = set(p.told) | set(gone.told)
    p.refused, p.way_in = p.refused or gone.refused, p.way_in or gone.way_in
    p.told = [what for what in of.TOLD if what in said and not (what == "understood" and p.refused)]
    p.visited = list(dict.fromkeys([*p.visited, *gone.visited]))
    p.came = sorted({*p.came, *gone.came})
    p.begun = min(p.begun, gone.begun)
    p.absences = [*p.absences, *(one for one in gone.absences if one not in p.absences)]
    p.home_through = p.home_through if gone.home_through is not None else None
    p.decisions |= gone.decisions
    p.allocations |= gone.allocations
    p.tags |= gone.tags
    p.links |= {link: lock for link, lock in gone.links.items() if lock not in p.links.values()}
    for door in w.doors.values():
        for order in door.orders.values():
            order.client = client if order.client == other else order.client
        if door.reported is not None and door.reported[1].client == other:
            door.reported[1].client = client
        door.keys = {key: (to, client if left == other else left) for key, (to, left) in door.keys.items()}
    w.letters = {one: (client if to == other else to, door) for one, (to, door) in w.letters.items()}
    w.tellings = {tag: client if one == other else one for tag, one in w.tellings.items()}
    del w.people[other]
    return [ToldLine("clients.merged", (p.home,), client, {"merged": other})]


# -- what is known of a home


@move
def puzzle(w: World, home: str) -> list[ToldLine]:
    """Nobody knows what is at the doors of a home."""
    need(home not in w.unknown, "unknown already")
    w.unknown = [*w.unknown, home]
    return [ToldLine("home.unknown", (home,), None, {})]


@move
def look_at(w: World, home: str) -> list[ToldLine]:
    """Somebody has looked."""
    need(home in w.unknown, "known")
    w.unknown = [one for one in w.unknown if one != home]
    return [ToldLine("home.looked_at", (home,), None, {})]


# -- absences


@move
def go_away(w: World, client: str, begins: int = 0, through: int | None = None) -> list[ToldLine]:
    """In hospital or away from a day through a day; from today until nobody knows when, if none is told."""
    p, first = w.people[client], w.day + timedelta(days=begins)
    last = None if through is None else w.day + timedelta(days=through)
    known = any(one == (first, last) or (last is None and one[1] is None) for one in p.absences)
    need(p.died is None and not known, "it is known")
    p.absences = [*p.absences, (first, last)]
    return [about(w, "suspension.began", client, **{"from": first, "through": last})]


@move
def come_home(w: World, client: str, which: int | None = None) -> list[ToldLine]:
    """Home today from every absence of the day; or from the one that is named, which may not have begun."""
    p, last = w.people[client], w.day - ONE_DAY
    ended = [
        one
        for place, one in enumerate(p.absences)
        if (one[0] <= w.day <= (one[1] or FOREVER) if which is None else place == which)
    ]
    need(p.died is None and any((one[1] or FOREVER) >= w.day for one in ended), "at home")
    left = [(first, last) if (first, through) in ended else (first, through) for first, through in p.absences]
    p.absences = [one for one in left if one[1] is None or one[0] <= one[1]]
    named = [{"from": first, "through": through} for first, through in ended]
    return [about(w, "suspension.ended", client, on=w.day, absences=named)]
