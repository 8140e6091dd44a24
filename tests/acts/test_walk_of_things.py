# SPDX-License-Identifier: EUPL-1.2
"""Things × holders × acts: whatever thing is wherever, and whoever does what with it, the act is done or refused by a
rule; never a fault of ours. What is stored afterwards is what the journal gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any, NamedTuple

import pytest
from django.db import connection, transaction

from tests.town import CODE, MEADOW, OFFICE, OTHER_FIRM, PEOPLE, Town
from troskel.acts.chapters import REGISTER
from troskel.duties.replay import discrepancies
from troskel.ground.refusals import BadValue, NotFound, Refusal


class Place(NamedTuple):
    """A thing at a holder: its number, and the clients whom acts are tried with."""

    kind: str
    number: str
    clients: list[str]
    order: str = ""


def _client_and_another(town: Town) -> list[str]:
    return [town.new_client(), town.new_client(MEADOW)]


def _with_key(town: Town) -> list[str]:
    clients = _client_and_another(town)
    town.does("carin", "receive_key", client=clients[0], key="N1", signed="client")
    return clients


def lock_in_stock(town: Town) -> Place:
    clients = _client_and_another(town)
    return Place("lock", "L1", clients, town.order(clients[0]))


def lock_with_another_firm(town: Town) -> Place:
    place = lock_in_stock(town)
    town.does("siri", "correct_holder", kind="lock", number="L1", organisation=OTHER_FIRM)
    return place


def lock_at_a_door(town: Town) -> Place:
    clients = [town.locked(), town.new_client(MEADOW)]
    return Place("lock", "L1", clients, town.order(clients[1], MEADOW))


def lock_that_is_lost(town: Town) -> Place:
    place = lock_in_stock(town)
    town.does("laban", "report_lost", kind="lock", number="L1")
    return place


def tag_in_stock(town: Town) -> Place:
    return Place("tag", "E1", _client_and_another(town))


def tag_with_its_client(town: Town) -> Place:
    place = tag_in_stock(town)
    town.does("carin", "place_tag", client=place.clients[0], tag="E1")
    return place


def tag_with_the_office(town: Town) -> Place:
    place = tag_in_stock(town)
    town.does("siri", "correct_holder", kind="tag", number="E1", organisation=OFFICE)
    return place


def tag_offered(town: Town) -> Place:
    place = tag_with_its_client(town)
    town.does("olle", "offer_things", kind="tag", numbers=["E1"], to=MEADOW)
    return place


def tag_that_is_lost(town: Town) -> Place:
    place = tag_with_its_client(town)
    town.does("carin", "report_lost", kind="tag", number="E1")
    return place


def key_with_the_provider(town: Town) -> Place:
    return Place("key", "N1", _with_key(town))


def key_with_its_client(town: Town) -> Place:
    place = key_with_the_provider(town)
    town.does("carin", "return_key", client=place.clients[0], key="N1", signed="client")
    return place


def key_with_another_client(town: Town) -> Place:
    place = key_with_the_provider(town)
    town.does("siri", "correct_holder", kind="key", number="N1", client=place.clients[1])
    return place


def key_with_the_office(town: Town) -> Place:
    place = key_with_the_provider(town)
    town.does("siri", "correct_holder", kind="key", number="N1", organisation=OFFICE)
    return place


def key_offered(town: Town) -> Place:
    place = key_with_the_provider(town)
    town.does("olle", "offer_things", kind="key", numbers=["N1"], to=MEADOW, agreed=True)
    return place


def key_that_is_lost(town: Town) -> Place:
    place = key_with_the_provider(town)
    town.does("carin", "report_lost", kind="key", number="N1")
    return place


def key_of_one_who_has_died(town: Town) -> Place:
    place = key_with_its_client(town)
    town.does("anna", "record_deaths", deaths=[{"client": place.clients[0], "on": town.day(0)}])
    return place


def key_of_one_who_has_moved(town: Town) -> Place:
    place = key_with_its_client(town)
    address = {"street": "Nygatan 9", "postcode": "99910", "town": "Byn", "apartment": "1201"}
    move = {"client": place.clients[0], "address": address, "on": town.day(0)}
    town.does("anna", "move_clients", moves=[move])
    return place


PLACES: list[Callable[[Town], Place]] = [
    *(lock_in_stock, lock_with_another_firm, lock_at_a_door, lock_that_is_lost),
    *(tag_in_stock, tag_with_its_client, tag_with_the_office, tag_offered, tag_that_is_lost),
    *(key_with_the_provider, key_with_its_client, key_with_another_client, key_with_the_office),
    *(key_offered, key_that_is_lost, key_of_one_who_has_died, key_of_one_who_has_moved),
]
OF_A_THING = {"number", "numbers", "serial", "tag", "key"}
ACTS = sorted(
    name for name, act in REGISTER.items() if act.who and OF_A_THING & {*act.values.__struct_fields__}
)


def choices(name: str, place: Place, town: Town) -> Iterator[dict[str, Any]]:
    """Values for the act about the thing: with either client, any kind of organisation, either way of telling it."""
    fields = REGISTER[name].values.__struct_fields__
    told = {
        "kind": [place.kind],
        "number": [place.number],
        "numbers": [[place.number]],
        **{key: [place.number] for key in ("serial", "tag", "key")},
        "client": ["", *place.clients] if name == "correct_holder" else place.clients,
        "opens": ["", place.clients[1]],
        "organisation": ["", MEADOW, OFFICE] if name == "correct_holder" else [MEADOW],
        "to": [MEADOW, OTHER_FIRM],
        "agreed": [True],
        "order": [place.order],
        "signed": ["client"],
        "by": [place.kind if place.kind != "key" else "hand"],
        "reason": ["forgotten"],
        "arrived": [town.at(7).isoformat()],
        "code": ["loose"],
        "replaced_by": [place.number],
    }
    names = [field for field in fields if field in told]
    for values in product(*(told[field] for field in names)):
        yield {field: value for field, value in zip(names, values, strict=True) if value != ""}


@pytest.mark.parametrize("make", PLACES, ids=lambda make: make.__name__)
def test_any_act_with_a_thing_anywhere_is_done_or_refused(town: Town, make: Callable[[Town], Place]) -> None:
    place, done = make(town), 0
    for name in ACTS:
        people = [person for person, role, _orgnr in PEOPLE if role in REGISTER[name].who]
        for who, values in product(people, choices(name, place, town)):
            before = transaction.savepoint()
            try:
                town.tries(who, name, values)
            except (Refusal, NotFound, BadValue):
                pass
            except Exception as error:
                raise AssertionError(f"{who} {name} {values}") from error
            else:
                done += 1
                connection.check_constraints()
                assert discrepancies(CODE) == [], (who, name, values)
            transaction.savepoint_rollback(before)
    assert done, "something can be done with it"
