# SPDX-License-Identifier: EUPL-1.2
"""No class name stands for two things: where one thing has a row, facts and an answer, the ending says which."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"


def classes(files: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """The classes of these files (name, text), each with the files that define it. Migrations are history."""
    found: dict[str, list[str]] = {}
    for name, text in files:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ClassDef) and node.name not in ("Meta", "Migration"):
                found.setdefault(node.name, []).append(name)
    return found


def named_twice(files: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    return {name: where for name, where in classes(files).items() if len(where) > 1}


def test_no_class_name_stands_for_two_things() -> None:
    sources = [
        (str(path.relative_to(SRC)), path.read_text("utf-8"))
        for path in sorted(SRC.rglob("*.py"))
        if "migrations" not in path.parts
    ]
    assert len(classes(sources)) > 300
    assert named_twice(sources) == {}


def test_two_of_one_name_are_found() -> None:
    files = [("a.py", "class Door: ..."), ("b.py", "if True:\n    class Door: ...\nclass Lock: ...")]
    assert named_twice(files) == {"Door": ["a.py", "b.py"]}
