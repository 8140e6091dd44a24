# SPDX-License-Identifier: EUPL-1.2
"""A query that is built once answers as one that is built anew, whatever the values."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Exists, OuterRef, Q, QuerySet

from tests.town import CODE, EAST, MEADOW, Town
from troskel.care.models import Allocation
from troskel.custody.models import Holding, Link
from troskel.ground.prepared import Prepared
from troskel.people.models import Client


def since(day: date, municipality: str) -> QuerySet[Any, Any]:
    return Allocation.objects.filter(
        municipality=municipality, valid_from__gte=day - timedelta(days=90), valid_from__lte=day
    ).order_by("id")


def test_text_days_and_what_is_counted_from_them(town: Town) -> None:
    for days in (0, 100, -89):
        town.grant(town.client(), EAST, begins=town.today + timedelta(days=days))
    asked = Prepared(since)
    for after in (0, 100, -89, 1000):
        day = town.today + timedelta(days=after)
        assert asked(day, CODE) == list(since(day, CODE))
    assert asked(town.today, "0001") == []


def test_ids_lists_and_what_is_absent(town: Town) -> None:
    clients = [Client.objects.get(reference=town.new_client(to)) for to in (EAST, MEADOW, EAST)]

    def of(homes: list[Any], organisation: Any) -> QuerySet[Any, Any]:
        theirs = Q(decisions__allocations__organisation=organisation)
        return Client.objects.filter(theirs, home__in=homes).order_by("id").values_list("id", "case_number")

    asked = Prepared(of)
    east = town.actor("olle").organisation
    for homes in ([clients[0].home_id], [c.home_id for c in clients], [clients[1].home_id]):
        assert asked(homes, east) == list(of(homes, east))
    assert asked([clients[0].home_id], None) == list(of([clients[0].home_id], None)) == []


def test_related_rows_and_annotations(town: Town) -> None:
    town.locked()

    def held(number: str) -> QuerySet[Any, Any]:
        linked = Exists(Link.objects.filter(lock=OuterRef("thing"), until=None))
        return (
            Holding.objects.select_related("thing")
            .filter(thing__number=number, until=None)
            .annotate(linked=linked)
        )

    asked = Prepared(held)
    for number in ("L1", "L2", "nowhere"):
        assert [(h.id, h.thing.number, h.since, bool(h.linked)) for h in asked(number)] == [
            (h.id, h.thing.number, h.since, bool(h.linked)) for h in held(number)
        ]


def test_what_nothing_answers_to_is_not_asked(town: Town) -> None:
    asked = Prepared(lambda name: Client.objects.filter(reference=name, pk__in=[]))
    assert asked("K1") == []


def test_other_values_are_not_taken() -> None:
    with pytest.raises(TypeError, match="not int"):
        Prepared(lambda n: Client.objects.filter(case_number=n))(7)  # type: ignore[arg-type]
