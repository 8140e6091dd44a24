# SPDX-License-Identifier: EUPL-1.2
"""P2: visits begun and ended, registered afterwards, and in batches; their evidence and flags."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.town import EAST, ELSEWHERE, MEADOW, Town
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.people.models import Account
from troskel.people.roles import Actor, ActorKind
from troskel.visits.models import Visit

HAND = {"by": "hand", "reason": "phone_failed"}


def flags(town: Town) -> list[list[str]]:
    """The flags of every visit, in order of registration."""
    return [visit.flags.split() for visit in Visit.objects.order_by("id")]


def events() -> list[str]:
    return list(
        Line.objects.filter(event__startswith="visit.").order_by("number").values_list("event", flat=True)
    )


def batch_item(client: str, arrived: Any, **values: Any) -> dict[str, Any]:
    return {"client": client, "arrived": arrived, "visit": new_id(), **HAND, **values}


# --- begun and ended


def test_p2_visit_by_tag_counts_once(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    began = town.does("carin", "arrive", client=client, by="tag", tag="E1")
    assert [duty.due for duty in town.duties("P1.order")] == [town.today], (
        "the first visit is known at its arrival"
    )
    town.now += timedelta(minutes=20)
    ended = town.does("carin", "depart", by="tag", tag="E1")
    assert ended.answer == began.answer
    assert ended.opened == [] and ended.closed == [], "the end is no second visit"
    visit = Visit.objects.get()
    assert (visit.open, visit.evidence, visit.departed_evidence, visit.flags) == (False, "tag", "tag", "")
    assert visit.departed is not None and visit.departed - visit.arrived == timedelta(minutes=21)
    assert events() == ["visit.registered", "visit.departed"]
    town.is_sound()


def test_p2_visit_by_lock_and_by_hand(town: Town) -> None:
    client = town.locked()
    town.refused("carin", "arrive", "rule 4", client=client, by="lock", serial="L2")
    town.does("carin", "arrive", client=client, by="lock", serial="L1")
    town.refused("carin", "depart", "BadValue reason", by="hand")
    town.refused("carin", "depart", "rule 4", by="lock", serial="L2")
    town.refused("carin", "depart", "NotFound", by="tag", tag="no such")
    town.refused("carin", "depart", "P2", by="tag", tag="E1")
    town.does("carin", "depart", by="hand", reason="lock_failed")
    visit = Visit.objects.get()
    assert (visit.reason, visit.departed_evidence, visit.departed_reason) == ("", "hand", "lock_failed")
    town.refused("carin", "depart", "NotFound", by="hand", reason="lock_failed")
    town.is_sound()


def test_p2_repeated_arrival_is_the_same_visit(town: Town) -> None:
    client = town.new_client()
    values = {"client": client, "visit": new_id(), **HAND}
    first = town.tries("carin", "arrive", values)
    assert town.tries("carin", "arrive", values).answer == first.answer
    assert Visit.objects.count() == 1 and events() == ["visit.registered"]
    town.now += timedelta(minutes=5)
    assert town.refused("carin", "arrive", "P2", client=client, **HAND).code == "visit.still_open"


def test_p2_open_visit_does_not_block_the_next(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    forgotten = town.does("carin", "arrive", client=first, **HAND).answer["visit"]
    town.days_pass(1)
    town.does("carin", "arrive", client=first, **HAND)
    assert flags(town) == [["left_open"], []]
    town.does("carin", "arrive", client=second, **HAND)
    assert flags(town) == [["left_open"], ["left_open"], []], "nor today's: the next door is never blocked"
    assert Visit.objects.filter(open=True).count() == 1
    assert events().count("visit.left_open") == 2
    departed = town.now - timedelta(hours=23)
    report = {"visit": forgotten, "by": "hand", "reason": "forgotten"}
    town.tries("olle", "depart", report, occurred=departed)
    town.tries("carin", "depart", report, occurred=departed)
    assert Visit.objects.get(id=forgotten).departed == departed
    town.refused("carin", "depart", "rule 6", **report)
    town.refused("moa", "depart", "NotFound", **report)
    town.is_sound()


def test_p2_late_earlier_arrival_leaves_the_open_visit(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    town.now += timedelta(hours=2)
    town.does("carin", "arrive", client=first, **HAND)
    town.tries("carin", "arrive", {"client": second, **HAND}, occurred=town.now - timedelta(hours=1))
    assert [visit.client.reference for visit in Visit.objects.filter(open=True)] == [first]
    assert flags(town) == [[], ["left_open"]]


def test_p2_visit_past_midnight_ends_after_the_care(town: Town) -> None:
    client = town.new_client()
    town.end(client)
    town.until(town.today, hour=23)
    town.does("carin", "arrive", client=client, **HAND)
    town.days_pass(1, hour=0)
    town.does("carin", "depart", **HAND)
    assert flags(town) == [[]]
    town.is_sound()


def test_database_allows_one_open_visit_per_account(town: Town) -> None:
    town.does("carin", "arrive", client=town.new_client(), **HAND)
    row = Visit.objects.get()
    row.pk = new_id()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    row.departed = row.arrived
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


# --- evidence


def test_p2_tag_proves_visits_while_with_the_client(town: Town) -> None:
    client, other = town.new_client(), town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.days_pass(2)
    town.does("carin", "take_tag", client=client, tag="E1")
    taken = town.now
    town.does("carin", "place_tag", client=other, tag="E1")
    town.days_pass(1)
    by_tag = {"by": "tag", "tag": "E1"}
    town.does("carin", "register_visit", client=client, arrived=taken - timedelta(hours=1), **by_tag)
    assert (
        town.refused(
            "carin", "register_visit", "P2", client=client, arrived=taken + timedelta(hours=1), **by_tag
        ).code
        == "visit.tag_elsewhere"
    )
    town.does("carin", "register_visit", client=other, arrived=taken + timedelta(hours=1), **by_tag)
    town.refused("carin", "register_visit", "P2", client=other, arrived=taken - timedelta(days=1), **by_tag)


def test_p2_other_providers_tag_proves_a_visit(town: Town) -> None:
    client = town.new_client()
    town.grant(client, MEADOW)
    town.does("mikael", "place_tag", client=client, tag="M1")
    town.does("carin", "arrive", client=client, by="tag", tag="M1")
    town.does("mikael", "arrive", client=client, by="tag", tag="M1")
    assert Visit.objects.filter(open=True).count() == 2, "each has an open visit of their own"


def test_s2_lock_proves_visits_while_linked(town: Town) -> None:
    client = town.locked()
    town.days_pass(1)
    by_lock = {"by": "lock", "serial": "L1"}
    at = town.now - timedelta(minutes=30)
    town.does("carin", "register_visit", client=client, arrived=at, departed=town.now, **by_lock)
    town.refused(
        "carin", "register_visit", "rule 4", client=client, arrived=town.now - timedelta(days=2), **by_lock
    )
    town.end(client)
    town.days_pass(1)
    town.removed(client)
    town.does("siri", "unlink_lock", client=client, serial="L1")
    town.does("olle", "register_visit", client=client, arrived=at - timedelta(hours=2), **by_lock)


# --- rule 4: outside the allocation


def test_rule_4_visit_outside_allocation_needs_a_thing(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(3))
    town.grant(client, begins=town.day(5))
    town.does("carin", "place_tag", client=client, tag="E1")
    town.days_pass(5)
    in_the_gap = town.now - timedelta(days=1)
    town.does("carin", "register_visit", client=client, arrived=in_the_gap, by="tag", tag="E1")
    assert flags(town) == [["not_covered"]]
    assert (
        town.refused("carin", "register_visit", "rule 4", client=client, arrived=in_the_gap, **HAND).code
        == "visit.not_allocated"
    )
    town.is_sound()


def test_rule_4_late_visit_in_the_former_home(town: Town) -> None:
    client = town.new_client()
    arrived = town.now
    town.days_pass(3)
    home = {"street": "Nygatan 9", "postcode": "99910", "town": "Byn", "apartment": "1201"}
    town.does("anna", "move_clients", moves=[{"client": client, "address": home, "on": town.day(0)}])
    town.does("carin", "register_visit", client=client, arrived=arrived, **HAND)
    assert flags(town) == [[]]
    town.is_sound()


# --- flags


def test_overlapping_and_long_visits_are_flagged(town: Town) -> None:
    first, second = town.new_client(), town.new_client()
    town.days_pass(3, hour=14)
    start = town.now - timedelta(hours=50)
    hours = [(0, 1), (1, 2), (1.5, 3), (3, 29), (10, None)]
    for number, (begins, ends) in enumerate(hours):
        period = {
            "arrived": start + timedelta(hours=begins),
            "departed": None if ends is None else start + timedelta(hours=ends),
        }
        town.does("carin", "register_visit", client=(first, second)[number % 2], **period, **HAND)
    assert flags(town) == [[], [], ["overlap"], ["long"], ["overlap"]]


def test_other_carers_visit_is_no_overlap(town: Town) -> None:
    client = town.new_client()
    town.does("demo", "register_account", username="cilla", name="Cilla", role="carer", organisation=EAST)
    town.days_pass(1)
    for carer in ("carin", "cilla", "", ""):
        town.does("olle", "register_visit", client=client, arrived=town.at(7), carer=carer, **HAND)
    assert flags(town) == [[]] * 4
    names = [visit.account and visit.account.username for visit in Visit.objects.order_by("id")]
    assert names == ["0999/carin", "0999/cilla", None, None], "of whom nobody told, nobody is said to be"
    town.does("olle", "register_visit", client=client, arrived=town.at(7), carer="carin", **HAND)
    assert flags(town)[-1] == ["overlap"]
    town.refused(
        "olle", "register_visit", "NotFound", client=client, arrived=town.at(7), carer="mikael", **HAND
    )
    town.refused(
        "carin", "register_visit", "BadValue carer", client=client, arrived=town.at(7), carer="cilla", **HAND
    )


# --- batches


def test_batch_is_answered_per_item(town: Town) -> None:
    client, theirs = town.new_client(), town.new_client(MEADOW)
    town.days_pass(1, hour=14)
    batch = [
        batch_item(client, town.at(8), departed=town.at(9)),
        batch_item(theirs, town.at(9)),
        batch_item(client, town.at(10), departed=town.at(9)),
        batch_item(client, town.at(15)),
        batch_item(client, town.at(11), by="tag", tag="E1"),
        batch_item(client, town.at(8, 30), departed=town.at(8, 45)),
    ]
    done = town.does("carin", "register_visits", visits=batch)
    assert [answer["flags"] for answer in done.answer["visits"]] == [[], ["overlap"]]
    assert [answer["visit"] for answer in done.answer["visits"]] == [
        str(batch[0]["visit"]),
        str(batch[5]["visit"]),
    ]
    assert [(refused["item"], refused["rule"]) for refused in done.refused] == [
        (1, "client"),
        (2, "departed"),
        (3, "arrived"),
        (4, "P2"),
    ]
    assert Visit.objects.count() == 2
    town.is_sound()


def test_rule_6_repeated_batch_is_the_same_visits(town: Town) -> None:
    client = town.new_client()
    town.days_pass(1, hour=14)
    batch = [batch_item(client, town.at(hour), departed=town.at(hour, 30)) for hour in (8, 10, 12)]
    first = town.does("carin", "register_visits", visits=batch)
    again = town.does("carin", "register_visits", visits=[*batch, batch_item(client, town.at(13)), batch[0]])
    assert again.answer["visits"][:3] == first.answer["visits"] and len(again.lines) == 1
    assert Visit.objects.count() == 4
    other = {**batch[0], "arrived": town.at(7)}
    town.refused("carin", "register_visits", "rule 6", visits=[other])
    town.refused("carin", "register_visits", "rule 6", visits=[{**batch[0], "departed": town.at(8, 20)}])
    town.is_sound()


def test_batch_ends_an_open_visit(town: Town) -> None:
    client = town.new_client()
    visit, arrived = new_id(), town.now
    town.does("carin", "arrive", client=client, visit=visit, **HAND)
    town.now += timedelta(hours=1)
    whole = batch_item(client, arrived, departed=town.now, visit=visit)
    town.does("carin", "register_visits", visits=[whole, batch_item(client, town.now)])
    row = Visit.objects.get(id=visit)
    assert (row.departed, row.open, row.flags) == (town.now - timedelta(minutes=1), False, "")
    assert events() == ["visit.registered", "visit.departed", "visit.registered"]
    town.is_sound()


def test_batch_refuses_ids_of_another_provider(town: Town) -> None:
    client = town.new_client()
    town.grant(client, MEADOW)
    town.days_pass(1)
    item = batch_item(client, town.at(7))
    town.does("carin", "register_visits", visits=[item])
    town.refused("mikael", "register_visits", "rule 6", visits=[item])
    town.refused("demo", "register_visits", "rule 4", visits=[batch_item(client, town.at(7))])
    town.actors["elsewhere"] = Actor.system(ELSEWHERE, ActorKind.IMPORT)
    town.does("elsewhere", "found_municipality", name="Grannbyn", valid_from=town.day(0))
    Visit.objects.update(municipality=ELSEWHERE)
    assert town.refused("carin", "register_visits", "rule 6", visits=[item]).code == "visit.id_taken"


def test_batch_has_constant_number_of_queries(town: Town) -> None:
    clients = [town.new_client() for _ in range(4)]
    for number, client in enumerate(clients, 1):
        town.does("carin", "place_tag", client=client, tag=f"E{number}")
    town.days_pass(2, hour=14)

    def cost(count: int, day: int) -> int:
        at = town.at(8) - timedelta(days=day)
        batch = [
            batch_item(clients[n % 4], at + timedelta(minutes=5 * n), by="tag", tag=f"E{n % 4 + 1}") if n % 2
            else batch_item(clients[n % 4], at + timedelta(minutes=5 * n))
            for n in range(count)
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            town.tries("carin", "register_visits", {"visits": batch})
        return len(
            [q for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        )

    cost(4, 1)  # the first visit settles duties
    small, large = cost(4, 0), cost(40, 0)
    assert small == large <= 12, (small, large)


def test_carer_is_an_account_of_the_municipality(town: Town) -> None:
    assert Account.objects.filter(username="0999/carin").exists()
    client = town.new_client()
    town.days_pass(1)
    for carer in ("no such", "laban", "0999/carin"):
        town.refused(
            "olle", "register_visit", "NotFound", client=client, arrived=town.at(7), carer=carer, **HAND
        )


def test_o1_coordinator_registers_other_municipalitys_visits(
    town: Town,
) -> None:
    foreign = town.new_client(home_municipality=ELSEWHERE)
    town.days_pass(1, hour=14)
    batch = [batch_item(foreign, town.at(hour), reason="other_municipality") for hour in (8, 9)]
    town.does("olle", "register_visits", visits=batch)
    assert Visit.objects.count() == 2
    town.refused("carin", "register_visits", "NotFound", visits=[batch_item(foreign, town.at(10))])
