# SPDX-License-Identifier: EUPL-1.2
"""Acts about a client, and options for their values: the client's decisions, locks, keys and orders, instead of typed
references and numbers. The act still checks every value."""

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
    CarePeriod,
    ClientOrder,
    ClientPage,
    HolderPeriod,
    care_periods,
    client_orders,
    client_row,
    holder_periods,
    home_context,
)
from troskel.reading.client_record import DoorShown
from troskel.routine import client_state


class Option(NamedTuple):
    """An option: its value, its kind, and what distinguishes it from the others."""

    value: str
    kind: str  # decision | allocation | organisation | service | order | thing | door
    name: str = ""
    service: str = ""
    first: date | None = None
    last: date | None = None


class ClientOptions(NamedTuple):
    """What a form may offer about a client, as far as the viewer may know."""

    case: str
    away: bool
    decisions: Sequence[CarePeriod]
    allocations: Sequence[CarePeriod]
    orders: Sequence[ClientOrder]
    periods: Sequence[HolderPeriod]
    doors: Sequence[DoorShown]


class KnownValues(NamedTuple):
    """By path in an act's values: known values, and options."""

    values: dict[str, str]
    options: dict[str, list[Option]]


OptionFinder = Callable[[ClientOptions], list[Option]]


def page_options(page: ClientPage) -> ClientOptions:
    """The options of a client page already in memory."""
    return ClientOptions(
        page.case,
        page.away is not None,
        page.decisions,
        page.allocations,
        page.orders,
        page.periods,
        page.doors,
    )


def read_options(viewer: Actor, case: str, act: str) -> ClientOptions:
    """The same, loaded for one act's form; the read is recorded. Raises NotFound outside the viewer's sight."""
    if not CASE_NUMBER.fullmatch(case):
        raise NotFound("client", "case")
    row, _ = client_row(viewer, case)
    today = clock.today()
    note(viewer, "client.chosen", client=row.id, case=case, act=act)
    context = home_context(row)
    names: dict[str, str] = {}
    decisions, allocations = care_periods(viewer, row, names)
    return ClientOptions(
        row.case_number,
        client_state.is_suspended(context.facts, today),
        decisions,
        allocations,
        client_orders(viewer, row, names),
        holder_periods(viewer, row, context, today, names),
        context.own_doors,
    )


def acts_about(role: str) -> list[str]:
    """Names of the acts about a client that this role may do."""
    return [
        act.name
        for act in REGISTER.values()
        if role in act.who and (_client_path(act) or act.name in OPTION_FINDERS)
    ]


def known_values(act: str, client_options: ClientOptions) -> KnownValues | None:
    """Known values and options for an act; None where the act does not apply to the client or has no options."""
    if act in ACT_CONDITIONS and not ACT_CONDITIONS[act](client_options):
        return None
    path = _client_path(REGISTER[act])
    values = {path: client_options.case} if path else {}
    options: dict[str, list[Option]] = {}
    for path, find_options in OPTION_FINDERS.get(act, {}).items():
        choices = find_options(client_options)
        if not choices and path not in OPTIONAL_PATHS:
            return None
        if choices:
            options[path] = choices
    return KnownValues(values, options)


def _client_path(act: Act[Any]) -> str:
    """The path of the required client in the act's values; empty where there is none."""
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


# -- options


def _current(periods: Sequence[CarePeriod]) -> list[CarePeriod]:
    today = clock.today()
    return [period for period in periods if period.last is None or period.last >= today]


def _decisions(client_options: ClientOptions) -> list[Option]:
    return [_care_option("decision", period) for period in _current(client_options.decisions)]


def _every_decision(client_options: ClientOptions) -> list[Option]:
    return [_care_option("decision", period) for period in reversed(client_options.decisions)]


def _allocations(client_options: ClientOptions) -> list[Option]:
    return [_care_option("allocation", period) for period in _current(client_options.allocations)]


def _care_option(kind: str, period: CarePeriod) -> Option:
    return Option(period.reference, kind, period.provider, period.service, period.first, period.last)


def _services(client_options: ClientOptions) -> list[Option]:
    services = dict.fromkeys(period.service for period in _current(client_options.decisions))
    return [Option(service, "service", service=service) for service in services]


def _providers(client_options: ClientOptions) -> list[Option]:
    names = {
        period.orgnr: period.provider
        for period in _current(client_options.allocations)
        if period.service == "home_care"
    }
    return [Option(orgnr, "organisation", name) for orgnr, name in names.items()]


def _things(what: str, by: str) -> OptionFinder:
    def find_options(client_options: ClientOptions) -> list[Option]:
        periods = (
            period
            for period in client_options.periods
            if (period.what, period.by, period.until) == (what, by, None)
        )
        return [Option(period.number, "thing", period.number) for period in periods]

    return find_options


def _orders(*kinds: str) -> OptionFinder:
    def find_options(client_options: ClientOptions) -> list[Option]:
        open_orders = (
            order
            for order in client_options.orders
            if order.closed is None and (not kinds or order.kind in kinds)
        )
        return [Option(order.number, "order", order.kind) for order in open_orders]

    return find_options


def _doors(client_options: ClientOptions) -> list[Option]:
    return [Option(str(door.id), "door", door.label or door.kind) for door in client_options.doors]


_AT_THE_DOOR, _LINKED, _WITH_CLIENT = (
    _things("lock", "door"),
    _things("linked", "client"),
    _things("tag", "client"),
)

OPTION_FINDERS: Mapping[str, Mapping[str, OptionFinder]] = {
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
"""Options by act and path."""

OPTIONAL_PATHS = frozenset({"decisions.replaces", "investigations.replaces", "door"})
"""Paths whose options may be empty: the value is optional, or the act finds it."""

ACT_CONDITIONS: Mapping[str, Callable[[ClientOptions], bool]] = {
    "resume_access": lambda pieces: pieces.away,
    "suspend_access": lambda pieces: not pieces.away,
    "order_removal": lambda pieces: bool(_AT_THE_DOOR(pieces)),
    "order_repair": lambda pieces: bool(_AT_THE_DOOR(pieces)),
    "link_lock": lambda pieces: bool(_AT_THE_DOOR(pieces)),  # its number is compared, not chosen
}
"""Conditions for acts whose object is not one of their values."""
