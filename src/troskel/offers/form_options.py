# SPDX-License-Identifier: EUPL-1.2
"""Acts about a client, and options for their values: the client's decisions, locks, keys and orders, instead of typed
references and numbers. The act still checks every value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

from troskel.acts.chapters import REGISTER
from troskel.care import queries as care
from troskel.care.queries import Absence
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
from troskel.runner.fields import ClientCondition, Named, fields_of
from troskel.runner.register import Act


class Option(NamedTuple):
    """An option: its value, its kind, and what distinguishes it from the others."""

    value: str
    kind: str  # decision | allocation | absence | organisation | service | order | thing | door
    name: str = ""
    service: str = ""
    first: date | None = None
    last: date | None = None


class ClientOptions(NamedTuple):
    """What a form may offer about a client, as far as the viewer may know."""

    case: str
    dead: bool
    away: bool
    absences: Sequence[Absence]
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
        page.died is not None,
        bool(page.absences),
        (),
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
    context = home_context(viewer, row)
    names: dict[str, str] = {}
    decisions, allocations = care_periods(viewer, row, names)
    act_names_absence = any(spec.facts.names is Named.ABSENCE for spec in fields_of(REGISTER[act].values))
    return ClientOptions(
        row.case_number,
        row.died is not None,
        bool(client_state.absences_from(context.facts, today)),
        care.absences(row.id, today) if act_names_absence else (),
        decisions,
        allocations,
        client_orders(viewer, row, names),
        holder_periods(viewer, row, context, today, names),
        context.own_doors,
    )


def acts_about(role: str) -> list[str]:
    """Names of the acts about a client that this role may do."""
    return [act.name for act in REGISTER.values() if role in act.who and _is_about_a_client(act)]


def known_values(act: str, client_options: ClientOptions) -> KnownValues | None:
    """Known values and options for an act; None where the act does not apply to the client or has no options."""
    condition = REGISTER[act].applies_to
    if condition is not None and not CONDITIONS[condition](client_options):
        return None
    values: dict[str, str] = {}
    options: dict[str, list[Option]] = {}
    for spec in fields_of(REGISTER[act].values):
        if spec.facts.names in (Named.CLIENT, Named.CASES) and spec.required and not values:
            values = {spec.path: client_options.case}
        elif spec.facts.names in OPTION_FINDERS:
            choices = OPTION_FINDERS[spec.facts.names](client_options)
            if not choices and spec.required:
                return None
            if choices:
                options[spec.path] = choices
    return KnownValues(values, options)


def needs_a_client(act: Act[Any]) -> bool:
    """Whether the act can't be done without naming a client, or something that a client has."""
    named = {Named.CLIENT, Named.CASES, *OPTION_FINDERS}
    return any(spec.required and spec.facts.names in named for spec in fields_of(act.values))


def is_optional(act: str, path: str) -> bool:
    """Whether a field's options may be empty: its value is optional, or the act finds it."""
    return not next(spec.required for spec in fields_of(REGISTER[act].values) if spec.path == path)


def _is_about_a_client(act: Act[Any]) -> bool:
    return any(
        spec.facts.names in OPTION_FINDERS
        or (spec.facts.names in (Named.CLIENT, Named.CASES) and spec.required)
        for spec in fields_of(act.values)
    )


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


def _coming(kind: str, periods: Sequence[CarePeriod]) -> list[Option]:
    today = clock.today()
    return [_care_option(kind, period) for period in periods if period.first > today]


def _care_option(kind: str, period: CarePeriod) -> Option:
    return Option(period.reference, kind, period.provider, period.service, period.first, period.last)


def _absences(client_options: ClientOptions) -> list[Option]:
    return [
        Option(str(period.id), "absence", period.reason, first=period.first, last=period.last)
        for period in client_options.absences
    ]


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


_LOCKS = _things("lock", "door")

OPTION_FINDERS: Mapping[Named | None, OptionFinder] = {
    Named.SERVICE: _services,
    Named.DECISION: _decisions,
    Named.ANY_DECISION: _every_decision,
    Named.ALLOCATION: _allocations,
    Named.COMING_DECISIONS: lambda client_options: _coming("decision", client_options.decisions),
    Named.COMING_ALLOCATIONS: lambda client_options: _coming("allocation", client_options.allocations),
    Named.ABSENCE: _absences,
    Named.HOME_CARE_PROVIDER: _providers,
    Named.ORDER: _orders(),
    Named.INSTALLATION_ORDER: _orders("installation"),
    Named.REMOVAL_ORDER: _orders("removal"),
    Named.REPAIR_ORDER: _orders("repair"),
    Named.DOOR: _doors,
    Named.MOUNTED_LOCK: _LOCKS,
    Named.LINKED_LOCK: _things("linked", "client"),
    Named.CLIENTS_TAG: _things("tag", "client"),
    Named.KEY_HELD: _things("key", "organisation"),
}
"""What a client has, by what a field names."""

CONDITIONS: Mapping[ClientCondition, Callable[[ClientOptions], bool]] = {
    ClientCondition.DEAD: lambda client_options: client_options.dead,
    ClientCondition.AWAY: lambda client_options: client_options.away,
    ClientCondition.HAS_LOCK: lambda client_options: bool(_LOCKS(client_options)),
}
