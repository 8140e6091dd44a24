# SPDX-License-Identifier: EUPL-1.2
"""Reading the journal: for the engine, and by the organisation concerned."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from tests.journal.conftest import WriteLines
from troskel.ground.ids import new_id
from troskel.journal.models import Line
from troskel.journal.queries import concerning, head, lines_after
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


def test_lines_concerning_an_organisation_are_found_by_an_index(write_lines: WriteLines) -> None:
    mine, other, client = new_id(), new_id(), new_id()
    write_lines(2, client=client, body={"organisation": other})
    (line,) = write_lines(1, client=client, body={"organisation": mine, "locksmith": other})
    about = Line.objects.filter(municipality="0999", kind="acts", client=client)
    lines = about.filter(concerning(mine) | Q(actor=new_id())).order_by("-number")
    assert [found.number for found in lines] == [line.number]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # it reads so small a table whole, where it may
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = lines.explain()
    if connection.vendor == "postgresql":
        assert "Seq Scan" not in plan
        assert re.search(
            r"(Index (Only )?Scan using|Bitmap Index Scan on) journal_lineorganisation_pkey", plan
        )
    else:
        assert "SCAN" not in plan
        assert "USING INDEX journal_line_client" in plan
        assert re.search(r"journal_lineorganisation_1 \(organisation=\? AND line_id=\?\)", plan)
