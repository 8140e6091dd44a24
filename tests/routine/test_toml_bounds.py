# SPDX-License-Identifier: EUPL-1.2
"""A small file that was made to take long is refused in one pass, with its line."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from troskel.duties.routines import SHIPPED
from troskel.routine import InvalidRoutine, parser
from troskel.routine.toml_bounds import beyond_bounds

MADE_TO_TAKE_LONG = {
    "dotted key": "x = 1\n" + "a." * 50_000 + "a = 1\n",
    "dotted header": "\n[" + "a." * 50_000 + "a]\n",
    "arrays": "\na = " + "[" * 100_000 + "]" * 100_000,
    "tables": "\na = " + "{a=" * 50_000 + "1" + "}" * 50_000,
    "brackets after a string that ends": '\na = "\\"", b = ' + "[" * 40,
    "keys": "k = 1\n" * 90_000,
    "headers": "[[a]]\n" * 100_000,
    "large": "#" * 1_000_001,
}


@pytest.mark.parametrize("kind", MADE_TO_TAKE_LONG)
def test_it_is_refused_before_it_is_parsed(kind: str) -> None:
    assert beyond_bounds(MADE_TO_TAKE_LONG[kind])
    with pytest.raises(InvalidRoutine, match=r"routine\.toml: (line [0-9]+|it is larger)"):
        parser.parse_routine(MADE_TO_TAKE_LONG[kind].encode(), "routine.toml")


@pytest.mark.parametrize("text", ["a = " + "9" * 5000, "a = 1_" + "0_" * 5000 + "0", '# "' + '\\"' * 100_000])
def test_what_breaks_the_parser_is_refused_too(text: str) -> None:
    with pytest.raises(InvalidRoutine):
        parser.parse_routine(text.encode(), "routine.toml")


def test_the_shipped_routine_is_far_within() -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert not beyond_bounds(text)
    assert not beyond_bounds(text * 4)


@given(st.text(alphabet="ab1.\"'#\\[]{}=, \n", max_size=80))
@settings(max_examples=200, phases=[Phase.explicit, Phase.generate], deadline=None)
@example('a = """x\n["""\n')
@example("a = '''x\n{'''\n")
def test_what_can_be_parsed_is_seen_as_it_is(text: str) -> None:
    """Oracle: tomllib. Brackets in strings and comments count for nothing; of small texts none is refused."""
    try:
        tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    padded = text + "".join(f"\n# {'[' * 40}\nq{n} = '{'{' * 40}'" for n in range(2))
    assert not beyond_bounds(padded)
