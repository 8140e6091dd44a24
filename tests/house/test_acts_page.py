# SPDX-License-Identifier: EUPL-1.2
"""docs/acts.md is current, and every paragraph of the routine has an act and a test that names it."""

from __future__ import annotations

from pathlib import Path

import pytest

from troskel.cli import acts_page
from troskel.routine.model import Paragraph
from troskel.routine.parser import read_routine
from troskel.runner.register import REGISTER

CHECKOUT = Path(__file__).parent.parent.parent
PARAGRAPHS = read_routine(CHECKOUT / acts_page.SHIPPED).paragraphs

NOT_YET: dict[str, str] = {}
"""Paragraphs that wait for an act. One that has got one is to be taken away from here."""


def test_page_is_current() -> None:
    committed = (CHECKOUT / "docs" / "acts.md").read_text(encoding="utf-8")
    assert committed == acts_page.page(CHECKOUT), "docs/acts.md is stale: run './dev troskel acts --write'"


def test_page_contains_every_act_once() -> None:
    assert sorted(act.name for act in acts_page.acts()) == sorted(REGISTER)


@pytest.mark.parametrize("paragraph", PARAGRAPHS, ids=lambda paragraph: paragraph.id)
def test_paragraph_has_an_act_and_a_test(paragraph: Paragraph) -> None:
    acts = acts_page.acts_of(paragraph.id) or acts_page.acts_by_events(paragraph)
    if paragraph.id in NOT_YET:
        assert not acts, f"{paragraph.id} has an act now: take it away from NOT_YET"
        return
    assert acts, f"no act names {paragraph.id}, and none writes an event that it asks on"
    assert acts_page.tests_of(paragraph.id, CHECKOUT), f"no test has {paragraph.id.lower()} in its name"


@pytest.mark.parametrize("number", acts_page.CASES)
def test_case_has_a_test_and_a_play_file(number: int) -> None:
    assert acts_page.tests_of_case(number, CHECKOUT), f"no test has case_{number} in its name"
    plays = acts_page.plays_of_case(number, CHECKOUT)
    assert plays, f"there is no plays/case-{number:02}-….jsonl"
    assert all(len(about) > 10 for about in plays.values()), "a play file begins with what its case is about"


def test_case_is_found_in_names_of_tests_and_files(tmp_path: Path) -> None:
    for name, text in (
        ("tests/test_it.py", "def test_case_1_it_is(): ...\ndef test_rule_2_case_3(): ...\n"),
        ("plays/case-01-it.jsonl", "# Case 1: one\n# of two. A naive system errs.\n{}\n"),
    ):
        (tmp_path / name).parent.mkdir()
        (tmp_path / name).write_text(text)
    assert [bool(acts_page.tests_of_case(number, tmp_path)) for number in (1, 3, 11, 15)] == [
        True,
        True,
        False,
        False,
    ]
    assert acts_page.plays_of_case(1, tmp_path) == {"plays/case-01-it.jsonl": "One of two."}
    assert not acts_page.plays_of_case(2, tmp_path)


def test_paragraph_is_found_in_names_of_tests(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_it.py").write_text("def test_p6_it_is_ordered() -> None: ...\n")
    (folder / "test_other.py").write_text("def test_the_p60(): ...\n# def test_p6(): ...\n")
    assert acts_page.tests_of("P6", tmp_path) == ["tests/test_it.py"]
