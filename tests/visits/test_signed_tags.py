# SPDX-License-Identifier: EUPL-1.2
"""Signed receipt tags at visits: verified and rising is grade B; a copied address is found, and no visit is refused."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests.acts.door_street import Handset, mounted
from tests.town import CODE, Town
from tests.visits.carers_phone import CarersPhone, Told
from tests.visits.signed_tag import SignedTag
from troskel.custody.models import TagKey
from troskel.custody.signed_tags import KnownTagKey, SignedTags, TagSignature
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.people.models import Client
from troskel.reading import visit_conditions, visit_signatures
from troskel.reading import visits as visits_read
from troskel.reading.paging import PageRequest
from troskel.reading.visits import ListedVisit
from troskel.visits.exceptions import VisitException
from troskel.visits.models import TagRead, Visit

MINUTE = timedelta(minutes=1)
PUBLISHED = {"picc_data": "EF963FF7828658A599F3041510671E88", "cmac": "94EED9EE65337086"}
"""AN12196, tables 2 and 4: the chip 04DE5F1EACC040 at its 61st tap, under keys of zeros."""


def with_tag(town: Town, tag: SignedTag, client: str = "") -> str:
    client = client or town.new_client()
    town.does("carin", "place_tag", client=client, tag=tag.serial)
    tag.enrols(town)
    town.now += MINUTE
    return client


def visits_of(town: Town) -> list[ListedVisit]:
    """As the coordinator sees them, in the order of their arrivals; by each rule and by each condition alike."""
    with clock.frozen_at(town.now):
        rows = visits_read.visits(town.actor("olle"), PageRequest(50, "")).items
        condition = visit_conditions.by_exception(clock.now())[VisitException.COPIED_TAG]
        found = set(
            visit_conditions.with_days(Visit.objects.all()).filter(condition).values_list("id", flat=True)
        )
    assert found == {row.id for row in rows if "copied_tag" in row.exceptions}
    return sorted(rows, key=lambda row: row.arrived)


def seen(town: Town) -> list[tuple[str, str | None, list[str]]]:
    return [(row.grade, row.departed_grade, row.exceptions) for row in visits_of(town)]


def visited(town: Town, phone: CarersPhone, came: dict[str, str], left: dict[str, str]) -> tuple[Told, Told]:
    """A visit of twenty minutes, noted on a phone; and ten minutes until the next."""
    arrived = phone.notes("arrive", **came)
    town.now += 20 * MINUTE
    departed = phone.notes("depart", visit=arrived.id, **left)
    town.now += 10 * MINUTE
    return arrived, departed


# --- verified and rising


def test_verified_and_rising_is_grade_b(town: Town) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    visited(town, phone, tag.touch(), tag.touch())
    phone.sends()
    assert [told.state for told in phone.events] == ["acknowledged"] * 2
    assert seen(town) == [("B", "B", [])]
    assert list(TagRead.objects.order_by("counter").values_list("moment", "counter", "code")) == [
        ("arrive", 1, ""),
        ("depart", 2, ""),
    ]
    town.is_sound()


def test_published_vector(town: Town) -> None:
    tag, phone = SignedTag("E1", "04DE5F1EACC040", "00" * 16), CarersPhone(town, "carin")
    with_tag(town, tag)
    phone.notes("arrive", by="tag", tag="E1", **PUBLISHED)
    phone.sends()
    assert TagRead.objects.get().counter == 61
    assert seen(town)[0][0] == "B"


def test_on_the_page_as_well(town: Town) -> None:
    tag = SignedTag("E1")
    client = with_tag(town, tag)
    town.does("carin", "arrive", client=client, **tag.touch())
    town.now += 20 * MINUTE
    town.does("carin", "depart", **tag.touch())
    assert seen(town) == [("B", "B", [])]
    town.now += MINUTE
    town.does("carin", "arrive", client=client, by="tag", **tag.taps())
    assert seen(town)[1][0] == "B", "the chip says which tag it is"


def test_tag_that_does_not_sign_is_as_ever(town: Town) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    town.does("carin", "place_tag", client=town.new_client(), tag="E1")
    town.now += MINUTE
    plain = {"by": "tag", "tag": "E1"}
    visited(town, phone, plain, plain)
    visited(town, phone, tag.touch(), tag.touch())  # signs, and nobody has enrolled it
    phone.sends()
    assert seen(town) == [("D", "D", [])] * 2 and not TagRead.objects.exists()


def test_enrolled_tag_read_without_its_signature_is_as_ever(town: Town) -> None:
    """By typing its number, as where the phone reads no NFC."""
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    visited(town, phone, tag.touch(), {"by": "tag", "tag": "E1"})
    phone.sends()
    assert seen(town) == [("B", "D", [])]


def test_a_tag_is_found_by_its_chip(town: Town) -> None:
    """Its address names no number, and the phone knows no client."""
    tags = [SignedTag(f"E{n}", f"04{n:012x}", f"{n:032x}") for n in (1, 2, 3)]
    clients = [with_tag(town, tag) for tag in tags]
    phone = CarersPhone(town, "carin")
    arrived = phone.notes("arrive", by="tag", **tags[1].taps())
    town.now += 20 * MINUTE
    phone.notes("depart", visit=arrived.id, by="tag", **tags[1].taps())
    unknown = phone.notes("arrive", by="tag", **SignedTag("E9", "04" + "99" * 6).taps())
    phone.sends()
    assert Visit.objects.get().client.reference == clients[1]
    assert seen(town) == [("B", "B", [])]
    assert (unknown.state, unknown.answer["code"]) == ("refused", "tag.not_found"), "nothing proves it"


# --- copied


def test_a_copied_address_is_found_where_it_is_used_again(town: Town) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    copied = tag.touch()
    visited(town, phone, copied, tag.touch())
    visited(town, phone, copied, tag.touch())
    phone.sends()
    assert [told.state for told in phone.events] == ["acknowledged"] * 4, "a proven visit is never refused"
    assert seen(town) == [("B", "B", []), ("D", "B", ["copied_tag"])]


def test_a_copy_that_comes_before_the_visit_it_was_copied_at(town: Town) -> None:
    """The carer who was there is without coverage; the copy is sent at once. What happened first was there."""
    tag, there, copier = SignedTag("E1"), CarersPhone(town, "carin"), CarersPhone(town, "carin")
    with_tag(town, tag)
    copied = tag.touch()
    visited(town, there, copied, tag.touch())
    visited(town, copier, copied, copied)
    copier.sends()
    assert [(row.grade, row.exceptions) for row in visits_of(town)] == [("B", ["copied_tag"])], (
        "its end, at least"
    )
    there.sends()
    assert seen(town) == [("B", "B", []), ("D", "D", ["copied_tag"])]


def test_an_address_that_was_kept_is_found_once_the_tag_was_read_again(town: Town) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    kept = tag.touch()
    visited(town, phone, tag.touch(), tag.touch())
    visited(town, phone, kept, tag.touch())
    phone.sends()
    assert seen(town) == [("B", "B", []), ("D", "B", ["copied_tag"])]


def test_two_phones_told_in_another_order_are_both_right(town: Town) -> None:
    tag, first, second = SignedTag("E1"), CarersPhone(town, "carin"), CarersPhone(town, "carin")
    with_tag(town, tag)
    visited(town, first, tag.touch(), tag.touch())
    visited(town, second, tag.touch(), tag.touch())
    second.sends()
    assert seen(town) == [("B", "B", [])]
    first.sends()
    assert seen(town) == [("B", "B", [])] * 2


@pytest.mark.parametrize(("minutes", "expected"), [(3, "B"), (6, "D")])
def test_clocks_of_two_phones_may_differ(town: Town, minutes: int, expected: str) -> None:
    """A lower counter that seems a few minutes later than a higher one is two phones' clocks; more is a copy."""
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    lower, higher = tag.touch(), tag.touch()
    visit = phone.notes("arrive", **higher)
    town.now += minutes * MINUTE
    phone.notes("depart", visit=visit.id, **lower)
    phone.sends()
    assert [row.departed_grade for row in visits_of(town)] == [expected]


@pytest.mark.parametrize(
    "wrong",
    [
        {"picc_data": "x" * 32},
        {"picc_data": ""},
        {"cmac": ""},
        {"cmac": "00" * 8},
        {"cmac": "å" * 64},
        {"picc_data": "00" * 16},
        {"picc_data": "00" * 32},
    ],
)
def test_what_the_tag_has_not_signed_is_told_and_never_refused(town: Town, wrong: dict[str, str]) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    visited(town, phone, tag.touch() | wrong, tag.touch())
    phone.sends()
    assert [told.state for told in phone.events] == ["acknowledged"] * 2
    assert seen(town) == [("D", "B", ["copied_tag"])]


def test_signature_by_another_key_or_another_tag(town: Town) -> None:
    key = "22" * 16
    tag, twin = SignedTag("E1", key=key), SignedTag("E2", "04" + "22" * 6, key)
    phone = CarersPhone(town, "carin")
    with_tag(town, tag)
    with_tag(town, twin)
    visited(town, phone, SignedTag("E1", key="33" * 16).touch(), tag.touch())
    visited(town, phone, twin.touch() | {"tag": "E1"}, tag.touch())
    phone.sends()
    assert seen(town) == [("D", "B", ["copied_tag"])] * 2
    codes = TagRead.objects.exclude(code="").order_by("occurred").values_list("code", flat=True)
    assert list(codes) == ["tag.form", "tag.other"]


# --- once, and for good


def test_the_same_event_twice_is_the_same_read(town: Town) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    visited(town, phone, tag.touch(), tag.touch())
    phone.sends(list(phone.events), lost=True)
    phone.sends(list(phone.events))
    assert TagRead.objects.count() == 2 and seen(town) == [("B", "B", [])]


def test_a_refused_visit_uses_up_no_counter(town: Town) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    client = with_tag(town, tag)
    came = tag.touch()
    refused = phone.notes("arrive", client="2026-9999", **came)
    phone.sends()
    assert refused.state == "refused" and not TagRead.objects.exists()
    phone.notes("arrive", client=client, **came)
    phone.sends()
    assert seen(town)[0][0] == "B"


def test_a_tag_enrolled_anew(town: Town) -> None:
    """What was read before counts by the key of then, though it comes late; what is read later by that key does not."""
    tag, late, phone = SignedTag("E1"), CarersPhone(town, "carin"), CarersPhone(town, "carin")
    with_tag(town, tag)
    visited(town, late, tag.touch(), tag.touch())
    anew = SignedTag("E1", tag.chip, "44" * 16)
    anew.enrols(town)
    town.now += 10 * MINUTE
    visited(town, phone, anew.touch(), anew.touch())
    visited(town, phone, tag.touch(), anew.touch())
    phone.sends()
    late.sends()
    assert seen(town) == [("B", "B", []), ("B", "B", []), ("D", "B", ["copied_tag"])]
    assert TagKey.objects.count() == 2


def test_a_read_is_never_changed_and_outlives_its_visit(town: Town) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    copied = tag.touch()
    arrived, _departed = visited(town, phone, copied, tag.touch())
    phone.sends()
    with pytest.raises(DatabaseError, match="a_read_of_a_tag_is_never_changed"), transaction.atomic():
        TagRead.objects.update(counter=7)
    town.does("olle", "correct_visit", visit=arrived.answer["visit"], reason="not_made", made=False)
    visited(town, phone, copied, tag.touch())
    phone.sends()
    assert seen(town) == [("D", "B", ["copied_tag"])], "its counter was used"


def test_a_corrected_time_is_somebodys_word(town: Town) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    arrived, _departed = visited(town, phone, tag.touch(), tag.touch())
    phone.sends()
    earlier = (arrived.noted - 30 * MINUTE).isoformat()
    town.does("carin", "correct_visit", visit=arrived.answer["visit"], reason="wrong_time", arrived=earlier)
    assert seen(town) == [("F", "B", ["corrected"])]


def test_rule_and_condition_agree_on_any_order_of_taps(town: Town) -> None:
    """Counters and times by chance, some kept for months: `seen` compares both, visit by visit."""
    tag = SignedTag("E1")
    client = with_tag(town, tag)
    key, by_chance = TagKey.objects.get(), random.Random(14)
    actor = town.actor("carin")
    known = {"municipality_id": actor.municipality, "organisation_id": actor.organisation, "evidence": "tag"}
    whose = Client.objects.get(reference=client).id
    rows, reads = [], []
    for _ in range(45):
        days = by_chance.choice([0, 0, 1, 2, 61, 62, 63, 130])
        at = town.now - timedelta(days=days, minutes=by_chance.randint(0, 30))
        rows.append(Visit(client_id=whose, account_id=actor.account, arrived=at, **known))
        counter = by_chance.choice([None, *range(1, 60)])
        told = {"counter": counter, "code": "" if counter else "tag.mac", "occurred": at, "told": town.now}
        reads.append(TagRead(municipality_id=CODE, visit=rows[-1].id, moment="arrive", key=key, **told))
    Visit.objects.bulk_create(rows)
    TagRead.objects.bulk_create(reads)
    found = ["copied_tag" in row.exceptions for row in visits_of(town)]
    assert 5 < sum(found) < 44


# --- a constant number of queries


def queries_of(town: Town) -> int:
    with clock.frozen_at(town.now), CaptureQueriesContext(connection) as queries:
        visits_read.visits(town.actor("olle"), PageRequest(50, ""))
    return len(queries)


def test_as_many_queries_for_many_signed_visits_as_for_one(town: Town) -> None:
    tag, phone = SignedTag("E1"), CarersPhone(town, "carin")
    with_tag(town, tag)
    visited(town, phone, tag.touch(), tag.touch())

    def statements() -> int:
        with CaptureQueriesContext(connection) as queries:
            phone.sends()
        return len(queries)

    few_statements = statements()
    visits_of(town)
    few = queries_of(town)
    other = SignedTag("E2", "04" + "22" * 6)
    with_tag(town, other)
    for _ in range(4):
        visited(town, phone, tag.touch(), tag.touch())
        visited(town, phone, other.touch(), other.touch())
    assert statements() <= few_statements + 2, "its own clients and homes, whatever their number"
    assert queries_of(town) == few
    with CaptureQueriesContext(connection) as queries:
        visit_signatures.of_rows(CODE, [])
    assert len(queries) <= 1


def test_thousands_of_tags_are_searched_at_once(town: Town) -> None:
    """A tag without a number in its address: each key opens all the signatures of the batch together."""
    tags = [SignedTag("E1", f"04{n:012x}", f"{n:032x}") for n in range(300)]
    now = town.now
    keys: list[Any] = [
        (new_id(), f"T{n}", bytes.fromhex(tag.chip), bytes.fromhex(tag.key), None)
        for n, tag in enumerate(tags)
    ]
    known = SignedTags(KnownTagKey(*key) for key in keys)
    taps = [(TagSignature(**tag.taps()), now) for tag in tags[::3]]
    assert known.serials_of(taps) == [f"T{n}" for n in range(0, 300, 3)]
    assert known.serials_of([(TagSignature("", "00"), now), *taps[:1]]) == ["", "T0"]


# --- visits by lock that the lock has signed


class LockedHome:
    """A client's lock with a clock that runs as the town's does, and a carer's phone that has grants."""

    def __init__(self, town: Town) -> None:
        self.town, self.client, self.lock, self.phone = town, town.locked(), mounted(town), Handset(town)
        self.phone.enrols()
        self.began = town.now
        self.phone.takes()
        self.opens()
        town.now += 60 * MINUTE

    def opens(self) -> None:
        self.lock.seconds = int((self.town.now - self.began).total_seconds())
        self.phone.opens(self.lock)


def test_a_visit_by_lock_is_grade_a_once_the_locks_answer_has_come(town: Town) -> None:
    home = LockedHome(town)
    phone, evidence = CarersPhone(town, "carin"), {"by": "lock", "serial": "L1"}
    home.opens()
    town.now += 2 * MINUTE
    arrived = phone.notes("arrive", client=home.client, **evidence)
    town.now += 30 * MINUTE
    phone.notes("depart", visit=arrived.id, **evidence)
    phone.sends()
    assert seen(town) == [("C", "C", [])], "not yet told"
    home.phone.tells()
    assert seen(town) == [("A", "C", [])], "half an hour later no lock has been asked"
    few = queries_of(town)
    for _ in range(3):
        town.now += 10 * MINUTE
        home.opens()
        arrived = phone.notes("arrive", client=home.client, **evidence)
        town.now += 10 * MINUTE
        home.opens()
        phone.notes("depart", visit=arrived.id, **evidence)
    home.phone.tells()
    phone.sends()
    assert [one[:2] for one in seen(town)] == [("A", "C"), *[("A", "A")] * 3]
    assert queries_of(town) == few


def test_only_a_signed_opening_by_the_same_carer_at_the_same_client_near_in_time(town: Town) -> None:
    home = LockedHome(town)
    home.opens()
    home.phone.tells()
    town.now += 6 * MINUTE
    evidence = {"by": "lock", "serial": "L1"}
    town.does("carin", "arrive", client=home.client, **evidence)
    assert [row.grade for row in visits_of(town)] == ["C"], "too long after"
    town.does("carin", "depart", **evidence)
    town.now += 10 * MINUTE
    home.opens()
    home.phone.tells()
    town.does("olle", "register_visit", client=home.client, arrived=town.now.isoformat(), **evidence)
    assert [row.grade for row in visits_of(town)] == ["C", "C"], "nobody knows who made it"
    town.now += 2 * MINUTE
    town.does("carin", "arrive", client=home.client, **evidence)
    assert [row.grade for row in visits_of(town)] == ["C", "C", "A"]
