# SPDX-License-Identifier: EUPL-1.2
"""The acts that are about a client, and what there is to choose among for their values: decisions, locks, keys, orders
of this client, instead of references and numbers that are typed. The act judges, as always."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import msgspec

from troskel.acts.chapters import REGISTER
from troskel.acts.core.register import Act
from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.people.roles import Actor
from troskel.reading.base import CASE_NUMBER, note
from troskel.reading.client_page import (
    ClientShown,
    Granted,
    Held,
    Ordered,
    client_row,
    granted,
    held_of,
    orders_of,
    where_of,
)
from troskel.reading.client_record import DoorShown
from troskel.routine import standing


class Option(NamedTuple):
    """One value to choose: what kind of thing it is, and what tells it from the others."""

    value: str
    kind: str  # decision | allocation | organisation | service | order | thing | door
    name: str = ""
    service: str = ""
    first: date | None = None
    last: date | None = None


class Pieces(NamedTuple):
    """What is known around a client, as far as the viewer may know."""

    case: str
    away: bool
    decisions: Sequence[Granted]
    allocations: Sequence[Granted]
    orders: Sequence[Ordered]
    held: Sequence[Held]
    doors: Sequence[DoorShown]


class Known(NamedTuple):
    """By path of an act's values: what is known already, and what there is to choose among."""

    values: dict[str, str]
    among: dict[str, list[Option]]


Choosing = Callable[[Pieces], list[Option]]


def pieces_of(shown: ClientShown) -> Pieces:
    """The pieces of a page that has been read."""
    return Pieces(
        shown.case,
        shown.away is not None,
        shown.decisions,
        shown.allocations,
        shown.orders,
        shown.held,
        shown.doors,
    )


def read_pieces(viewer: Actor, case: str, act: str) -> Pieces:
    """The same, read for one act's form; that the client was looked at is noted. Raises NotFound out of sight."""
    if not CASE_NUMBER.fullmatch(case):
        raise NotFound("client", "case")
    row, _ = client_row(viewer, case)
    today = clock.today()
    note(viewer, "client.chosen", client=row.id, case=case, act=act)
    where = where_of(row)
    names: dict[str, str] = {}
    decisions, allocations = granted(viewer, row, names)
    return Pieces(
        row.case_number,
        standing.is_suspended(where.facts, today),
        decisions,
        allocations,
        orders_of(viewer, row, names),
        held_of(viewer, row, where, today, names),
        where.own_doors,
    )


def acts_about(role: str) -> list[str]:
    """The acts about a client that accounts of this role do."""
    return [
        act.name
        for act in REGISTER.values()
        if role in act.who and (_client_path(act) or act.name in CHOOSING)
    ]


def known(act: str, pieces: Pieces) -> Known | None:
    """What is known of an act's values, and what there is to choose among; None where the client has none of it."""
    if act in ONLY_IF and not ONLY_IF[act](pieces):
        return None
    path = _client_path(REGISTER[act])
    values = {path: pieces.case} if path else {}
    among: dict[str, list[Option]] = {}
    for path, choosing in CHOOSING.get(act, {}).items():
        options = choosing(pieces)
        if not options and path not in MAY_BE_EMPTY:
            return None
        if options:
            among[path] = options
    return Known(values, among)


def _client_path(act: Act[Any]) -> str:
    """Where among the act's values the client's case number stands; empty where nowhere, or where it may be empty."""
    for field in msgspec.structs.fields(act.values):
        if field.name == "client" and field.required:
            return "client"
        inner = getattr(field.type, "__args__", (None,))[0]
        inner = getattr(inner, "__args__", (inner,))[0]
        if (
            isinstance(inner, type)
            and issubclass(inner, msgspec.Struct)
            and "client" in inner.__struct_fields__
        ):
            return f"{field.name}.client"
    return ""


# -- what there is to choose among


def _lasting(granted: Sequence[Granted]) -> list[Granted]:
    today = clock.today()
    return [one for one in granted if one.last is None or one.last >= today]


def _decisions(pieces: Pieces) -> list[Option]:
    return [_granted("decision", one) for one in _lasting(pieces.decisions)]


def _every_decision(pieces: Pieces) -> list[Option]:
    return [_granted("decision", one) for one in reversed(pieces.decisions)]


def _allocations(pieces: Pieces) -> list[Option]:
    return [_granted("allocation", one) for one in _lasting(pieces.allocations)]


def _granted(kind: str, one: Granted) -> Option:
    return Option(one.reference, kind, one.provider, one.service, one.first, one.last)


def _services(pieces: Pieces) -> list[Option]:
    found = dict.fromkeys(one.service for one in _lasting(pieces.decisions))
    return [Option(service, "service", service=service) for service in found]


def _providers(pieces: Pieces) -> list[Option]:
    found = {one.orgnr: one.provider for one in _lasting(pieces.allocations) if one.service == "home_care"}
    return [Option(orgnr, "organisation", name) for orgnr, name in found.items()]


def _things(what: str, by: str) -> Choosing:
    def found(pieces: Pieces) -> list[Option]:
        held = (one for one in pieces.held if (one.what, one.by, one.until) == (what, by, None))
        return [Option(one.number, "thing", one.number) for one in held]

    return found


def _orders(*kinds: str) -> Choosing:
    def found(pieces: Pieces) -> list[Option]:
        is_open = (one for one in pieces.orders if one.closed is None and (not kinds or one.kind in kinds))
        return [Option(one.number, "order", one.kind) for one in is_open]

    return found


def _doors(pieces: Pieces) -> list[Option]:
    return [Option(str(door.id), "door", door.label or door.kind) for door in pieces.doors]


_AT_THE_DOOR, _LINKED, _WITH_CLIENT = (
    _things("lock", "door"),
    _things("linked", "client"),
    _things("tag", "client"),
)

CHOOSING: Mapping[str, Mapping[str, Choosing]] = {
    "make_decisions": {"decisions.replaces": _every_decision},
    "start_investigations": {"investigations.replaces": _every_decision},
    "change_decisions": {"periods.reference": _decisions},
    "end_decisions": {"endings.reference": _decisions},
    "allocate": {"allocations.decision": _decisions},
    "change_allocations": {"periods.reference": _allocations},
    "end_allocations": {"endings.reference": _allocations},
    "change_provider": {"former": _providers},
    "end_care": {"service": _services},
    "unlink_lock": {"serial": _LINKED},
    "correct_link": {"wrong": _LINKED},
    "tell_fault": {"serial": _AT_THE_DOOR},
    "take_tag": {"tag": _WITH_CLIENT},
    "return_key": {"key": _things("key", "organisation")},
    "cancel_order": {"order": _orders()},
    "book_order": {"order": _orders()},
    "report_failure": {"order": _orders()},
    "report_installation": {"order": _orders("installation")},
    "report_removal": {"order": _orders("removal"), "serial": _AT_THE_DOOR},
    "report_repair": {"order": _orders("repair"), "serial": _AT_THE_DOOR},
    "order_installation": {"door": _doors},
    "order_removal": {"door": _doors},
    "order_repair": {"door": _doors},
    "receive_key": {"door": _doors},
    "record_consent": {"door": _doors},
    "withdraw_consent": {"door": _doors},
}
"""By act and path: what there is to choose among."""

MAY_BE_EMPTY = frozenset({"decisions.replaces", "investigations.replaces", "door"})
"""Values that the act can do without, or that it finds itself."""

ONLY_IF: Mapping[str, Callable[[Pieces], bool]] = {
    "resume_access": lambda pieces: pieces.away,
    "suspend_access": lambda pieces: not pieces.away,
    "order_removal": lambda pieces: bool(_AT_THE_DOOR(pieces)),
    "order_repair": lambda pieces: bool(_AT_THE_DOOR(pieces)),
    "link_lock": lambda pieces: bool(_AT_THE_DOOR(pieces)),  # its number is compared, not chosen
}
"""Acts that need something to be about, where it is no value of theirs."""
