# SPDX-License-Identifier: EUPL-1.2
"""Moves: keys on offer, organisations that close and pass everything on, people who leave an organisation."""

from __future__ import annotations

from datetime import timedelta

from troskel.prover import world as of
from troskel.prover.moves import ToldLine, about, at_door, move, need
from troskel.prover.world import ONE_DAY, World, WorldAllocation


@move
def offer_key(w: World, door_name: str, key: str, to: str) -> list[ToldLine]:
    """The organisation that holds the key offers it to another."""
    door = w.doors[door_name]
    need(key in door.keys and key not in w.offers and door.keys[key][0] != to, "not its key, or on offer")
    w.offers[key] = to
    giver, client = door.keys[key]
    return [at_door("key.offered", door_name, door, client, key=key, giver=giver, organisation=to)]


@move
def accept_key(w: World, door_name: str, key: str) -> list[ToldLine]:
    """The other receives it."""
    need(key in w.offers and key in w.doors[door_name].keys, "not on offer")
    return [_passed_on(w, door_name, key, w.offers.pop(key))]


def _passed_on(w: World, door_name: str, key: str, to: str) -> ToldLine:
    door = w.doors[door_name]
    giver, client = door.keys[key]
    door.keys[key] = (to, client)
    w.offers.pop(key, None)
    ends = {"from": {"kind": "organisation", "id": giver}, "to": {"kind": "organisation", "id": to}}
    return at_door("key.handed_over", door_name, door, client, key=key, organisation=to, **ends)


@move
def succeed(w: World, former: str, new: str, on: int) -> list[ToldLine]:
    """An organisation closes in some days. Clients pass on that day; orders, keys and tags at once."""
    need(former not in w.closing and new not in w.closing and former != new, "closes already")
    day = w.day + timedelta(days=on)
    lines = [line for client in w.people for line in _clients_passed_on(w, client, former, new, on)]
    for door_name, door in w.doors.items():
        for name, order in door.orders.items():
            if order.by == former:
                order.by = new
                body = {
                    "order": name,
                    "number": 1,
                    "giver": former,
                    "organisation": new,
                    "locksmith": of.SMITH,
                }
                lines.append(at_door("order.taken_over", door_name, door, order.client, **body))
        mine = [key for key, (to, _) in door.keys.items() if to == former]
        lines += [_passed_on(w, door_name, key, new) for key in mine]
    for client, p in w.people.items():
        for tag in [tag for tag, owner in p.tags.items() if owner == former]:
            p.tags[tag] = new
            place = {"kind": "client", "id": client}
            body = {"from": place, "to": place, "organisation": new}
            lines.append(about(w, "tag.handed_over", client, tag=tag, **body))
    w.closing[former] = day
    homes = tuple(dict.fromkeys(p.home for p in w.people.values() if of.knows(p, former)))
    return [*lines, ToldLine("organisation.closed", homes, None, {"organisation": former, "on": day})]


def _clients_passed_on(w: World, client: str, former: str, new: str, on: int) -> list[ToldLine]:
    p, day, lines = w.people[client], w.day + timedelta(days=on), []
    for name, a in list(p.allocations.items()):
        if a.to != former or of.last(p, a) < w.day or (a.through is not None and a.through < day):
            continue
        ids = {"allocation": name, "decision": a.decision, "organisation": former}
        through = a.through
        if a.begins < day:
            a.through, a.confirmed = day - ONE_DAY, True
            lines.append(about(w, "allocation.ended", client, **ids, through=a.through, confirmed=True))
        else:
            a.through, a.confirmed = min(a.through or w.day, w.day - ONE_DAY), True
            lines.append(about(w, "allocation.withdrawn", client, **ids))
        follows = f"~F{a.decision[2:]}{new[1:]}{len(p.allocations) + 1}"
        begins = max(day, a.begins)
        p.allocations[follows] = WorldAllocation(a.decision, a.service, new, begins, through, made=w.day)
        days = {"from": begins, "through": through, "decision": a.decision, "service": a.service}
        lines.append(about(w, "allocation.made", client, allocation=follows, organisation=new, **days))
    return lines


# -- people of an organisation, at its own premises


@move
def close_account(w: World, account: str, of_: str, had: bool) -> list[ToldLine]:
    """A person leaves an organisation; with things received in person, or with none."""
    need(account not in w.left, "closed")
    w.left = [*w.left, account] if had else w.left
    things = {"key": [], "tag": ["~T0"] if had else [], "lock": []}
    body = {
        "account": account,
        "organisation": of_,
        "owner": "provider",
        "things": things,
        "entrusted": 0,
        "deputy": 0,
    }
    return [ToldLine("account.closed", (of_,), None, body)]


@move
def reopen_account(w: World, account: str, of_: str) -> list[ToldLine]:
    """The person is back, or never left."""
    need(account in w.left, "open")
    w.left = [one for one in w.left if one != account]
    return [ToldLine("account.reopened", (of_,), None, {"account": account, "organisation": of_})]
