# SPDX-License-Identifier: EUPL-1.2
"""How an act is done and refused, for `test_every_act.py`. A test module registers its acts' examples in `EXAMPLES`."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from tests.town import Town

Values = dict[str, Any]


class ActExample(NamedTuple):
    """An actor and values for an act; and the rule that refuses it, with `wrong` values, `by` another, or `again`."""

    who: str
    values: Callable[[Town], Values]
    rule: str
    wrong: Values = {}
    by: str = ""
    again: bool = False


def registered_examples(folder: Path) -> dict[str, ActExample]:
    """The examples of the folder's test modules, by act. Each module has a constant `EXAMPLES`, or none."""
    examples: dict[str, ActExample] = {}
    for path in sorted(folder.glob("test_*.py")):
        if path.stem != "test_every_act" and "\nEXAMPLES = {" in path.read_text("utf-8"):
            examples |= import_module(f"tests.acts.{path.stem}").EXAMPLES
    return examples
