# SPDX-License-Identifier: EUPL-1.2
"""P2: visits begun and ended, told of afterwards, and brought in batches; what proves them, and what is flagged."""

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
    """Of every visit, in the order in which they were told."""
    return [visit.flags.split() for visit in Visit.objects.order_by("id")]


def events() -> list[str]:
    return list(
        Line.objects.filter(event__startswith="visit.").order_by("number").values_list("event", flat=True)
    )


def made(client: str, arrived: Any, **values: Any) -> dict[str, Any]:
    return {"client": client, "arrived": arrived, "visit": new_id(), **HAND, **values}


# --- begun and ended


def test_p2_a_visit_begins_by_tag_and_ends_by_tag_and_counts_once(town: Town) -> None:
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


def test_p2_by_lock_and_by_hand_in_and_out(town: Town) -> None:
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


def test_p2_the_same_arrival_told_twice_is_the_same_visit(town: Town) -> None:
    client = town.new_client()
    values = {"client": client, "visit": new_id(), **HAND}
    first = town.tries("carin", "arrive", values)
    assert town.tries("carin", "arrive", values).answer == first.answer
    assert Visit.objects.count() == 1 and events() == ["visit.registered"]
    town.now += timedelta(minutes=5)
    assert "still open" in town.refused("carin", "arrive", "P2", client=client, **HAND)


def test_p2_yesterdays_forgotten_visit_does_not_stand_in_the_way(town: Town) -> None:
    one, other = town.new_client(), town.new_client()
    forgotten = town.does("carin", "arrive", client=one, **HAND).answer["visit"]
    town.days_pass(1)
    town.does("carin", "arrive", client=one, **HAND)
    assert flags(town) == [["left_open"], []]
    town.does("carin", "arrive", client=other, **HAND)
    assert flags(town) == [["left_open"], ["left_open"], []], "nor today's: the next door is never blocked"
    assert Visit.objects.filter(open=True).count() == 1
    assert events().count("visit.left_open") == 2
    told = town.now - timedelta(hours=23)
    late = {"visit": forgotten, "by": "hand", "reason": "forgotten"}
    town.tries("olle", "depart", late, occurred=told)
    town.tries("carin", "depart", late, occurred=told)
    assert Visit.objects.get(id=forgotten).departed == told
    town.refused("carin", "depart", "rule 6", **late)
    town.refused("moa", "depart", "NotFound", **late)
    town.is_sound()


def test_p2_a_late_word_of_an_earlier_arrival_does_not_close_the_visit_that_goes_on(town: Town) -> None:
    one, other = town.new_client(), town.new_client()
    town.now += timedelta(hours=2)
    town.does("carin", "arrive", client=one, **HAND)
    town.tries("carin", "arrive", {"client": other, **HAND}, occurred=town.now - timedelta(hours=1))
    assert [visit.client.reference for visit in Visit.objects.filter(open=True)] == [one]
    assert flags(town) == [[], ["left_open"]]


def test_p2_a_visit_past_midnight_ends_though_the_care_has_ended(town: Town) -> None:
    client = town.new_client()
    town.end(client)
    town.until(town.today, hour=23)
    town.does("carin", "arrive", client=client, **HAND)
    town.days_pass(1, hour=0)
    town.does("carin", "depart", **HAND)
    assert flags(town) == [[]]
    town.is_sound()


def test_one_open_visit_per_account_is_held_by_the_database(town: Town) -> None:
    town.does("carin", "arrive", client=town.new_client(), **HAND)
    row = Visit.objects.get()
    row.pk = new_id()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)
    row.departed = row.arrived
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save(force_insert=True)


# --- what proves a visit


def test_p2_a_tag_proves_a_visit_on_the_days_it_was_with_the_client(town: Town) -> None:
    client, other = town.new_client(), town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.days_pass(2)
    town.does("carin", "take_tag", client=client, tag="E1")
    taken = town.now
    town.does("carin", "place_tag", client=other, tag="E1")
    town.days_pass(1)
    by_tag = {"by": "tag", "tag": "E1"}
    town.does("carin", "register_visit", client=client, arrived=taken - timedelta(hours=1), **by_tag)
    assert "was not with" in town.refused(
        "carin", "register_visit", "P2", client=client, arrived=taken + timedelta(hours=1), **by_tag
    )
    town.does("carin", "register_visit", client=other, arrived=taken + timedelta(hours=1), **by_tag)
    town.refused("carin", "register_visit", "P2", client=other, arrived=taken - timedelta(days=1), **by_tag)


def test_p2_another_providers_tag_proves_it_too_as_long_as_it_is_with_the_client(town: Town) -> None:
    client = town.new_client()
    town.grant(client, MEADOW)
    town.does("mikael", "place_tag", client=client, tag="M1")
    town.does("carin", "arrive", client=client, by="tag", tag="M1")
    town.does("mikael", "arrive", client=client, by="tag", tag="M1")
    assert Visit.objects.filter(open=True).count() == 2, "each has an open visit of their own"


def test_s2_a_lock_proves_a_visit_while_it_was_linked(town: Town) -> None:
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


def test_rule_4_what_a_thing_proves_is_taken_with_a_flag_and_what_is_only_said_is_refused(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(3))
    town.grant(client, begins=town.day(5))
    town.does("carin", "place_tag", client=client, tag="E1")
    town.days_pass(5)
    in_the_gap = town.now - timedelta(days=1)
    town.does("carin", "register_visit", client=client, arrived=in_the_gap, by="tag", tag="E1")
    assert flags(town) == [["not_covered"]]
    assert "allocated" in town.refused(
        "carin", "register_visit", "rule 4", client=client, arrived=in_the_gap, **HAND
    )
    town.is_sound()


def test_rule_4_a_late_word_of_a_visit_in_the_home_that_was_left(town: Town) -> None:
    client = town.new_client()
    arrived = town.now
    town.days_pass(3)
    home = {"street": "Nygatan 9", "postcode": "99910", "town": "Byn", "apartment": "1201"}
    town.does("anna", "move_clients", moves=[{"client": client, "address": home, "on": town.day(0)}])
    town.does("carin", "register_visit", client=client, arrived=arrived, **HAND)
    assert flags(town) == [[]]
    town.is_sound()


# --- what can't be quite right


def test_visits_of_one_carer_at_once_and_a_visit_of_two_days_are_taken_with_a_flag(town: Town) -> None:
    one, other = town.new_client(), town.new_client()
    town.days_pass(3, hour=14)
    start = town.now - timedelta(hours=50)
    hours = [(0, 1), (1, 2), (1.5, 3), (3, 29), (10, None)]
    for number, (begins, ends) in enumerate(hours):
        told = {
            "arrived": start + timedelta(hours=begins),
            "departed": None if ends is None else start + timedelta(hours=ends),
        }
        town.does("carin", "register_visit", client=(one, other)[number % 2], **told, **HAND)
    assert flags(town) == [[], [], ["overlap"], ["long"], ["overlap"]]


def test_another_carers_visit_at_the_same_time_is_no_overlap(town: Town) -> None:
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


# --- many at once


def test_a_batch_is_answered_item_by_item_and_the_refused_leave_no_trace(town: Town) -> None:
    client, theirs = town.new_client(), town.new_client(MEADOW)
    town.days_pass(1, hour=14)
    batch = [
        made(client, town.at(8), departed=town.at(9)),
        made(theirs, town.at(9)),
        made(client, town.at(10), departed=town.at(9)),
        made(client, town.at(15)),
        made(client, town.at(11), by="tag", tag="E1"),
        made(client, town.at(8, 30), departed=town.at(8, 45)),
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


def test_rule_6_a_batch_sent_again_is_the_same_visits(town: Town) -> None:
    client = town.new_client()
    town.days_pass(1, hour=14)
    batch = [made(client, town.at(hour), departed=town.at(hour, 30)) for hour in (8, 10, 12)]
    first = town.does("carin", "register_visits", visits=batch)
    again = town.does("carin", "register_visits", visits=[*batch, made(client, town.at(13)), batch[0]])
    assert again.answer["visits"][:3] == first.answer["visits"] and len(again.lines) == 1
    assert Visit.objects.count() == 4
    other = {**batch[0], "arrived": town.at(7)}
    town.refused("carin", "register_visits", "rule 6", visits=[other])
    town.refused("carin", "register_visits", "rule 6", visits=[{**batch[0], "departed": town.at(8, 20)}])
    town.is_sound()


def test_a_batch_tells_the_end_of_a_visit_that_was_begun(town: Town) -> None:
    client = town.new_client()
    visit, arrived = new_id(), town.now
    town.does("carin", "arrive", client=client, visit=visit, **HAND)
    town.now += timedelta(hours=1)
    whole = made(client, arrived, departed=town.now, visit=visit)
    town.does("carin", "register_visits", visits=[whole, made(client, town.now)])
    row = Visit.objects.get(id=visit)
    assert (row.departed, row.open, row.flags) == (town.now - timedelta(minutes=1), False, "")
    assert events() == ["visit.registered", "visit.departed", "visit.registered"]
    town.is_sound()


def test_a_batch_is_one_providers_and_the_ids_of_another_are_taken(town: Town) -> None:
    client = town.new_client()
    town.grant(client, MEADOW)
    town.days_pass(1)
    item = made(client, town.at(7))
    town.does("carin", "register_visits", visits=[item])
    town.refused("mikael", "register_visits", "rule 6", visits=[item])
    town.refused("demo", "register_visits", "rule 4", visits=[made(client, town.at(7))])
    town.actors["elsewhere"] = Actor.system(ELSEWHERE, ActorKind.IMPORT)
    town.does("elsewhere", "found_municipality", name="Grannbyn", valid_from=town.day(0))
    Visit.objects.update(municipality=ELSEWHERE)
    assert "id of its own" in town.refused("carin", "register_visits", "rule 6", visits=[item])


def test_a_batch_costs_the_same_queries_whatever_its_length(town: Town) -> None:
    clients = [town.new_client() for _ in range(4)]
    for number, client in enumerate(clients, 1):
        town.does("carin", "place_tag", client=client, tag=f"E{number}")
    town.days_pass(2, hour=14)

    def cost(count: int, day: int) -> int:
        at = town.at(8) - timedelta(days=day)
        batch = [
            made(clients[n % 4], at + timedelta(minutes=5 * n), by="tag", tag=f"E{n % 4 + 1}") if n % 2
            else made(clients[n % 4], at + timedelta(minutes=5 * n))
            for n in range(count)
        ]  # fmt: skip
        with CaptureQueriesContext(connection) as captured:
            town.tries("carin", "register_visits", {"visits": batch})
        return len(
            [q for q in captured.captured_queries if not q["sql"].startswith(("SAVEPOINT", "RELEASE"))]
        )

    cost(4, 1)  # the first visit settles duties
    few, many = cost(4, 0), cost(40, 0)
    assert few == many <= 12, (few, many)


def test_an_account_that_is_named_is_of_the_municipality(town: Town) -> None:
    assert Account.objects.filter(username="0999/carin").exists()
    client = town.new_client()
    town.days_pass(1)
    for carer in ("no such", "laban", "0999/carin"):
        town.refused(
            "olle", "register_visit", "NotFound", client=client, arrived=town.at(7), carer=carer, **HAND
        )


def test_o1_the_visits_to_another_municipalitys_client_come_in_a_batch_of_the_coordinators(
    town: Town,
) -> None:
    foreign = town.new_client(home_municipality=ELSEWHERE)
    town.days_pass(1, hour=14)
    batch = [made(foreign, town.at(hour), reason="other_municipality") for hour in (8, 9)]
    town.does("olle", "register_visits", visits=batch)
    assert Visit.objects.count() == 2
    town.refused("carin", "register_visits", "NotFound", visits=[made(foreign, town.at(10))])
