# SPDX-License-Identifier: EUPL-1.2
"""Appending: numbers and hashes follow each other, in few queries, in the caller's transaction."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import transaction

from tests.journal.conftest import Say, Write
from troskel.ground import clock
from troskel.journal.form import BEFORE_FIRST, instant, line_hash
from troskel.journal.models import Detail, Line
from troskel.journal.operations import append, as_row, blank
from troskel.journal.queries import head
from troskel.journal.verification import verify

Queries = Callable[[int], AbstractContextManager[Any]]


@pytest.mark.django_db
def test_lines_are_numbered_and_chained(write: Write) -> None:
    lines = [*write(2), *write(1)]
    assert [line.number for line in lines] == [1, 2, 3]
    assert [line.previous for line in lines] == [BEFORE_FIRST, lines[0].hash, lines[1].hash]
    assert all(line.hash == line_hash(as_row(line)) for line in lines)
    assert head("0999") == ("0999", "acts", 3, lines[2].hash)
    assert verify("0999").sound


@pytest.mark.django_db
def test_what_is_given_back_is_what_is_stored(write: Write) -> None:
    (written,) = write(1, body={"a": [1, {"b": None}]}, occurred=datetime(2026, 11, 1, 7, tzinfo=UTC))
    stored = Line.objects.get()
    assert as_row(stored) == as_row(written)
    assert json.loads(stored.body) == {"a": [1, {"b": None}]}
    assert instant(stored.occurred) == "2026-11-01T07:00:00.000000Z"


@pytest.mark.django_db
def test_it_happened_now_unless_it_is_said_when(write: Write) -> None:
    now = datetime(2026, 11, 20, 7, 0, 0, 5, tzinfo=UTC)
    with clock.standing_at(now):
        (line,) = write(1)
    assert line.occurred == line.recorded == now


@pytest.mark.django_db
def test_a_municipality_has_a_chain_for_acts_and_one_for_reads(write: Write) -> None:
    write(2)
    write(3, kind="reads")
    write(4, municipality="0998")
    assert [verify(*chain).lines for chain in [("0999", "acts"), ("0999", "reads"), ("0998", "acts")]] == [
        2,
        3,
        4,
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 7, 500])
def test_three_queries_however_many_lines(
    count: int, say: Say, write: Write, django_assert_num_queries: Queries
) -> None:
    write(1)
    plain, detailed = [say() for _ in range(count)], [say(detail={"text": "å"}) for _ in range(count)]
    with django_assert_num_queries(3):
        append(plain, municipality="0999")
    with django_assert_num_queries(4):
        append(detailed, municipality="0999")
    with django_assert_num_queries(4):
        append(plain, municipality="0997")


@pytest.mark.django_db
def test_nothing_to_say_is_nothing_written(django_assert_num_queries: Queries) -> None:
    with django_assert_num_queries(0):
        assert append([], municipality="0999") == []


@pytest.mark.django_db(transaction=True)
def test_it_is_refused_outside_a_transaction(say: Say) -> None:
    with pytest.raises(RuntimeError, match="open one"):
        append([say()], municipality="0999")


@pytest.mark.django_db
def test_a_transaction_undone_leaves_no_trace(say: Say, write: Write) -> None:
    write(1)
    with contextlib.suppress(KeyError), transaction.atomic():
        append([say(detail={"text": "å"})], municipality="0999")
        raise KeyError
    assert verify("0999").lines == 1
    assert not Detail.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["event", "act", "paragraph", "actor_kind"])
def test_a_code_with_a_line_break_is_refused(say: Say, name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} holds a line break"):
        append([say(**{name: "a\nb"})], municipality="0999")


@pytest.mark.django_db
def test_a_blanked_detail_is_gone_and_the_chain_still_verifies(write: Write) -> None:
    lines = write(3, detail={"text": "hon vill inte ha låset"})
    assert blank("0999", [lines[0].id, lines[2].id]) == 2
    assert blank("0999", [lines[0].id]) == 0
    assert blank("0998", [lines[1].id]) == 0
    verdict = verify("0999")
    assert verdict.sound
    assert (verdict.lines, verdict.blanked) == (3, 2)
    assert Detail.objects.get().line_id == lines[1].id


@pytest.mark.django_db
def test_two_details_alike_have_nothing_in_common(write: Write) -> None:
    one, other = write(2, detail={"text": "å"})
    assert one.detail_hash != other.detail_hash
    assert "å" not in "".join(as_row(one)[:17]).replace(one.body, "")
