# SPDX-License-Identifier: EUPL-1.2
"""Very many clients at once, written straight into the tables: to measure pages among, and for nothing else.

A few have come by acts, and have duties; the others have lived a little: care, a lock, a key, an order, a visit. They
have no journal, so nothing can be done with them.
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
from troskel.ground.sorting import stored_key
from troskel.orders.models import Booking, Order
from troskel.people import queries
from troskel.people.identity import luhn_holds
from troskel.people.models import Client, Door, Home, HomeDoor, Identifier, Organisation, Residence
from troskel.people.roles import Actor, ActorKind
from troskel.simulator.people import FIRST_NAMES, LAST_NAMES, STREETS, address, identity_number
from troskel.visits.models import Visit

PROVIDERS = 100
LARGEST = 20  # one client in so many is the first provider's
SMALLEST = 300  # clients of the last provider, at most: whose carer's phone is measured
ALARMS, FOREIGN, PROTECTED, WITHOUT_CARE, OPEN_ORDERS, TAGS = 4, 100, 80, 10, 100, 12  # one client in so many
STOCK = 2000
BY_ACTS = 30
ROWS = 20_000
CACHE = 400  # megabytes, while loading
Say = Callable[[str], None]


class Many(NamedTuple):
    """What was loaded: people's accounts, a client who came by acts, and what can be searched for."""

    people: list[str]
    case: str
    questions: dict[str, str]


def load(municipality: str, clients: int, say: Say = lambda _: None) -> Many:
    """A municipality with so many clients, in an empty database. Takes about a minute for 250,000."""
    town = _Town(municipality)
    many = town.lives()
    tables = _Tables(municipality, town.version)
    _remember(CACHE)
    with transaction.atomic():
        for number in range(clients - BY_ACTS):
            town.writes(tables, number, clients)
            if number % ROWS == ROWS - 1:
                tables.flush()
                say(f"{number + 1} clients")
        town.stocks(tables)
        tables.flush()
    _learn_the_numbers()
    _remember(2)
    return many


class _Town:
    """A municipality with its organisations and people, made by acts."""

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

    def lives(self) -> Many:
        """Founded, with a few clients who have come by acts, and their duties."""
        since = self.long_ago.isoformat()
        self._does("found_municipality", name="Bench", valid_from=since)
        named = [
            {"orgnr": orgnr, "name": name, "kind": kind, "email": "post@example.org"}
            for orgnr, name, kind in self.organisations
        ]
        self._does("register_organisations", organisations=named)
        people = self._people()
        self._does("register_things", kind="lock", numbers=["A0"], organisation=self.firm)
        first = self._clients()
        of_whom = {"locksmith": self.firm, "reason": "measuring"}
        ordered = self._does("order_installation", by="coordinator", client="A0", **of_whom)
        self._does("order_installation", by="coordinator", client="A1", **of_whom)
        self._does("report_installation", by="locksmith", order=ordered["order"], serial="A0")
        self._does("link_lock", by="administrator", client="A0", serial="A0")
        self.version = RoutineVersion.objects.get(municipality=self.system.municipality).digest
        self.ids = dict(
            Organisation.objects.filter(municipality=self.system.municipality).values_list("orgnr", "id")
        )
        questions = {
            "case": first["cases"]["A0"],
            "serial": "A0",
            "order": ordered["order"],
            "identity": identity_number(_born(0), 980),
            "name": LAST_NAMES[0],
            "street": STREETS[0],
        }
        return Many(people, first["cases"]["A0"], questions)

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
            self._does(
                "register_account", username=username, name=username, role=role, organisation=organisation
            )
        return list(work_at)

    def _clients(self) -> dict[str, Any]:
        since = (self.today - timedelta(days=3)).isoformat()
        names = [f"A{number}" for number in range(BY_ACTS)]
        told = [
            {
                "reference": name,
                "first_name": "Åke",
                "last_name": "Ärlig",
                "identity": identity_number(_born(number), 990),
                "address": address(10_000_000 + number),
            }
            for number, name in enumerate(names)
        ]
        registered = self._does("register_clients", clients=told)
        decided = [
            {"client": name, "reference": f"B{name}", "service": "home_care", "valid_from": since}
            for name in names
        ]
        self._does("make_decisions", decisions=decided)
        provider = self.organisations[0][0]
        allocated = [
            {"decision": f"B{name}", "reference": f"F{name}", "organisation": provider, "valid_from": since}
            for name in names
        ]
        self._does("allocate", allocations=allocated)
        return registered

    def _does(self, act: str, *, by: str = "", **values: Any) -> dict[str, Any]:
        """By the system itself, or by an account."""
        actor = queries.actor_of_username(f"{self.system.municipality}/{by}") if by else self.system
        assert actor is not None
        return REGISTER[act].perform(actor, values).answer

    def _provider(self, number: int, clients: int) -> UUID:
        """The first provider has many, the last few, the others share the rest."""
        if number % LARGEST == 0:
            return self.ids[self.organisations[0][0]]
        if number % max(2, clients // SMALLEST) == 1:
            return self.ids[self.organisations[PROVIDERS - 1][0]]
        return self.ids[self.organisations[1 + number % (PROVIDERS - 2)][0]]

    def writes(self, tables: _Tables, number: int, clients: int) -> None:
        """A client, and what the client has."""
        home, client, door = new_id(), new_id(), new_id()
        self._person(tables, number, home, client, door)
        if number % WITHOUT_CARE == WITHOUT_CARE - 1:
            return
        provider = self._provider(number, clients)
        self._cares(tables, number, client, "home_care", provider)
        if number % ALARMS == 0:
            self._cares(tables, number, client, "safety_alarm", self.ids[self.alarm])
        if number % FOREIGN != FOREIGN - 1:
            self._locks(tables, number, client, door, home, provider)
        came = self._at(number % 3) + timedelta(minutes=number % 600)
        tables.visits(new_id(), client, provider, None, came, came + timedelta(minutes=30), "tag")

    def _person(self, tables: _Tables, number: int, home: UUID, client: UUID, door: UUID) -> None:
        lives, own = address(number), tables.municipality
        first, last = FIRST_NAMES[number % len(FIRST_NAMES)], LAST_NAMES[number // 7 % len(LAST_NAMES)]
        tables.homes(home, lives["street"], lives["postcode"], lives["town"], stored_key(lives["street"]))
        tables.doors(door, "apartment")
        tables.ways(new_id(), home, door)
        tables.clients(
            client,
            f"{self.long_ago.year}-{number + 1:06}",
            f"K{number}",
            home,
            first,
            last,
            stored_key(last, first),
            stored_key(first, last),
            "S" if number % PROTECTED == 0 else "",
            "0998" if number % FOREIGN == FOREIGN - 1 else own,
        )
        written = identity_number(_born(number), 980 + number % 20)
        tables.identities(new_id(), client, "personnummer", written, self.long_ago)
        tables.residences(new_id(), client, home)

    def _cares(self, tables: _Tables, number: int, client: UUID, service: str, organisation: UUID) -> None:
        decision, name = new_id(), f"{service[0]}{number}"
        through = self.today + timedelta(days=30 + number % 700) if number % 3 else None
        tables.decisions(decision, client, name, service, self.long_ago, through)
        tables.allocations(new_id(), decision, organisation, name, self.long_ago, through)

    def _locks(
        self, tables: _Tables, number: int, client: UUID, door: UUID, home: UUID, provider: UUID
    ) -> None:
        """A lock with a link, a key, and the order that is done; or what is on its way, and a tag for as long."""
        placed = self._at(300)
        order = (new_id(), f"W-{self.long_ago.year}-{number + 1:06}", "installation")
        whom = (client, door, provider, self.ids[self.firm], placed)
        if number % OPEN_ORDERS == 1:
            booked = self._at(-1 - number % 9)
            tables.orders(*order, "booked", *whom, None)
            tables.bookings(new_id(), order[0], booked, booked + timedelta(hours=1), "none")
        else:
            lock, key = new_id(), new_id()
            tables.orders(*order, "done", *whom, placed)
            tables.things(lock, "lock", f"L{number:06}", None)
            tables.things(key, "key", f"N{number:06}", door)
            tables.holdings(new_id(), lock, "lock", "door", door, placed)
            tables.holdings(new_id(), key, "key", "organisation", provider, placed)
            tables.links(new_id(), lock, client, door, placed)
        if number % TAGS == 1:
            tag = new_id()
            tables.things(tag, "tag", f"T{number:06}", None)
            tables.holdings(new_id(), tag, "tag", "client", client, placed)
        opened, office = self.long_ago + timedelta(days=number % 300), self.ids[self.office]
        for paragraph, ask, whose, role in (
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
                whose,
                role,
                opened,
                opened + timedelta(days=2),
                closed,
            )

    def stocks(self, tables: _Tables) -> None:
        """Locks with the locksmith, and tags with the first provider."""
        for kind, whose in (("lock", self.firm), ("tag", self.organisations[0][0])):
            for number in range(STOCK):
                thing = new_id()
                tables.things(thing, kind, f"S{number:04}", None)
                tables.holdings(new_id(), thing, kind, "organisation", self.ids[whose], self._at(200))

    def _at(self, days: int) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 7, tzinfo=UTC) - timedelta(
            days=days
        )


def _born(number: int) -> date:
    return date(1930 + number % 20, 1 + number // 20 % 12, 1 + number // 240 % 28)


def _orgnr(number: int) -> str:
    nine = f"55600{number:04}"
    return next(f"{nine}{digit}" for digit in range(10) if luhn_holds(f"{nine}{digit}"))


class _Table:
    """Rows of a table, kept until there are many: the named fields of each, and the same in the others."""

    def __init__(self, model: type[Model], *names: str, **same: Any) -> None:
        fields = model._meta.concrete_fields
        rest = {
            field.name: same.get(field.name, field.get_default())
            for field in fields
            if field.name not in names
        }
        self._columns = [_column(model, name) for name in (*names, *rest)]
        self._as_text = connection.vendor == "sqlite"
        self._rest = tuple(map(_as_text, rest.values()) if self._as_text else rest.values())
        self._table = model._meta.db_table
        self._rows: list[tuple[Any, ...]] = []

    def __call__(self, *values: Any) -> None:
        self._rows.append((*(map(_as_text, values) if self._as_text else values), *self._rest))

    def flush(self) -> None:
        """Write them."""
        columns = ", ".join(self._columns)
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                with cursor.copy(f"COPY {self._table} ({columns}) FROM STDIN") as copy:
                    for row in self._rows:
                        copy.write_row(row)
            else:
                places = ", ".join(["%s"] * len(self._columns))
                cursor.executemany(f"INSERT INTO {self._table} ({columns}) VALUES ({places})", self._rows)
        self._rows = []


class _Tables:
    """The tables that are written to, in the order in which they stand on each other."""

    def __init__(self, municipality: str, version: str) -> None:
        self.municipality = municipality
        same = {"municipality": municipality}
        self.homes = _Table(Home, "id", "street", "postcode", "town", "street_key", **same)
        self.doors = _Table(Door, "id", "kind", **same)
        self.ways = _Table(HomeDoor, "id", "home", "door", **same)
        person = ("first_name", "last_name", "sort_key", "first_key", "protection", "home_municipality")
        self.clients = _Table(Client, "id", "case_number", "reference", "home", *person, **same)
        self.identities = _Table(Identifier, "id", "client", "kind", "number", "since", **same)
        self.residences = _Table(Residence, "id", "client", "home", **same)
        period = ("valid_from", "valid_through")
        self.decisions = _Table(Decision, "id", "client", "reference", "service", *period, **same)
        self.allocations = _Table(Allocation, "id", "decision", "organisation", "reference", *period, **same)
        about = ("client", "door", "organisation", "locksmith", "placed", "closed")
        self.orders = _Table(Order, "id", "number", "kind", "state", *about, **same)
        self.bookings = _Table(Booking, "id", "order", "starts", "ends", "presence", **same)
        self.things = _Table(Thing, "id", "kind", "number", "door", **same)
        self.holdings = _Table(
            Holding, "id", "thing", "thing_kind", "kind", "holder", "since", sequence=1, **same
        )
        self.links = _Table(Link, "id", "lock", "client", "door", "since", **same)
        came = ("arrived", "departed", "evidence")
        self.visits = _Table(Visit, "id", "client", "organisation", "account", *came, **same)
        whose = ("home", "client", "organisation", "role", "opened", "due", "closed")
        kind: dict[str, Any] = {"kind": "duty", "version": version, "state": "done"}
        self.duties = _Table(Duty, "id", "paragraph", "ask", *whose, **kind, **same)

    def flush(self) -> None:
        """Write all that is kept."""
        for table in vars(self).values():
            if isinstance(table, _Table):
                table.flush()


def _column(model: type[Model], name: str) -> str:
    return str(model._meta.get_field(name).column)  # type: ignore[union-attr]


AS_TEXT: dict[type, Callable[[Any], str]] = {
    UUID: lambda value: value.hex,
    datetime: lambda value: value.strftime("%Y-%m-%d %H:%M:%S"),
    date: lambda value: value.isoformat(),
}
"""How SQLite holds what PostgreSQL has types of its own for; instants are given in UTC."""


def _as_text(value: Any) -> Any:
    known = AS_TEXT.get(type(value))
    return known(value) if known else value


def _remember(megabytes: int) -> None:
    """How much of its file SQLite keeps at hand: 2 MB where nobody says anything else."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA cache_size = -{megabytes * 1000}")


def _learn_the_numbers() -> None:
    """Let the database count what it holds, as it does by itself in time."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
