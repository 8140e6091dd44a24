# SPDX-License-Identifier: EUPL-1.2
"""Concurrent acts: one of two is refused because the other was first, and no rule is broken."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from tests.acts.test_parts import new_clients, references
from tests.parts import make_parts_small
from tests.town import CODE, EAST, FIRM, MEADOW, Town, found
from troskel.acts.turning_the_day import catch_up
from troskel.custody.models import Holding, Link
from troskel.duties.models import DayTurned, HomeState
from troskel.ground import clock
from troskel.ground.refusals import Refusal
from troskel.journal.models import Line
from troskel.orders.models import Order
from troskel.people.models import Client, Residence
from troskel.runner.outcome import ActOutcome

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(transactional_db: None) -> Town:
    """A town that is committed, so that every connection sees it."""
    town = found()
    for who in ("anna", "siri", "olle", "carin", "moa", "mikael", "laban", "import"):
        town.actor(who)
    return town


def run_at_once(*works: Callable[[], Any]) -> list[Any]:
    """Runs the calls at once, each with its own connection; returns their results or refusals."""
    ready = threading.Barrier(len(works))

    def begin(work: Callable[[], Any]) -> Any:
        try:
            ready.wait()
            return work()
        except Refusal as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [done.result() for done in [pool.submit(begin, work) for work in works]]


def call(town: Town, who: str, act: str, /, **values: Any) -> Callable[[], ActOutcome]:
    return lambda: town.tries(who, act, values)


def refusal_rules(results: list[Any]) -> list[str]:
    """The rules of the refusals, sorted."""
    return sorted(result.rule for result in results if isinstance(result, Refusal))


def test_two_coordinators_order_at_one_door(town: Town) -> None:
    first, second = town.new_client(EAST, address=7), town.new_client(MEADOW, address=7)
    town.inform(first)
    town.inform(second)
    results = run_at_once(
        *(call(town, "olle", "order_installation", client=first, locksmith=FIRM) for _ in range(3)),
        *(call(town, "moa", "order_installation", client=second, locksmith=FIRM) for _ in range(3)),
    )
    assert refusal_rules(results) == ["P1"] * 5
    assert Order.objects.count() == 1
    assert Order.objects.get().number == "W-2026-0001", "the refused took no number"
    town.is_sound()


def test_concurrent_repeats_of_a_key_get_one_answer(town: Town) -> None:
    client = town.new_client()
    values = {"client": client, "locksmith": FIRM, "reason": "x"}

    def order() -> ActOutcome:
        return town.tries("olle", "order_installation", values, key="k")

    results = run_at_once(*(order for _ in range(4)))
    assert refusal_rules(results) == []
    assert all(result == results[0] for result in results)
    assert Order.objects.count() == 1
    assert Line.objects.filter(event="installation.ordered").count() == 1
    town.is_sound()


@pytest.mark.parametrize("turn", range(3))
def test_removal_and_decision_for_the_spouse(town: Town, turn: int) -> None:
    client = town.locked(address=7)
    spouse = town.client(address=7)
    town.end(client)
    town.days_pass(1)
    decision = {"client": spouse, "reference": "B-9", "service": "home_care", "valid_from": town.day(0)}
    works = [
        call(town, "olle", "order_removal", client=client, locksmith=FIRM),
        call(town, "anna", "make_decisions", decisions=[decision]),
    ]
    results = run_at_once(*(works if turn % 2 else works[::-1]))
    removal = Order.objects.filter(kind="removal").first()
    if removal is None:
        assert refusal_rules(results) == ["rule 1"]
        assert not town.duties("P6.order")
    else:
        assert town.the("P6.stop").due == town.today, "the removal came first, and is to be stopped"
    town.is_sound()


def test_a_tag_is_placed_with_one_client_only(town: Town) -> None:
    clients = [town.new_client() for _ in range(4)]
    results = run_at_once(*(call(town, "carin", "place_tag", client=client, tag="E1") for client in clients))
    assert refusal_rules(results) == ["rule 5"] * 3
    holding = Holding.objects.get(thing__number="E1", until=None)
    assert holding.sequence == 2
    assert Client.objects.get(id=holding.holder).reference in clients
    town.is_sound()


def test_a_lock_is_mounted_at_one_door_only(town: Town) -> None:
    orders = [town.order(town.new_client()) for _ in range(3)]
    results = run_at_once(
        *(call(town, "laban", "report_installation", order=order, serial="L1") for order in orders)
    )
    assert set(refusal_rules(results)) <= {"rule 2", "rule 5"} and len(refusal_rules(results)) == 2
    assert Order.objects.filter(state="done").count() == 1
    assert len(town.mails("S1")) == 1
    town.is_sound()


def test_an_order_is_reported_once(town: Town) -> None:
    order = town.order(town.new_client())
    results = run_at_once(
        *(
            call(town, "laban", "report_installation", order=order, serial=serial)
            for serial in ("L1", "L2", "L3")
        )
    )
    assert refusal_rules(results) == ["L1", "L1"]
    assert Holding.objects.filter(kind="door", until=None).count() == 1
    assert len(town.mails("S1")) == 1
    town.is_sound()


def test_concurrent_links_make_one_link(town: Town) -> None:
    client = town.new_client()
    town.mount(town.order(client))
    results = run_at_once(
        *(call(town, who, "link_lock", client=client, serial="L1") for who in ("siri", "olle"))
    )
    assert refusal_rules(results) == []  # the second link of the same pair is the same link
    assert Link.objects.filter(until=None).count() == 1
    town.is_sound()


def test_acts_during_the_turn_of_the_day(town: Town) -> None:
    clients = [town.client() for _ in range(4)]
    for client in clients:
        town.grant(client, through=town.day(60))
    town.now += timedelta(days=1)
    arrived = (town.now - timedelta(hours=1)).isoformat()

    def turn() -> int:
        with clock.frozen_at(town.now):
            return catch_up(CODE)

    visit = {"arrived": arrived, "by": "hand", "reason": "no_tag_yet"}
    results = run_at_once(
        turn, *(call(town, "carin", "register_visit", client=client, **visit) for client in clients)
    )
    assert refusal_rules(results) == []
    assert len(town.duties("A8.investigation")) == 4
    assert all(duty.due == town.today for duty in town.duties("P1.order"))
    town.is_sound()


def test_two_workers_turn_a_day_once(town: Town) -> None:
    town.now += timedelta(days=3)

    def turn() -> int:
        with clock.frozen_at(town.now):
            return catch_up(CODE)

    results = run_at_once(*(turn for _ in range(4)))
    assert refusal_rules(results) == [], "catching up is safe to call at any time"
    assert DayTurned.objects.filter(day__gt=town.today - timedelta(days=3)).count() == 3
    assert Line.objects.filter(event="day.turned").count() == DayTurned.objects.count()
    town.is_sound()


def test_a_move_during_other_acts_about_the_client(town: Town) -> None:
    client = town.locked()
    address = {"street": "Nygatan 9", "postcode": "99910", "town": "Byn", "apartment": ""}
    move = call(
        town, "anna", "move_clients", moves=[{"client": client, "address": address, "on": town.day(0)}]
    )
    results = run_at_once(
        move,
        call(town, "carin", "receive_key", client=client, key="1", signed="client"),
        call(town, "carin", "place_tag", client=client, tag="E1"),
        call(town, "anna", "inform_client", client=client, way="oral"),
    )
    assert set(refusal_rules(results)) <= {"rule 6"}
    town.is_sound()


def test_concurrent_changes_of_a_client_lose_nothing(town: Town) -> None:
    for number in range(8):
        client = town.client()
        phone = f"070-11 11 {number:03}"
        results = run_at_once(
            call(town, "anna", "change_clients", changes=[{"client": client, "phone": phone}]),
            call(town, "import", "change_clients", changes=[{"client": client, "protection": "S"}]),
        )
        assert refusal_rules(results) == []
        row = Client.objects.get(reference=client)
        assert (row.phone, row.protection) == (phone, "S")


def test_concurrent_moves_leave_each_client_in_one_home(town: Town) -> None:
    first, second = town.client(address=91), town.client(address=92)
    for client in (first, second):
        town.grant(client)

    def moves(client: str, to: int) -> Callable[[], Any]:
        address = {"street": f"Ängsvägen {to}", "postcode": "99910", "town": "Byn", "apartment": "1001"}
        return call(
            town, "anna", "move_clients", moves=[{"client": client, "address": address, "on": town.day(0)}]
        )

    results = run_at_once(moves(first, 92), moves(second, 91), moves(first, 93))
    assert set(refusal_rules(results)) <= {"rule 6"}  # told to try again
    town.is_sound()
    assert Residence.objects.filter(client__reference=first, valid_through=None).count() == 1


# --- acts in parts


def test_same_key_of_an_act_in_parts_is_done_once(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    make_parts_small(monkeypatch, 3)
    values = new_clients(8)

    def register() -> ActOutcome:
        return town.tries("anna", "register_clients", values, key="k")

    outcomes = run_at_once(*(register for _ in range(4)))
    assert refusal_rules(outcomes) == []
    assert references() == [f"N{900 + n}" for n in range(8)]
    assert all(outcome == outcomes[0] for outcome in outcomes)
    town.is_sound()


def test_workers_turn_a_long_day_together(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(8):
        town.grant(town.client(), through=town.day(20))
    town.days_pass(3)
    town.now += timedelta(days=1)
    make_parts_small(monkeypatch, 3)
    HomeState.objects.update(wake=town.today)

    def turn() -> int:
        with clock.frozen_at(town.now):
            return catch_up(CODE)

    assert refusal_rules(run_at_once(*(turn for _ in range(3)))) == []
    assert not HomeState.objects.filter(wake__lte=town.today).exists()
    assert DayTurned.objects.filter(day=town.today).count() == 1
    town.is_sound()


def test_p4_two_book_the_same_hour_of_one_locksmith(town: Town) -> None:
    orders = [town.order(town.new_client()) for _ in range(2)]
    hour = {"starts": town.at(13).isoformat(), "ends": town.at(14).isoformat()}
    done = run_at_once(*(call(town, "laban", "book_order", order=order, **hour) for order in orders))
    refused = [one for one in done if isinstance(one, Refusal)]
    assert [one.code for one in refused] == ["booking.taken"]
    assert Order.objects.filter(state="booked").count() == 1
