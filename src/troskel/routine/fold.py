# SPDX-License-Identifier: EUPL-1.2
"""The fold: a journal line becomes facts. One small function an event; what is not named here changes no facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

from troskel.routine import standing
from troskel.routine.facts import (
    AllocationFacts,
    ClientFacts,
    DecisionFacts,
    DoorFacts,
    HomeFacts,
    KeyFacts,
    LinkFacts,
    OrderFacts,
)
from troskel.routine.line import Line, day_in, stockholm_day, uid, uid_in

CANNOT_BE_FITTED = "cannot_be_fitted"
OnClient = Callable[[ClientFacts, Line], None]
OnDoor = Callable[[DoorFacts, Line], None]
OnHomes = Callable[[Mapping[UUID, HomeFacts], Line], None]


def fold(homes: Mapping[UUID, HomeFacts], line: Line) -> list[UUID]:
    """Lay the line into the facts of every home it is about; answer with those homes."""
    touched = list(line.homes)
    on_homes = ON_HOMES.get(line.event)
    if on_homes is not None:
        on_homes(homes, line)
        return touched
    on_client = ON_CLIENT.get(line.event)
    if on_client is not None and line.client is not None:
        for home in touched:
            client = homes[home].clients.get(line.client)
            if client is not None:
                on_client(client, line)
                if client.moved_to is not None and client.moved_to not in touched:
                    touched.append(client.moved_to)
    on_door = ON_DOOR.get(line.event)
    if on_door is not None:
        door_id = uid(line.body["door"])
        for home in touched:
            door = homes[home].doors.get(door_id)
            if door is not None:
                on_door(door, line)
                touched.extend(other for other in door.homes if other not in touched and other in homes)
    return touched


# -- homes, doors, clients -----------------------------------------------------------------------------------------


def door_registered(homes: Mapping[UUID, HomeFacts], line: Line) -> None:
    """A door, and the homes it serves. Registered again with more homes it keeps what is at it."""
    door_id = uid(line.body["door"])
    serves = [uid(text) for text in line.body.get("homes") or ()] or list(line.homes)
    known = next((homes[h].doors[door_id] for h in line.homes if door_id in homes[h].doors), None)
    for home in line.homes:
        if home in serves:
            copy = (
                msgspec.convert(msgspec.to_builtins(known), DoorFacts) if known else DoorFacts(door=door_id)
            )
            copy.kind, copy.homes = line.body.get("kind") or copy.kind, serves
            homes[home].doors[door_id] = copy


def client_registered(homes: Mapping[UUID, HomeFacts], line: Line) -> None:
    """A client in a home: the municipality's own or another's, taken over or not."""
    assert line.client is not None
    for home in line.homes:
        homes[home].clients[line.client] = ClientFacts(
            client=line.client, own=line.body.get("own", True), take_over=day_in(line.body, "take_over")
        )


def client_moved(homes: Mapping[UUID, HomeFacts], line: Line) -> None:
    """Care, tags and what was said go along to the new home; links and keys belong to the doors of the old one."""
    assert line.client is not None
    old_home, new_home = uid(line.body["from_home"]), uid(line.body["to_home"])
    old, on = homes[old_home].clients.get(line.client), date.fromisoformat(line.body["on"])
    if old is None:
        return
    there_before = homes[new_home].clients.get(line.client)
    new = msgspec.convert(msgspec.to_builtins(old), ClientFacts)
    new.moved_in, new.moved_out, new.moved_to = on, None, None
    new.first_visits, new.links = {}, there_before.links if there_before else {}
    homes[new_home].clients[line.client] = new
    old.moved_out, old.moved_to, old.tags = on, new_home, {}
    old.told = stockholm_day(line.recorded)


def sharing_confirmed(homes: Mapping[UUID, HomeFacts], line: Line) -> None:
    """A person has said whether those at this address share a home."""
    for home in line.homes:
        homes[home].shared = bool(line.body.get("shared"))


def home_unknown(homes: Mapping[UUID, HomeFacts], line: Line) -> None:
    """Nobody knows what is at this home's doors."""
    for home in line.homes:
        homes[home].unknown = True


def home_looked_at(homes: Mapping[UUID, HomeFacts], line: Line) -> None:
    """Someone has been there and looked."""
    for home in line.homes:
        homes[home].unknown = False


def client_died(client: ClientFacts, line: Line) -> None:
    """The care reaches to the day of death and no further."""
    client.died, client.told = date.fromisoformat(line.body["on"]), stockholm_day(line.recorded)


def client_informed(client: ClientFacts, line: Line) -> None:
    """Told about the lock turner, orally or in writing (A1)."""
    if line.body["way"] not in client.informed:
        client.informed = sorted([*client.informed, line.body["way"]])


def client_told_about_keys(client: ClientFacts, line: Line) -> None:
    """Told to leave one key per lock to each provider (A2)."""
    client.told_about_keys = True


def client_understood(client: ClientFacts, line: Line) -> None:
    """Has understood that a lock turner will be installed (A3); an earlier no is taken back."""
    client.understood, client.refused = True, False


def client_refused(client: ClientFacts, line: Line) -> None:
    """Does not want a lock turner, or has not understood (case 10)."""
    client.refused, client.understood = True, False


# -- care ----------------------------------------------------------------------------------------------------------


def decision_made(client: ClientFacts, line: Line) -> None:
    """A service is granted. After a real ending it is a new beginning: everything is said anew."""
    begins, today = date.fromisoformat(line.body["from"]), stockholm_day(line.recorded)
    if client.stay is not None and standing.has_left(client, today):
        client.stay, client.informed, client.first_visits = begins, [], {}
        client.told_about_keys = client.understood = client.refused = False
    client.stay = min(client.stay, begins) if client.stay else begins
    client.decisions[uid(line.body["decision"])] = DecisionFacts(
        service=line.body["service"], begins=begins, through=day_in(line.body, "through")
    )


def decision_changed(client: ClientFacts, line: Line) -> None:
    """Other days; an ending that was said before no longer stands."""
    decision = client.decisions.get(uid(line.body["decision"]))
    if decision is not None:
        decision.begins = day_in(line.body, "from") or decision.begins
        decision.through, decision.ended, decision.confirmed = day_in(line.body, "through"), False, False
        client.stay = min(client.stay, decision.begins) if client.stay else decision.begins


def decision_ended(client: ClientFacts, line: Line) -> None:
    """The service ends; `confirmed` is false where an import merely no longer mentions it."""
    decision = client.decisions.get(uid(line.body["decision"]))
    if decision is not None:
        decision.through, decision.ended = day_in(line.body, "through"), True
        decision.confirmed = bool(line.body.get("confirmed"))
        if decision.confirmed:
            client.told = stockholm_day(line.recorded)


def decision_withdrawn(client: ClientFacts, line: Line) -> None:
    """Taken back: from today it no longer holds."""
    decision, today = client.decisions.get(uid(line.body["decision"])), stockholm_day(line.recorded)
    if decision is not None:
        yesterday = today - standing.ONE_DAY
        decision.through = min(decision.through or yesterday, yesterday)
        decision.ended = decision.confirmed = True
        client.told = today


def ending_confirmed(client: ClientFacts, line: Line) -> None:
    """An assessor says that what has run out, or was no longer mentioned, has really ended."""
    today = stockholm_day(line.recorded)
    for decision in client.decisions.values():
        if decision.ended or (decision.through is not None and decision.through < today):
            decision.confirmed = True
    client.told = today


def allocation_made(client: ClientFacts, line: Line) -> None:
    """A decision is given to a provider (A4)."""
    client.allocations[uid(line.body["allocation"])] = AllocationFacts(
        decision=uid(line.body["decision"]),
        service=line.body["service"],
        organisation=uid(line.body["organisation"]),
        begins=date.fromisoformat(line.body["from"]),
        through=day_in(line.body, "through"),
    )


def allocation_changed(client: ClientFacts, line: Line) -> None:
    """Other days."""
    allocation = client.allocations.get(uid(line.body["allocation"]))
    if allocation is not None:
        allocation.begins = day_in(line.body, "from") or allocation.begins
        allocation.through, allocation.confirmed = day_in(line.body, "through"), False


def allocation_ended(client: ClientFacts, line: Line) -> None:
    """The provider no longer has the client after this day."""
    allocation = client.allocations.get(uid(line.body["allocation"]))
    if allocation is not None:
        allocation.through, allocation.confirmed = (
            day_in(line.body, "through"),
            bool(line.body.get("confirmed")),
        )


def allocation_withdrawn(client: ClientFacts, line: Line) -> None:
    """Taken back: from today it no longer holds."""
    allocation = client.allocations.get(uid(line.body["allocation"]))
    if allocation is not None:
        yesterday = stockholm_day(line.recorded) - standing.ONE_DAY
        allocation.through, allocation.confirmed = min(allocation.through or yesterday, yesterday), True


def suspension_began(client: ClientFacts, line: Line) -> None:
    """In hospital or away: access rests, nothing is removed."""
    client.suspended = day_in(line.body, "from")


def suspension_ended(client: ClientFacts, line: Line) -> None:
    """Home again."""
    client.suspended = None


# -- orders and locks ----------------------------------------------------------------------------------------------


def installation_ordered(door: DoorFacts, line: Line) -> None:
    """P1 is done; the door waits for a lock."""
    door.cannot_be_fitted = False
    door.orders[uid(line.body["order"])] = _order("installation", line)


def removal_ordered(door: DoorFacts, line: Line) -> None:
    """P6 is done; the door waits to lose its lock."""
    door.orders[uid(line.body["order"])] = _order("removal", line)


def _order(kind: str, line: Line) -> OrderFacts:
    assert line.client is not None
    body = line.body
    return OrderFacts(
        kind=kind,
        client=line.client,
        organisation=uid_in(body, "organisation"),
        locksmith=uid_in(body, "locksmith"),
        number=body.get("number"),
    )


def order_booked(door: DoorFacts, line: Line) -> None:
    """A time is set; set again, it replaces the earlier."""
    order = door.orders.get(uid(line.body["order"]))
    if order is not None:
        order.state, order.booked = "booked", stockholm_day(datetime.fromisoformat(line.body["starts"]))


def order_failed(door: DoorFacts, line: Line) -> None:
    """Nobody at home, or the door did not fit: the order stays, to be booked again (case 11)."""
    order = door.orders.get(uid(line.body["order"]))
    if order is not None:
        order.state, order.booked = "failed", None


def order_cancelled(door: DoorFacts, line: Line) -> None:
    """The order is taken back (cases 5 and 6)."""
    door.orders.pop(uid(line.body["order"]), None)
    door.cannot_be_fitted = line.body.get("reason_code") == CANNOT_BE_FITTED


def installation_reported(door: DoorFacts, line: Line) -> None:
    """The lock is mounted (L1, S1)."""
    door.orders.pop(uid(line.body["order"]), None)
    door.lock, door.since, door.cannot_be_fitted = uid(line.body["lock"]), stockholm_day(line.occurred), False


def removal_reported(door: DoorFacts, line: Line) -> None:
    """The lock is down (L1, S3)."""
    door.orders.pop(uid(line.body["order"]), None)
    door.lock = door.since = None


def link_made(client: ClientFacts, line: Line) -> None:
    """The client is linked to the lock (S2)."""
    _link(client, line.body, stockholm_day(line.occurred))


def _link(client: ClientFacts, body: dict[str, Any], since: date) -> None:
    client.links[uid(body["link"])] = LinkFacts(lock=uid(body["lock"]), door=uid(body["door"]), since=since)


def link_removed(client: ClientFacts, line: Line) -> None:
    """The link is gone (S3); what it was stays in the journal."""
    client.links.pop(uid(line.body["link"]), None)


def lock_taken_over(door: DoorFacts, line: Line) -> None:
    """A lock that was there before the take-over."""
    door.lock, door.since = uid(line.body["lock"]), day_in(line.body, "since")


def link_taken_over(client: ClientFacts, line: Line) -> None:
    """… and the client was linked to it."""
    if line.body.get("link"):
        _link(client, line.body, day_in(line.body, "since") or stockholm_day(line.occurred))


# -- things and visits ---------------------------------------------------------------------------------------------


def tag_handed_over(client: ClientFacts, line: Line) -> None:
    """The tag is placed with the client, or goes from there (P2, P3, P7)."""
    tag, to = uid(line.body["tag"]), line.body["to"]
    if to["kind"] == "client" and to["id"] == str(client.client):
        client.tags[tag] = uid(line.body["organisation"])
    else:
        client.tags.pop(tag, None)


def tag_taken_over(client: ClientFacts, line: Line) -> None:
    """A tag that was with the client before the take-over."""
    client.tags[uid(line.body["tag"])] = uid(line.body["organisation"])


def key_handed_over(door: DoorFacts, line: Line) -> None:
    """A provider holds the key, or no longer does (P5)."""
    _key(door, line, line.body["to"])


def key_taken_over(door: DoorFacts, line: Line) -> None:
    """A key someone held before the take-over."""
    _key(door, line, line.body["holder"])


def _key(door: DoorFacts, line: Line, holder: dict[str, Any]) -> None:
    key = uid(line.body["key"])
    if holder["kind"] == "organisation" and line.client is not None:
        door.keys[key] = KeyFacts(organisation=uid(holder["id"]), client=line.client)
    else:
        door.keys.pop(key, None)


def visit_registered(client: ClientFacts, line: Line) -> None:
    """The organisation's first visit in this home, on the day it took place, however late the phone tells."""
    organisation, day = uid_in(line.body, "organisation"), visited_on(line)
    if organisation is None or (client.moved_in is not None and day < client.moved_in):
        return
    earlier = client.first_visits.get(organisation)
    if earlier is None or day < earlier:
        client.first_visits[organisation] = day


def visited_at(line: Line) -> datetime:
    """When the visit began."""
    arrived = line.body.get("arrived")
    return datetime.fromisoformat(arrived) if arrived else line.occurred


def visited_on(line: Line) -> date:
    """The day of the visit."""
    return stockholm_day(visited_at(line))


ON_HOMES: dict[str, OnHomes] = {
    "door.registered": door_registered,
    "client.registered": client_registered,
    "client.moved": client_moved,
    "sharing.confirmed": sharing_confirmed,
    "home.unknown": home_unknown,
    "home.looked_at": home_looked_at,
}
ON_CLIENT: dict[str, OnClient] = {
    "client.died": client_died,
    "client.informed": client_informed,
    "client.told_about_keys": client_told_about_keys,
    "client.understood": client_understood,
    "client.refused": client_refused,
    "decision.made": decision_made,
    "decision.changed": decision_changed,
    "decision.ended": decision_ended,
    "decision.withdrawn": decision_withdrawn,
    "ending.confirmed": ending_confirmed,
    "allocation.made": allocation_made,
    "allocation.changed": allocation_changed,
    "allocation.ended": allocation_ended,
    "allocation.withdrawn": allocation_withdrawn,
    "suspension.began": suspension_began,
    "suspension.ended": suspension_ended,
    "link.made": link_made,
    "link.removed": link_removed,
    "lock.taken_over": link_taken_over,
    "tag.handed_over": tag_handed_over,
    "tag.taken_over": tag_taken_over,
    "visit.registered": visit_registered,
}
ON_DOOR: dict[str, OnDoor] = {
    "installation.ordered": installation_ordered,
    "removal.ordered": removal_ordered,
    "order.booked": order_booked,
    "order.failed": order_failed,
    "order.cancelled": order_cancelled,
    "installation.reported": installation_reported,
    "removal.reported": removal_reported,
    "lock.taken_over": lock_taken_over,
    "key.handed_over": key_handed_over,
    "key.taken_over": key_taken_over,
}
