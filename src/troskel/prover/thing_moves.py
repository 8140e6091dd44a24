# SPDX-License-Identifier: EUPL-1.2
"""Moves: orders, locks and links, tags and keys, months of another municipality's clients."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from troskel.prover import world as of
from troskel.prover.moves import ToldLine, about, at_door, move, need
from troskel.prover.world import SMITH, TOLD, World, WorldDoor, WorldOrder


def _ordered(w: World, kind: str, door_name: str, client: str, by: str) -> list[ToldLine]:
    door, order = w.doors[door_name], w.next("W")
    door.orders[order] = WorldOrder(kind, client, by)
    more = {"lock": door.lock} if door.lock is not None else {}
    body = {
        "order": order,
        "number": w.serial["W"],
        "organisation": by or None,
        "locksmith": SMITH,
        "reason_code": "new",
    }
    return [at_door(f"{kind}.ordered", door_name, door, client, **body, **more)]


@move
def order_installation(w: World, door_name: str, client: str, by: str) -> list[ToldLine]:
    """P1: by an organisation that has the client, who has been told and has understood (A1–A3)."""
    door, p = w.doors[door_name], w.people[client]
    need(p.own and of.has_care(p, w.day), "no care of ours")
    need(door.lock is None and not door.orders, "a lock, or an order, is there")
    need(set(TOLD) <= set(p.told) and not p.refused, "the client has not been told and understood")
    need(by in of.serving(p, w.day), "not its client")
    need(door.consent or door.kind == "apartment", "the owner has not consented")
    door.unfit = False
    return _ordered(w, "installation", door_name, client, by)


@move
def order_removal(w: World, door_name: str, client: str, by: str) -> list[ToldLine]:
    """P6: never while somebody behind the door needs the lock. By nobody: by the administrator."""
    door, p = w.doors[door_name], w.people[client]
    need(door.lock is not None and not door.orders, "no lock, or an order is open")
    need(not of.needing(w, door), "somebody needs the lock")
    known = not by or any(a.to == by for a in p.allocations.values())
    need(known and (p.home in door.homes or p.moved or not of.behind(w, door)), "not its client")
    return _ordered(w, "removal", door_name, client, by)


@move
def order_repair(w: World, door_name: str, client: str, by: str) -> list[ToldLine]:
    """The lock is to be mended."""
    door, p = w.doors[door_name], w.people[client]
    need(door.lock is not None and door.faulty and not door.orders, "no fault, or ordered")
    need(p.home in door.homes and by in of.serving(p, w.day) and of.needs_lock(p, w.day), "not its client")
    return _ordered(w, "repair", door_name, client, by)


def _order(w: World, door_name: str, order: str) -> tuple[WorldDoor, WorldOrder, dict[str, Any]]:
    door = w.doors[door_name]
    need(order in door.orders, "no such order")
    o = door.orders[order]
    return door, o, {"order": order, "number": 1, "organisation": o.by or None, "locksmith": SMITH}


@move
def book(w: World, door_name: str, order: str, carer: bool = True) -> list[ToldLine]:
    """The locksmith books a time in three days; a carer must be present, or need not."""
    door, o, body = _order(w, door_name, order)
    need(not o.booked, "booked")
    day = w.day + timedelta(days=3)
    o.booked, o.carer_on = True, day if carer else None
    starts, presence = f"{day}T10:00:00+01:00", "carer" if carer else "none"
    return [
        at_door(
            "order.booked", door_name, door, o.client, **body, starts=starts, ends=starts, presence=presence
        )
    ]


@move
def fail(w: World, door_name: str, order: str) -> list[ToldLine]:
    """Nobody was at home: to be booked again."""
    door, o, body = _order(w, door_name, order)
    need(o.booked, "not booked")
    o.booked, o.carer_on = False, None
    return [at_door("order.failed", door_name, door, o.client, **body, code="nobody_home")]


@move
def cancel(w: World, door_name: str, order: str, reason: str) -> list[ToldLine]:
    """The order is cancelled, as one that is not needed or one that can't be carried out."""
    door, o, body = _order(w, door_name, order)
    need(reason != "cannot_be_fitted" or o.kind == "installation", "it is fitted")
    del door.orders[order]
    door.unfit = reason == "cannot_be_fitted"
    return [at_door("order.cancelled", door_name, door, o.client, **body, reason_code=reason)]


@move
def report(w: World, door_name: str, order: str) -> list[ToldLine]:
    """L1: the locksmith reports the work as done."""
    door, o, body = _order(w, door_name, order)
    del door.orders[order]
    lock = door.lock or w.next("L")
    here = of.behind(w, door)
    if o.kind == "removal" and of.needing(w, door):
        body["though"] = ["lock.needed"]
    door.reported = (order, o, lock)
    if o.kind != "repair":
        to = of.letter_to(w, o.client, door_name)
        if to is not None:
            w.letters[order] = (to, door_name)
    if o.kind == "removal":  # before the next lock they are told anew (A1-A3)
        for p in here.values():
            if not any(of.linked_at(p, other) for _, other in of.doors_of(w, p.home) if other is not door):
                p.told = []
    door.lock, door.faulty = None if o.kind == "removal" else lock, False
    return [at_door(f"{o.kind}.reported", door_name, door, o.client, **body, lock=lock, serial="S")]


@move
def take_over(w: World, client: str, door_name: str, by: str) -> list[ToldLine]:
    """What was there before the system: home care for months, and a lock that the client is linked to."""
    p, door, long_ago = w.people[client], w.doors[door_name], w.day - timedelta(days=100)
    decision, allocation, link = f"~B{client[1:]}h1", f"~F{client[1:]}h1{by[1:]}1", w.next("J")
    door.lock = w.next("L")
    p.decisions[decision] = of.WorldDecision(of.HOME_CARE, long_ago)
    p.allocations[allocation] = of.WorldAllocation(decision, of.HOME_CARE, by, long_ago, made=w.day)
    p.links[link], w.link_doors[link] = door.lock, door_name
    key = w.next("N")
    door.keys[key] = (by, client)
    holder = {"kind": "organisation", "id": by}
    days = {"from": long_ago, "through": None, "decision": decision, "service": of.HOME_CARE}
    return [
        about(w, "decision.made", client, **days),
        about(w, "allocation.made", client, allocation=allocation, organisation=by, **days),
        at_door("lock.taken_over", door_name, door, client, lock=door.lock, link=link, since=long_ago),
        at_door("key.taken_over", door_name, door, client, key=key, holder=holder, since=long_ago),
        ToldLine("take_over.finished", (p.home,), None, {}),
    ]


@move
def take_back(w: World, door_name: str) -> list[ToldLine]:
    """What was reported last has not been done: the order is open again."""
    door = w.doors[door_name]
    need(door.reported is not None and not door.orders, "nothing reported")
    assert door.reported is not None
    order, o, lock = door.reported
    need(door.lock == (None if o.kind == "removal" else lock), "not as it was reported")
    door.lock, door.faulty = None if o.kind == "installation" else lock, o.kind == "repair"
    door.reported = None
    o.booked, o.carer_on = False, None
    door.orders[order] = o
    w.letters.pop(order, None)
    body = {"order": order, "number": 1, "organisation": o.by or None, "locksmith": SMITH, "lock": lock}
    body |= {"fault": "jammed"} if door.faulty else {}
    return [at_door("report.taken_back", door_name, door, o.client, kind=o.kind, presence="none", **body)]


@move
def correct_lock(w: World, door_name: str, client: str) -> list[ToldLine]:
    """Another lock hangs at the door than was told."""
    door = w.doors[door_name]
    need(door.lock is not None and door.reported is not None, "no lock")
    was, door.lock, door.faulty, door.reported = door.lock, w.next("L"), False, None
    return [at_door("lock.corrected", door_name, door, client, lock=door.lock, was=was)]


@move
def add_door(w: World, door_name: str, home: str) -> list[ToldLine]:
    """The home has one more door."""
    need(door_name not in w.doors, "known")
    w.doors[door_name] = WorldDoor("apartment", [home])
    return [
        ToldLine("door.registered", (home,), None, {"door": door_name, "kind": "apartment", "homes": [home]})
    ]


@move
def send_letter(w: World, order: str) -> list[ToldLine]:
    """S1, S3: the letter to the client."""
    need(order in w.letters, "no letter")
    return [about(w, "letter.sent", w.letters.pop(order)[0], order=order)]


@move
def fault(w: World, door_name: str, client: str) -> list[ToldLine]:
    """The lock has a fault."""
    door = w.doors[door_name]
    need(door.lock is not None and not door.faulty, "no lock")
    door.faulty = True
    return [at_door("lock.fault_told", door_name, door, client, lock=door.lock, code="jammed")]


@move
def consent(w: World, door_name: str, client: str, given: bool) -> list[ToldLine]:
    """The owner of a gate consents, or takes it back."""
    door = w.doors[door_name]
    need(door.kind == "gate" and door.consent != given, "so already")
    door.consent = given
    return [at_door("consent.given" if given else "consent.withdrawn", door_name, door, client)]


@move
def link(w: World, door_name: str, client: str) -> list[ToldLine]:
    """S2: the client is linked to the lock."""
    door, p = w.doors[door_name], w.people[client]
    need(door.lock is not None and p.home in door.homes, "no lock")
    need(p.own and of.has_care(p, w.day) and door.lock not in p.links.values(), "linked, or no care")
    name = w.next("J")
    assert door.lock is not None
    p.links[name], w.link_doors[name] = door.lock, door_name
    return [at_door("link.made", door_name, door, client, link=name, lock=door.lock)]


@move
def unlink(w: World, client: str, link: str) -> list[ToldLine]:
    """S3: the link is removed, when the lock is gone or the client no longer needs it."""
    p = w.people[client]
    need(link in p.links, "no link")
    door_name = w.link_doors[link]
    door = w.doors[door_name]
    need(p.links[link] != door.lock or not of.needs_lock(p, w.day) or p.home not in door.homes, "needed")
    del w.link_doors[link]
    return [at_door("link.removed", door_name, door, client, link=link, lock=p.links.pop(link))]


# -- things


def _handed(w: World, client: str, of_: str, *, to_client: bool) -> dict[str, Any]:
    ends = [{"kind": "organisation", "id": of_}, {"kind": "client", "id": client}]
    return {"organisation": of_, **dict(zip(("from", "to"), ends if to_client else ends[::-1], strict=True))}


@move
def place_tag(w: World, client: str, of_: str) -> list[ToldLine]:
    """P2."""
    p = w.people[client]
    serves = of_ in of.serving(p, w.day, closing=w.closing)
    need(p.own and serves and of_ not in p.tags.values(), "not its client, or placed")
    tag = w.next("T")
    p.tags[tag] = of_
    return [about(w, "tag.handed_over", client, tag=tag, **_handed(w, client, of_, to_client=True))]


@move
def find_tag(w: World, client: str, of_: str) -> list[ToldLine]:
    """Another tag of the organisation's turns out to be with the client."""
    p = w.people[client]
    need(p.own and of.knows(p, of_) and p.died is None and of_ not in w.closing, "not its client")
    tag = w.next("T")
    p.tags[tag] = of_
    return [about(w, "tag.corrected", client, tag=tag, **_handed(w, client, of_, to_client=True))]


@move
def take_tag(w: World, client: str, tag: str) -> list[ToldLine]:
    """P3, P7."""
    p = w.people[client]
    need(tag in p.tags, "no tag")
    of_ = p.tags.pop(tag)
    if of.is_over(p, w.day) or of.is_ending(p):
        w.tellings[tag] = client
        if not of.is_over(p, w.day):
            w.early.append(tag)
    return [about(w, "tag.handed_over", client, tag=tag, **_handed(w, client, of_, to_client=False))]


@move
def lose_tag(w: World, client: str, tag: str) -> list[ToldLine]:
    """The tag is lost."""
    need(tag in w.people[client].tags, "no tag")
    return [about(w, "tag.lost", client, tag=tag, organisation=w.people[client].tags.pop(tag))]


@move
def tell_return(w: World, tag: str) -> list[ToldLine]:
    """P7: the administrator is told that the tag is fetched."""
    need(tag in w.tellings, "nothing to tell")
    w.early = [one for one in w.early if one != tag]
    return [about(w, "tag.return_told", w.tellings.pop(tag), tag=tag)]


@move
def receive_key(w: World, door_name: str, client: str, to: str) -> list[ToldLine]:
    """P5: the organisation gets a key from the client."""
    door, p = w.doors[door_name], w.people[client]
    serves = to in of.serving(p, w.day, closing=w.closing)
    need(p.own and serves and p.home in door.homes, "not its client")
    need((to, client) not in door.keys.values(), "it has one")
    key = w.next("N")
    door.keys[key] = (to, client)
    return [_key_line(w, door_name, client, to, key, to_client=False)]


def _key_line(w: World, door_name: str, client: str, of_: str, key: str, *, to_client: bool) -> ToldLine:
    body = _handed(w, client, of_, to_client=to_client)
    return at_door("key.handed_over", door_name, w.doors[door_name], client, key=key, **body)


@move
def return_key(w: World, door_name: str, key: str) -> list[ToldLine]:
    """P5: the key goes back to the client."""
    door = w.doors[door_name]
    need(key in door.keys, "no key")
    of_, client = door.keys.pop(key)
    return [_key_line(w, door_name, client, of_, key, to_client=True)]


@move
def lose_key(w: World, door_name: str, key: str) -> list[ToldLine]:
    """The key is lost."""
    door = w.doors[door_name]
    need(key in door.keys, "no key")
    of_, client = door.keys.pop(key)
    return [at_door("key.lost", door_name, door, client, key=key, organisation=of_)]


# -- another municipality's clients


@move
def bill(w: World, client: str, by: str, month: str) -> list[ToldLine]:
    """O2."""
    need((client, by, month) in of.months_owed(w), "not owed")
    w.billed.append((client, by, month))
    form = w.next("U")
    w.forms[form] = [client, by, month, "billed"]
    return [about(w, "month.billed", client, row=w.next("R"), organisation=by, month=month)]


@move
def form(w: World, form: str) -> list[ToldLine]:
    """O3: the basis form is sent; then received."""
    need(form in w.forms, "no form")
    client, by, month, state = w.forms[form]
    if state == "billed":
        w.forms[form], event = [client, by, month, "sent"], "basis_form.sent"
    else:
        del w.forms[form]
        event = "basis_form.received"
    return [about(w, event, client, form=form, form_number="U-1", organisation=by, month=month)]
