# SPDX-License-Identifier: EUPL-1.2
"""docs/decisions: contiguous numbers, one form, all in the index, and every reference resolves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.house.test_tracked_files import CHECKOUT, text_of, tracked

FOLDER = CHECKOUT / "docs" / "decisions"
FILES = sorted(FOLDER.glob("[0-9]*.md"))
NUMBERS = {file.name[:4] for file in FILES}
SECTIONS = ["Context", "Decision", "Alternatives", "Consequences"]
MAX_LINES = 40
HEAD = re.compile(
    r"# (?P<number>\d+)\. (?P<title>[^\n]+)\n\n"
    r"Status: (?P<status>accepted|superseded by \d{4})\n\n"
    r"Date: (?P<date>\d{4}-\d{2}-\d{2})\n\n"
)
ROW = re.compile(r"^\| (\d+) \| \[([^\]]+)\]\(([^)]+)\) \| (.+?) \| (\d{4}-\d{2}-\d{2}) \|$", re.MULTILINE)
LINK = re.compile(r"\]\([^)#]*?(\d{4}-[a-z0-9-]+\.md)")
PATH = re.compile(r"decisions/(\d{4})")
# "decision 24" is one of these in prose and comments alone: a play or a test may number decisions about care.
PROSE = re.compile(r"\b(?:[Dd]ecision|ADR)[ -](\d{1,4})\b")


def head_of(file: Path) -> re.Match[str]:
    match = HEAD.match(file.read_text())
    assert match, f"{file.name} does not begin with a numbered title, a status and a date"
    return match


def dangling(text: str, *, prose: bool) -> Iterator[str]:
    """The references in a text to decisions that do not exist."""
    yield from (name for name in LINK.findall(text) if not (FOLDER / name).is_file())
    yield from (number for number in PATH.findall(text) if number not in NUMBERS)
    if prose:
        yield from (number for number in PROSE.findall(text) if number.zfill(4) not in NUMBERS)


def test_numbers_are_contiguous() -> None:
    assert [file.name[:4] for file in FILES] == [f"{n:04}" for n in range(1, len(FILES) + 1)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name[:4])
def test_decision_has_the_form(file: Path) -> None:
    head, text = head_of(file), file.read_text()
    slug = re.sub("[^a-z0-9]+", "-", head["title"].lower().replace("'", "")).strip("-")
    assert file.name == f"{int(head['number']):04}-{slug}.md"
    assert date.fromisoformat(head["date"])
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    assert parts[1::2] == SECTIONS
    assert all(part.strip() for part in parts[2::2])
    assert text.count("\n") <= MAX_LINES


def test_superseded_decision_is_named_by_its_successor() -> None:
    for file in FILES:
        status = head_of(file)["status"]
        if status != "accepted":
            (successor,) = FOLDER.glob(f"{status[-4:]}-*.md")
            assert f"Supersedes decision {int(file.name[:4])}." in successor.read_text()


def test_index_has_every_decision() -> None:
    rows = [
        (number, title, name, re.sub(r"\[(\d+)\]\([^)]+\)", lambda m: m[1].zfill(4), status), day)
        for number, title, name, status, day in ROW.findall((FOLDER / "README.md").read_text())
    ]
    heads = [(head_of(file), file.name) for file in FILES]
    assert rows == [
        (head["number"], head["title"], name, head["status"], head["date"]) for head, name in heads
    ]


def test_every_reference_to_a_decision_resolves() -> None:
    wrong = {
        str(file.relative_to(CHECKOUT)): match
        for file in tracked()
        if file != Path(__file__)
        and (match := list(dangling(text_of(file), prose=file.suffix == ".md" or "src" in file.parts)))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    ["[x](decisions/0099-no-such.md)", "see docs/decisions/0000", "as decision 999 says", "ADR-999"],
)
def test_dangling_reference_is_found(text: str) -> None:
    assert list(dangling(text, prose=True))
