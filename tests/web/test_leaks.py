# SPDX-License-Identifier: EUPL-1.2
"""Rule 7, walked: every page, operation and paper, by GET and POST, as every person; nobody reads who is not theirs.

The oracle is the town below: who has which client is written there, not asked of the program. A leak is a name, street,
identity number, telephone number or typed text of a client that a person has no reason to see.
"""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, NamedTuple

import msgspec
import pytest
from django.db import transaction
from django.test import Client as Browser
from pypdf import PdfReader

from tests.town import ALARM, EAST, FIRM, MEADOW, Town
from tests.web.test_act_forms import screen
from troskel.access.models import Alarm, BriefSight
from troskel.acts.chapters import REGISTER
from troskel.api import urls as api_urls  # noqa: F401  (declares the operations)
from troskel.api.operations import OPERATIONS
from troskel.custody.models import Holding, Thing
from troskel.duties.models import Duty
from troskel.ground.ids import new_id
from troskel.orders.models import Order
from troskel.outbox.models import OutboxMessage
from troskel.people.models import Client
from troskel.phone import urls as phone_urls  # noqa: F401  (declares its pages)
from troskel.screens.pages import ANYONE, PAGES, PageSpec
from troskel.web import urls as web_urls  # noqa: F401  (the same)

pytestmark = [pytest.mark.thorough, pytest.mark.once]

OFFICE_ONES = {"anna", "siri"}
EASTERN, MEADOWS, RESPONDERS = {"olle", "carin"}, {"moa", "mikael"}, {"lars", "rut"}


class Person(NamedTuple):
    """A client of the walk: surname and street are found nowhere else. `seen_by`: whose client it is."""

    surname: str
    street: str
    seen_by: set[str]
    named_to: set[str] | None = None

    @property
    def readers(self) -> set[str]:
        """Who may read name and address."""
        return self.seen_by if self.named_to is None else self.named_to


CLIENTS = {
    "of_east": Person("Granfalk", "Rönnstigen", OFFICE_ONES | EASTERN | {"laban"}),
    "of_meadow": Person("Lindsvan", "Hasselbacken", OFFICE_ONES | MEADOWS | {"laban"}),
    "without_lock": Person("Bergugla", "Slånvägen", OFFICE_ONES | MEADOWS),
    "protected": Person("Holmlärka", "Nyponstigen", OFFICE_ONES | EASTERN, OFFICE_ONES),
    "foreign": Person("Strandtrana", "Hagtornsvägen", OFFICE_ONES | EASTERN | {"erik"}),
    "with_alarm": Person("Ekvråk", "Olvongatan", OFFICE_ONES | EASTERN | RESPONDERS),
}
MARKED = {"text": "Koden till porten är 4711"}


class Walk:
    """The town with what each client has, and all that is known of it by id and number."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.references = {name: self._made(name) for name in CLIENTS}
        numbers = dict(Client.objects.values_list("reference", "case_number"))
        self.cases = {name: numbers[reference] for name, reference in self.references.items()}
        self.marks = {name: [one.surname, one.street, *self._numbers(name)] for name, one in CLIENTS.items()}
        self.doors = {name: town.door(reference) for name, reference in self.references.items()}
        self.walked: Counter[str] = Counter()
        self.pools: dict[str, list[str]] = {}

    def know(self) -> None:
        """Takes up all numbers and ids that there are by now."""
        orders = list(Order.objects.values_list("number", flat=True))
        things = list(Thing.objects.exclude(number="").values_list("number", flat=True)[:8])
        self.pools = {
            "case": list(self.cases.values()),
            "order": orders,
            "number": [*orders, *things, *self.cases.values()],
            "kind": ["lock", "key", "tag"],
            "month": ["2026-02", "2026-03"],
            "form": ["U-2026-0001"],
            "handover": [str(one) for one in Holding.objects.values_list("id", flat=True)],
            "duty": [str(one) for one in Duty.objects.filter(kind="duty").values_list("id", flat=True)[:4]],
            "notice": [
                str(one) for one in Duty.objects.filter(kind="notice").values_list("id", flat=True)[:10]
            ],
            "alarm": [str(one) for one in Alarm.objects.values_list("id", flat=True)],
            "sight": [str(one) for one in BriefSight.objects.values_list("id", flat=True)],
            "email": [str(one) for one in OutboxMessage.objects.values_list("id", flat=True)[:2]],
            "paragraph": ["P1", "S2"],
        }

    def _made(self, name: str) -> str:
        town, told = self.town, CLIENTS[name]
        more: dict[str, Any] = {"protection": "S"} if name == "protected" else {}
        more |= {"home_municipality": "0998"} if name == "foreign" else {}
        address = {"street": f"{told.street} 3", "postcode": "99910", "town": "Byn", "apartment": "1001"}
        named = {"first_name": "Åke", "last_name": told.surname, "address": address, **more}
        provider = MEADOW if name in ("of_meadow", "without_lock") else EAST
        if name in ("of_east", "of_meadow"):
            return town.locked(provider, serial="L1" if name == "of_east" else "L2", **named)
        reference = town.new_client(provider, **named)
        if name == "with_alarm":
            town.grant(reference, ALARM, "safety_alarm")
        return reference

    def _numbers(self, name: str) -> list[str]:
        row = Client.objects.get(reference=self.references[name])
        (identity,) = row.identifiers.values_list("number", flat=True)
        return [
            identity,
            identity[2:],
            f"{identity[:8]}-{identity[8:]}",
            f"{identity[2:8]}-{identity[8:]}",
            row.phone,
        ]

    def hidden_from(self, person: str) -> dict[str, list[str]]:
        """The marks of each client whose name is not for this person."""
        hidden = {name: self.marks[name] for name, one in CLIENTS.items() if person not in one.readers}
        if {"of_east", "of_meadow"} <= hidden.keys():
            hidden["a way in"] = [MARKED["text"]]
        return hidden

    def look(self, person: str, where: str, answer: Any) -> None:
        """Looks through an answer. A 500 is as wrong as a leak."""
        self.walked[person] += 1
        assert answer.status_code < 500, (person, where, answer.status_code)
        text = _text_of(answer)
        for name, marks in self.hidden_from(person).items():
            found = [mark for mark in marks if mark in text]
            assert not found, f"{where} shows {person} {found} of {name}: {_around(text, found[0])}"

    def values_for(self, act: str, name: str) -> dict[str, Any]:
        """What somebody might type about a client: it, its things and orders, by the names of the act's values."""
        known: dict[str, Any] = {
            "client": self.cases[name],
            "serial": "L2" if name == "of_meadow" else "L1",
            "door": self.doors[name],
            "order": next(
                (one for one in self.pools["order"] if self.cases[name] in one), self.pools["order"][0]
            ),
            "number": "L1",
            "tag": "E1",
            "lock": "L1",
            "on": self.town.day(0),
            "since": self.town.day(0),
            "valid_from": self.town.day(0),
            "reason": "Det prövas i ett test",
            "text": "Det prövas i ett test",
            "locksmith": FIRM,
            "organisation": MEADOW,
            "way": "oral",
            "outcome": "helped",
            "alarm": self.pools["alarm"][0],
            "kind": "lock",
            "service": "home_care",
            "decision": "B2",
            "reference": "B2",
        }
        return {
            field.name: known[field.name]
            for field in msgspec.structs.fields(REGISTER[act].values)
            if field.name in known
        }


@pytest.fixture
def walk(town: Town, settings: Any) -> Iterator[Walk]:
    settings.DEMO = True
    town.days_pass(2)
    made = Walk(town)
    of = made.references
    town.visit(of["of_east"])
    town.visit(of["of_meadow"], "mikael")
    for name, who in (("of_east", "olle"), ("of_meadow", "moa")):
        town.does(who, "receive_key", client=of[name], key=f"N{who[0]}", signed="client")
        town.does(who, "write_access_note", client=of[name], **MARKED)
    town.does("lars", "raise_alarm", client=of["with_alarm"])
    town.does("moa", "take_brief_sight", client=of["foreign"], reason="Hon ringde hit, ingen annan svarar")
    town.now += timedelta(hours=2)  # it is over
    order = town.order(of["protected"])
    town.does("laban", "book_order", order=order, starts=town.at(15), ends=town.at(16))
    made.know()
    with town.standing():
        yield made


PEOPLE = (
    *("maria", "erik", "olle", "carin", "rut", "laban"),
    *(
        pytest.param(one, marks=pytest.mark.long) for one in ("moa", "mikael", "lars")
    ),  # of the roles of others here
)
"""Those from whom somebody is hidden: assessor and administrator see every client."""


@pytest.mark.parametrize("person", PEOPLE)
def test_no_page_and_no_paper_leaks(walk: Walk, person: str) -> None:
    browser, role = screen(walk.town, person), walk.town.actor(person).role
    for declared in PAGES:
        if declared.who == ANYONE and "<" in declared.path:
            continue  # a link's secret, which nobody has
        may = declared.who == ANYONE or role in declared.who
        paths = _paths(walk, declared)
        for path in paths if may else paths[:1]:
            if "GET" in declared.methods:
                walk.look(person, path, _undone(browser.get, path))
            if declared.who != ANYONE and "POST" in declared.methods:
                for values in _posted(walk, declared, person):
                    walk.look(person, f"POST {path} {values}", _undone(browser.post, path, values))
    assert walk.walked[person] > 200, "so many were walked"


@pytest.mark.parametrize("person", PEOPLE)
def test_no_operation_leaks(walk: Walk, person: str) -> None:
    """The API: every reading about every client, and every act tried about each client out of sight."""
    token = walk.town.does("demo", "issue_token", username=person, label="walk").answer["token"]
    caller, role = Browser(headers={"Authorization": f"Bearer {token}"}), walk.town.actor(person).role
    for declared in OPERATIONS:
        if declared.method == "GET":
            for path in _filled(walk, "/api/v1" + declared.path.replace("{", "<").replace("}", ">")):
                walk.look(person, path, _undone(caller.get, path))
    hidden = [name for name in CLIENTS if name in walk.hidden_from(person)]
    for number, act in enumerate(act for act in REGISTER.values() if role in act.who):
        values = walk.values_for(act.name, hidden[number % len(hidden)])  # each client in turn
        path, body = f"/api/v1/acts/{act.name}?preview=1", json.dumps(values)
        walk.look(person, f"{path} {body}", _undone(caller.post, path, body, content_type="application/json"))
    for path in ("/scim/v2/Users", "/scim/v2/ServiceProviderConfig", "/scim/v2/Users?count=200"):
        walk.look(person, path, caller.get(path))
    assert walk.walked[person] > 50, "so many were walked"


def test_no_calendar_names_anybody(walk: Walk) -> None:
    """The address that a calendar program asks, without a session, has times and numbers alone."""
    for person in ("laban", "olle", "moa"):
        page = screen(walk.town, person).post("/calendar/").content.decode()
        (address,) = re.findall(r"<code>http://[^/]+(/calendar/[^<]+\.ics)</code>", page)
        feed = Browser().get(address)
        assert feed.status_code == 200
        text = feed.content.decode().replace("\r\n ", "")
        assert [mark for marks in walk.marks.values() for mark in marks if mark in text] == []


def test_the_walk_can_fail(walk: Walk) -> None:
    """Who has a client reads its name on its page: the same look finds it there, and in a paper."""
    page = screen(walk.town, "moa").get(f"/clients/{walk.cases['of_meadow']}")
    assert CLIENTS["of_meadow"].surname in _text_of(page)
    with pytest.raises(AssertionError, match="of_meadow"):
        walk.look("olle", "her page", page)
    papers = [screen(walk.town, "moa").get(f"/receipts/{one}") for one in walk.pools["handover"]]
    assert any(CLIENTS["of_meadow"].surname in _text_of(paper) for paper in papers)
    for name, one in CLIENTS.items():
        shown = screen(walk.town, "anna").get(f"/clients/{walk.cases[name]}")
        assert one.surname in _text_of(shown) and one.street in _text_of(shown)
        assert len(walk.marks[name]) > 2, "more is looked for than names"


def _paths(walk: Walk, declared: PageSpec) -> list[str]:
    prefix = "/phone/" if declared.package == "troskel.phone" else "/"
    return _filled(walk, prefix + declared.path)


def _filled(walk: Walk, path: str) -> list[str]:
    """The path with each known value of its (one) place put in; with one that is nobody's where none is known."""
    place = re.search(r"<(?:\w+:)?(\w+)>", path)
    if place is None:
        return [path]
    values = walk.pools.get(place[1], [str(new_id())])
    return [one for value in values for one in _filled(walk, path.replace(place[0], value, 1))]


def _posted(walk: Walk, declared: PageSpec, person: str) -> list[dict[str, Any]]:
    """What is sent to a page: to an act's form its values about a client out of sight, to be tried; else the client."""
    hidden = [name for name in CLIENTS if name in walk.hidden_from(person)]
    name = hidden[walk.walked[person] % len(hidden)]  # each client in turn
    act = declared.name.removeprefix("act-")
    told = (
        walk.values_for(act, name) if act in REGISTER else {"client": walk.cases[name], "q": walk.cases[name]}
    )
    return [{**told, "key": str(new_id())}]


def _undone(send: Any, *what: Any, **how: Any) -> Any:
    """Sends, and takes back what it did."""
    before = transaction.savepoint()
    try:
        return send(*what, **how)
    finally:
        transaction.savepoint_rollback(before)


def _text_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("application/pdf"):
        return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    text = body.decode("utf-8", "replace")
    return json.dumps(json.loads(text), ensure_ascii=False) if kind.startswith("application/json") else text


def _around(text: str, mark: str) -> str:
    at = text.index(mark)
    return re.sub(r"\s+", " ", text[max(0, at - 150) : at + 80])
