# SPDX-License-Identifier: EUPL-1.2
"""A phone tells what it has noted: each event is settled once, and ends in a state that all see alike."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.ground.test_sealing import sealed
from tests.town import Town
from tests.visits.carers_phone import CarersPhone
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.reading import phone_events
from troskel.reading.paging import PageRequest
from troskel.visits.events import PhoneClock, derived_id
from troskel.visits.models import PhoneEvent, Visit

HAND = {"by": "hand", "reason": "phone_failed"}
MINUTES = timedelta(minutes=1)


def events(name: str = "visit.") -> list[str]:
    return list(
        Line.objects.filter(event__startswith=name).order_by("number").values_list("event", flat=True)
    )


def seen_by(town: Town, who: str, state: str = "") -> list[tuple[str, str, str]]:
    with town.standing():
        page = phone_events.phone_events(town.actor(who), PageRequest(), state)
    return [(event.case, event.kind, event.state) for event in page.items]


def a_day(town: Town, phone: CarersPhone, clients: list[str]) -> None:
    """A visit of twenty minutes to each, without coverage."""
    for client in clients:
        arrived = phone.notes("arrive", client=client, **HAND)
        town.now += 20 * MINUTES
        phone.notes("depart", visit=arrived.id, **HAND)
        town.now += 10 * MINUTES


# --- settled once


def test_p2_what_was_noted_offline_is_registered_as_noted(town: Town) -> None:
    clients, phone = [town.new_client(), town.new_client()], CarersPhone(town, "carin")
    a_day(town, phone, clients)
    open_one = phone.notes("arrive", client=clients[0], **HAND)
    phone.sends()
    assert [told.state for told in phone.events] == ["acknowledged"] * 5
    stored = Visit.objects.order_by("arrived").values_list(
        "client__reference", "arrived", "departed", "open", "flags"
    )
    noted = [told.noted for told in phone.events]
    assert list(stored) == [
        (clients[0], noted[0], noted[1], False, ""),
        (clients[1], noted[2], noted[3], False, ""),
        (clients[0], open_one.noted, None, True, ""),
    ]
    assert events() == ["visit.registered", "visit.departed"] * 2 + ["visit.registered"], "none was left open"
    town.is_sound()


def test_rule_6_a_repeat_gets_the_first_answer_and_changes_nothing(town: Town) -> None:
    phone = CarersPhone(town, "carin")
    a_day(town, phone, [town.new_client()])
    batch = list(phone.events)
    first = phone.sends(batch, lost=True)
    town.now += 30 * MINUTES
    phone.wrong = timedelta(days=1)
    assert phone.sends(batch) == first, "though the clock has been set meanwhile"
    assert phone.sends([batch[1], batch[0], batch[1]]) == [first[1], first[0], first[1]]
    assert Visit.objects.count() == 1 and events() == ["visit.registered", "visit.departed"]


def test_rule_6_same_id_with_other_content_is_refused_and_noted(town: Town) -> None:
    client, phone = town.new_client(), CarersPhone(town, "carin")
    told = phone.notes("arrive", client=client, **HAND)
    phone.sends()
    told.content = told.content | {"reason": "forgotten"}
    for _ in range(2):
        (answer,) = phone.sends([told])
        assert (answer["state"], answer["rule"], answer["code"]) == ("refused", "rule 6", "event.id_reused")
    assert Visit.objects.get().reason == "phone_failed", "the first stands"
    assert events("phone.") == ["phone.event_refused"], "noted once"
    row = PhoneEvent.objects.get()
    assert row.state == "acknowledged" and row.clash


def test_rule_6_nobody_takes_up_the_ids_of_another(town: Town) -> None:
    client, carin = town.new_client(), CarersPhone(town, "carin")
    other = town.new_client("5560009929")
    told = carin.notes("arrive", client=client, **HAND)
    mikael = CarersPhone(town, "mikael")
    copied = mikael.notes("arrive", client=other, **HAND)
    copied.id = told.id
    mikael.sends()
    carin.sends()
    assert (told.state, copied.state) == ("acknowledged", "acknowledged")
    stolen = mikael.notes("depart", visit=told.answer["visit"], **HAND)
    mikael.sends()
    assert stolen.state == "on_the_way" and Visit.objects.get(client__reference=client).open


# --- refused, one alone


def test_refused_event_stays_with_its_reason_and_the_others_stand(town: Town) -> None:
    here, elsewhere, phone = town.new_client(), town.new_client("5560009929"), CarersPhone(town, "carin")
    wrong = phone.notes("arrive", client=elsewhere, **HAND)
    after = phone.notes("depart", visit=wrong.id, **HAND)
    unread = phone.notes("arrive", client=here, by="magic")
    unknown = phone.notes("arrive", client=here, name="Åke Öman", **HAND)
    good = phone.notes("arrive", client=here, **HAND)
    phone.sends()
    assert [(told.state, told.answer["code"]) for told in phone.events] == [
        ("refused", "client.not_found"),
        ("refused", "event.arrival_refused"),
        ("refused", "value.not_a_choice"),
        ("refused", "value.unknown_field"),
        ("acknowledged", ""),
    ]
    assert all(told.answer["swedish"] for told in (wrong, after, unread, unknown))
    assert good.answer["visit"] and Visit.objects.count() == 1
    assert not PhoneEvent.objects.filter(content__contains="Öman").exists(), "what can't be read is not kept"
    alike = seen_by(town, "carin", "unsettled")
    assert len(alike) == 4 and alike == seen_by(town, "olle", "unsettled") == seen_by(
        town, "siri", "unsettled"
    )
    assert seen_by(town, "moa") == [] == seen_by(town, "mikael")


def test_departure_waits_for_its_arrival_and_not_for_ever(town: Town) -> None:
    client, phone = town.new_client(), CarersPhone(town, "carin")
    arrived = phone.notes("arrive", client=client, **HAND)
    town.now += 20 * MINUTES
    departed = phone.notes("depart", visit=arrived.id, **HAND)
    phone.sends([departed])
    assert (departed.state, departed.answer["code"]) == ("on_the_way", "event.arrival_missing")
    assert set(seen_by(town, "olle", "unsettled")) == {("", "depart", "on_the_way"), ("", "", "noted")}
    phone.sends([arrived])
    phone.sends()
    assert (arrived.state, departed.state) == ("acknowledged", "acknowledged")
    lonely = phone.notes("depart", visit=str(new_id()), **HAND)
    phone.sends()
    assert lonely.state == "on_the_way"
    town.days_pass(1, hour=12)
    phone.sends()
    assert (lonely.state, lonely.answer["code"]) == ("refused", "event.arrival_missing")


def test_arrival_by_tag_needs_no_client(town: Town) -> None:
    client, phone = town.new_client(), CarersPhone(town, "carin")
    town.does("carin", "place_tag", client=client, tag="E1")
    town.now += MINUTES
    arrived = phone.notes("arrive", by="tag", tag=" e1")
    departed = phone.notes("depart", visit=arrived.id, by="tag", tag="E1")
    unknown = phone.notes("arrive", by="tag", tag="E2")
    phone.sends()
    assert [told.state for told in (arrived, departed, unknown)] == [
        "acknowledged",
        "acknowledged",
        "refused",
    ]
    assert Visit.objects.get().client.reference == client
    assert unknown.answer["code"] == "tag.not_found"


def test_a_visit_begun_on_the_page_is_ended_by_the_phone(town: Town) -> None:
    client, phone = town.new_client(), CarersPhone(town, "carin")
    begun = town.does("carin", "arrive", client=client, **HAND).answer["visit"]
    departed = phone.notes("depart", visit=begun, **HAND)
    phone.sends()
    assert departed.state == "acknowledged" and Visit.objects.get().departed == departed.noted


def test_p2_tapped_twice_with_two_ids_is_one_visit(town: Town) -> None:
    client, phone = town.new_client(), CarersPhone(town, "carin")
    phone.notes("arrive", client=client, **HAND)
    second = phone.notes("arrive", client=client, **HAND)
    phone.sends()
    assert (second.state, second.answer["rule"], second.answer["code"]) == (
        "refused",
        "P2",
        "visit.still_open",
    )
    assert Visit.objects.count() == 1


# --- the other states


def test_a_corrected_visit_and_a_settled_refusal_are_corrected(town: Town) -> None:
    client, phone = town.new_client(), CarersPhone(town, "carin")
    arrived = phone.notes("arrive", client=client, **HAND)
    refused = phone.notes("arrive", client="2026-9999", **HAND)
    phone.sends()
    town.does(
        "carin",
        "correct_visit",
        visit=arrived.answer["visit"],
        reason="wrong_time",
        arrived=(town.now - MINUTES).isoformat(),
    )
    phone.sends([arrived])
    assert arrived.state == "corrected"
    told = refused.answer["told"]
    town.refused("mikael", "contest_event", "NotFound", told=told)
    town.does("carin", "contest_event", told=told, text="Jag var där.")
    town.refused("moa", "settle_event", "NotFound", told=told, answer="stands")
    written = {
        "client": client,
        "arrived": (town.now - 60 * MINUTES).isoformat(),
        "departed": town.now.isoformat(),
    }
    settled = town.does(
        "olle", "settle_event", told=told, answer="written_in", reason="phone_failed", **written
    )
    assert Visit.objects.get(id=settled.answer["visit"]).account_id == town.actor("carin").account
    phone.sends([refused])
    assert refused.state == "corrected" and refused.answer["visit"] == settled.answer["visit"]
    town.refused("carin", "contest_event", "rule 6", told=told)
    town.refused("olle", "settle_event", "rule 6", told=told, answer="stands")
    town.is_sound()


def test_an_event_that_never_came_is_seen_and_written_off(town: Town) -> None:
    client, phone = town.new_client(), CarersPhone(town, "carin")
    lost, sent = (phone.notes("arrive", client=client, **HAND) for _ in range(2))
    phone.sends([sent])
    phone.install()
    assert ("", "", "noted") in seen_by(town, "olle", "unsettled")
    with town.standing():
        (kept,) = phone_events.phones(town.actor("olle"))
    assert (kept.unsettled, kept.oldest, kept.missing) == (1, lost.noted, 0)
    row = PhoneEvent.objects.get(state="noted")
    town.does("olle", "settle_event", told=str(row.id), answer="stands")
    row.refresh_from_db()
    assert (row.state, row.code) == ("refused", "event.never_came")
    phone.events.append(lost)
    phone.sends([lost])
    assert lost.state == "refused" and Visit.objects.count() == 1, "what comes after all does not count twice"


# --- time


@pytest.mark.parametrize(
    ("wrong", "ticking", "state"),
    [
        (timedelta(), False, "acknowledged"),
        (timedelta(seconds=-90), False, "acknowledged"),
        (timedelta(days=1), False, "corrected"),
        (timedelta(days=-1), False, "corrected"),
        (timedelta(days=1), True, "corrected"),
        (timedelta(seconds=30), True, "acknowledged"),
    ],
)
def test_clock_of_the_phone(wrong: timedelta, ticking: bool, state: str) -> None:
    """Pure: an hour ago something was noted; the two clocks say so, or the wall clock alone."""
    now = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    clock = PhoneClock(now, now + wrong, "b", 3_700_000)
    true = now - timedelta(hours=1)
    when = clock.when(true + wrong, "b" if ticking else "a", 100_000)
    assert (when == true + wrong) == (state == "acknowledged")
    assert state == "acknowledged" or when == true


def test_clock_set_right_since_is_found_by_the_ticks() -> None:
    now = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    clock = PhoneClock(now, now, "b", 7_200_000)
    assert clock.when(now + timedelta(days=1), "b", 0) == now - timedelta(hours=2)
    assert clock.when(now + timedelta(days=1), "a", 0) == now, "without them it is never in the future"


def test_nights_on_which_the_clocks_change_keep_their_minutes(town: Town) -> None:
    """28 March 2026, 22.00 to 6.00 on the 29th: seven hours, not eight."""
    client = town.new_client()
    town.until("2026-03-28", hour=22)
    phone = CarersPhone(town, "carin")
    arrived = phone.notes("arrive", client=client, **HAND)
    town.until("2026-03-29", hour=6)
    phone.notes("depart", visit=arrived.id, **HAND)
    phone.sends()
    visit = Visit.objects.get()
    assert visit.departed is not None and visit.departed - visit.arrived == timedelta(hours=7)


def test_a_week_offline_after_which_the_provider_has_lost_the_client(town: Town) -> None:
    client, phone = town.new_client(), CarersPhone(town, "carin")
    a_day(town, phone, [client])
    town.days_pass(1)
    town.end(client)
    town.days_pass(2)
    late = phone.notes("arrive", client=client, **HAND)
    town.days_pass(5)
    phone.sends()
    states = [(told.state, told.answer["code"]) for told in phone.events]
    assert states[:2] == [("acknowledged", "")] * 2, "made in good faith"
    assert (late.state, late.answer["code"]) == ("refused", "visit.not_allocated")


# --- cost, and the database


def test_a_batch_costs_the_same_whatever_its_size(town: Town) -> None:
    clients = [town.new_client() for _ in range(6)]

    def cost(count: int) -> int:
        phone = CarersPhone(town, "carin")
        a_day(town, phone, clients[:count])
        request = phone.request(phone.events)
        with CaptureQueriesContext(connection) as queries:
            town.tries("carin", "sync_phone", request)
        return len(queries)

    cost(1)
    assert cost(2) == cost(6)


def test_database_refuses_an_event_in_no_state(town: Town) -> None:
    phone = CarersPhone(town, "carin")
    phone.notes("arrive", client=town.new_client(), **HAND)
    phone.sends()
    row = PhoneEvent.objects.get()
    for change in ({"state": "gone"}, {"visit": None}, {"state": "refused"}, {"state": "noted"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            PhoneEvent.objects.filter(id=row.id).update(**change)


def test_derived_ids_differ_by_account() -> None:
    one, other, own = UUID(int=1), UUID(int=2), UUID(int=3)
    assert derived_id(one, own) == derived_id(one, own) != derived_id(other, own)


def test_sealed_event_is_its_content(town: Town) -> None:
    client, phone = town.new_client(), CarersPhone(town, "carin")
    told, stolen = (phone.notes("arrive", client=client, **HAND) for _ in range(2))
    account = town.actor("carin").account
    request = phone.request([told, stolen])
    for event in request["events"]:
        content = json.dumps(event.pop("content")).encode()
        event["sealed"] = sealed(content, f"{account} {told.id}")
    phone.takes(town.tries("carin", "sync_phone", request).answer)
    assert told.state == "acknowledged"
    assert (stolen.state, stolen.answer["code"]) == ("refused", "event.not_opened"), "sealed for another id"


def test_what_the_page_did_by_the_same_key_is_not_done_again(town: Town) -> None:
    """The answer to a tap was lost, so the phone noted it too: by the form's key."""
    client, phone = town.new_client(), CarersPhone(town, "carin")
    arrived = phone.notes("arrive", client=client, **HAND)
    town.tries("carin", "arrive", {"client": client, **HAND}, key=arrived.id)
    town.now += MINUTES
    departed = phone.notes("depart", visit=arrived.id, **HAND)
    phone.sends()
    assert (arrived.state, departed.state) == ("acknowledged", "acknowledged")
    assert Visit.objects.get().departed == departed.noted
