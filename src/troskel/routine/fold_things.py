# SPDX-License-Identifier: EUPL-1.2
"""Facts from lines about things (orders, locks, links, tags, keys) and visits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from troskel.routine.facts import ClientFacts, DoorFacts, KeyFacts, LinkFacts, OrderFacts
from troskel.routine.line import LineFacts, day_in, stockholm_day, uid, uid_in

CANNOT_BE_FITTED = "cannot_be_fitted"
VISITED_DAYS = 15
"""The days with a visit that a client's facts hold: three working weeks."""


def installation_ordered(door: DoorFacts, line: LineFacts) -> None:
    """P1 is done; the door waits for a lock."""
    door.cannot_be_fitted = False
    door.orders[uid(line.body["order"])] = _order("installation", line)


def removal_ordered(door: DoorFacts, line: LineFacts) -> None:
    """P6 is done; the door waits to lose its lock."""
    door.orders[uid(line.body["order"])] = _order("removal", line)


def repair_ordered(door: DoorFacts, line: LineFacts) -> None:
    """The lock waits for repair."""
    door.orders[uid(line.body["order"])] = _order("repair", line)


def _order(kind: str, line: LineFacts) -> OrderFacts:
    assert line.client is not None
    body = line.body
    return OrderFacts(
        kind=kind,
        client=line.client,
        organisation=uid_in(body, "organisation"),
        locksmith=uid_in(body, "locksmith"),
        number=body.get("number"),
        presence=body.get("presence") or "none",
    )


def order_booked(door: DoorFacts, line: LineFacts) -> None:
    """A time is booked; it replaces an earlier one."""
    order = door.orders.get(uid(line.body["order"]))
    if order is not None:
        order.state, order.booked = "booked", stockholm_day(datetime.fromisoformat(line.body["starts"]))


def order_failed(door: DoorFacts, line: LineFacts) -> None:
    """Nobody at home, or the door did not fit: the order stays, to be booked again (case 11)."""
    order = door.orders.get(uid(line.body["order"]))
    if order is not None:
        order.state, order.booked = "failed", None


def order_unbooked(door: DoorFacts, line: LineFacts) -> None:
    """The booking was a mistake: the order waits for a time."""
    order = door.orders.get(uid(line.body["order"]))
    if order is not None:
        order.state, order.booked = "ordered", None


def order_cancelled(door: DoorFacts, line: LineFacts) -> None:
    """The order is cancelled (cases 5 and 6)."""
    door.orders.pop(uid(line.body["order"]), None)
    door.cannot_be_fitted = line.body.get("reason_code") == CANNOT_BE_FITTED


def order_taken_over(door: DoorFacts, line: LineFacts) -> None:
    """Another organisation answers for the order, or another firm does it; a booking stands."""
    order = door.orders.get(uid(line.body["order"]))
    if order is not None:
        order.organisation, order.locksmith = (
            uid_in(line.body, "organisation"),
            uid_in(line.body, "locksmith"),
        )


def installation_reported(door: DoorFacts, line: LineFacts) -> None:
    """The lock is mounted (L1, S1)."""
    door.orders.pop(uid(line.body["order"]), None)
    door.lock, door.since, door.cannot_be_fitted = uid(line.body["lock"]), stockholm_day(line.occurred), False
    door.fault, door.replaced = "", None


def removal_reported(door: DoorFacts, line: LineFacts) -> None:
    """The lock is taken down (L1, S3)."""
    door.orders.pop(uid(line.body["order"]), None)
    door.lock = door.since = door.replaced = None
    door.fault = ""


def repair_reported(door: DoorFacts, line: LineFacts) -> None:
    """The lock works again, or another has replaced it."""
    door.orders.pop(uid(line.body["order"]), None)
    lock = uid(line.body["lock"])
    if door.lock != lock:
        door.replaced = stockholm_day(line.occurred)
    door.lock, door.fault = lock, ""


def lock_corrected(door: DoorFacts, line: LineFacts) -> None:
    """Another lock hangs at the door than was reported, or nobody knows which."""
    lock = uid_in(line.body, "lock")
    if lock is None:
        door.since = None
    door.lock, door.fault = lock, ""


def report_taken_back(door: DoorFacts, line: LineFacts) -> None:
    """What was reported has not been done: the lock is where it was, as faulty as then, and the order is open again."""
    kind = line.body["kind"]
    door.orders[uid(line.body["order"])] = _order(kind, line)
    if kind == "installation":
        door.lock = door.since = door.replaced = None
    elif kind == "removal":
        door.lock, door.since = uid(line.body["lock"]), day_in(line.body, "since")
    door.fault = line.body.get("fault") or ""


def fault_told(door: DoorFacts, line: LineFacts) -> None:
    """The lock at the door has a fault."""
    if door.lock is not None and door.lock == uid_in(line.body, "lock"):
        door.fault = line.body["code"]


def consent_given(door: DoorFacts, line: LineFacts) -> None:
    """The owner of the entrance or gate consents to a lock turner."""
    door.consent = True


def consent_withdrawn(door: DoorFacts, line: LineFacts) -> None:
    """The owner withdraws the consent."""
    door.consent = False


def link_made(client: ClientFacts, line: LineFacts) -> None:
    """The client is linked to the lock (S2)."""
    _link(client, line.body, stockholm_day(line.occurred))


def _link(client: ClientFacts, body: dict[str, Any], since: date) -> None:
    client.links[uid(body["link"])] = LinkFacts(lock=uid(body["lock"]), door=uid(body["door"]), since=since)


def link_removed(client: ClientFacts, line: LineFacts) -> None:
    """The link is removed (S3)."""
    client.links.pop(uid(line.body["link"]), None)


def lock_taken_over(door: DoorFacts, line: LineFacts) -> None:
    """A lock that was there before the take-over."""
    lock = uid(line.body["lock"])
    if door.lock != lock:  # told of another client too, it hangs as long as it did
        door.lock, door.since, door.replaced = lock, day_in(line.body, "since"), None
        door.cannot_be_fitted, door.fault = False, ""


def link_taken_over(client: ClientFacts, line: LineFacts) -> None:
    """… and the client was linked to it, where the client lives: a gate's lock is told to each home behind it."""
    if line.body.get("link") and client.moved_to is None and not client.coming:
        _link(client, line.body, day_in(line.body, "since") or stockholm_day(line.occurred))


def tag_handed_over(client: ClientFacts, line: LineFacts) -> None:
    """The tag is placed with the client, or goes from there (P2, P3, P7)."""
    tag, to = uid(line.body["tag"]), line.body["to"]
    if to["kind"] == "client" and to["id"] == str(client.client):
        client.tags[tag] = uid(line.body["organisation"])
    else:
        client.tags.pop(tag, None)


def tag_taken_over(client: ClientFacts, line: LineFacts) -> None:
    """A tag that was with the client before the take-over."""
    client.tags[uid(line.body["tag"])] = uid(line.body["organisation"])


def key_handed_over(door: DoorFacts, line: LineFacts) -> None:
    """A provider holds the key, or no longer does (P5)."""
    _key(door, line, line.body["to"], stockholm_day(line.occurred))


def tag_lost(client: ClientFacts, line: LineFacts) -> None:
    """The tag is no longer with the client (case 13)."""
    client.tags.pop(uid(line.body["tag"]), None)


def key_lost(door: DoorFacts, line: LineFacts) -> None:
    """Nobody holds the key (case 13)."""
    door.keys.pop(uid(line.body["key"]), None)


def key_taken_over(door: DoorFacts, line: LineFacts) -> None:
    """A key someone held before the take-over."""
    _key(door, line, line.body["holder"], day_in(line.body, "since"))


def _key(door: DoorFacts, line: LineFacts, holder: dict[str, Any], since: date | None) -> None:
    key = uid(line.body["key"])
    if holder["kind"] == "organisation" and line.client is not None:
        door.keys[key] = KeyFacts(organisation=uid(holder["id"]), client=line.client, since=since)
    else:
        door.keys.pop(key, None)


def visit_registered(client: ClientFacts, line: LineFacts) -> None:
    """The organisation's first visit in this home, on the day it took place, however late the phone tells."""
    visited_days(client, line)
    organisation, day = uid_in(line.body, "organisation"), visited_on(line)
    if organisation is None or (client.moved_in is not None and day < client.moved_in):
        return
    earlier = client.first_visits.get(organisation)
    if earlier is None or day < earlier:
        client.first_visits[organisation] = day


def visited_days(client: ClientFacts, line: LineFacts) -> None:
    """The day of the visit; a corrected one was on another day, or on none."""
    visits = dict(client.visits)
    if (was := line.body.get("was")) is not None:
        day = stockholm_day(datetime.fromisoformat(was))
        if day in visits:
            visits[day] -= 1
    if line.event == "visit.registered" or (was is not None and line.body.get("arrived")):
        visits[visited_on(line)] = visits.get(visited_on(line), 0) + 1
    client.visits = latest(visits)


def latest(visits: Mapping[date, int]) -> dict[date, int]:
    """The latest days of these, in order: as many as are kept."""
    return dict(sorted((day, count) for day, count in visits.items() if count > 0)[-VISITED_DAYS:])


def visit_corrected(client: ClientFacts, line: LineFacts) -> None:
    """A visit was at another time, or was not made: the first that now stands is another."""
    visited_days(client, line)
    organisation, first = uid_in(line.body, "organisation"), day_in(line.body, "first")
    if organisation is None:
        return
    if first is None or (client.moved_in is not None and first < client.moved_in):
        client.first_visits.pop(organisation, None)
    else:
        client.first_visits[organisation] = first


def visited_at(line: LineFacts) -> datetime:
    """When the visit began."""
    arrived = line.body.get("arrived")
    return datetime.fromisoformat(arrived) if arrived else line.occurred


def visited_on(line: LineFacts) -> date:
    """The day of the visit."""
    return stockholm_day(visited_at(line))


ON_CLIENT: dict[str, Callable[[ClientFacts, LineFacts], None]] = {
    "link.made": link_made,
    "link.removed": link_removed,
    "lock.taken_over": link_taken_over,
    "tag.handed_over": tag_handed_over,
    "tag.taken_over": tag_taken_over,
    "tag.corrected": tag_handed_over,
    "tag.lost": tag_lost,
    "visit.registered": visit_registered,
    "visit.corrected": visit_corrected,
}
ON_DOOR: dict[str, Callable[[DoorFacts, LineFacts], None]] = {
    "installation.ordered": installation_ordered,
    "removal.ordered": removal_ordered,
    "repair.ordered": repair_ordered,
    "order.booked": order_booked,
    "order.failed": order_failed,
    "order.unbooked": order_unbooked,
    "order.cancelled": order_cancelled,
    "order.taken_over": order_taken_over,
    "installation.reported": installation_reported,
    "removal.reported": removal_reported,
    "repair.reported": repair_reported,
    "lock.corrected": lock_corrected,
    "report.taken_back": report_taken_back,
    "lock.fault_told": fault_told,
    "consent.given": consent_given,
    "consent.withdrawn": consent_withdrawn,
    "lock.taken_over": lock_taken_over,
    "key.handed_over": key_handed_over,
    "key.taken_over": key_taken_over,
    "key.corrected": key_handed_over,
    "key.lost": key_lost,
}
