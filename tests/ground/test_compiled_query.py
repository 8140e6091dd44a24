# SPDX-License-Identifier: EUPL-1.2
"""A compiled query returns the same rows as Django's own, for all values; a row made quickly is the same row."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models import Value as Constant
from django.test.utils import CaptureQueriesContext

from tests.town import CODE, EAST, MEADOW, Town
from troskel.care.models import Allocation
from troskel.custody.models import Holding, Link
from troskel.duties.models import Duty
from troskel.ground.compiled_query import MAX_LIST_LENGTH, CompiledQuery
from troskel.ground.ids import new_id
from troskel.ground.row_writing import insert, new_row
from troskel.people.models import Client


def since(day: date, municipality: str) -> QuerySet[Any, Any]:
    return Allocation.objects.filter(
        municipality=municipality, valid_from__gte=day - timedelta(days=90), valid_from__lte=day
    ).order_by("id")


def test_text_days_and_shifted_days(town: Town) -> None:
    for days in (0, 100, -89):
        town.grant(town.client(), EAST, begins=town.today + timedelta(days=days))
    query = CompiledQuery(since)
    for after in (0, 100, -89, 1000):
        day = town.today + timedelta(days=after)
        assert query(day, CODE) == list(since(day, CODE))
    assert query(town.today, "0001") == []


def test_ids_lists_and_none(town: Town) -> None:
    clients = [Client.objects.get(reference=town.new_client(to)) for to in (EAST, MEADOW, EAST)]

    def of(homes: list[Any], organisation: Any) -> QuerySet[Any, Any]:
        of_organisation = Q(decisions__allocations__organisation=organisation)
        return (
            Client.objects.filter(of_organisation, home__in=homes)
            .order_by("id")
            .values_list("id", "case_number")
        )

    query = CompiledQuery(of)
    east = town.actor("olle").organisation
    for homes in ([clients[0].home_id], [c.home_id for c in clients], [clients[1].home_id]):
        assert query(homes, east) == list(of(homes, east))
    assert query([clients[0].home_id], None) == list(of([clients[0].home_id], None)) == []


def test_lists_of_every_length_find_what_they_name(town: Town) -> None:
    """Also those that are filled up to share their SQL, and those too long to be compiled."""
    references = [town.new_client(EAST) for _ in range(9)]
    ids = [Client.objects.get(reference=reference).id for reference in references]
    strangers = [new_id() for _ in range(MAX_LIST_LENGTH)]

    query = CompiledQuery(lambda ids: Client.objects.filter(id__in=ids).order_by("id").values_list("id"))
    for length in range(len(ids) + 1):
        assert query(ids[:length]) == [(one,) for one in sorted(ids[:length])]
    for others in (8, MAX_LIST_LENGTH - 9, MAX_LIST_LENGTH):
        assert query(strangers[:others] + ids) == [(one,) for one in sorted(ids)]
    assert query(strangers) == []


def test_related_rows_and_annotations(town: Town) -> None:
    town.locked()

    def holdings_of(number: str) -> QuerySet[Any, Any]:
        linked = Exists(Link.objects.filter(lock=OuterRef("thing"), until=None))
        return (
            Holding.objects.select_related("thing")
            .filter(thing__number=number, until=None)
            .annotate(linked=linked)
        )

    query = CompiledQuery(holdings_of)
    for number in ("L1", "L2", "nowhere"):
        assert [(h.id, h.thing.number, h.since, bool(h.linked)) for h in query(number)] == [
            (h.id, h.thing.number, h.since, bool(h.linked)) for h in holdings_of(number)
        ]


def test_instants_are_bound_anew_each_time(town: Town) -> None:
    town.locked()

    def held_since(number: str, instant: datetime) -> QuerySet[Any, Any]:
        return Holding.objects.filter(thing__number=number, since__lte=instant).order_by("sequence")

    query = CompiledQuery(held_since)
    (*_, last) = Holding.objects.filter(thing__number="L1").order_by("sequence")
    moments = (last.since - timedelta(microseconds=1), last.since, datetime(2020, 1, 1, tzinfo=UTC))
    counts = [[holding.id for holding in query("L1", moment)] for moment in moments]
    assert counts == [[holding.id for holding in held_since("L1", moment)] for moment in moments]
    assert len(counts[1]) == len(counts[0]) + 1
    assert counts[2] == []


def test_constants_stand_in_the_sql_and_only_values_are_bound(town: Town) -> None:
    names = ["50 % 'av' %s", "K'1", "bak\\slash"]
    for name in names:
        Client.objects.filter(reference=town.new_client()).update(first_name=name, phone="7")

    def named(municipality: str) -> QuerySet[Any, Any]:
        is_named = Q(*[("first_name", name) for name in names], _connector=Q.OR)
        rows = Client.objects.filter(is_named, municipality=municipality, merged_into__isnull=True)
        return rows.annotate(one=Constant(1), yes=Constant(value=True), text=Constant("%s ' %%")).order_by(
            "id"
        )

    rows = CompiledQuery(named)(CODE)
    assert [(row.first_name, row.one, bool(row.yes), row.text) for row in rows] == [
        (name, 1, True, "%s ' %%") for name in names
    ]
    with CaptureQueriesContext(connection) as watched:
        assert CompiledQuery(named)(CODE) == rows
    assert "K''1" in watched[0]["sql"]


def test_a_new_row_is_what_the_model_makes(town: Town) -> None:
    home, day = Client.objects.get(reference=town.new_client()).home_id, town.today
    values = {"home_id": home, "municipality_id": CODE, "kind": "duty", "opened": day, "ask": "x"}
    quick, slow = new_row(Duty, **values), Duty(**values)
    slow.id = quick.id
    assert {name: value for name, value in quick.__dict__.items() if name != "_state"} == {
        name: value for name, value in slow.__dict__.items() if name != "_state"
    }
    assert quick._state.adding and quick == slow
    with pytest.raises(TypeError, match="no column \\['home'\\]"):
        new_row(Duty, home=home)


def test_a_written_row_is_read_back_as_it_was(town: Town) -> None:
    town.locked()
    assert Duty.objects.filter(due__isnull=False).exists()
    for row in Duty.objects.all():
        before = dict(row.__dict__)
        Duty.objects.filter(pk=row.pk).delete()
        insert([row])
        read = Duty.objects.get(pk=row.pk)
        assert {**read.__dict__, "_state": None} == {**before, "_state": None}


def test_impossible_filter_runs_no_query(town: Town) -> None:
    query = CompiledQuery(lambda name: Client.objects.filter(reference=name, pk__in=[]))
    assert query("K1") == []


def test_unsupported_value_types_are_refused() -> None:
    with pytest.raises(TypeError, match="not int"):
        CompiledQuery(lambda n: Client.objects.filter(case_number=n))(7)  # type: ignore[arg-type]
