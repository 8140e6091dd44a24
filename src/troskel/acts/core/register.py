# SPDX-License-Identifier: EUPL-1.2
"""The register of acts: `@act` makes a function of a chapter into an act (design, How a thing happens)."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Concatenate, Generic, ParamSpec

import msgspec

from troskel.acts.core import field_errors
from troskel.acts.core.outcome import Outcome
from troskel.acts.core.transaction import Doing
from troskel.ground.refusals import BadValue
from troskel.people.roles import Actor, Role
from troskel.permits.acts import ACTS
from troskel.routine.vocabulary import EVENTS

P = ParamSpec("P")
Body = Callable[Concatenate[Doing, P], dict[str, Any]]

REGISTER: dict[str, Act[Any]] = {}
"""Every act by its name. `acts.chapters` fills it."""


class Act(Generic[P]):
    """An act: call it with the actor first. All that it changes happens in one transaction, or nothing does."""

    def __init__(
        self,
        body: Body[P],
        paragraphs: tuple[str, ...],
        who: frozenset[Role],
        writes: tuple[str, ...],
        secret: bool,
    ):
        self.body = body
        self.secret = secret
        self.name = body.__name__
        self.chapter = body.__module__.rsplit(".", 1)[-1]
        self.paragraphs = paragraphs
        self.who = who
        self.writes = writes
        self.values = _struct_of(body)
        self.meaning = (inspect.getdoc(body) or "").partition("\n")[0]

    def __call__(self, actor: Actor, *args: P.args, **values: P.kwargs) -> Outcome:
        """Do it. Raises Refusal, NotFound or BadValue, and then nothing has happened."""
        return Doing.carry_out(self, actor, lambda doing: self.body(doing, *args, **values))

    def perform(
        self,
        actor: Actor,
        values: Mapping[str, Any],
        *,
        key: str | None = None,
        preview: bool = False,
        occurred: datetime | None = None,
    ) -> Outcome:
        """Do it with values as JSON has them, as the API, the command line and the pages do.

        `key` makes a repeat get the first answer; `preview` tells what would follow, and changes nothing.
        """
        if key and self.secret:
            raise BadValue("key", "the answer holds a secret and is not kept: call without a key")
        read = self.read(values)
        given = {name: getattr(read, name) for name in read.__struct_fields__}

        def body(doing: Doing) -> dict[str, Any]:
            return self.body(doing, **given)  # type: ignore[call-arg]

        return Doing.carry_out(
            self,
            actor,
            body,
            content=[msgspec.to_builtins(read), occurred],
            key=key,
            preview=preview,
            occurred=occurred,
        )

    def read(self, values: Mapping[str, Any]) -> msgspec.Struct:
        """The values in their types. Raises BadValue naming the field."""
        if field := _unwritable(values):
            raise BadValue(field, "holds a character that no table can: take away NUL and half surrogates")
        if unknown := field_errors.unknown_field(values, self.values):
            raise unknown
        try:
            return msgspec.convert(values, self.values, strict=True)
        except msgspec.ValidationError as error:
            raise field_errors.bad_value(error, self.values) from None


def _unwritable(values: Any, field: str = "values") -> str | None:
    """The field of a text with a NUL or half a surrogate pair, which no database can hold; None where all can."""
    if isinstance(values, str):
        return None if _can_be_written(values) else field
    if isinstance(values, Mapping):
        return next((found for key, held in values.items() if (found := _unwritable(held, str(key)))), None)
    if isinstance(values, list):
        return next((found for held in values if (found := _unwritable(held, field))), None)
    return None


def _can_be_written(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def act(
    *paragraphs: str, who: typing.Iterable[Role] = (), writes: typing.Iterable[str] = (), secret: bool = False
) -> Callable[[Body[P]], Act[P]]:
    """Register a function as an act: by which paragraphs, who may, and which journal events it writes.

    `secret`: the answer holds one, shown this once, so it is never kept for a repeat.
    """

    def registered(body: Body[P]) -> Act[P]:
        made = Act(body, tuple(paragraphs), frozenset(who), tuple(writes), secret)
        unknown = set(made.writes) - EVENTS.keys()
        if unknown:
            raise ValueError(f"{made.name} writes {sorted(unknown)}: add it to routine/vocabulary.py")
        if made.name in REGISTER:
            raise ValueError(f"two acts are called {made.name}")
        REGISTER[made.name] = ACTS[made.name] = made
        return made

    return registered


def _struct_of(body: Callable[..., Any]) -> type[msgspec.Struct]:
    hints = typing.get_type_hints(body, include_extras=True)
    fields: list[Any] = []
    for parameter in inspect.signature(body).parameters.values():
        if parameter.name == "doing":
            continue
        hint = hints[parameter.name]
        if parameter.default is inspect.Parameter.empty:
            fields.append((parameter.name, hint))
        else:
            fields.append((parameter.name, hint, parameter.default))
    return msgspec.defstruct(body.__name__, fields, kw_only=True, forbid_unknown_fields=True, frozen=True)
