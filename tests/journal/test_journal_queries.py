# SPDX-License-Identifier: EUPL-1.2
"""Reading the journal: for the engine, and for a page about a client."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.journal.conftest import Write
from troskel.ground.ids import new_id
from troskel.journal.queries import head, lines_about, lines_after
from troskel.journal.verification import export, verify, verify_export

Queries = Callable[[int], AbstractContextManager[Any]]
pytestmark = pytest.mark.django_db


def test_the_engine_reads_what_was_said(write: Write) -> None:
    at = datetime(2026, 11, 20, 7, 0, 0, 12, tzinfo=UTC)
    homes, client = (new_id(), new_id()), new_id()
    (line,) = write(1, homes=homes, client=client, occurred=at, body={"code": "å", "none": None})
    (empty,) = write(1, homes=(), client=None, body={}, actor=None)
    told, nothing = lines_after("0999")
    assert told == (1, at, line.recorded, "thing.done", homes, client, {"code": "å", "none": None})
    assert nothing == (2, empty.occurred, empty.recorded, "thing.done", (), None, {})


def test_it_reads_on_from_a_number_a_chunk_at_a_time(
    write: Write, django_assert_num_queries: Queries
) -> None:
    write(10)
    write(3, municipality="0998")
    write(3, kind="reads")
    with django_assert_num_queries(3):
        assert [told.number for told in lines_after("0999", 2, chunk=3)] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert list(lines_after("0999", 10)) == []


def test_a_page_about_a_client_shows_the_newest_first(write: Write) -> None:
    client, home = new_id(), new_id()
    write(1, client=None, homes=(home,))
    write(3, client=client, detail={"text": "å"})
    write(2)
    write(1, client=client)
    pages = [lines_about("0999", client, [home], most=3)]
    pages.append(lines_about("0999", client, [home], most=3, before=pages[0][-1].number))
    assert [[line.number for line in page] for page in pages] == [[7, 4, 3], [2, 1]]
    assert json.loads(pages[0][1].detail.text) == {"text": "å"}


def test_another_client_behind_the_same_door_is_not_shown(write: Write) -> None:
    client, other, home = new_id(), new_id(), new_id()
    write(1, client=client, homes=(home,))
    write(1, client=other, homes=(home,))
    write(1, client=client, municipality="0998")
    assert [line.number for line in lines_about("0999", client, [home])] == [1]


def test_a_list_that_was_read_is_about_all_who_were_on_it(write: Write) -> None:
    client, other = new_id(), new_id()
    write(1, kind="reads", client=None, homes=(), body={"clients": [client, other]})
    write(1, kind="reads", client=None, homes=(), body={"clients": [other]})
    assert [line.number for line in lines_about("0999", client, kind="reads")] == [1]


def test_a_page_takes_two_queries(write: Write, django_assert_num_queries: Queries) -> None:
    client = new_id()
    write(5, client=client, detail={"text": "å"})
    with django_assert_num_queries(2):
        [line.detail.text for line in lines_about("0999", client)]


def test_a_chain_that_has_not_begun_has_no_head() -> None:
    assert head("0999") is None
    assert verify("0999").sound


def test_an_export_holds_no_detail_unless_asked_for(write: Write) -> None:
    write(3, detail={"text": "hon vill inte ha låset"})
    write(2)
    for details, blanked in [(False, 3), (True, 0)]:
        written = io.StringIO()
        assert export("0999", to=written, details=details) == head("0999")
        assert ("hon vill inte" in written.getvalue()) == details
        written.seek(0)
        verdict = verify_export(written)
        assert verdict.sound
        assert (verdict.lines, verdict.blanked) == (5, blanked)
