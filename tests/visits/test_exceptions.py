# SPDX-License-Identifier: EUPL-1.2
"""What needs a look about a visit, and how strong its evidence is; in the list with constant queries."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.town import Town
from tests.visits.signed_tag import SignedTag
from troskel.custody.models import TagKey
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.people.models import Client
from troskel.reading import visit_conditions
from troskel.reading import visits as visits_read
from troskel.reading.paging import PageRequest
from troskel.visits.exceptions import Circumstances, KnownVisit, VisitException, exceptions_of
from troskel.visits.models import TagRead, Visit
from troskel.visits.rules import Span, grade

NOW = datetime(2026, 3, 2, 20, tzinfo=UTC)
CLIENT, OTHER, HOME, OTHER_HOME, CARER = (new_id() for _ in range(5))
NOTHING = Circumstances({}, {}, {})


def at(hour: int, minute: int = 0, second: int = 0) -> datetime:
    return NOW.replace(hour=hour, minute=minute, second=second)


def visit(since: datetime, until: datetime | None, client: UUID = CLIENT, **more: Any) -> KnownVisit:
    told: dict[str, Any] = {
        "id": new_id(), "client": client, "home": HOME if client == CLIENT else OTHER_HOME, "account": CARER,
        "at": Span(since, until), "evidence": "tag", "departed_evidence": "tag" if until else "", "reason": "",
        "open": False, "flags": (),
    }  # fmt: skip
    return KnownVisit(**(told | more))


def found(one: KnownVisit, *others: KnownVisit, known: Circumstances = NOTHING) -> list[str]:
    return [exception.value for exception in exceptions_of(one, [one, *others], known, NOW)]


def test_nothing_to_look_at() -> None:
    assert found(visit(at(8), at(9)), visit(at(10), at(11), OTHER)) == []


def test_a_departure_is_forgotten_when_the_next_began_or_the_shift_is_over() -> None:
    assert found(visit(at(8), None)) == ["left_open"]
    assert found(visit(at(8), None, open=True)) == []
    assert found(visit(at(5), None, open=True)) == ["left_open"]


def test_overlap_is_found_from_both_sides() -> None:
    first, second = visit(at(8), at(9)), visit(at(8, 30), at(9, 30), OTHER)
    assert found(first, second) == found(second, first) == ["overlap"]
    assert found(visit(at(8), at(9)), visit(at(9), at(10), CLIENT)) == []


@pytest.mark.parametrize(
    ("second", "more", "expected"),
    [
        (30, {}, ["no_way_between"]),
        (60, {}, []),
        (30, {"home": HOME}, []),
        (30, {"home": None}, []),
        (30, {"evidence": "hand"}, []),
    ],
)
def test_two_homes_within_a_minute_where_both_are_proven(
    second: int, more: dict[str, Any], expected: list[str]
) -> None:
    first, then = visit(at(8), at(9)), visit(at(9) + timedelta(seconds=second), at(10), OTHER, **more)
    assert found(first, then) == expected
    assert [one for one in found(then, first) if one == "no_way_between"] == expected


def test_what_is_known_of_lock_tag_and_absence() -> None:
    span, before = [Span(at(1), None)], [Span(at(1), at(2))]
    linked, tagged = Circumstances({CLIENT: span}, {}, {}), Circumstances({}, {CLIENT: span}, {})
    assert found(visit(at(8), at(9)), known=linked) == ["tag_at_lock"]
    assert found(visit(at(8), at(9)), known=Circumstances({CLIENT: before}, {}, {})) == []
    assert found(visit(at(8), at(9), evidence="lock"), known=linked) == []
    by_hand = {"evidence": "hand", "departed_evidence": "hand"}
    assert found(visit(at(8), at(9), reason="forgotten", **by_hand), known=tagged) == ["by_hand_with_tag"]
    assert found(visit(at(8), at(9), reason="phone_failed", **by_hand), known=tagged) == []
    for first, last, away in ((1, 2, True), (2, None, True), (3, None, False), (1, 1, False)):
        absent = [(date(2026, 3, first), date(2026, 3, last) if last else None)]
        known = Circumstances({}, {}, {CLIENT: absent})
        assert found(visit(at(8), at(9)), known=known) == (["away"] if away else [])
    assert found(visit(at(8), at(9), flags=("not_covered",))) == ["not_covered"]
    assert found(visit(at(8), at(8) + timedelta(hours=25))) == ["long"]


def test_grades_fall_from_what_is_signed_to_what_is_written_by_hand() -> None:
    told = [
        grade("lock", is_signed=True),
        grade("tag", is_signed=True),
        grade("lock"),
        grade("tag"),
        grade("hand"),
    ]
    assert [one.value for one in told] == ["A", "B", "C", "D", "F"]


def visits_of(town: Town, who: str) -> Any:
    with clock.frozen_at(town.now), CaptureQueriesContext(connection) as queries:
        page = visits_read.visits(town.actor(who), PageRequest(50, ""))
    return page.items, len(queries)


def test_the_list_tells_both_with_as_many_queries_for_many_visits_as_for_one(town: Town) -> None:
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("carin", "arrive", client=client, by="tag", tag="E1")
    town.now += timedelta(minutes=20)
    town.does("carin", "depart", by="hand", reason="forgotten")
    visits_of(town, "olle")  # what is read once and kept
    (one,), few = visits_of(town, "olle")
    assert (one.grade, one.departed_grade, one.exceptions) == ("D", "F", [])
    for _ in range(4):
        town.now += timedelta(minutes=5)
        other = town.new_client()
        town.does("carin", "arrive", client=other, by="hand", reason="no_tag_yet")
    items, many = visits_of(town, "olle")
    assert many == few
    told = [item.exceptions for item in items if item.case != one.case]
    assert sorted(told) == [[], *[["left_open"]] * 3], [(i.open, i.arrived, i.exceptions) for i in items]
    town.now += timedelta(minutes=5)
    town.does("carin", "arrive", client=client, by="hand", reason="forgotten")
    latest = max(visits_of(town, "olle")[0], key=lambda item: item.arrived)
    assert (latest.grade, latest.exceptions) == ("F", ["by_hand_with_tag"])


def test_choosing_and_counting_find_what_is_computed_of_each_visit(town: Town) -> None:
    """Every exception at least once: the condition of the query says what the rule says of the visit."""
    rows: list[Visit] = []
    actor = town.actor("carin")
    now = town.now.replace(second=0, microsecond=0)

    def stands(client: str, since: int, until: int | None, **more: Any) -> None:
        """A visit from so many minutes ago to so many."""
        known: dict[str, Any] = {"evidence": "hand", "reason": "no_tag_yet", "account_id": actor.account}
        departed = None if until is None else now - timedelta(minutes=until)
        if departed:
            known |= {"departed_evidence": "hand", "departed_reason": "no_tag_yet"}
        told = known | {"arrived": now - timedelta(minutes=since), "departed": departed} | more
        if told["evidence"] != "hand":
            told["reason"] = ""
        about = {"municipality_id": actor.municipality, "organisation_id": actor.organisation}
        rows.append(Visit(client=Client.objects.get(reference=client), **about, **told))

    tagged, away, plain, other = (town.new_client() for _ in range(4))
    locked = town.locked()
    town.does("carin", "place_tag", client=tagged, tag="E1")
    town.does("olle", "suspend_access", client=away, reason="hospital", since=str(town.today))
    town.now += timedelta(hours=20)
    now = town.now.replace(second=0, microsecond=0)
    day = 24 * 60
    stands(plain, 3 * day, None)  # left open
    stands(plain, 60, None, open=True)  # under way: nothing
    stands(other, 9 * day, 7 * day)  # long
    stands(plain, 20 * day, 20 * day - 30)
    stands(other, 20 * day - 20, 20 * day - 40)  # overlaps the one before
    stands(plain, 30 * day, 30 * day - 30, departed_evidence="tag", departed_reason="")
    stands(other, 30 * day - 30, 30 * day - 60, evidence="lock")  # no way between
    stands(plain, 31 * day, 31 * day - 30, departed_evidence="tag", departed_reason="")
    stands(other, 31 * day - 31, 31 * day - 60, evidence="lock")  # a minute is enough
    stands(locked, 10, 5, evidence="tag")  # a tag though the lock is there
    stands(locked, 12, 11, evidence="lock")
    stands(tagged, 20, 15, reason="forgotten")  # by hand though the tag is there
    stands(tagged, 30, 25, reason="phone_failed")
    stands(away, 40, 35)
    stands(plain, 40 * day, 40 * day - 10, flags="not_covered")
    stands(plain, 41 * day, 41 * day - 10, flags="departure_corrected")
    stands(plain, 42 * day, 42 * day - 10)
    stands(plain, 43 * day, 43 * day, reason="declined")
    stands(plain, 44 * day, 44 * day - 5, departed_reason="declined")
    stands(away, 50, 45, reason="outside")  # at the hospital
    stands(tagged, 70, 65, reason="outside")
    stands(tagged, 80, 75, evidence="tag")  # signed by nobody
    Visit.objects.bulk_create(rows)
    SignedTag("E1").enrols(town)
    TagRead.objects.create(
        municipality_id=actor.municipality, visit=rows[-1].id, moment="arrive", key=TagKey.objects.get(),
        code="tag.mac", occurred=rows[-1].arrived, told=now,
    )  # fmt: skip
    with clock.frozen_at(town.now):
        all_of_them = visits_read.visits(town.actor("anna"), PageRequest(50, "")).items
        flagged = visits_read.visits(town.actor("anna"), PageRequest(50, ""), state="flagged").items
        conditions = visit_conditions.by_exception(clock.now())
        by_query = {
            exception.value: set(
                visit_conditions.with_days(Visit.objects.all()).filter(condition).values_list("id", flat=True)
            )
            for exception, condition in conditions.items()
        }
        counted = {
            month: visits_read.exceptions_by_provider(town.actor("erik"), month)
            for month in {f"{clock.day_of(row.arrived):%Y-%m}" for row in rows}
        }
    computed = {
        exception.value: {row.id for row in all_of_them if exception.value in row.exceptions}
        for exception in VisitException
    }
    assert by_query == computed
    assert all(computed.values()), "each exception is there"
    assert [row.id for row in flagged] == [row.id for row in all_of_them if row.exceptions]
    assert len(flagged) < len(all_of_them)
    sums = [(one.visits, one.flagged) for counts in counted.values() for one in counts]
    assert tuple(map(sum, zip(*sums, strict=True))) == (len(rows), len(flagged))


def test_flagged_chooses_by_what_is_known_now(town: Town) -> None:
    """A visit that was all right when it was registered, and one that was corrected since (design, rule 12)."""
    client = town.new_client()
    visit = town.visit(client).answer["visit"]

    def flagged(**more: Any) -> tuple[int, int]:
        with clock.frozen_at(town.now), CaptureQueriesContext(connection) as queries:
            page = visits_read.visits(town.actor("olle"), PageRequest(50, ""), state="flagged", **more)
        return len(page.items), len(queries)

    assert flagged()[0] == 1 and not Visit.objects.get().flags, (
        "its end is missing, though nothing was stored of it"
    )
    Visit.objects.update(flags="overlap")
    town.does(
        "olle", "correct_visit", visit=visit, departed=(town.now - timedelta(minutes=9)).isoformat(),
        reason="forgotten",
    )  # fmt: skip
    assert Visit.objects.get().flags == "departure_corrected"
    _, few = flagged()
    for _ in range(4):
        town.visit(town.new_client())
    count, many = flagged()
    assert (count, many) == (5, few)
    town.now += timedelta(days=70)
    assert flagged()[0] == 0, "two months back"
    assert flagged(first=town.today - timedelta(days=80))[0] == 5, "or as far as one chooses"
