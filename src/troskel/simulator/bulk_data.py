# SPDX-License-Identifier: EUPL-1.2
"""Writes very many clients directly into the tables, only to measure pages with.

A few are created by acts, and have duties; the others have care, a lock, a key, an order and a visit, but no journal,
so that no act works on them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Model

from troskel.acts.chapters import REGISTER
from troskel.care.models import Allocation, Decision
from troskel.custody.models import Holding, Link, Thing
from troskel.duties.models import Duty, RoutineVersion
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.ground.sorting import truncated_sort_key
from troskel.orders.models import Booking, Order
from troskel.people import queries
from troskel.people.identity import has_valid_check_digit
from troskel.people.models import Client, Door, Home, HomeDoor, Identifier, Organisation, Residence
from troskel.people.roles import Actor, ActorKind
from troskel.simulator.people import FIRST_NAMES, LAST_NAMES, STREETS, address, identity_number
from troskel.visits.models import Visit

PROVIDERS = 100
FIRST_PROVIDER_ONE_IN = 20  # one client in this many is the first provider's
LAST_PROVIDER_MAX_CLIENTS = 300  # clients of the last provider, at most: its carer's phone is measured
# One client in this many:
ALARM_ONE_IN, FOREIGN_ONE_IN, PROTECTED_ONE_IN = 4, 100, 80
WITHOUT_CARE_ONE_IN, OPEN_ORDER_ONE_IN, TAG_ONE_IN = 10, 100, 12
STOCK_SIZE = 2000
CLIENTS_BY_ACTS = 30
BATCH_SIZE = 20_000
CACHE_MB = 400  # megabytes, while loading
Progress = Callable[[str], None]


class BulkData(NamedTuple):
    """The loaded data: accounts, a client created by acts, and search texts by kind."""

    people: list[str]
    case: str
    questions: dict[str, str]


def load(municipality: str, clients: int, progress: Progress = lambda _: None) -> BulkData:
    """Creates a municipality with this many clients, in an empty database. Takes about a minute for 250,000."""
    town = _BulkTown(municipality)
    data = town.create()
    tables = _BulkTables(municipality, town.version)
    _set_cache_size(CACHE_MB)
    with transaction.atomic():
        for number in range(clients - CLIENTS_BY_ACTS):
            town.write_client(tables, number, clients)
            if number % BATCH_SIZE == BATCH_SIZE - 1:
                tables.flush()
                progress(f"{number + 1} clients")
        town.write_stock(tables)
        tables.flush()
    _analyze()
    _set_cache_size(2)
    return data


class _BulkTown:
    """A municipality with its organisations and accounts, created by acts."""

    def __init__(self, municipality: str) -> None:
        self.system = Actor.system(municipality, ActorKind.DEMO)
        self.today = clock.today()
        self.long_ago = self.today - timedelta(days=400)
        providers = [(_orgnr(number), f"Utföraren {number + 1}", "home_care") for number in range(PROVIDERS)]
        self.office, self.alarm, self.firm = (_orgnr(PROVIDERS + number) for number in range(3))
        self.organisations = [
            *providers,
            (self.office, "Socialkontoret", "municipality"),
            (self.alarm, "Larmpatrullen", "alarm"),
            (self.firm, "Lås & Nyckel", "locksmith"),
        ]

    def create(self) -> BulkData:
        """Creates the municipality, and a few clients with duties, by acts."""
        since = self.long_ago.isoformat()
        self._perform("found_municipality", name="Bench", valid_from=since)
        organisations = [
            {"orgnr": orgnr, "name": name, "kind": kind, "email": "post@example.org"}
            for orgnr, name, kind in self.organisations
        ]
        self._perform("register_organisations", organisations=organisations)
        people = self._people()
        self._perform("register_things", kind="lock", numbers=["A0"], organisation=self.firm)
        registered = self._clients()
        locksmith_and_reason = {"locksmith": self.firm, "reason": "measuring"}
        order = self._perform("order_installation", by="coordinator", client="A0", **locksmith_and_reason)
        self._perform("order_installation", by="coordinator", client="A1", **locksmith_and_reason)
        self._perform("report_installation", by="locksmith", order=order["order"], serial="A0")
        self._perform("link_lock", by="administrator", client="A0", serial="A0")
        self.version = RoutineVersion.objects.get(municipality=self.system.municipality).digest
        self.ids = dict(
            Organisation.objects.filter(municipality=self.system.municipality).values_list("orgnr", "id")
        )
        questions = {
            "case": registered["cases"]["A0"],
            "serial": "A0",
            "order": order["order"],
            "identity": identity_number(_born(0), 980),
            "name": LAST_NAMES[0],
            "street": STREETS[0],
        }
        return BulkData(people, registered["cases"]["A0"], questions)

    def _people(self) -> list[str]:
        work_at = {
            "assessor": self.office,
            "administrator": self.office,
            "manager": self.office,
            "economist": self.office,
            "coordinator": self.organisations[0][0],
            "alarm_coordinator": self.alarm,
            "carer": self.organisations[PROVIDERS - 1][0],
            "responder": self.alarm,
            "locksmith": self.firm,
        }
        for username, organisation in work_at.items():
            role = username.removeprefix("alarm_")
            self._perform(
                "register_account", username=username, name=username, role=role, organisation=organisation
            )
        return list(work_at)

    def _clients(self) -> dict[str, Any]:
        since = (self.today - timedelta(days=3)).isoformat()
        names = [f"A{number}" for number in range(CLIENTS_BY_ACTS)]
        clients = [
            {
                "reference": name,
                "first_name": "Åke",
                "last_name": "Ärlig",
                "identity": identity_number(_born(number), 990),
                "address": address(10_000_000 + number),
            }
            for number, name in enumerate(names)
        ]
        answer = self._perform("register_clients", clients=clients)
        decisions = [
            {"client": name, "reference": f"B{name}", "service": "home_care", "valid_from": since}
            for name in names
        ]
        self._perform("make_decisions", decisions=decisions)
        provider = self.organisations[0][0]
        allocations = [
            {"decision": f"B{name}", "reference": f"F{name}", "organisation": provider, "valid_from": since}
            for name in names
        ]
        self._perform("allocate", allocations=allocations)
        return answer

    def _perform(self, act: str, *, by: str = "", **values: Any) -> dict[str, Any]:
        """Performs an act as the system itself, or as an account."""
        actor = queries.actor_of_username(f"{self.system.municipality}/{by}") if by else self.system
        assert actor is not None
        return REGISTER[act].perform(actor, values).answer

    def _provider(self, number: int, clients: int) -> UUID:
        """Returns a client's provider: the first has many, the last few, the others share the rest."""
        if number % FIRST_PROVIDER_ONE_IN == 0:
            return self.ids[self.organisations[0][0]]
        if number % max(2, clients // LAST_PROVIDER_MAX_CLIENTS) == 1:
            return self.ids[self.organisations[PROVIDERS - 1][0]]
        return self.ids[self.organisations[1 + number % (PROVIDERS - 2)][0]]

    def write_client(self, tables: _BulkTables, number: int, clients: int) -> None:
        """Writes a client with care, things, order and visit."""
        home, client, door = new_id(), new_id(), new_id()
        self._write_person(tables, number, home, client, door)
        if number % WITHOUT_CARE_ONE_IN == WITHOUT_CARE_ONE_IN - 1:
            return
        provider = self._provider(number, clients)
        self._write_care(tables, number, client, "home_care", provider)
        if number % ALARM_ONE_IN == 0:
            self._write_care(tables, number, client, "safety_alarm", self.ids[self.alarm])
        if number % FOREIGN_ONE_IN != FOREIGN_ONE_IN - 1:
            self._write_things(tables, number, client, door, home, provider)
        arrived = self._at(number % 3) + timedelta(minutes=number % 600)
        tables.visits(new_id(), client, provider, None, arrived, arrived + timedelta(minutes=30), "tag")

    def _write_person(self, tables: _BulkTables, number: int, home: UUID, client: UUID, door: UUID) -> None:
        place, own = address(number), tables.municipality
        first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number // 7 % len(LAST_NAMES)]
        street_key = truncated_sort_key(place["street"])
        tables.homes(home, place["street"], place["postcode"], place["town"], street_key)
        tables.doors(door, "apartment")
        tables.ways(new_id(), home, door)
        tables.clients(
            client,
            f"{self.long_ago.year}-{number + 1:06}",
            f"K{number}",
            home,
            first,
            last,
            truncated_sort_key(last, first),
            truncated_sort_key(first, last),
            "S" if number % PROTECTED_ONE_IN == 0 else "",
            "0998" if number % FOREIGN_ONE_IN == FOREIGN_ONE_IN - 1 else own,
        )
        identity = identity_number(_born(number), 980 + number % 20)
        tables.identities(new_id(), client, "personnummer", identity, self.long_ago)
        tables.residences(new_id(), client, home)

    def _write_care(
        self, tables: _BulkTables, number: int, client: UUID, service: str, organisation: UUID
    ) -> None:
        decision, name = new_id(), f"{service[0]}{number}"
        through = self.today + timedelta(days=30 + number % 700) if number % 3 else None
        tables.decisions(decision, client, name, service, self.long_ago, through)
        tables.allocations(new_id(), decision, organisation, name, self.long_ago, through)

    def _write_things(
        self, tables: _BulkTables, number: int, client: UUID, door: UUID, home: UUID, provider: UUID
    ) -> None:
        """Writes a lock with a link, a key and a completed order; or an open order, and a tag."""
        placed = self._at(300)
        order = (new_id(), f"W-{self.long_ago.year}-{number + 1:06}", "installation")
        parties = (client, door, provider, self.ids[self.firm], placed)
        if number % OPEN_ORDER_ONE_IN == 1:
            starts = self._at(-1 - number % 9)
            tables.orders(*order, "booked", *parties, None)
            tables.bookings(new_id(), order[0], starts, starts + timedelta(hours=1), "none")
        else:
            lock, key = new_id(), new_id()
            tables.orders(*order, "done", *parties, placed)
            tables.things(lock, "lock", f"L{number:06}", None)
            tables.things(key, "key", f"N{number:06}", door)
            tables.holdings(new_id(), lock, "lock", "door", door, placed)
            tables.holdings(new_id(), key, "key", "organisation", provider, placed)
            tables.links(new_id(), lock, client, door, placed)
        if number % TAG_ONE_IN == 1:
            tag = new_id()
            tables.things(tag, "tag", f"T{number:06}", None)
            tables.holdings(new_id(), tag, "tag", "client", client, placed)
        opened, office = self.long_ago + timedelta(days=number % 300), self.ids[self.office]
        for paragraph, ask, organisation, role in (
            ("P1", "order", provider, "provider"),
            ("S2", "link", office, "administrator"),
        ):
            closed = opened + timedelta(days=number % 4)
            tables.duties(
                new_id(),
                paragraph,
                ask,
                home,
                client,
                organisation,
                role,
                opened,
                opened + timedelta(days=2),
                closed,
            )

    def write_stock(self, tables: _BulkTables) -> None:
        """Writes locks in the locksmith's stock, and tags in the first provider's."""
        for kind, holder in (("lock", self.firm), ("tag", self.organisations[0][0])):
            for number in range(STOCK_SIZE):
                thing = new_id()
                tables.things(thing, kind, f"S{number:04}", None)
                tables.holdings(new_id(), thing, kind, "organisation", self.ids[holder], self._at(200))

    def _at(self, days: int) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 7, tzinfo=UTC) - timedelta(
            days=days
        )


def _born(number: int) -> date:
    return date(1930 + number % 20, 1 + number // 20 % 12, 1 + number // 240 % 28)


def _orgnr(number: int) -> str:
    nine = f"55600{number:04}"
    return next(f"{nine}{digit}" for digit in range(10) if has_valid_check_digit(f"{nine}{digit}"))


class _BulkTable:
    """Buffers the rows of a table: values of the named fields per row, constants for the other fields."""

    def __init__(self, model: type[Model], *names: str, **same: Any) -> None:
        fields = model._meta.concrete_fields
        rest = {
            field.name: same.get(field.name, field.get_default())
            for field in fields
            if field.name not in names
        }
        self._columns = [_column(model, name) for name in (*names, *rest)]
        self._is_text = connection.vendor == "sqlite"
        self._constants = tuple(map(_to_text, rest.values()) if self._is_text else rest.values())
        self._table = model._meta.db_table
        self._rows: list[tuple[Any, ...]] = []

    def __call__(self, *values: Any) -> None:
        self._rows.append((*(map(_to_text, values) if self._is_text else values), *self._constants))

    def flush(self) -> None:
        """Writes the buffered rows."""
        columns = ", ".join(self._columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self._table} ({columns}) FROM STDIN") as copy:
                    for row in self._rows:
                        copy.write_row(row)
            else:
                placeholders = ", ".join(["%s"] * len(self._columns))
                cursor.executemany(
                    f"INSERT INTO {self._table} ({columns}) VALUES ({placeholders})", self._rows
                )
        self._rows = []


class _BulkTables:
    """The tables that are written, in the order of their foreign keys."""

    def __init__(self, municipality: str, version: str) -> None:
        self.municipality = municipality
        same = {"municipality": municipality}
        self.homes = _BulkTable(Home, "id", "street", "postcode", "town", "street_key", **same)
        self.doors = _BulkTable(Door, "id", "kind", **same)
        self.ways = _BulkTable(HomeDoor, "id", "home", "door", **same)
        person = ("first_name", "last_name", "sort_key", "first_key", "protection", "home_municipality")
        self.clients = _BulkTable(Client, "id", "case_number", "reference", "home", *person, **same)
        self.identities = _BulkTable(Identifier, "id", "client", "kind", "number", "since", **same)
        self.residences = _BulkTable(Residence, "id", "client", "home", **same)
        period = ("valid_from", "valid_through")
        self.decisions = _BulkTable(Decision, "id", "client", "reference", "service", *period, **same)
        self.allocations = _BulkTable(
            Allocation, "id", "decision", "organisation", "reference", *period, **same
        )
        about = ("client", "door", "organisation", "locksmith", "placed", "closed")
        self.orders = _BulkTable(Order, "id", "number", "kind", "state", *about, **same)
        self.bookings = _BulkTable(Booking, "id", "order", "starts", "ends", "presence", **same)
        self.things = _BulkTable(Thing, "id", "kind", "number", "door", **same)
        self.holdings = _BulkTable(
            Holding, "id", "thing", "thing_kind", "kind", "holder", "since", sequence=1, **same
        )
        self.links = _BulkTable(Link, "id", "lock", "client", "door", "since", **same)
        came = ("arrived", "departed", "evidence")
        self.visits = _BulkTable(Visit, "id", "client", "organisation", "account", *came, **same)
        whose = ("home", "client", "organisation", "role", "opened", "due", "closed")
        kind: dict[str, Any] = {"kind": "duty", "version": version, "state": "done"}
        self.duties = _BulkTable(Duty, "id", "paragraph", "ask", *whose, **kind, **same)

    def flush(self) -> None:
        """Writes all buffered rows."""
        for table in vars(self).values():
            if isinstance(table, _BulkTable):
                table.flush()


def _column(model: type[Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


TEXT_CONVERTERS: dict[type, Callable[[Any], str]] = {
    UUID: lambda value: value.hex,
    datetime: lambda value: value.strftime("%Y-%m-%d %H:%M:%S"),
    date: lambda value: value.isoformat(),
}
"""SQLite's text form of values that have types in PostgreSQL; instants must be in UTC."""


def _to_text(value: Any) -> Any:
    converter = TEXT_CONVERTERS.get(type(value))
    return converter(value) if converter else value


def _set_cache_size(megabytes: int) -> None:
    """Sets SQLite's page cache; its default is 2 MB."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{megabytes * 1000}")


def _analyze() -> None:
    """Updates the database's statistics, as it would itself in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
