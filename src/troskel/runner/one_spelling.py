# SPDX-License-Identifier: EUPL-1.2
"""Acts get numbers of things, names and e-mail addresses in one spelling, whoever sends them: the field says which."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import msgspec

from troskel.ground.refusals import BadValue
from troskel.ground.spelling import BadSpelling
from troskel.runner.fields import fields_of

Spelling = Callable[[str], str]
Tree = dict[str, Any]
"""By the name of a field, its spelling; or the tree of the fields within it."""


def in_one_spelling(values: Mapping[str, Any], struct: type[msgspec.Struct]) -> Mapping[str, Any]:
    """Returns an act's JSON values with each text in its field's spelling. Raises BadValue with the field."""
    tree = _spellings(struct)
    return _spelt(values, tree, "") if tree else values


def _spelt(value: Any, wanted: Spelling | Tree, path: str) -> Any:
    if isinstance(value, list):
        return [_spelt(item, wanted, f"{path}[{index}]") for index, item in enumerate(value)]
    if isinstance(wanted, dict):
        if not isinstance(value, Mapping):
            return value
        return {
            name: _spelt(item, wanted[name], f"{path}.{name}".lstrip(".")) if name in wanted else item
            for name, item in value.items()
        }
    if not isinstance(value, str):
        return value
    try:
        return wanted(value)
    except BadSpelling as error:
        raise BadValue(path, error.code, error.text) from None


@cache
def _spellings(struct: type[msgspec.Struct]) -> Tree:
    tree: Tree = {}
    for field in fields_of(struct):
        if field.facts.spelling is not None:
            *parents, name = field.path.split(".")
            within = tree
            for parent in parents:
                within = within.setdefault(parent, {})
            within[name] = field.facts.spelling
    return tree
