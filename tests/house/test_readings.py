# SPDX-License-Identifier: EUPL-1.2
"""What interfaces read is declared with `@read`, once: found in the syntax tree, and each rule is broken in a copy."""

from __future__ import annotations

import ast
import shutil
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.db import models

from troskel.cli import readings_page
from troskel.ground.refusals import NotAllowed
from troskel.people.models import Client
from troskel.people.roles import Actor, ActorKind, Role
from troskel.reading.paging import Page
from troskel.reading.register import READINGS, all_readings, read

CHECKOUT = Path(__file__).parent.parent.parent
SOURCE = CHECKOUT / "src" / "troskel"
INTERFACES = ("web", "phone", "api", "cli", "simulator", "screens")
DECLARING = ("page", "reads", "add_operation")
"""Functions of the interfaces that take `who=`, or take it from a reading."""


def decorators(function: ast.FunctionDef) -> set[str]:
    called = [each.func if isinstance(each, ast.Call) else each for each in function.decorator_list]
    return {each.id for each in called if isinstance(each, ast.Name)}


def functions(source: Path) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Functions at the top of the room's modules, each with the name of its module."""
    for file in sorted((source / "reading").rglob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef):
                yield file.stem, node


def for_a_viewer(source: Path) -> dict[tuple[str, str], bool]:
    """Public functions that take a viewer, by module and name: are they declared?"""
    return {
        (module, function.name): "read" in decorators(function)
        for module, function in functions(source)
        if not function.name.startswith("_")
        and any(
            isinstance(argument.annotation, ast.Name) and argument.annotation.id == "Actor"
            for argument in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)
        )
    }


def used(source: Path) -> Iterator[tuple[str, str]]:
    """What the interfaces take from the room, by module and name."""
    for interface in INTERFACES:
        for file in sorted((source / interface).rglob("*.py")):
            yield from used_in(ast.parse(file.read_text(encoding="utf-8")))


def used_in(tree: ast.Module) -> Iterator[tuple[str, str]]:
    modules: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "troskel.reading":
            modules |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("troskel.reading."):
            yield from (((node.module or "").rsplit(".", 1)[-1], alias.name) for alias in node.names)
        elif isinstance(node, ast.Import):
            plain = [alias.name for alias in node.names if alias.name.startswith("troskel.reading")]
            assert not plain, (
                f"import {plain[0]}: write from troskel.reading import …, so that this test sees it"
            )
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in modules:
            yield modules[node.value.id], node.attr


def undeclared(source: Path) -> set[tuple[str, str]]:
    """Functions with a viewer that an interface calls, and that say nowhere who may."""
    declared = for_a_viewer(source)
    return {name for name in used(source) if declared.get(name) is False}


def declared_in_the_text(source: Path) -> set[tuple[str, str]]:
    return {(module, each.name) for module, each in functions(source) if "read" in decorators(each)}


def own_roles(source: Path) -> list[str]:
    """Pages and operations that list roles themselves, instead of taking them from a reading or an act."""
    trees = {
        file.relative_to(source).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
        for interface in INTERFACES
        for file in sorted((source / interface).rglob("*.py"))
    }
    derived = {
        target.id
        for tree in trees.values()
        for node in tree.body
        if isinstance(node, ast.Assign) and not lists_roles(node.value, set())
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    return [
        f"{file}: {ast.unparse(keyword.value)}"
        for file, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in DECLARING
        for keyword in node.keywords
        if keyword.arg == "who" and lists_roles(keyword.value, derived)
    ]


def lists_roles(who: ast.expr, derived: set[str]) -> bool:
    """Is `who` more than `reading.who`, `act.who`, every role, or a constant that is derived from these?"""
    names = {node.id for node in ast.walk(who) if isinstance(node, ast.Name)}
    constants = {name for name in names if name.isupper()} - derived - {"REGISTER", "EVERY_ROLE"}
    return "Role" in names or bool(constants)


def test_what_interfaces_read_is_declared() -> None:
    assert undeclared(SOURCE) == set()
    assert len(for_a_viewer(SOURCE)) > len(all_readings()) > 50, "the walk finds functions at all"


def test_every_declared_reading_is_registered() -> None:
    assert declared_in_the_text(SOURCE) == {(reading.room, reading.name) for reading in all_readings()}


def test_no_interface_lists_roles_of_its_own() -> None:
    assert own_roles(SOURCE) == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the source, to do mischief in."""
    return Path(shutil.copytree(SOURCE, tmp_path / "troskel", ignore=shutil.ignore_patterns("__pycache__")))


def test_a_reading_that_lost_its_declaration_is_found(copy: Path) -> None:
    file = copy / "reading" / "outbox.py"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("@read(who=[Role.ADMINISTRATOR])\n", "", 1), encoding="utf-8")
    assert undeclared(copy) == {("outbox", "failed_emails")}


def test_a_new_module_that_a_page_reads_without_declaration_is_found(copy: Path) -> None:
    new = "from troskel.people.roles import Actor\ndef secrets(viewer: Actor) -> list[str]:\n    return []\n"
    (copy / "reading" / "new.py").write_text(new)
    assert undeclared(copy) == set(), "nobody calls it"
    (copy / "web" / "peeping.py").write_text("from troskel.reading.new import secrets\n")
    assert undeclared(copy) == {("new", "secrets")}
    (copy / "web" / "peeping.py").write_text("from troskel.reading import new as n\nfound = n.secrets\n")
    assert undeclared(copy) == {("new", "secrets")}


def test_a_declaration_that_is_not_registered_is_found(copy: Path) -> None:
    new = "from troskel.reading.register import read\n@read(who=[])\ndef late(viewer: Actor) -> int: ...\n"
    (copy / "reading" / "deeper").mkdir()
    (copy / "reading" / "deeper" / "down.py").write_text(new)
    assert ("down", "late") in declared_in_the_text(copy) - {
        (each.room, each.name) for each in all_readings()
    }


@pytest.mark.parametrize(
    "who", ["(Role.CARER,)", "lists.clients.who | {Role.CARER}", "frozenset({Role.CARER})"]
)
def test_roles_of_a_pages_own_are_found(copy: Path, who: str) -> None:
    (copy / "web" / "peeping.py").write_text(f'@page("peep/", name="peep", who={who})\ndef peep(): ...\n')
    assert own_roles(copy) == [f"web/peeping.py: {who}"]


# -- the declaration itself


def viewer(role: Role) -> Actor:
    return Actor("0999", role)


def test_another_role_is_refused_before_anything_is_read() -> None:
    """No database is at hand here: a reading that began to read would fail otherwise."""
    refused = 0
    for reading in all_readings():
        for role in set(Role) - reading.who - {Role.SYSTEM}:
            with pytest.raises(NotAllowed) as told:
                reading(viewer(role))
            assert told.value.code == "role.not_allowed"
            named = told.value.values
            assert (named["act"], named["role"]) == (reading.name, role)
            refused += 1
    assert refused > 100


def test_roles_that_may_and_the_system_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("troskel.reading.register.READINGS", {})

    @read(who=[Role.CARER], title="What is near")
    def near(viewer: Actor, far: int, *, more: int = 0) -> int:
        """Not the title."""
        return far + more

    assert near(viewer(Role.CARER), 2, more=3) == 5
    assert near(Actor.system("0999", ActorKind.CLOCK), 2) == 2
    assert (near.title, near.answers, near.who) == ("What is near", int, {Role.CARER})
    with pytest.raises(NotAllowed):
        near(viewer(Role.MANAGER), 2)


def test_a_reading_without_roles_or_with_a_name_that_is_taken_is_refused() -> None:
    def clients(viewer: Actor) -> int:
        return 0

    all_readings()
    with pytest.raises(ValueError, match="who may"):
        read(who=[])(clients)
    with pytest.raises(ValueError, match="two readings are called clients"):
        read(who=[Role.CARER])(clients)
    assert READINGS["clients"].room == "lists"


# -- what they answer (decision 39)

OPEN_FIELDS = {"LineShown.body", "ClientLine.body", "DetailShown.detail"}
"""JSON that is kept as it was written: each event has fields of its own."""


def loose(kind: Any, where: str = "", seen: frozenset[Any] = frozenset()) -> Iterator[str]:
    """Where a type says nothing (Any), or where an answer is a row of the database or a NamedTuple."""
    if kind is Any:
        yield where
    if not isinstance(kind, type) or typing.get_origin(kind):
        if typing.get_origin(kind) is not typing.Literal:
            for argument in typing.get_args(kind):
                yield from loose(argument, where, seen)
        kind = typing.get_origin(kind)
    if isinstance(kind, type) and issubclass(kind, models.Model):
        yield where
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in seen:
        if kind.__module__.startswith("troskel.reading"):
            assert kind.__struct_config__.frozen, f"{kind.__name__} is not frozen"
        for name, hint in typing.get_type_hints(kind).items():
            yield from loose(hint, f"{kind.__name__}.{name}", seen | {kind})


def test_answers_say_what_they_hold() -> None:
    found = {place for reading in all_readings() for place in loose(reading.answers, reading.name)}
    assert found == OPEN_FIELDS


def test_no_answer_is_a_named_tuple() -> None:
    for reading in all_readings():
        kinds = [reading.answers, *typing.get_args(reading.answers)]
        tuples = [kind for kind in kinds if isinstance(kind, type) and hasattr(kind, "_fields")]
        assert not tuples, f"{reading.name} answers {tuples}: a frozen struct (docs/decisions/0039)"


def test_loose_answers_are_found() -> None:
    class Told(msgspec.Struct):
        body: dict[str, Any]
        row: Client | None

    assert [*loose(list[Told], "told")] == ["Told.body", "Told.row"]
    assert [*loose(dict[str, Any], "told")] == ["told"]
    assert [*loose(Page[int], "told")] == []


# -- the page of all readings


def test_page_of_readings_is_fresh() -> None:
    committed = (CHECKOUT / "docs" / "readings.md").read_text(encoding="utf-8")
    assert committed == readings_page.page(), (
        "docs/readings.md is stale: run './dev troskel readings --write'"
    )
    assert all(f"| `{reading.name}` |" in committed for reading in all_readings())
