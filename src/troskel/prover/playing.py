# SPDX-License-Identifier: EUPL-1.2
"""A course of events as a play: the lines of a file for `troskel play`, beside plays/founding.jsonl.

What no act writes stands as a comment. A home of a play always has a door of its own, so a gate comes beside it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from troskel.prover import world as of
from troskel.prover.households import Household
from troskel.prover.moves import MOVES, ChosenMove
from troskel.prover.world import ALARMS, PROVIDERS, World
from troskel.routine.line import STOCKHOLM

NUMBERS = {PROVIDERS[0]: "5560009911", PROVIDERS[1]: "5560009929", ALARMS: "5560009937", "": ""}
COORDINATORS = {PROVIDERS[0]: "olle", PROVIDERS[1]: "moa", ALARMS: "lars", "": "siri"}
LOCKSMITH = "5560009945"
IDENTITIES = ("193001019805", "193102049818")
Act = tuple[str, str, dict[str, Any]]


def play_of(household: Household, course: tuple[ChosenMove, ...], title: str) -> list[str]:
    """The lines of the play."""
    world = household.world()
    lines = [f"# {title}", '{"include": "founding.jsonl"}']
    minutes = 0

    def line(account: str, act: str, values: dict[str, Any], keep: dict[str, str] | None = None) -> None:
        nonlocal minutes
        minutes += 1
        at = datetime.combine(world.day, time(9), STOCKHOLM) + timedelta(minutes=minutes)
        one = {"at": at.isoformat(), "as": account, "act": act, "values": values}
        lines.append(json.dumps(one | ({"keep": keep} if keep else {}), ensure_ascii=False))

    line("anna", "register_clients", {"clients": list(_clients(household))})
    for name, door in world.doors.items():
        if _is_named(world, name):
            clients = [client for client, home in household.homes.items() if home in door.homes]
            if not clients:
                continue
            first = {"client": clients[0][1:], "kind": door.kind, "label": name[1:]}
            line("olle", "add_door", first, {"door": name[1:]})
            for other in clients[1:]:
                line("moa", "let_door_serve", {"client": other[1:], "door": {"$": name[1:]}})
    stock = _stock(household, course)
    for owner, tags in stock.items():
        line("siri", "register_things", {"kind": "tag", "numbers": tags, "organisation": NUMBERS[owner]})
    locks = [f"L{number}" for number in range(1, 9)]
    line("siri", "register_things", {"kind": "lock", "numbers": locks, "organisation": LOCKSMITH})
    for step in (*household.already, *course):
        before = world.day
        try:
            acts = list(_acts(world, step))
        except KeyError:
            acts = []
        MOVES[step.name](world, *step.values)
        if world.day != before:
            minutes = 0
            lines.append(f"# {world.day}")
        elif not acts:
            lines.append(f"# no act: {step}")
        for account, act, values in acts:
            line(account, act, {key: _plain(value) for key, value in values.items()})
    return lines


def _clients(household: Household) -> Iterator[dict[str, Any]]:
    homes = list(dict.fromkeys(household.homes.values()))
    for number, (client, home) in enumerate(household.homes.items()):
        address = {
            "street": "Storgatan 9",
            "postcode": "999 10",
            "town": "Tröskelby",
            "apartment": f"120{homes.index(home) + 1}",
        }
        names = {"first_name": client[1:], "last_name": "Prov", "address": address}
        other = {} if household.own else {"home_municipality": "0998"}
        yield {"reference": client[1:], "identity": IDENTITIES[number], **names, **other}


def _is_named(world: World, door: str) -> bool:
    """Is it a door that the play adds to the home?"""
    return world.doors[door].kind == "gate" or door not in ("~D1", "~D9")


def _stock(household: Household, course: tuple[ChosenMove, ...]) -> dict[str, list[str]]:
    world, stock = household.world(), dict[str, list[str]]()
    for step in (*household.already, *course):
        MOVES[step.name](world, *step.values)
        for p in world.people.values():
            for tag, owner in p.tags.items():
                if tag[1:] not in stock.setdefault(owner, []):
                    stock[owner].append(tag[1:])
    return {owner: tags for owner, tags in stock.items() if tags}


def _plain(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return value.lstrip("~") if isinstance(value, str) else value


def _acts(w: World, step: ChosenMove) -> Iterator[Act]:
    """The acts of a move; none where there is none."""
    make = ACTS.get(step.name)
    if make is not None:
        yield from make(w, *step.values)


def _day(w: World, days: int | None) -> date | None:
    return None if days is None else w.day + timedelta(days=days)


def _decide(w: World, client: str, service: str, begins: int, through: int | None) -> Iterator[Act]:
    had = sum(d.service == service for d in w.people[client].decisions.values())
    made: dict[str, Any] = {
        "client": client,
        "reference": f"B{client[1:]}{service[0]}{had + 1}",
        "service": service,
    }
    made |= {"valid_from": _day(w, begins), "valid_through": _day(w, through)}
    yield "anna", "make_decisions", {"decisions": [made]}


def _reference(w: World, client: str, decision: str, to: str) -> str:
    return f"F{decision[2:]}{to[1:]}{len(w.people[client].allocations) + 1}"


def _allocate(w: World, client: str, decision: str, to: str, late: int, through: int | None) -> Iterator[Act]:
    d = w.people[client].decisions[decision]
    begins = d.begins + timedelta(days=late)
    ends = begins + timedelta(days=through) if through is not None else d.through
    given: dict[str, Any] = {"decision": decision, "reference": _reference(w, client, decision, to)}
    given |= {"organisation": NUMBERS[to], "valid_from": begins, "valid_through": ends}
    yield "anna", "allocate", {"allocations": [given]}


def _end(w: World, client: str, decision: str, on: int, confirmed: bool) -> Iterator[Act]:
    ending = {"reference": decision, "valid_through": _day(w, on), "reason": "prov", "confirmed": confirmed}
    yield "anna", "end_decisions", {"endings": [ending]}


def _change_decision(w: World, client: str, decision: str, through: int | None) -> Iterator[Act]:
    period = {"reference": decision, "valid_from": w.people[client].decisions[decision].begins}
    yield "anna", "change_decisions", {"periods": [period | {"valid_through": _day(w, through)}]}


def _end_allocation(w: World, client: str, allocation: str, on: int, confirmed: bool) -> Iterator[Act]:
    ending = {"reference": allocation, "valid_through": _day(w, on), "reason": "prov", "confirmed": confirmed}
    yield "anna", "end_allocations", {"endings": [ending]}


def _change_allocation(w: World, client: str, allocation: str, through: int | None) -> Iterator[Act]:
    period = {"reference": allocation, "valid_from": w.people[client].allocations[allocation].begins}
    yield "anna", "change_allocations", {"periods": [period | {"valid_through": _day(w, through)}]}


def _change_provider(w: World, client: str, allocation: str, to: str, on: int) -> Iterator[Act]:
    a = w.people[client].allocations[allocation]
    values = {"client": client, "former": NUMBERS[a.to], "provider": NUMBERS[to], "on": _day(w, on)}
    yield "anna", "change_provider", values | {"reference": _reference(w, client, a.decision, to)}


def _tell(w: World, client: str, *what: str) -> Iterator[Act]:
    for one in what or [each for each in of.TOLD if each not in w.people[client].told]:
        if one == "understood":
            yield "anna", "confirm_understanding", {"client": client}
        elif one == "keys":
            yield "anna", "tell_about_keys", {"client": client}
        else:
            yield "anna", "inform_client", {"client": client, "way": one}


def _visit(w: World, client: str, by: str) -> Iterator[Act]:
    at = datetime.combine(w.day, time(8), STOCKHOLM).isoformat()
    values = {"client": client, "arrived": at, "by": "hand", "reason": "prov"}
    yield COORDINATORS[by], "register_visit", values


def _at_door(act: str, **more: Any) -> Callable[..., Iterator[Act]]:
    def acts(w: World, door: str, client: str, by: str = "") -> Iterator[Act]:
        named = {"door": {"$": door[1:]}} if _is_named(w, door) else {}
        yield COORDINATORS[by], act, {"client": client, "locksmith": LOCKSMITH, **named, **more}

    return acts


def _order_number(order: str) -> str:
    return f"W-2026-{int(order[2:]):04}"


def _book(w: World, door: str, order: str, carer: bool = True) -> Iterator[Act]:
    hour = 8 + int(order[2:]) % 9  # one locksmith is at one place at a time
    starts, ends = (
        datetime.combine(w.day + timedelta(days=3), time(at), STOCKHOLM).isoformat()
        for at in (hour, hour + 1)
    )
    values = {
        "order": _order_number(order),
        "starts": starts,
        "ends": ends,
        "presence": "carer" if carer else "none",
    }
    yield "laban", "book_order", values


def _report(w: World, door: str, order: str) -> Iterator[Act]:
    kind = w.doors[door].orders[order].kind
    serial = w.doors[door].lock or f"L{w.serial.get('L', 0) + 1}"
    yield "laban", f"report_{kind}", {"order": _order_number(order), "serial": serial}


def _consent(w: World, door: str, client: str, given: bool) -> Iterator[Act]:
    values: dict[str, Any] = {"client": client, "door": {"$": door[1:]}}
    if given:
        yield "siri", "record_consent", values | {"owner": "Bostadsrättsföreningen", "way": "written"}
    else:
        yield "siri", "withdraw_consent", values


def _receive_key(w: World, door: str, client: str, to: str) -> Iterator[Act]:
    key = f"N{w.serial.get('N', 0) + 1}"
    named = {"door": {"$": door[1:]}} if _is_named(w, door) else {}
    yield COORDINATORS[to], "receive_key", {"client": client, "key": key, "signed": "client", **named}


def _return_key(w: World, door: str, key: str) -> Iterator[Act]:
    to, client = w.doors[door].keys[key]
    yield COORDINATORS[to], "return_key", {"client": client, "key": key, "signed": "client"}


def _lose_key(w: World, door: str, key: str) -> Iterator[Act]:
    yield COORDINATORS[w.doors[door].keys[key][0]], "report_lost", {"kind": "key", "number": key}


def _tag(act: str) -> Callable[..., Iterator[Act]]:
    def acts(w: World, client: str, tag: str) -> Iterator[Act]:
        placed = f"T{w.serial.get('T', 0) + 1}" if tag in NUMBERS else tag
        owner = tag if tag in NUMBERS else w.people[client].tags[tag]
        values = (
            {"kind": "tag", "number": placed} if act == "report_lost" else {"client": client, "tag": placed}
        )
        yield COORDINATORS[owner], act, values

    return acts


def _other(w: World, client: str, own: bool) -> Iterator[Act]:
    yield (
        "anna",
        "change_clients",
        {"changes": [{"client": client, "home_municipality": "" if own else "0998"}]},
    )


ADDRESS = {"street": "Ängsvägen 3", "postcode": "999 10", "town": "Tröskelby", "apartment": "1101"}


def _move_house(w: World, client: str, to: str) -> Iterator[Act]:
    yield "anna", "move_clients", {"moves": [{"client": client, "address": ADDRESS, "on": w.day}]}


def _plan_move(w: World, client: str, to: str, on: int) -> Iterator[Act]:
    yield "anna", "plan_move", {"client": client, "address": ADDRESS, "on": _day(w, on)}


def _go_away(w: World, client: str, begins: int = 0, through: int | None = None) -> Iterator[Act]:
    away = {"client": client, "since": _day(w, begins), "through": _day(w, through), "reason": "hospital"}
    yield "anna", "suspend_access", away


def _succeed(w: World, former: str, new: str, on: int) -> Iterator[Act]:
    values = {"organisation": NUMBERS[former], "successor": NUMBERS[new], "on": _day(w, on)}
    yield "siri", "succeed_organisation", values | {"reference": "S", "reason": "bankruptcy"}


def _offer_key(w: World, door: str, key: str, to: str) -> Iterator[Act]:
    values = {"kind": "key", "numbers": [key], "to": NUMBERS[to], "agreed": True}
    yield COORDINATORS[w.doors[door].keys[key][0]], "offer_things", values


def _link(w: World, door: str, client: str) -> Iterator[Act]:
    yield "siri", "link_lock", {"client": client, "serial": w.doors[door].lock}


def _unlink(w: World, client: str, link: str) -> Iterator[Act]:
    yield "siri", "unlink_lock", {"client": client, "serial": w.people[client].links[link]}


ACTS: dict[str, Callable[..., Iterator[Act]]] = {
    "decide": _decide,
    "allocate": _allocate,
    "end": _end,
    "change_decision": _change_decision,
    "withdraw_decision": lambda w, c, d: iter([("anna", "withdraw_decisions", {"references": [d]})]),
    "end_allocation": _end_allocation,
    "change_allocation": _change_allocation,
    "withdraw_allocation": lambda w, c, a: iter([("anna", "withdraw_allocations", {"references": [a]})]),
    "change_provider": _change_provider,
    "confirm_ending": lambda w, c: iter([("anna", "confirm_ending", {"client": c})]),
    "die": lambda w, c: iter([("anna", "record_deaths", {"deaths": [{"client": c, "on": w.day}]})]),
    "become": _other,
    "move_house": _move_house,
    "look_at": lambda w, home: iter([("olle", "look_at_home", {"client": next(iter(w.people))})]),
    "go_away": _go_away,
    "come_home": lambda w, c, which=None: iter([("anna", "resume_access", {"client": c, "on": w.day})]),
    "plan_move": _plan_move,
    "call_off_move": lambda w, c: iter([("anna", "call_off_move", {"client": c})]),
    "move_to_special_housing": lambda w, c: iter(
        [("anna", "move_to_special_housing", {"client": c, "on": w.day})]
    ),
    "merge": lambda w, c, other: iter(
        [
            (
                "anna",
                "merge_clients",
                {"client": c, "other": other, "same_person": True, "numbers_differ": True},
            )
        ]
    ),
    "succeed": _succeed,
    "offer_key": _offer_key,
    "accept_key": lambda w, d, key: iter(
        [(COORDINATORS[w.offers[key]], "accept_things", {"kind": "key", "numbers": [key]})]
    ),
    "confirm_refusal": lambda w, c: iter([("anna", "confirm_refusal", {"client": c})]),
    "tell": _tell,
    "tell_all": _tell,
    "refuse": lambda w, c: iter([("anna", "record_refusal", {"client": c, "reason": "does_not_want"})]),
    "live": lambda w, c: iter([("anna", "take_back_death", {"client": c})]),
    "decide_way_in": lambda w, c: iter([("anna", "decide_way_in", {"client": c, "way": "key"})]),
    "visit": _visit,
    "visit_again": _visit,
    "order_installation": _at_door("order_installation"),
    "order_removal": _at_door("order_removal"),
    "order_repair": _at_door("order_repair", fault="jammed"),
    "book": _book,
    "fail": lambda w, d, o: iter(
        [("laban", "report_failure", {"order": _order_number(o), "code": "nobody_home"})]
    ),
    "cancel": lambda w, d, o, reason: iter(
        [("siri", "cancel_order", {"order": _order_number(o), "reason": reason})]
    ),
    "report": _report,
    "send_letter": lambda w, o: iter([("siri", "send_letter", {"order": _order_number(o)})]),
    "fault": lambda w, d, c: iter(
        [("laban", "tell_fault", {"client": c, "serial": w.doors[d].lock, "code": "jammed"})]
    ),
    "consent": _consent,
    "link": _link,
    "unlink": _unlink,
    "place_tag": _tag("place_tag"),
    "take_tag": _tag("take_tag"),
    "lose_tag": _tag("report_lost"),
    "tell_return": lambda w, t: iter([("olle", "tell_tag_fetched", {"client": w.tellings[t], "tag": t})]),
    "receive_key": _receive_key,
    "return_key": _return_key,
    "lose_key": _lose_key,
    "bill": lambda w, c, by, month: iter([(COORDINATORS[by], "bill_month", {"month": month})]),
}
"""The acts of each move; a basis form has none here."""
