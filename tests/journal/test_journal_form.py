# SPDX-License-Identifier: EUPL-1.2
"""The text format: one canonical text per value, and an export that an outsider can check."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from troskel.journal import form
from troskel.journal.form import (
    EXPORT_FORM,
    GENESIS_HASH,
    LineText,
    canonical,
    detail_hash,
    instant,
    line_hash,
    verify_export,
)

NAIVE = datetime(2026, 11, 20, tzinfo=UTC).replace(tzinfo=None)
LETTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | LETTERS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="ascii")), inner),
)


@given(PLAIN)
def test_canonical_text_round_trips(value: object) -> None:
    assert json.loads(canonical(value)) == value
    assert canonical(json.loads(canonical(value))) == canonical(value)


@given(st.dictionaries(st.text(st.characters(codec="ascii")), st.integers(0, 9)), st.randoms())
def test_key_order_does_not_matter(value: dict[str, int], chance: object) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical(value) == canonical(backwards)


def test_ids_days_and_instants_become_text() -> None:
    winter = timezone(timedelta(hours=1))
    told = {
        "id": UUID("0190163d-8694-739b-aea5-966c26f8ad91"),
        "day": date(2026, 11, 20),
        "at": datetime(2026, 11, 20, 8, 0, tzinfo=winter),
        "list": ("å", 1, None, True),
    }
    assert canonical(told) == (
        '{"at":"2026-11-20T07:00:00.000000Z","day":"2026-11-20",'
        '"id":"0190163d-8694-739b-aea5-966c26f8ad91","list":["å",1,null,true]}'
    )


@given(st.datetimes(timezones=st.just(UTC)))
def test_instant_round_trips(at: datetime) -> None:
    assert datetime.fromisoformat(instant(at)) == at


@pytest.mark.parametrize(
    "value",
    [0.5, 2**53, -(2**53), {"å": 1}, {1: 1}, "\ud800", {1, 2}, b"x", NAIVE, float("nan")],
)
def test_value_without_canonical_text_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical({"value": value})


def test_hashed_values_exclude_hash_and_detail() -> None:
    row = LineText(*LineText._fields)
    assert (*row.hashed_values, "hash", "salt", "detail") == LineText._fields


def test_example_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs" / "journal.md").read_text()
    hashed, told, detailed = re.findall(r"```text\n(.*?)\n```", text, re.DOTALL)
    lines = hashed.split("\n")
    assert lines[0] == form.LINE_FORM
    row = LineText(**dict(zip(LineText._fields, lines[1:], strict=False)), hash="")
    assert row.hashed_values == tuple(lines[1:])
    assert detailed.split("\n")[0] == form.DETAIL_FORM
    assert lines[15] == sha256(detailed.encode()).hexdigest() == detail_hash(*detailed.split("\n")[1:])
    assert told == sha256(hashed.encode()).hexdigest() == line_hash(row)


def make_export(count: int = 7) -> list[bytes]:
    """Written by hand from docs/journal.md, not by the code that is tested."""
    lines, previous = [], GENESIS_HASH
    for number in range(1, count + 1):
        values = {
            "id": f"01900000-0000-7000-8000-{number:012}",
            "municipality": "0999",
            "kind": "acts",
            "number": str(number),
            "occurred": "2026-11-20T07:00:00.000000Z",
            "recorded": f"2026-11-20T07:00:00.{number:06}Z",
            "actor_kind": "account",
            "actor": "0190163d-8694-739b-aea5-966c26f8ad91",
            "act": "doing.do",
            "paragraph": "A1",
            "event": "thing.done",
            "homes": "[]",
            "client": "",
            "body": f'{{"count":{number},"word":"åäö \\"\\n"}}',
            "detail_hash": "",
            "previous": previous,
        }
        if number % 2:
            values["detail_hash"] = sha256(f"{form.DETAIL_FORM}\nsalt\n{{}}".encode()).hexdigest()
        previous = sha256("\n".join([form.LINE_FORM, *values.values()]).encode()).hexdigest()
        values["hash"] = previous
        if number % 4 == 1:
            values |= {"salt": "salt", "detail": "{}"}
        lines.append(json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode())
    head = {
        "form": EXPORT_FORM,
        "municipality": "0999",
        "kind": "acts",
        "number": str(count),
        "hash": previous,
    }
    return [json.dumps(head).encode(), *lines]


def test_export_is_checked_without_database() -> None:
    verdict = verify_export(make_export())
    assert verdict.is_sound
    assert (verdict.lines, verdict.blanked, verdict.head.number) == (7, 2, 7)


def test_empty_chain_is_unbroken() -> None:
    assert verify_export(make_export(0)[:1]).faults == ()


@given(st.data())
@settings(max_examples=300)
def test_changed_byte_is_found_in_its_line(data: st.DataObject) -> None:
    export = make_export()
    number = data.draw(st.integers(1, 7))
    place = data.draw(st.integers(0, len(export[number]) - 1))
    changed = bytearray(export[number])
    changed[place] ^= data.draw(st.integers(1, 255))
    export[number] = bytes(changed)
    verdict = verify_export(export)
    assert not verdict.is_sound
    told_otherwise = b'"number":"%d"' % number not in export[number]
    assert number in [fault.number for fault in verdict.faults] or told_otherwise


@given(st.integers(1, 7))
def test_removed_line_is_found(number: int) -> None:
    export = make_export()
    del export[number]
    first = verify_export(export).faults[0]
    assert str(first) == f"line {number} was removed"


@given(st.integers(1, 7), st.integers(1, 7))
def test_swapped_lines_are_found(one: int, other: int) -> None:
    export = make_export()
    export[one], export[other] = export[other], export[one]
    verdict = verify_export(export)
    assert verdict.is_sound == (one == other)
    if one != other:
        assert verdict.faults[0].number == min(one, other)


def test_lines_removed_from_the_end_are_found() -> None:
    assert (
        str(verify_export(make_export()[:-2]).faults[0]) == "line 6 and all after it to line 7 were removed"
    )


def test_rewritten_chain_is_found_by_a_noted_hash() -> None:
    old, new = make_export(7), make_export(5)
    noted_hashes = {6: json.loads(old[6])["hash"]}
    assert verify_export(old, noted_hashes).is_sound
    assert verify_export(new).is_sound
    assert verify_export(new, noted_hashes).faults[0].number == 6
    assert verify_export(old, {3: "0" * 64}).faults[0].number == 3


def test_check_stops_after_max_faults() -> None:
    export = make_export(60)
    ruined = [line.replace(b"doing.do", b"doing.it") for line in export]
    verdict = verify_export(ruined)
    assert len(verdict.faults) == form.MAX_FAULTS
    assert verdict.lines == form.MAX_FAULTS


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"form": "another"}'])
def test_invalid_export_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an export of a journal"):
        verify_export([text])


@pytest.mark.parametrize("text", ["", "{}", "[]", "nonsense", '{"number": 1}'])
def test_unreadable_line_is_reported_by_number(text: str) -> None:
    assert verify_export([*make_export()[:3], text]).faults[0].number == 3


def test_form_runs_as_a_standalone_script(tmp_path: Path) -> None:
    alone = tmp_path / "form.py"
    alone.write_text(Path(form.__file__).read_text())
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_bytes(b"\n".join(make_export()) + b"\n")
    bad.write_bytes(b"\n".join(make_export()[:4]) + b"\n")
    told = subprocess.run([sys.executable, "-IS", alone, good], capture_output=True, text=True)
    assert told.returncode == 0
    assert "7 lines, unbroken; 2 details blanked" in told.stdout
    told = subprocess.run([sys.executable, "-IS", alone, bad], capture_output=True, text=True)
    assert told.returncode == 1
    assert "line 4 and all after it to line 7 were removed" in told.stdout
