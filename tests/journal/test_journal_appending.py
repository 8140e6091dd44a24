# SPDX-License-Identifier: EUPL-1.2
"""Appending: consecutive numbers and chained hashes, few queries, in the caller's transaction."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from tests.journal.conftest import MakeEntry, WriteLines
from troskel.ground import clock
from troskel.ground.ids import new_id
from troskel.journal.form import GENESIS_HASH, instant, line_hash
from troskel.journal.models import Detail, Line, LineOrganisation
from troskel.journal.operations import append, erase_details, line_text
from troskel.journal.queries import head
from troskel.journal.verification import verify

Queries = Callable[[int], AbstractContextManager[Any]]


@pytest.mark.django_db
def test_lines_are_numbered_and_chained(write_lines: WriteLines) -> None:
    lines = [*write_lines(2), *write_lines(1)]
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.previous for line in lines] == [GENESIS_HASH, lines[0].hash, lines[1].hash]
    assert all(line.hash == line_hash(line_text(line)) for line in lines)
    assert head("0999") == ("0999", "acts", 3, lines[2].hash)
    assert verify("0999").is_sound


@pytest.mark.django_db
def test_returned_lines_equal_stored_lines(write_lines: WriteLines) -> None:
    (returned,) = write_lines(1, body={"a": [1, {"b": None}]}, occurred=datetime(2026, 11, 1, 7, tzinfo=UTC))
    stored = Line.objects.get()
    assert line_text(stored) == line_text(returned)
    assert json.loads(stored.body) == {"a": [1, {"b": None}]}
    assert instant(stored.occurred) == "2026-11-01T07:00:00.000000Z"


@pytest.mark.django_db
def test_occurred_defaults_to_now(write_lines: WriteLines) -> None:
    now = datetime(2026, 11, 20, 7, 0, 0, 5, tzinfo=UTC)
    with clock.frozen_at(now):
        (line,) = write_lines(1)
    assert line.occurred == line.recorded == now


@pytest.mark.django_db
def test_municipality_has_chains_of_acts_and_reads(write_lines: WriteLines) -> None:
    write_lines(2)
    write_lines(3, kind="reads")
    write_lines(4, municipality="0998")
    assert [verify(*chain).lines for chain in [("0999", "acts"), ("0999", "reads"), ("0998", "acts")]] == [
        2,
        3,
        4,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 7, 500])
def test_two_queries_for_up_to_500_lines(
    count: int, make_entry: MakeEntry, write_lines: WriteLines, django_assert_num_queries: Queries
) -> None:
    write_lines(1)
    plain, detailed = (
        [make_entry() for _ in range(count)],
        [make_entry(detail={"text": "å"}) for _ in range(count)],
    )
    with django_assert_num_queries(2):
        append(plain, municipality="0999")
    with django_assert_num_queries(3):
        append(detailed, municipality="0999")
    with django_assert_num_queries(3):
        append(plain, municipality="0997")
    concerning = [make_entry(body={"organisation": new_id(), "locksmith": new_id()}) for _ in range(count)]
    with django_assert_num_queries(2):
        append(concerning, municipality="0999")


@pytest.mark.django_db
def test_organisations_that_a_body_names_are_stored(write_lines: WriteLines) -> None:
    one, other = new_id(), new_id()
    body = {"organisation": one, "locksmith": one, "from": {"kind": "organisation", "id": other}}
    (both,) = write_lines(1, body=body)
    (single,) = write_lines(1, body={"giver": other, "organisation": None, "from": "2026-11-29"})
    write_lines(1, body={"to": {"kind": "client", "id": new_id()}})
    write_lines(1, kind="reads", body={"organisation": one})
    assert set(LineOrganisation.objects.values_list("line", "organisation", "municipality")) == {
        (both.id, one, "0999"),
        (both.id, other, "0999"),
        (single.id, other, "0999"),
    }
    assert verify("0999").is_sound


@pytest.mark.django_db
def test_no_entries_write_nothing(django_assert_num_queries: Queries) -> None:
    with django_assert_num_queries(0):
        assert append([], municipality="0999") == []


@pytest.mark.django_db(transaction=True)
def test_append_outside_a_transaction_is_refused(make_entry: MakeEntry) -> None:
    with pytest.raises(RuntimeError, match="open one"):
        append([make_entry()], municipality="0999")


@pytest.mark.django_db
def test_rolled_back_transaction_leaves_no_trace(make_entry: MakeEntry, write_lines: WriteLines) -> None:
    write_lines(1)
    with contextlib.suppress(KeyError), transaction.atomic():
        append([make_entry(detail={"text": "å"})], municipality="0999")
        raise KeyError
    assert verify("0999").lines == 1
    assert not Detail.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "body", [{"organisation": "2021000000"}, {"to": {"kind": "organisation", "id": "abc"}}]
)
def test_organisation_that_is_no_id_is_refused(make_entry: MakeEntry, body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="no organisation's id"):
        append([make_entry(body=body)], municipality="0999")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["event", "act", "paragraph", "actor_kind"])
def test_code_with_line_break_is_refused(make_entry: MakeEntry, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} holds a line break"):
        append([make_entry(**{name: "a\nb"})], municipality="0999")


@pytest.mark.django_db
def test_chain_verifies_after_detail_is_erased(write_lines: WriteLines) -> None:
    lines = write_lines(3, detail={"text": "hon vill inte ha låset"})
    assert erase_details("0999", [lines[0].id, lines[2].id]) == 2
    assert erase_details("0999", [lines[0].id]) == 0
    assert erase_details("0998", [lines[1].id]) == 0
    verdict = verify("0999")
    assert verdict.is_sound
    assert (verdict.lines, verdict.blanked) == (3, 2)
    assert Detail.objects.get().line_id == lines[1].id


@pytest.mark.django_db
def test_equal_details_have_different_hashes(write_lines: WriteLines) -> None:
    first, second = write_lines(2, detail={"text": "å"})
    assert first.detail_hash != second.detail_hash
    assert "å" not in "".join(line_text(first)[:17]).replace(first.body, "")
