# SPDX-License-Identifier: EUPL-1.2
"""A municipality with one account of each role, two providers and four clients, all created by acts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.people import queries as people
from troskel.people.login_models import Token
from troskel.people.roles import Actor, ActorKind, Role
from troskel.runner.outcome import ActOutcome
from troskel.simulator.people import identity_number

MUNICIPALITY = "0999"
FOUNDED_AT = datetime(2026, 2, 2, 8, tzinfo=clock.STOCKHOLM)
NOW = datetime(2026, 3, 2, 9, tzinfo=clock.STOCKHOLM)

OFFICE, EAST, MEADOW, ALARM, FIRM = "2120000993", "5560000993", "5560000985", "5560000977", "5560000969"
ORGANISATIONS = (
    (OFFICE, "Socialkontoret", "municipality"),
    (EAST, "Hemtjänsten Öst", "home_care"),
    (MEADOW, "Ängens Hemvård", "home_care"),
    (ALARM, "Larmpatrullen", "alarm"),
    (FIRM, "Lås & Nyckel", "locksmith"),
)
PEOPLE = {
    "anna": ("assessor", OFFICE),
    "siri": ("administrator", OFFICE),
    "maria": ("manager", OFFICE),
    "erik": ("economist", OFFICE),
    "olle": ("coordinator", EAST),
    "carin": ("carer", EAST),
    "moa": ("coordinator", MEADOW),
    "mikael": ("carer", MEADOW),
    "rut": ("responder", ALARM),
    "laban": ("locksmith", FIRM),
}
CLIENTS = {
    "K1": {"provider": EAST},
    "K2": {"provider": MEADOW},
    "K3": {"provider": EAST, "home_municipality": "0998"},
    "K4": {"provider": EAST, "protection": "S"},
}
"""K1 an ordinary client of East, K2 of Meadow, K3 from another municipality, K4 with protected identity."""

NAMES = ("Astrid", "Bengt", "Cecilia", "Dagny")


@dataclass
class Cast:
    """Who there is: actors and tokens by name, case numbers by reference."""

    actors: dict[str, Actor] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)

    def does(self, who: str, act: str, at: datetime = NOW, **values: Any) -> ActOutcome:
        """Somebody does something."""
        with clock.frozen_at(at):
            return REGISTER[act].perform(self.actors[who], values)


def make_cast() -> Cast:
    """Make them all."""
    cast = Cast({"demo": Actor.system(MUNICIPALITY, ActorKind.DEMO)})
    _found_municipality(cast)
    for name, (role, orgnr) in PEOPLE.items():
        cast.does(
            "demo",
            "register_account",
            FOUNDED_AT,
            username=name,
            name=name.title(),
            role=role,
            organisation=orgnr,
        )
        actor = people.actor_of_username(f"{MUNICIPALITY}/{name}")
        assert actor is not None
        assert actor.role is Role(role)
        cast.actors[name] = actor
        issued = cast.does("demo", "issue_token", FOUNDED_AT, username=name, label="test")
        cast.tokens[name] = issued.answer["token"]
    Token.objects.update(used=NOW)  # what is noted once an hour is in no count of queries
    cast.does("siri", "register_things", kind="lock", numbers=["L1", "L2"], organisation=FIRM)
    cast.does("siri", "register_things", kind="tag", numbers=["T1", "T2"], organisation=EAST)
    for number, (reference, about) in enumerate(CLIENTS.items()):
        add_client(cast, reference, number, **about)
    return cast


def add_client(cast: Cast, reference: str, number: int, provider: str, **more: str) -> None:
    """A client with home care by a provider, since a fortnight before NOW."""
    add_clients(cast, {reference: number}, provider, **more)


def add_clients(cast: Cast, numbers: dict[str, int], provider: str, **more: str) -> None:
    """The same for many at once; by reference, a number that makes each another."""
    clients = [
        {
            "reference": reference,
            "identity": identity_number(date(1940 + number % 20, 1 + number % 12, 3), 980 + number % 20),
            "first_name": NAMES[number % 4],
            "last_name": "Ek",
            "address": {"street": f"Ekvägen {number + 1}", "postcode": "99999", "town": "Tröskelby"},
            **more,
        }
        for reference, number in numbers.items()
    ]
    registered = cast.does("anna", "register_clients", clients=clients)
    cast.cases.update(registered.answer["cases"])
    granted = {"service": "home_care", "valid_from": "2026-02-16"}
    decisions = [{"client": reference, "reference": f"B-{reference}", **granted} for reference in numbers]
    cast.does("anna", "make_decisions", decisions=decisions)
    assigned = {"organisation": provider, "valid_from": "2026-02-16"}
    allocations = [
        {"decision": f"B-{reference}", "reference": f"F-{reference}", **assigned} for reference in numbers
    ]
    cast.does("anna", "allocate", allocations=allocations)


def _found_municipality(cast: Cast) -> None:
    cast.does("demo", "found_municipality", FOUNDED_AT, name="Tröskelby", valid_from="2026-02-02")
    organisations = [
        {"orgnr": o, "name": n, "kind": k, "email": f"{k}@x.example"} for o, n, k in ORGANISATIONS
    ]
    cast.does("demo", "register_organisations", FOUNDED_AT, organisations=organisations)
