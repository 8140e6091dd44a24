# SPDX-License-Identifier: EUPL-1.2
"""An invented municipality to act in: a person in each role, a clock that moves, and all by acts.

A module that uses the fixture `town` founds it once; what a test does in it is undone.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction

from troskel.acts.chapters import REGISTER
from troskel.acts.turning_the_day import catch_up
from troskel.duties import routines
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.ground.refusal_texts import english
from troskel.ground.refusals import BadValue, CodedError, NotFound, Refusal
from troskel.journal.verification import verify
from troskel.keeping import rows
from troskel.outbox.models import OutboxMessage
from troskel.people import queries as people
from troskel.people.roles import Actor, ActorKind
from troskel.runner.outcome import ActOutcome
from troskel.simulator.people import identity_number

CODE = "0999"
ELSEWHERE = "0998"
FOUNDED = date(2026, 2, 2)
MONDAY = date(2026, 3, 2)
"""The day on which tests begin."""

OFFICE, EAST, MEADOW, ALARM, FIRM, OTHER_FIRM = (
    "2120000993",
    "5560009911",
    "5560009929",
    "5560009937",
    "5560009945",
    "5560009952",
)
ORGANISATIONS = (
    (OFFICE, "Socialkontoret", "lasvred@office.example", "municipality"),
    (EAST, "Hemtjänsten Öst", "samordnare@ost.example", "home_care"),
    (MEADOW, "Ängens Hemvård", "samordnare@angen.example", "home_care"),
    (ALARM, "Larmpatrullen", "patrull@larm.example", "alarm"),
    (FIRM, "Lås & Nyckel", "verkstad@las.example", "locksmith"),
    (OTHER_FIRM, "Nya Låssmeden", "post@nya.example", "locksmith"),
)
PEOPLE = (
    ("anna", "assessor", OFFICE),
    ("siri", "administrator", OFFICE),
    ("maria", "manager", OFFICE),
    ("erik", "economist", OFFICE),
    ("olle", "coordinator", EAST),
    ("carin", "carer", EAST),
    ("moa", "coordinator", MEADOW),
    ("mikael", "carer", MEADOW),
    ("lars", "coordinator", ALARM),
    ("rut", "responder", ALARM),
    ("laban", "locksmith", FIRM),
    ("nina", "locksmith", OTHER_FIRM),
)
LOCKS = [f"L{n}" for n in range(1, 9)]
TAGS = {EAST: [f"E{n}" for n in range(1, 9)], MEADOW: [f"M{n}" for n in range(1, 9)]}
COORDINATOR = {EAST: "olle", MEADOW: "moa", ALARM: "lars"}
CARER = {EAST: "carin", MEADOW: "mikael"}

Snapshot = dict[str, list[str]]


def snapshot() -> Snapshot:
    """All rows of all tables."""
    with connection.cursor() as cursor:
        return {model._meta.db_table: _rows(cursor, model._meta.db_table) for model in apps.get_models()}


def acted() -> Snapshot:
    """All rows of all tables, but for what reading leaves: its own chain."""
    return {table: [row for row in rows if "'reads'" not in row] for table, rows in snapshot().items()}


def _rows(cursor: Any, table: str) -> list[str]:
    cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
    return sorted(map(str, cursor.fetchall()))


@dataclasses.dataclass
class Town:
    """The municipality, at an instant that the test moves."""

    now: datetime
    actors: dict[str, Actor] = dataclasses.field(default_factory=dict)
    count: int = 0

    # -- who, when

    def actor(self, who: str) -> Actor:
        if who not in self.actors:
            if who in ("import", "clock", "demo"):
                self.actors[who] = Actor.system(CODE, ActorKind(who))
            else:
                found = people.actor_of_username(f"{CODE}/{who}")
                assert found is not None, who
                self.actors[who] = found
        return self.actors[who]

    @property
    def today(self) -> date:
        return clock.day_of(self.now)

    def day(self, after: int) -> str:
        """The day so many days from today, as JSON has it."""
        return (self.today + timedelta(days=after)).isoformat()

    def at(self, hour: int, minute: int = 0) -> datetime:
        """An instant of today; the clock does not move."""
        return datetime.combine(self.today, time(hour, minute), clock.STOCKHOLM)

    def until(self, day: date | str, hour: int = 8) -> None:
        """Let the days pass, each one turned; then it is `hour` of `day`."""
        day = date.fromisoformat(day) if isinstance(day, str) else day
        self.now = datetime.combine(day, time(hour), clock.STOCKHOLM)
        with clock.frozen_at(self.now):
            catch_up(CODE, however_long=True)

    def days_pass(self, days: int, hour: int = 8) -> None:
        self.until(self.today + timedelta(days=days), hour)

    @contextlib.contextmanager
    def standing(self) -> Iterator[None]:
        """The clock stands where the town's does."""
        with clock.frozen_at(self.now):
            yield

    # -- doing

    def does(self, who: str, act: str, /, **values: Any) -> ActOutcome:
        """Somebody does something, and a minute passes."""
        outcome = self.tries(who, act, values)
        self.now += timedelta(minutes=1)
        return outcome

    def tries(self, who: str, act: str, values: dict[str, Any], **how: Any) -> ActOutcome:
        """Somebody does something with a key, as a preview, or as it occurred; no time passes."""
        with clock.frozen_at(self.now):
            return REGISTER[act].perform(self.actor(who), _plain(values), **how)

    def refused(self, who: str, act: str, rule: str, /, **values: Any) -> CodedError:
        """Somebody tries: `rule` says no (or NotFound, or BadValue with its field), nothing is changed. Gives it.

        But for what a read leaves: a refusal may tell of a client out of sight.
        """
        actor, before = self.actor(who), acted()
        with clock.frozen_at(self.now), pytest.raises((Refusal, NotFound, BadValue)) as caught:
            REGISTER[act].perform(actor, _plain(values))
        assert acted() == before, f"{act} was refused and left something behind"
        said: Any = caught.value
        found = {Refusal: lambda: said.rule, NotFound: lambda: "NotFound"}
        kind = Refusal if isinstance(said, Refusal) else type(said)
        assert found.get(kind, lambda: f"BadValue {said.field}")() == rule, said
        assert len(english(said)) > 15, "a refusal tells what is wrong, or what to do"
        return caught.value

    # -- what often happens

    def client(self, *, address: int | None = None, **values: Any) -> str:
        """A new client; the same number of address is the same home."""
        self.count += 1
        number = self.count
        lives = number if address is None else address
        registered = {
            "reference": f"K{number}",
            "identity": identity_number(
                date(1930 + number % 20, 1 + number % 12, 3 + number // 60 % 25), 980 + number % 20
            ),
            "first_name": "Åke",
            "last_name": f"Öman{number}",
            "phone": f"070-99 99 9{number:02}",
            "address": {
                "street": f"Ängsvägen {lives}",
                "postcode": "99910",
                "town": "Byn",
                "apartment": "1001",
            },
        }
        self.does("anna", "register_clients", clients=[registered | values])
        return f"K{number}"

    def grant(
        self,
        client: str,
        to: str | None = EAST,
        service: str = "home_care",
        begins: date | str | None = None,
        through: date | str | None = None,
    ) -> str:
        """A decision, allocated to `to`; gives its reference. The allocation's has F for B."""
        self.count += 1
        reference = f"B{self.count}"
        first, last = str(begins or self.today), str(through) if through else None
        period = {"valid_from": first, "valid_through": last}
        decision = {"client": client, "reference": reference, "service": service, **period}
        self.does("anna", "make_decisions", decisions=[decision])
        if to:
            self.allocate(reference, to, first, last)
        return reference

    def allocate(
        self, decision: str, to: str, valid_from: str, valid_through: str | None = None
    ) -> ActOutcome:
        given = {"decision": decision, "reference": f"F{decision[1:]}", "organisation": to}
        period = {"valid_from": valid_from, "valid_through": valid_through}
        return self.does("anna", "allocate", allocations=[given | period])

    def new_client(self, to: str = EAST, **values: Any) -> str:
        """A new client with home care from today."""
        client = self.client(**values)
        self.grant(client, to)
        return client

    def inform(self, client: str) -> None:
        """A1, A2, A3."""
        for way in ("oral", "written"):
            self.does("anna", "inform_client", client=client, way=way)
        self.does("anna", "tell_about_keys", client=client)
        self.does("anna", "confirm_understanding", client=client)

    def consent(self, client: str, door: str) -> None:
        """The owner of a gate or an entrance lets a lock turner be mounted."""
        self.does("siri", "record_consent", client=client, door=door, owner="Brf Ängen", way="written")

    def order(self, client: str, to: str = EAST, **values: Any) -> str:
        """P1, with a reason where the client is not informed; gives the number."""
        told = {"reason": "bråttom", **values}
        ordered = self.does(COORDINATOR[to], "order_installation", client=client, locksmith=FIRM, **told)
        return str(ordered.answer["order"])

    def mount(self, order: str, serial: str = "L1") -> ActOutcome:
        """L1."""
        return self.does("laban", "report_installation", order=order, serial=serial)

    def link(self, client: str, serial: str = "L1") -> ActOutcome:
        """S2."""
        return self.does("siri", "link_lock", client=client, serial=serial)

    def locked(self, to: str = EAST, serial: str = "L1", **values: Any) -> str:
        """A client with home care, a lock and a link; gives the client."""
        client = self.new_client(to, **values)
        self.mount(self.order(client, to), serial)
        self.link(client, serial)
        return client

    def end(self, client: str, service: str = "home_care", on: str | None = None) -> ActOutcome:
        """The care ends; today is the last day unless another is said."""
        return self.does(
            "anna", "end_care", client=client, service=service, on=on or self.day(0), reason="särskilt boende"
        )

    def removed(self, client: str, to: str = EAST, serial: str = "L1") -> None:
        """P6, L1."""
        ordered = self.does(COORDINATOR[to], "order_removal", client=client, locksmith=FIRM)
        self.does("laban", "report_removal", order=ordered.answer["order"], serial=serial)

    def visit(self, client: str, who: str = "carin", **values: Any) -> ActOutcome:
        """A visit that began an hour ago; by hand, unless otherwise said."""
        arrived = (self.now - timedelta(hours=1)).isoformat()
        told = {"arrived": arrived, "by": "hand", "reason": "no_tag_yet"} | values
        return self.does(who, "register_visit", client=client, **told)

    def door(self, client: str) -> str:
        """The first door of the client's home."""
        from troskel.people.models import HomeDoor

        found = HomeDoor.objects.filter(home__clients__reference=client).order_by("door_id").first()
        assert found is not None
        return str(found.door_id)

    def approved(self, text: str, begins: str, name: str = "2026-03-02") -> str:
        """A version of the routine, proposed by the administrator and approved by the manager; gives its id."""
        proposed = self.does("siri", "propose_routine", text=text, name=name)
        version = str(proposed.answer["version"])
        though = {"done_though": ["routine.refuted"], "reason": "Det prövas."}
        self.does("maria", "approve_routine", version=version, in_force_from=begins, **though)
        return version

    # -- asking

    def duties(self, name: str = "", client: str | None = None, state: str = "open") -> list[Duty]:
        """Duties and notices by the beginning of their name: "P1", "P6.order"."""
        rows = Duty.objects.select_related("organisation", "client").filter(state=state).order_by("id")
        return [
            row
            for row in rows
            if f"{row.paragraph}.{row.ask}".startswith(name)
            and (client is None or (row.client is not None and row.client.reference == client))
        ]

    def the(self, name: str, client: str | None = None, state: str = "open") -> Duty:
        (duty,) = self.duties(name, client, state)
        return duty

    def names(self, client: str | None = None, kind: str = "duty", state: str = "open") -> list[str]:
        """The names of the open duties (or notices), each once."""
        return sorted({f"{d.paragraph}.{d.ask}" for d in self.duties("", client, state) if d.kind == kind})

    def owner(self, name: str, client: str | None = None) -> tuple[str, str | None]:
        """Role and organisation that an open duty is asked of."""
        duty = self.the(name, client)
        return duty.role, duty.organisation.orgnr if duty.organisation else None

    def mails(self, paragraph: str = "") -> list[dict[str, Any]]:
        """What lies in the outbox."""
        found = [
            json.loads(parcel.payload)
            for parcel in OutboxMessage.objects.filter(kind="email").order_by("put_at", "id")
        ]
        return [mail for mail in found if mail["paragraph"].startswith(paragraph)]

    def is_sound(self) -> None:
        """What is stored follows from the journal, and the journal holds."""
        with self.standing():
            assert not (found := rows.discrepancies(CODE)), "\n".join(found)
        assert verify(CODE).is_sound


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    """As JSON would have them."""
    plain: dict[str, Any] = json.loads(json.dumps(values, default=str))
    return plain


def found() -> Town:
    """The municipality with its routine, organisations, accounts, locks and tags; it is MONDAY morning."""
    town = Town(datetime.combine(FOUNDED, time(8), clock.STOCKHOLM))
    town.does("demo", "found_municipality", name="Tröskelby", valid_from=FOUNDED)
    named = ("orgnr", "name", "email", "kind")
    told = [dict(zip(named, row, strict=True)) for row in ORGANISATIONS]
    town.does("demo", "register_organisations", organisations=told)
    for username, role, organisation in PEOPLE:
        town.does(
            "demo",
            "register_account",
            username=username,
            name=username.title(),
            role=role,
            organisation=organisation,
        )
    town.does("siri", "register_things", kind="lock", numbers=LOCKS, organisation=FIRM)
    for organisation, numbers in TAGS.items():
        town.does("siri", "register_things", kind="tag", numbers=numbers, organisation=organisation)
    with town.standing():
        catch_up(CODE, however_long=True)
    town.until(MONDAY)
    return town


@contextlib.contextmanager
def undone_at_the_end(blocker: Any) -> Iterator[None]:
    """A transaction for a whole module, undone at its end; inside it, acts may open theirs as if it were not there."""
    routines.of_municipality.cache_clear()  # what is undone may have had its routine from another day
    with blocker.unblock():
        atomic = transaction.atomic()
        atomic._from_testcase = True  # type: ignore[attr-defined]
        with atomic:
            yield
            connection.check_constraints()
            transaction.set_rollback(True)


@pytest.fixture(scope="module")
def founded(django_db_setup: None, django_db_blocker: Any) -> Iterator[Town]:
    """The town of a module."""
    with undone_at_the_end(django_db_blocker):
        yield found()


@pytest.fixture
def town(founded: Town, db: None) -> Town:
    """The town of a test: what is done in it is undone afterwards, so versions that were kept are forgotten."""
    routines.of_municipality.cache_clear()
    return dataclasses.replace(founded, actors=dict(founded.actors))
