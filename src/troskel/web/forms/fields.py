# SPDX-License-Identifier: EUPL-1.2
"""From an act's values to a form, and from what was typed back to values. No rule of its own: the act judges."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from msgspec import inspect

from troskel.acts.core.register import Act
from troskel.ground import clock
from troskel.web.text import act_labels, formatting

MOST_RADIOS = 5
LONG_TEXT = 400  # letters; a field that takes more is an area
ORGANISATIONS = {
    "locksmith": {"locksmith"},
    "provider": {"home_care", "alarm"},
    "former": {"home_care", "alarm"},
    "organisation": {"home_care", "alarm", "locksmith", "municipality"},
    "to": {"home_care", "alarm", "locksmith", "municipality"},
    "allocations.organisation": {"home_care", "alarm"},
}
"""Values that name an organisation by its number: which kinds there are to choose among."""


SCANNED = frozenset({"serial", "tag", "key", "number", "numbers", "wrong", "right", "replaced_by"})
"""Values that stand on a thing, perhaps as a code that a camera reads."""


class Organisation(NamedTuple):
    """An organisation to choose."""

    orgnr: str
    name: str
    kind: str


class Choice(NamedTuple):
    """One of the answers to choose among."""

    value: str
    word: str


@dataclass(frozen=True)
class Field:
    """One thing that the form asks. `kind`: text, area, lines, number, date, instant, check, radios, select, fixed,
    hidden."""

    path: str
    kind: str
    label: str
    help: str
    required: bool
    nullable: bool
    choices: list[Choice] = field(default_factory=list)
    longest: int | None = None
    value: str = ""
    error: str = ""

    @property
    def id(self) -> str:
        """Its id in the page."""
        return "f-" + self.path.replace(".", "-").replace("_", "-")

    @property
    def name(self) -> str:
        """Its name in the page. A field called `form` would hide from scripts which form it is in."""
        return "form." if self.path == "form" else self.path

    @property
    def first(self) -> str:
        """The id of what a link to it leads to."""
        return f"{self.id}-1" if self.kind == "radios" else self.id

    @property
    def scans(self) -> bool:
        """Can it be filled by a camera? Typing always works."""
        return self.kind in ("text", "lines") and self.path in SCANNED

    @property
    def shown(self) -> str:
        """What was answered, as a person reads it."""
        if self.kind == "check":
            return _("Ja") if self.value else _("Nej")
        if self.choices:
            return next((choice.word for choice in self.choices if choice.value == self.value), self.value)
        if self.kind == "date" and self.value:
            return formatting.day(date.fromisoformat(self.value), clock.today())
        if self.kind == "instant" and self.value:
            return formatting.instant(_in_stockholm(self.value), clock.today())
        return self.value


def fields_of(
    act: Act[Any],
    organisations: list[Organisation],
    given: Mapping[str, str],
    among: Mapping[str, list[Choice]] | None = None,
) -> list[Field]:
    """The fields of an act's form, in the act's own order.

    A number or a name that is `given` stands fast; a day or a choice can still be changed. `among`: what there is to
    choose among for a value that else is typed, or of which only some can be meant. An id is never typed.
    """
    asked = []
    for path, told in _walk(inspect.type_info(act.values)):
        one = _among(_field(act, path, told, organisations), (among or {}).get(path, []))
        if path in given:
            kind = {"door": "hidden", "text": "fixed", "area": "fixed"}.get(one.kind, one.kind)
            one = replace(one, kind=kind, value=given[path])
        if one.kind != "door":
            asked.append(one)
    return asked


def names_organisations(act: Act[Any]) -> bool:
    """Does its form ask for an organisation?"""
    return any(path in ORGANISATIONS for path, _told in _walk(inspect.type_info(act.values)))


def _among(field: Field, choices: list[Choice]) -> Field:
    if not choices:
        return field
    if field.choices:
        values = {choice.value for choice in choices}
        choices = [choice for choice in field.choices if choice.value in values]
    return replace(field, kind="radios" if len(choices) <= MOST_RADIOS else "select", choices=choices)


def chosen(fields: list[Field], asked: Mapping[str, str]) -> list[Field]:
    """The fields with the choices that a link has made beforehand; it can choose only what there is to choose."""
    return [
        replace(one, value=asked[one.path])
        if asked.get(one.path) and asked[one.path] in {choice.value for choice in one.choices}
        else one
        for one in fields
    ]


def filled(fields: list[Field], typed: Mapping[str, str]) -> list[Field]:
    """The fields with what was typed."""
    return [replace(one, value=typed.get(one.path, "").strip()) for one in fields]


def checked(fields: list[Field]) -> list[Field]:
    """The fields with what can be said before the act is asked: what is missing, and what is no day or number."""
    return [replace(one, error=_fault(one)) for one in fields]


def with_error(fields: list[Field], path: str, error: str) -> list[Field] | None:
    """The fields with a refusal at the one it is about; None where it is about none of them.

    An act that takes many says "identity" where the form, which gives it one, has "clients.identity".
    """
    bare = re.sub(r"\[[^]]*\]", "", path)
    about = [one.path for one in fields if one.path == bare] or [
        one.path for one in fields if one.path.endswith(f".{bare}")
    ]
    if len(about) != 1:
        return None
    return [replace(one, error=error) if one.path in about else one for one in fields]


def values_of(act: Act[Any], fields: list[Field]) -> dict[str, Any]:
    """The values as the act takes them. What was left empty is left out."""
    values: dict[str, Any] = {}
    for one in fields:
        place = values
        *above, name = one.path.split(".")
        for step in above:
            place = place.setdefault(step, {})
        if one.value or one.kind == "check":
            place[name] = _read(one)
        elif one.required and one.nullable:
            place[name] = None
    for told in act.values.__struct_fields__:
        if isinstance(values.get(told), dict):
            values[told] = [values[told]]  # an act that takes many gets one
    return values


def _walk(kind: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """The fields of a struct, those of the structs in it unfolded."""
    for told in kind.fields:
        path = f"{above}{told.name}"
        inner, _nullable = _without_none(told.type)
        if isinstance(inner, inspect.ListType):
            inner, _nullable = _without_none(inner.item_type)
        if isinstance(inner, inspect.StructType):
            yield from _walk(inner, f"{path}.")
        else:
            yield path, told


def _without_none(kind: Any) -> tuple[Any, bool]:
    kind = kind.type if isinstance(kind, inspect.Metadata) else kind
    if isinstance(kind, inspect.UnionType):
        inner = next(one for one in kind.types if not isinstance(one, inspect.NoneType))
        return _without_none(inner)[0], True
    return kind, False


def _field(act: Act[Any], path: str, told: Any, organisations: list[Organisation]) -> Field:
    kind, nullable = _without_none(told.type)
    named = act_labels.of_field(act, path)
    choices = _choices(act, path, kind, organisations)
    made = Field(
        path=path,
        kind=_kind(kind, choices),
        label=act_labels.said(named.label),
        help=act_labels.said(named.help),
        required=told.required and "" not in {choice.value for choice in choices},
        nullable=nullable,
        choices=choices,
        longest=getattr(kind, "max_length", None),
    )
    if choices and isinstance(told.default, str):
        return replace(made, value=told.default)
    if made.required and len(choices) == 1:
        return replace(made, value=choices[0].value)
    return replace(made, value="on") if told.default is True else made


def _kind(kind: Any, choices: list[Choice]) -> str:
    if choices:
        return "radios" if len(choices) <= MOST_RADIOS else "select"
    if isinstance(kind, inspect.ListType):
        return "lines"
    if isinstance(kind, inspect.StrType):
        return "area" if (kind.max_length or 0) > LONG_TEXT else "text"
    return KINDS[type(kind)]


KINDS: dict[type[Any], str] = {
    inspect.BoolType: "check",
    inspect.IntType: "number",
    inspect.DateType: "date",
    inspect.DateTimeType: "instant",
    inspect.UUIDType: "door",
}
"""What the other types become. An id is never typed: a door comes with its duty, or is the only one."""


def _choices(act: Act[Any], path: str, kind: Any, organisations: list[Organisation]) -> list[Choice]:
    kinds = ORGANISATIONS.get(path)
    if kinds:
        return [Choice(one.orgnr, one.name) for one in organisations if one.kind in kinds]
    named = act_labels.choices_of(act, path)
    if isinstance(kind, inspect.LiteralType):
        return [Choice(value, act_labels.said(told)) for value, told in named.items() if value in kind.values]
    if isinstance(kind, inspect.StrType):
        return [Choice(value, act_labels.said(told)) for value, told in named.items()]
    return []


def _fault(one: Field) -> str:
    if not one.value:
        if not one.required or one.nullable or one.kind == "check":
            return ""
        return _("Välj ett svar.") if one.choices else _("Fyll i det här.")
    try:
        _read(one)
    except ValueError:
        return FAULTS[one.kind]()
    return ""


FAULTS = {
    "date": lambda: _("Det är ingen dag. Skriv till exempel 2026-11-25."),
    "instant": lambda: _("Det är ingen tidpunkt. Skriv till exempel 2026-11-25T13:30."),
    "number": lambda: _("Det är inget tal."),
}


def _read(one: Field) -> Any:
    """A field's value as JSON has it. Raises ValueError for what is no such value."""
    if one.kind == "check":
        return bool(one.value)
    if one.kind == "lines":
        return [line.strip() for line in one.value.splitlines() if line.strip()]
    if one.kind == "date":
        return date.fromisoformat(one.value).isoformat()
    if one.kind == "instant":
        return _in_stockholm(one.value).isoformat()
    return int(one.value) if one.kind == "number" else one.value


def _in_stockholm(written: str) -> datetime:
    return datetime.fromisoformat(written).replace(tzinfo=clock.STOCKHOLM)
