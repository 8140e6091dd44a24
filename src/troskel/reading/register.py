# SPDX-License-Identifier: EUPL-1.2
"""The register of readings: `@read` declares once who may read what; pages, API and navigation take it from there."""

from __future__ import annotations

import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterable
from functools import update_wrapper
from importlib import import_module
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

from troskel.people.roles import Actor, Role
from troskel.permits.may import may_read

P = ParamSpec("P")
R = TypeVar("R")

READINGS: dict[str, Reading[Any, Any]] = {}
"""Every reading by name. `all_readings()` imports what fills it."""


class Reading(Generic[P, R]):
    """A reading. Called with the viewer first; raises NotAllowed for a role that may not read it.

    Which clients the viewer sees in it is another matter: Sight (permits/sight.py) decides that in the reading itself.
    """

    def __init__(
        self, function: Callable[Concatenate[Actor, P], R], who: frozenset[Role], title: str
    ) -> None:
        update_wrapper(self, function)
        self.function = function
        self.name = function.__name__
        self.room = function.__module__.rsplit(".", 1)[-1]
        self.who = who
        self.title = title or (inspect.getdoc(function) or "").partition("\n")[0]

    def __call__(self, viewer: Actor, /, *args: P.args, **values: P.kwargs) -> R:
        may_read(viewer, self.name, self.who)
        return self.function(viewer, *args, **values)

    @property
    def answers(self) -> Any:
        """The type of the answer, as the function is annotated."""
        return typing.get_type_hints(self.function)["return"]


def read(
    *, who: Iterable[Role], title: str = ""
) -> Callable[[Callable[Concatenate[Actor, P], R]], Reading[P, R]]:
    """Registers a function, whose first parameter is the viewer, as a reading for these roles. The system may all.

    `title`: its summary in the API and in docs/readings.md, in English; else the first line of the docstring.
    Raises ValueError without roles, or for a name that is taken.
    """
    roles = frozenset(who)

    def decorate(function: Callable[Concatenate[Actor, P], R]) -> Reading[P, R]:
        new_reading = Reading(function, roles, title)
        if not roles:
            raise ValueError(f"{new_reading.name} does not say who may read it: declare who=")
        if new_reading.name in READINGS:
            raise ValueError(f"two readings are called {new_reading.name}")
        READINGS[new_reading.name] = new_reading
        return new_reading

    return decorate


def all_readings() -> list[Reading[Any, Any]]:
    """Returns every reading by room and name. Imports all modules of the room, so that none is missing."""
    package = __name__.rpartition(".")[0]
    for module in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
        import_module(module.name)
    return sorted(READINGS.values(), key=lambda reading: (reading.room, reading.name))
