# SPDX-License-Identifier: EUPL-1.2
"""What the pages about security name exists: commands with their options, acts, pages, codes and tests."""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import pytest
from django.urls import Resolver404, resolve

from troskel.acts.chapters import REGISTER
from troskel.cli import sbom_command
from troskel.cli.main import _parser

DOCS = Path(__file__).resolve().parents[2] / "docs"
PAGES = ("runbooks.md", "asvs.md", "privacy.md", "security.md", "extract.md")
OF_THE_SYSTEM = ("systemctl", "journalctl", "timedatectl")


def spans(page: str) -> list[str]:
    path = DOCS / page
    return re.findall(r"`([^`\n]+)`", path.read_text()) if path.is_file() else []


def command_of(words: list[str]) -> tuple[argparse.ArgumentParser, list[str]]:
    """The parser of a command's words, and what is left of them."""
    parser = _parser()
    while True:
        choices = next((a.choices for a in parser._actions if isinstance(a, argparse._SubParsersAction)), {})
        if not words or words[0] not in choices:
            return parser, words
        parser, words = choices[words[0]], words[1:]


def missing_of(command: str) -> list[str]:
    """What of a command there is not: a verb, or an option."""
    words = command.split("|")[0].split()[1:]
    parser, left = command_of(words)
    options = {option for action in parser._actions for option in action.option_strings}
    takes_verbs = any(isinstance(action, argparse._SubParsersAction) for action in parser._actions)
    verbs = [word for word in left if takes_verbs and not word.startswith("-")]
    return verbs + [word for word in left if word.startswith("--") and word not in options]


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page: str) -> None:
    wrong = {span: missing_of(span) for span in spans(page) if span.startswith("troskel ")}
    assert {span: what for span, what in wrong.items() if what} == {}


@pytest.mark.parametrize("page", PAGES)
def test_acts_and_pages_and_tests_exist(page: str) -> None:
    unknown = []
    for span in spans(page):
        if re.fullmatch(r"tests/\S+\.py", span):
            known = (DOCS.parent / span).is_file()
        elif span.startswith("/") and not span.startswith(("/-/", "/api", "/etc", "/var")):
            known = _is_page(span.replace("CASE", "2026-0001"))
        else:
            continue
        if not known:
            unknown.append(span)
    assert unknown == []


def test_runbooks_name_acts_that_there_are() -> None:
    named = {span for span in spans("runbooks.md") if re.fullmatch(r"[a-z]+(_[a-z]+)+", span)}
    metrics = {name for name in named if name.startswith("troskel_")}
    assert len(named - metrics) >= 12
    assert named - metrics - REGISTER.keys() == set()


def test_what_runbooks_say_that_a_page_says_is_said() -> None:
    """Swedish words of pages, in quotes or italics, are in the catalogue."""
    text = (DOCS / "runbooks.md").read_text()
    catalogue = (DOCS.parent / "src/troskel/locale/en/LC_MESSAGES/django.po").read_text().casefold()
    quoted = re.findall(r'"([^"\n]+)"', text) + re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", text)
    swedish = [words for words in quoted if words not in ("The clock", "Disclosure")]
    assert len(swedish) >= 6
    assert [words for words in swedish if words.rstrip(" ….").casefold() not in catalogue] == []


def test_runbooks_are_there() -> None:
    text = (DOCS / "runbooks.md").read_text()
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    wanted = ("worker", "e-mail", "phone", "key", "backup", "disclosure", "clock", "provider")
    assert [word for word in wanted if not any(word in heading.lower() for heading in headings)] == []


def test_a_command_that_is_not_there_would_be_told() -> None:
    assert missing_of("troskel journal burn") == ["burn"]
    assert missing_of("troskel backup --nowhere X") == ["--nowhere"]
    assert missing_of("troskel journal verify --all") == []
    assert sbom_command.SPDX.fullmatch("MIT")


def _is_page(path: str) -> bool:
    for candidate in (path, f"{path}/", path.rstrip("/")):
        try:
            resolve(candidate)
        except Resolver404:
            continue
        return True
    return False
