# SPDX-License-Identifier: EUPL-1.2
"""The pages say what people at a municipality say: the words of docs/words.md, and none that they replaced."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from babel.messages.pofile import read_po

CHECKOUT = Path(__file__).parent.parent.parent
CATALOGUE = CHECKOUT / "src" / "troskel" / "locale" / "en" / "LC_MESSAGES" / "django.po"


class Word(NamedTuple):
    """A line of the page."""

    swedish: str
    english: str
    where: str
    replaced: str


def words() -> list[Word]:
    """The page's table."""
    lines = (CHECKOUT / "docs" / "words.md").read_text("utf-8").splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [Word(*row) for row in rows[2:]]


def texts() -> dict[str, str]:
    """Each Swedish text of the catalogue with its English; the singular where there are two."""
    with CATALOGUE.open("rb") as file:
        messages = [message for message in read_po(file, locale="en") if message.id]
    return {_first(message.id): _first(message.string) for message in messages}


@pytest.mark.parametrize("word", words(), ids=lambda word: word.swedish)
def test_word_is_said_and_what_it_replaced_is_not(word: Word) -> None:
    said = {swedish: english for swedish, english in texts().items() if _is_in(word.swedish, swedish)}
    assert any(word.english.lower() in english.lower() for english in said.values()), said
    assert [swedish for swedish in texts() if _is_in(word.replaced, swedish)] == []


def _is_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def _first(texts: str | tuple[str, ...] | list[str]) -> str:
    return texts if isinstance(texts, str) else texts[0]
