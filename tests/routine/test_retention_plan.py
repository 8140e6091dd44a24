# SPDX-License-Identifier: EUPL-1.2
"""The retention plan reads like the document; a wrong one is refused with file, line, field and every reason."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import pytest

from troskel.routine.retention import KINDS, Basis, in_force
from troskel.routine.retention_parser import InvalidPlan, parse_plan, read_plan

FILE = Path(__file__).parents[2] / "routines" / "troskelby" / "retention-2025-07-01.toml"
TEXT = FILE.read_text("utf-8")
PLAN = read_plan(FILE)


def line_of(part: str) -> int:
    return TEXT[: TEXT.index(part)].count("\n") + 1


def refused(text: str | bytes) -> list[str]:
    with pytest.raises(InvalidPlan) as refusal:
        parse_plan(text if isinstance(text, bytes) else text.encode(), "p.toml")
    return refusal.value.problems


def basis(name: str, on: date) -> Basis:
    kind = PLAN.kind(name)
    assert kind is not None
    return PLAN.basis_on(kind, on)


def test_d_document_control() -> None:
    header = PLAN.header
    assert header.id
    assert header.valid_from == date(2025, 7, 1)
    assert header.approved_on < header.valid_from
    assert header.approved_by.sv == "Socialnämnden"
    assert PLAN.version == hashlib.sha256(FILE.read_bytes()).hexdigest()


def test_the_shipped_plan_names_every_kind_that_the_program_knows() -> None:
    assert {kind.id for kind in PLAN.kinds} == set(KINDS)
    assert PLAN.kind("shoes") is None


def test_every_basis_of_the_shipped_plan_says_what_a_lawyer_must_confirm() -> None:
    assert all(one.lawyer and one.lawyer.sv for one in (*PLAN.bases, *PLAN.exemptions))


@pytest.mark.parametrize(
    ("on", "sfs"), [("2002-01-01", "2001:453"), ("2025-06-30", "2001:453"), ("2025-07-01", "2025:400")]
)
def test_the_basis_of_a_personal_file_changes_on_a_day(on: str, sfs: str) -> None:
    assert basis("names", date.fromisoformat(on)).sfs == sfs


def test_before_the_first_basis_there_is_none() -> None:
    with pytest.raises(LookupError, match="no legal basis"):
        basis("names", date(2001, 12, 31))


@pytest.mark.parametrize(
    ("kind", "on", "last"),
    [
        ("names", "2030-07-01", "2025-07-01"),
        ("names", "2028-02-29", "2023-02-28"),
        ("names", "2029-02-28", "2024-02-28"),
        ("names", "2029-03-01", "2024-03-01"),
        ("key_receipts", "2026-03-02", "2024-03-02"),
        ("emails", "2026-03-31", "2025-12-31"),
    ],
)
def test_what_happened_through_this_day_has_been_kept_its_time(kind: str, on: str, last: str) -> None:
    day = date.fromisoformat(on)
    assert basis(kind, day).last_due_day(day) == date.fromisoformat(last)


def test_files_are_exempt_by_day_of_birth_and_messages_are_not() -> None:
    names, emails = PLAN.kind("names"), PLAN.kind("emails")
    assert names is not None
    assert emails is not None
    assert PLAN.exempt_days(names) == {5, 15, 25}
    assert PLAN.exempt_days(emails) == frozenset()


def test_the_latest_plan_that_has_begun_is_in_force() -> None:
    older = parse_plan(
        TEXT.replace("valid_from = 2025-07-01\napproved", "valid_from = 2020-01-01\napproved").encode(), "o"
    )
    assert older.header.valid_from == date(2020, 1, 1)
    for plans in ([older, PLAN], [PLAN, older]):
        assert in_force(plans, date(2019, 12, 31)) is None
        assert in_force(plans, date(2025, 6, 30)) is older
        assert in_force(plans, date(2025, 7, 1)) is PLAN


@pytest.mark.parametrize(
    ("part", "instead", "reason"),
    [
        ('id = "names"', 'id = "shoes"', 'shoes id: unknown kind of data "shoes"'),
        ('id = "names"', 'id = "free_text"', 'free_text id: "free_text" is used twice'),
        ('from = "returned"', 'from = "noon"', 'key_receipts from: unknown event "noon"'),
        ('from = "returned"', 'from = "sent"', 'key_receipts from: must be "returned"'),
        ('do = "delete"', 'do = "burn"', 'access_notes do: unknown deed "burn"'),
        ('do = "delete"', 'do = "blank"', 'access_notes do: must be "delete"'),
        ('basis = "receipts"', 'basis = "habit"', 'key_receipts basis: unknown basis "habit"'),
        ('exemptions = ["research"]', 'exemptions = ["fun"]', 'free_text exemptions: unknown exemption "fun"'),
        ("valid_through = 2025-06-30", 'valid_through = "30/6"', "personal_file valid_through: is not a day"),
        ("valid_through = 2025-06-30", "valid_through = 2001-06-30", "personal_file valid_through: is before"),
        ('sfs = "2025:400"', 'sfs = "nya lagen"', "personal_file sfs: is no number in the statute book"),
        ("keep = { years = 2 }", "keep = { years = 0 }", "receipts keep: years must be a whole number"),
        ("keep = { years = 2 }", "keep = { moons = 2 }", "receipts keep: must be { years } or { days }"),
        ("keep = { days = 90 }", "keep = 90", "messages keep: must be a table"),
        ("born_on_days = [5, 15, 25]", "born_on_days = [5, 32]", "research born_on_days: must be a list of days"),
        ("approved_on = 2025-06-16", 'approved_on = "soon"', "header approved_on: is not a day"),
        ("change_note.sv =", "change_not.sv =", 'header change_not: unknown key "change_not"'),
    ],
)  # fmt: skip
def test_a_wrong_plan_is_refused_with_line_and_reason(part: str, instead: str, reason: str) -> None:
    assert part in TEXT
    problems = refused(TEXT.replace(part, instead, 1))
    assert any(said.startswith(f"p.toml:{line_of(part)}: {reason}") for said in problems), problems


@pytest.mark.parametrize(
    ("part", "instead", "at", "reason"),
    [
        (
            "valid_through = 2025-06-30",
            "valid_through = 2025-06-29",
            'sfs = "2025:400"',
            "personal_file valid_from: leaves a gap: 2001:453 is valid through 2025-06-29",
        ),
        (
            "valid_through = 2025-06-30",
            "valid_through = 2025-07-01",
            'sfs = "2025:400"',
            "personal_file valid_from: overlaps 2001:453, which is valid through 2025-07-01",
        ),
        (
            "valid_from = 1991-07-01\nkeep = { years = 2 }",
            "valid_from = 2026-01-01\nkeep = { years = 2 }",
            'id = "receipts"',
            "receipts valid_from: leaves a gap: the plan is valid from 2025-07-01",
        ),
        (
            "valid_from = 1991-07-01\nkeep = { years = 2 }",
            "valid_from = 1991-07-01\nvalid_through = 2030-12-31\nkeep = { years = 2 }",
            'id = "receipts"',
            "receipts valid_through: leaves a gap: nothing follows 1990:782 after 2030-12-31",
        ),
    ],
)
def test_a_basis_with_a_gap_or_an_overlap_is_refused(part: str, instead: str, at: str, reason: str) -> None:
    (problem,) = refused(TEXT.replace(part, instead, 1))
    line = int(problem.split(":")[1])
    assert problem == f"p.toml:{line}: {reason}"
    assert line_of(at) <= line <= line_of(at) + 6


def test_a_day_that_does_not_exist_is_told_with_its_line() -> None:
    part = "valid_through = 2025-06-30"
    (problem,) = refused(TEXT.replace(part, "valid_through = 2025-06-31"))
    assert "not TOML" in problem
    assert f"line {line_of(part)}" in problem


def test_what_is_missing_is_named_and_all_of_it_told_in_order() -> None:
    text = TEXT.replace('do = "blank"\n', "", 1).replace('id = "TRB-GAL-01"\n', "")
    assert [said.split(": ", 1)[1] for said in refused(text)] == [
        "header id: is missing",
        "free_text do: is missing",
    ]


def test_an_exemption_is_for_files_alone() -> None:
    (problem,) = refused(TEXT.replace('from = "sent"', 'from = "sent"\nexemptions = ["research"]'))
    assert "emails exemptions: are for what counts from the last entry" in problem


def test_what_is_no_plan_at_all_is_refused() -> None:
    assert "not UTF-8" in refused(b"\xff")[0]
    assert any("kind: is missing" in said for said in refused(""))
    assert refused('header = 1\nbasis = 2\nkind = ["x"]\nmore = true')
