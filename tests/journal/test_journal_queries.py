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

from tests.journal.conftest import WriteLines
from troskel.ground.ids import new_id
from troskel.journal.queries import head, lines_about, lines_after
from troskel.journal.verification import export, verify, verify_export

Queries = Callable[[int], AbstractContextManager[Any]]
pytestmark = pytest.mark.django_db


def test_engine_reads_the_appended_values(write_lines: WriteLines) -> None:
    at = datetime(2026, 11, 20, 7, 0, 0, 12, tzinfo=UTC)
    homes, client = (new_id(), new_id()), new_id()
    (line,) = write_lines(1, homes=homes, client=client, occurred=at, body={"code": "å", "none": None})
    (empty,) = write_lines(1, homes=(), client=None, body={}, actor=None)
    parsed, nothing = lines_after("0999")
    assert parsed == (1, at, line.recorded, "thing.done", homes, client, {"code": "å", "none": None})
    assert nothing == (2, empty.occurred, empty.recorded, "thing.done", (), None, {})


def test_lines_after_a_number_are_read_in_chunks(
    write_lines: WriteLines, django_assert_num_queries: Queries
) -> None:
    write_lines(10)
    write_lines(3, municipality="0998")
    write_lines(3, kind="reads")
    with django_assert_num_queries(3):
        assert [parsed.number for parsed in lines_after("0999", 2, chunk=3)] == [3, 4, 5, 6, 7, 8, 9, 10]
    assert list(lines_after("0999", 10)) == []


def test_page_about_a_client_is_newest_first(write_lines: WriteLines) -> None:
    client, home = new_id(), new_id()
    write_lines(1, client=None, homes=(home,))
    write_lines(3, client=client, detail={"text": "å"})
    write_lines(2)
    write_lines(1, client=client)
    pages = [lines_about("0999", client, [home], limit=3)]
    pages.append(lines_about("0999", client, [home], limit=3, before=pages[0][-1].number))
    assert [[line.number for line in page] for page in pages] == [[7, 4, 3], [2, 1]]
    assert json.loads(pages[0][1].detail.text) == {"text": "å"}


def test_other_client_behind_the_same_door_is_not_shown(write_lines: WriteLines) -> None:
    client, other, home = new_id(), new_id(), new_id()
    write_lines(1, client=client, homes=(home,))
    write_lines(1, client=other, homes=(home,))
    write_lines(1, client=client, municipality="0998")
    assert [line.number for line in lines_about("0999", client, [home])] == [1]


def test_read_list_is_about_every_listed_client(write_lines: WriteLines) -> None:
    client, other = new_id(), new_id()
    write_lines(1, kind="reads", client=None, homes=(), body={"clients": [client, other]})
    write_lines(1, kind="reads", client=None, homes=(), body={"clients": [other]})
    assert [line.number for line in lines_about("0999", client, kind="reads")] == [1]


def test_page_takes_two_queries(write_lines: WriteLines, django_assert_num_queries: Queries) -> None:
    client = new_id()
    write_lines(5, client=client, detail={"text": "å"})
    with django_assert_num_queries(2):
        [line.detail.text for line in lines_about("0999", client)]


def test_empty_chain_has_no_head() -> None:
    assert head("0999") is None
    assert verify("0999").is_sound


def test_export_omits_details_by_default(write_lines: WriteLines) -> None:
    write_lines(3, detail={"text": "hon vill inte ha låset"})
    write_lines(2)
    for details, blanked in [(False, 3), (True, 0)]:
        output = io.StringIO()
        assert export("0999", to=output, details=details) == head("0999")
        assert ("hon vill inte" in output.getvalue()) == details
        output.seek(0)
        verdict = verify_export(output)
        assert verdict.is_sound
        assert (verdict.lines, verdict.blanked) == (5, blanked)
