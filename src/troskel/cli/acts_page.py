# SPDX-License-Identifier: EUPL-1.2
"""The page docs/acts.md: from the register of acts, the shipped routine, and the names of tests."""

from __future__ import annotations

import re
import types
import typing
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import msgspec

from troskel.acts.chapters import CHAPTERS, REGISTER
from troskel.acts.core.register import Act
from troskel.routine.engine import LOOK_AFTER
from troskel.routine.model import Ask, Paragraph, Routine
from troskel.routine.reading import read_routine
from troskel.routine.vocabulary import DERIVED

SHIPPED = Path("routines", "troskelby", "2016-11-29.toml")
PLAYS = ("tests", "plays")
CASES = range(1, 16)
"""The cases that the routine's words imply and a naive system gets wrong."""

HEAD = """\
# The acts

Made by `./dev troskel acts --write` from the register of acts, the shipped routine and the tests: not by hand.
An act is called as `POST /api/v1/acts/<name>` with its values as a JSON object, or from a play file
(`troskel play`). What the system alone does is no operation of the API. `*` marks a value that must be given.

## From paragraph to act and test
*Acts*: those that name the paragraph. *Also by*: acts whose events open or fulfil what it asks. *Tests*: files
with a test that has the paragraph in its name.

"""


def page(checkout: Path) -> str:
    """The whole page."""
    routine = read_routine(checkout / SHIPPED)
    parts = (
        _paragraphs(routine, checkout),
        _cases(checkout),
        _derived(routine),
        _chapters(routine, checkout),
        _kinds(),
    )
    return HEAD + "".join("".join(part) for part in parts)


def acts() -> list[Act[Any]]:
    """Every act, chapter by chapter, as they are written."""
    return [act for chapter in CHAPTERS for act in REGISTER.values() if act.chapter == _name(chapter)]


def _name(chapter: types.ModuleType) -> str:
    return chapter.__name__.rsplit(".", 1)[-1]


# from paragraph to act and test


def acts_of(paragraph: str) -> list[str]:
    """The acts that name the paragraph."""
    return [act.name for act in acts() if paragraph in act.paragraphs]


def acts_by_events(paragraph: Paragraph) -> list[str]:
    """The acts whose events open or fulfil what the paragraph asks."""
    events = {event for ask in paragraph.asks for event in (*ask.on, *ask.done_by)}
    return [act.name for act in acts() if events & set(act.writes)]


def tests_of(paragraph: str, checkout: Path) -> list[str]:
    """The files with a test that has the paragraph in its name, as test_p6_… has."""
    named = re.compile(rf"^ *def test_(?:\w+_)?{paragraph.lower()}(?:_\w+)?\(", re.MULTILINE)
    return [name for name, text in _texts(checkout, "test_*.py") if named.search(text)]


def _paragraphs(routine: Routine, checkout: Path) -> Iterator[str]:
    yield "| paragraph | acts | also by | tests |\n|---|---|---|---|\n"
    for paragraph in routine.paragraphs:
        named = acts_of(paragraph.id)
        also = [name for name in acts_by_events(paragraph) if name not in named]
        cells = [_linked(named), _linked(also), _coded(tests_of(paragraph.id, checkout))]
        yield f"| **{paragraph.id}** {paragraph.text.en} | {' | '.join(cell or '–' for cell in cells)} |\n"


# from case to test and play file


def tests_of_case(number: int, checkout: Path) -> list[str]:
    """The files with a test that has the case in its name, as test_case_6_… has."""
    named = re.compile(rf"^ *def test_(?:\w+_)?case_{number}(?:_\w+)?\(", re.MULTILINE)
    return [name for name, text in _texts(checkout, "test_*.py") if named.search(text)]


def plays_of_case(number: int, checkout: Path) -> dict[str, str]:
    """The case's play files, each with what it says it is about."""
    texts = _texts(checkout, f"case-{number:02}-*.jsonl")
    return {name: _about(text) for name, text in texts if name.startswith("plays/")}


def _about(play: str) -> str:
    """The first words of a play file: what the case is, without its number."""
    comment = " ".join(line.removeprefix("# ") for line in play.partition("{")[0].splitlines())
    told = re.sub(r"^Case [0-9]+[:,] ", "", comment).partition(" A naive system")[0]
    return told[:1].upper() + told[1:]


def _cases(checkout: Path) -> Iterator[str]:
    yield "\n## From case to test and play file\n"
    yield "*Tests*: files with a test that has the case in its name. *Play files*: `./dev troskel play FILE`, each in\n"
    yield "an empty database.\n\n| case | tests | play files |\n|---|---|---|\n"
    for number in CASES:
        plays = plays_of_case(number, checkout)
        cells = [_coded(tests_of_case(number, checkout)), _coded(plays)]
        yield f"| **{number}** {' '.join(plays.values())} | {' | '.join(cell or '–' for cell in cells)} |\n"


# what is not written by an act, but follows


def _derived(routine: Routine) -> Iterator[str]:
    yield "\n## What follows by itself\n"
    yield "The engine finds these after events marked † and as days pass (`first.visit`: after a visit); the routine\n"
    yield "asks on them as on events.\n\n"
    yield "| happening | meaning | opens |\n|---|---|---|\n"
    for name, words in DERIVED.items():
        yield f"| `{name}` | {words.en} | {_asks(routine, name, lambda ask: ask.on) or '–'} |\n"
    yield "\n"


def _asks(routine: Routine, event: str, of: typing.Callable[[Ask], tuple[str, ...]]) -> str:
    found = [f"{p.id} {ask.ask}" for p in routine.paragraphs for ask in p.asks if event in of(ask)]
    return ", ".join(found)


# from chapter to act


def _chapters(routine: Routine, checkout: Path) -> Iterator[str]:
    files = _texts(checkout, "*.py", "*.jsonl")
    for chapter in CHAPTERS:
        yield f"## {_name(chapter).replace('_', ' ').capitalize()}\n{(chapter.__doc__ or '').strip()}\n\n"
        for act in acts():
            if act.chapter == _name(chapter):
                yield from _act(act, routine, files)


def _act(act: Act[Any], routine: Routine, files: list[tuple[str, str]]) -> Iterator[str]:
    who = ", ".join(sorted(act.who)) or "the system alone"
    yield f"### {act.name}\n{act.meaning}\n\n"
    yield f"Paragraphs: {', '.join(act.paragraphs)}. Who may: {who}.\n\n"
    values = [_value(field) for field in msgspec.structs.fields(act.values)]
    yield f"Values: {'; '.join(values) or 'none'}.\n\n"
    yield "| event | opens | fulfils | makes moot |\n|---|---|---|---|\n"
    for event in act.writes:
        opens, done, moot = (_asks(routine, event, of) for of in (_on, _done_by, _moot_on))
        done = {"notice.read": "the notice", "duty.attested": _by_hand(routine)}.get(event, done)
        mark = " †" if event in LOOK_AFTER else ""
        yield f"| `{event}`{mark} | {opens or '–'} | {done or '–'} | {moot or '–'} |\n"
    called = re.compile(rf"[\"']{act.name}[\"']|\b{act.name}(?=[(,])|\.{act.name}\b")
    yield f"\nNamed in: {_coded(name for name, text in files if called.search(text)) or 'no test'}.\n\n"


def _by_hand(routine: Routine) -> str:
    return ", ".join(f"{p.id} {ask.ask}" for p in routine.paragraphs for ask in p.asks if ask.by_hand)


def _on(ask: Ask) -> tuple[str, ...]:
    return ask.on


def _done_by(ask: Ask) -> tuple[str, ...]:
    return ask.done_by


def _moot_on(ask: Ask) -> tuple[str, ...]:
    return ask.moot_on


# types in words


def _value(field: msgspec.structs.FieldInfo) -> str:
    return f"`{field.name}`{'*' if field.required else ''} {_type(field.type)}"


WORDS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    bool: "true or false",
    date: "day",
    datetime: "instant with offset",
    UUID: "id",
    type(None): "nothing",
}


def _type(kind: Any) -> str:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Annotated:
        return _type(arguments[0])
    if origin is dict:
        return f"{_type(arguments[1])} by {_type(arguments[0])}"
    if origin is Literal:
        return " or ".join(f"`{value}`" if value else "empty" for value in arguments)
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin in (typing.Union, types.UnionType):
        return " or ".join(_type(argument) for argument in arguments)
    if kind in WORDS:
        return WORDS[kind]
    return f"[{kind.__name__}](#{kind.__name__.lower()})"


def _kinds() -> Iterator[str]:
    """The structs that values are made of."""
    yield "## Kinds of values\n"
    for kind in sorted(_structs(), key=lambda kind: kind.__name__):
        fields = "; ".join(_value(field) for field in msgspec.structs.fields(kind))
        yield f"\n### {kind.__name__}\n{(kind.__doc__ or '').strip()}\n\n{fields}.\n"


def _structs() -> set[type[msgspec.Struct]]:
    waiting = [field.type for act in acts() for field in msgspec.structs.fields(act.values)]
    found: set[type[msgspec.Struct]] = set()
    while waiting:
        kind = waiting.pop()
        waiting += typing.get_args(kind)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind not in found:
            found.add(kind)
            waiting += [field.type for field in msgspec.structs.fields(kind)]
    return found


# files


def _texts(checkout: Path, *patterns: str) -> list[tuple[str, str]]:
    """The files of tests and plays that fit, by their paths, with what stands in them."""
    found = {path for folder in PLAYS for pattern in patterns for path in (checkout / folder).rglob(pattern)}
    named = [(path.relative_to(checkout).as_posix(), path) for path in sorted(found)]
    return [(name, path.read_text(encoding="utf-8")) for name, path in named]


def _coded(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _linked(names: Iterable[str]) -> str:
    return ", ".join(f"[{name}](#{name})" for name in names)
