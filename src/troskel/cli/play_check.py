# SPDX-License-Identifier: EUPL-1.2
"""What every check of a play is: what it looks at, what the file states, and how the two are compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import msgspec
from msgspec import UNSET

Found = dict[str, Any]
Lists = dict[str, str | list[str]]

CHOOSING = frozenset({"client", "of", "paragraph", "on", "days", "by", "lock", "event"})
"""Fields that say what a check looks at."""


class Check(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is looked at, and what is to be found there. Fields that are UNSET state nothing."""

    example: ClassVar[str] = ""
    shapes: ClassVar[dict[str, str]] = {}

    def found(self) -> Found:
        """What is so now, under the words that state it."""
        raise NotImplementedError

    def unmet(self, found: Found) -> dict[str, Any]:
        """What the file states and is otherwise."""
        stated = {name: getattr(self, name) for name in self.stated()}
        return {name: wanted for name, wanted in stated.items() if not self.fits(name, wanted, found[name])}

    def stated(self) -> list[str]:
        """The fields that choose nothing and state something."""
        fields = [name for name in self.__struct_fields__ if name not in CHOOSING]
        return [name for name in fields if getattr(self, name) is not UNSET]

    def fits(self, name: str, wanted: Any, found: Any) -> bool:
        """Is a statement met? Lists in any order; of an object, what the file names; of a text, the part of it."""
        if name == "say":
            return all(any(part in text for text in found.get(key, [])) for key, part in _parts(wanted))
        if isinstance(wanted, dict):
            return all(paired(listed(wanted[key]), found.get(key, [])) for key in wanted)
        return paired(wanted, found) if isinstance(wanted, list) else bool(wanted == found)


def paired(
    wanted: list[Any],
    found: Iterable[Any],
    fits: Callable[[Any, Any], bool] = lambda one, other: one == other,
) -> bool:
    """Does each wanted value fit one found value, and none is left?"""
    rest = list(found)
    for value in sorted(wanted, key=lambda value: -len(str(value).split())):
        fitting = [other for other in rest if fits(value, other)]
        if not fitting:
            return False
        rest.remove(fitting[0])
    return not rest


def listed(value: str | list[str]) -> list[str]:
    """One or several values, as a list."""
    return [value] if isinstance(value, str) else value


def _parts(wanted: Lists) -> list[tuple[str, str]]:
    return [(name, part) for name, parts in wanted.items() for part in listed(parts)]
