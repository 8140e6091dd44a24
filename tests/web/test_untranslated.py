# SPDX-License-Identifier: EUPL-1.2
"""No text for people stands in code past the catalogue: not in an f-string, a ternary, a sum of texts or `.format`.

Code is read as a syntax tree; what is Swedish is told by the catalogue's own words.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.web.test_translations import SOURCE, catalogue, messages

MARKS = {"_", "gettext", "ngettext", "gettext_noop"}
WORD = re.compile(r"[^\W\d_]{3,}")
PLACEHOLDER = re.compile(r"\{\w*\}|%\(\w+\)s")
EXEMPT = {
    "prover/": "invented names",
    "routine/": "the municipality's own two languages",
    "simulator/": "made-up data",
    "exchange/": "column names of the case system",
    "cli/": "for operators, in English; the column names again",
    "locale/": "no code",
    "screens/modules.py": "names of files",
    "ground/formatting.py": "both languages' manner",
    "ground/refusal_texts.py": "both languages' word for or",
    "billing/form.py": "a form in Swedish, by O3",
    "access/mailing.py": "an e-mail in both languages at once",
    "reading/outbox.py": "the names of e-mails in both languages at once",
    "duties/mailing.py": "e-mails are in both languages at once",
    "duties/told.py": "the routine's texts, in both languages at once",
    "keeping/heads.py": "an e-mail in both languages at once",
    "keeping/backup.py": "the ending of a file's name: tar",
    "ground/backup_files.py": "the same",
    "web/shell/rates.py": "both languages at once, before a language is known",
    "web/shell/busy.py": "both languages at once, before a language is known",
    "acts/taking_over_things.py": "what a list of locks may say",
    "people/identity.py": "the name of a number",
    "people/models.py": "what stands in the database instead of a blanked name; a field's note",
    "people/migrations/": "the same note",
}
"""Where Swedish may stand, and why."""
NAMES = {"POST", "Tröskel", "Svenska", "driver", "min", "lgh", "sort", "port", "PORT", "personal"}
"""Methods and names; words that are code in one language and text in the other; Swedish addresses."""


@cache
def swedish_words() -> frozenset[str]:
    """The words of the catalogue's Swedish that its English does not have."""

    def words(text: str) -> set[str]:
        return {word.lower() for word in WORD.findall(PLACEHOLDER.sub(" ", text))}

    swedish = {word for message in messages() for word in words(message)}
    english = {word for strings in catalogue().values() for text in strings for word in words(text)}
    return frozenset(swedish - english)


def is_swedish(text: str) -> bool:
    return any(
        word not in NAMES and (word.lower() in swedish_words() or re.search("[åäöÅÄÖ]", word))
        for word in WORD.findall(text)
    )


def is_mark(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MARKS


def unmarked(tree: ast.AST) -> Iterator[str]:
    """The texts that are neither documentation nor marked for the catalogue, also those inside other expressions."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        if isinstance(node, ast.Call) and is_mark(node):
            for argument in node.args:
                if not isinstance(argument, ast.Constant):
                    yield from unmarked(ast.Expression(argument))
            continue
        yield from unmarked(node)


def unreachable(tree: ast.AST) -> Iterator[str]:
    """The marks that Babel can't read: their text is no plain text, or they stand inside an f-string (Python 3.11)."""
    in_f_strings = {
        inner for outer in ast.walk(tree) if isinstance(outer, ast.JoinedStr) for inner in ast.walk(outer)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_mark(node):
            texts = node.args[: 2 if ast.unparse(node.func) == "ngettext" else 1]
            if node in in_f_strings or any(is_put_together(text) for text in texts):
                yield ast.unparse(node)


def is_put_together(text: ast.AST) -> bool:
    """Is a text an f-string, a sum, or one of two texts?"""
    if isinstance(text, ast.IfExp):
        return any(isinstance(part, ast.Constant) for part in (text.body, text.orelse))
    return isinstance(text, ast.JoinedStr | ast.BinOp)


def marked(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_mark(node) and node.args:
            text = node.args[0]
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield text.value


def plural_by_hand(tree: ast.AST) -> Iterator[str]:
    """A text about one, chosen since a count is 1: that is what `ngettext` is for."""
    for node in ast.walk(tree):
        if isinstance(node, ast.IfExp | ast.If) and re.search(r"== -?1$", ast.unparse(node.test)):
            chosen = node.body if isinstance(node.body, list) else [node.body]
            texts = [text for part in chosen for text in marked(part)]
            if any(text.split()[0] in ("1", "En", "Ett") for text in texts):
                yield ast.unparse(node)


def modules() -> list[Path]:
    return [
        path
        for path in sorted(SOURCE.rglob("*.py"))
        if not path.relative_to(SOURCE).as_posix().startswith(tuple(EXEMPT))
    ]


def faults(code: str) -> list[str]:
    tree = ast.parse(code)
    found = [f"not marked: {text}" for text in unmarked(tree) if is_swedish(text)]
    found += [f"Babel can't read: {call}" for call in unreachable(tree)]
    return found + [f"use ngettext: {choice}" for choice in plural_by_hand(tree)]


def test_no_untranslated_text_in_code() -> None:
    found = [
        f"{path.relative_to(SOURCE)}: {fault}" for path in modules() for fault in faults(path.read_text())
    ]
    assert found == []


def test_babel_finds_every_mark() -> None:
    """The syntax tree is the oracle for what `./dev words` extracts."""
    in_code = {text for path in SOURCE.rglob("*.py") for text in marked(ast.parse(path.read_text()))}
    assert sorted(in_code - messages()) == []
    assert len(in_code) > 400


def test_every_exemption_is_needed() -> None:
    for start in EXEMPT:
        files = [
            path for path in SOURCE.rglob("*.py") if path.relative_to(SOURCE).as_posix().startswith(start)
        ]
        assert start == "locale/" or any(
            is_swedish(text) for path in files for text in unmarked(ast.parse(path.read_text()))
        ), start


@pytest.mark.parametrize(
    "wrong",
    [
        'text = "Beställningen är avbokad"',
        'text = f"{day} till {last}"',
        'text = f"{count} besök"',
        'text = "kunden" if known else name',
        'text = "Ärende {case}".format(case=case)',
        'text = sentence + " Fler finns på andra sidor."',
        'text = _(name if known else "kunden")',
        "text = f\"{sentence} {_('Fler finns på andra sidor.')}\"",
        'text = _(f"Ärende {case}")',
        'text = _("Ärende " + case)',
        'text = _("Klart" if done else "Inte klart")',
        'text = _("1 besök") if count == 1 else _("{count} besök").format(count=count)',
        'if count == 1:\n    text = _("En sak att göra")',
    ],
)
def test_untranslated_text_would_be_found(wrong: str) -> None:
    assert faults(wrong)


@pytest.mark.parametrize(
    "right",
    [
        '"""Beställningen är avbokad."""',
        'text = _("Beställningen är avbokad")',
        'text = _("{count} av {total} i tid").format(count=count, total=total)',
        'text = _("Klart") if done else _("Inte klart")',
        'text = ngettext("{count} besök", "{count} besök", count).format(count=count)',
        'value = request.POST["client"]',
    ],
)
def test_translated_text_is_let_through(right: str) -> None:
    assert faults(right) == []
