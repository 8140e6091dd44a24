# SPDX-License-Identifier: EUPL-1.2
"""Decision 40: an operation keeps something true that spans rows; a plain write stands in the act."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOMS = sorted((Path(__file__).parents[2] / "src" / "troskel").glob("*/operations.py"))
WRITES = {"save", "create", "bulk_create", "bulk_update", "update", "delete"}
PLAIN = {
    "outbox.enqueue": "a key that is there already is left as it is, and a payload has one form",
    "outbox.unpark": "attempts, lease and due time are reset together, or two workers take the message",
    "outbox.delete_done": "the outbox's own upkeep: no act has it",
    "people.reserve_numbers": "the counter and its numbers move together, in a transaction of their own",
}
"""Operations that are one plain write, and why."""


def plain_writes(source: str) -> list[str]:
    """The public functions of a module that do one write and nothing else."""
    functions = [node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)]
    return [one.name for one in functions if not one.name.startswith("_") and is_plain(one)]


def is_plain(function: ast.FunctionDef) -> bool:
    """One statement (and a docstring, and choosing rows) that calls a write of the ORM."""
    statements = [one for one in function.body if not isinstance(one, ast.Expr | ast.Assign)]
    calls = [one for one in function.body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Call)]
    if len(statements) + len(calls) != 1:
        return False
    written = [
        node.func.attr
        for node in ast.walk((statements + calls)[0])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES
    ]
    return len(written) == 1


@pytest.mark.parametrize("file", ROOMS, ids=lambda file: file.parent.name)
def test_no_operation_is_one_plain_write(file: Path) -> None:
    found = {f"{file.parent.name}.{name}" for name in plain_writes(file.read_text(encoding="utf-8"))}
    assert found - PLAIN.keys() == set(), "write it in the act, or say in PLAIN why it stands here"


def test_a_plain_write_is_found() -> None:
    assert plain_writes('def keep(row):\n    """Keep it."""\n    row.save()\n') == ["keep"]
    assert plain_writes("def end(ids):\n    return Link.objects.filter(id__in=ids).update(until=1)\n") == [
        "end"
    ]
    assert plain_writes("def both(row, other):\n    row.save()\n    other.save()\n") == []
