# SPDX-License-Identifier: EUPL-1.2
"""Fields of a form from an act's values, and values from the input. No rule of its own: the act validates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from msgspec import inspect

from troskel.ground import clock, formatting
from troskel.routine.vocabulary import MARKS
from troskel.runner import fields as act_fields
from troskel.runner.fields import FieldFacts, FieldSpec, Named
from troskel.runner.register import Act
from troskel.web.text.act_labels import localized

INPUT_TYPES = {"date": "date", "instant": "datetime-local", "number": "number"}
WALL_TIME = "2026-11-25T13:30:00"
MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
MAX_RADIOS = 5
MAX_LINE_LENGTH = 400  # characters; a longer field is a text area


class OrganisationOption(NamedTuple):
    """An organisation to choose."""

    orgnr: str
    name: str
    kind: str


class ChoiceOption(NamedTuple):
    """A choice of a field."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """A field of a form. `kind`: text, area, lines, number, date, instant, check, radios, select, fixed, hidden; or
    several: lines, each a choice with a box to tick; or confirm: the same of codes of refusals that asked.
    """

    path: str
    kind: str
    label: str
    help: str
    required: bool
    choices: list[ChoiceOption] = field(default_factory=list)
    max_length: int | None = None
    value: str = ""
    error: str = ""
    facts: FieldFacts = field(default_factory=FieldFacts)

    @property
    def id(self) -> str:
        """The HTML id."""
        return "f-" + self.path.replace(".", "-").replace("_", "-")

    @property
    def name(self) -> str:
        """The HTML name. A field called `form` would shadow the element's `form` property in scripts."""
        return "form." if self.path == "form" else self.path

    @property
    def anchor(self) -> str:
        """The HTML id that an error link leads to."""
        return f"{self.id}-1" if self.kind == "radios" else self.id

    @property
    def input_type(self) -> str:
        """The HTML type of a field of one line. An instant of an hour that comes twice is typed, with its offset."""
        if self.kind == "instant" and (self.error or len(self.value) > len(WALL_TIME)):
            return "text"
        return INPUT_TYPES.get(self.kind, "text")

    @property
    def can_scan(self) -> bool:
        """Whether a camera can fill it. Typing always works."""
        return self.kind in ("text", "lines") and self.facts.scanned

    @property
    def display(self) -> str:
        """The value in words."""
        if self.kind == "check":
            return _("Ja") if self.value else _("Nej")
        if self.kind == "confirm":
            return ", ".join(mark_label(code) for code in self.value.split())
        if self.kind == "several":
            return "; ".join(
                choice.label for choice in self.choices if choice.value in self.value.splitlines()
            )
        if self.choices:
            return next((choice.label for choice in self.choices if choice.value == self.value), self.value)
        if self.kind == "date" and self.value:
            return formatting.day(date.fromisoformat(self.value), clock.today())
        if self.kind == "instant" and self.value:
            return formatting.instant(clock.wall_time(self.value), clock.today())
        if self.path == "month" and MONTH.fullmatch(self.value):
            return formatting.month(date.fromisoformat(f"{self.value}-01"))
        return self.value


def fields_of(
    act: Act[Any],
    organisations: list[OrganisationOption],
    values: Mapping[str, str],
    options: Mapping[str, list[ChoiceOption]] | None = None,
) -> list[Field]:
    """Returns the fields of an act's form, in the act's order.

    `values`: known values by path; texts become fixed, days and choices can still be changed. `options`: choices by
    path, instead of typing or of all choices. An id is never typed.
    """
    fields = []
    for spec in act_fields.fields_of(act.values):
        path = spec.path
        form_field = _with_options(_field(spec, organisations), (options or {}).get(path, []))
        if form_field.kind == "several" and values.get(path, form_field.choices[0].value) not in {
            choice.value for choice in form_field.choices
        }:
            form_field = _field(spec, organisations)  # another client's form: the number is there already
        if path in values:
            kind = {"door": "hidden", "text": "fixed", "area": "fixed"}.get(form_field.kind, form_field.kind)
            form_field = replace(form_field, kind=kind, value=values[path])
        if form_field.kind != "door":
            fields.append(form_field)
    return fields


def confirm_paths(act: Act[Any]) -> list[str]:
    """Returns the paths of the fields that hold codes of refusals that asked."""
    specs = act_fields.fields_of(act.values)
    return [spec.path for spec in specs if spec.facts.names is Named.DONE_THOUGH]


def list_paths(act: Act[Any]) -> list[str]:
    """Returns the paths of the fields that name several things: lines, or boxes to tick."""
    return [spec.path for spec in act_fields.fields_of(act.values) if spec.facts.names in SEVERAL]


def has_organisation_field(act: Act[Any]) -> bool:
    """Whether the act's form has a field for an organisation."""
    return any(spec.facts.organisations for spec in act_fields.fields_of(act.values))


SEVERAL: dict[Named | None, Callable[[], str]] = {
    Named.CASES: lambda: _("Vilka kunder?"),
    Named.COMING_DECISIONS: lambda: _("Vilka beslut?"),
    Named.COMING_ALLOCATIONS: lambda: _("Vilka uppdrag?"),
}
"""What a form names several of, one a line, or a box to tick for each; and how it asks for them then."""


def _with_options(field: Field, choices: list[ChoiceOption]) -> Field:
    if not choices:
        return field
    if field.kind == "lines":
        label = SEVERAL[field.facts.names]()
        return replace(field, kind="several", label=label, help="", choices=choices)
    if field.facts.names is Named.AREA:
        return replace(field, choices=choices)  # proposed: a new one is typed
    if field.choices:
        values = {choice.value for choice in choices}
        choices = [choice for choice in field.choices if choice.value in values]
    return replace(field, kind="radios" if len(choices) <= MAX_RADIOS else "select", choices=choices)


def with_url_choices(fields: list[Field], query: Mapping[str, str]) -> list[Field]:
    """Returns the fields with choices from the URL; other values are ignored."""
    return [
        replace(form_field, value=query[form_field.path])
        if query.get(form_field.path)
        and query[form_field.path] in {choice.value for choice in form_field.choices}
        else form_field
        for form_field in fields
    ]


def with_values(fields: list[Field], typed: Mapping[str, str]) -> list[Field]:
    """Returns the fields with the input. What has been confirmed keeps its box."""
    return [
        replace(form_field, value=value, choices=_boxes(value.split()))
        if form_field.kind == "confirm"
        else replace(form_field, value=value)
        for form_field in fields
        for value in (typed.get(form_field.path, "").strip(),)
    ]


def with_input_errors(fields: list[Field]) -> list[Field]:
    """Returns the fields with input errors: missing values, invalid days and numbers."""
    return [replace(form_field, error=_input_error(form_field)) for form_field in fields]


def with_error(fields: list[Field], path: str, error: str) -> list[Field] | None:
    """Returns the fields with an error at the path; None if the path matches no field, or several.

    A plural act says "identity" where the form, which sends one item, has "clients.identity".
    """
    bare = re.sub(r"\[[^]]*\]", "", path)
    paths = [form_field.path for form_field in fields if form_field.path == bare] or [
        form_field.path for form_field in fields if form_field.path.endswith(f".{bare}")
    ]
    if len(paths) != 1:
        return None
    return [
        replace(form_field, error=error) if form_field.path in paths else form_field for form_field in fields
    ]


def with_question(fields: list[Field], code: str) -> list[Field]:
    """Returns the fields with a box to tick: it has been done, though the refusal of this code asks."""
    return [
        replace(form_field, choices=_boxes([*form_field.value.split(), code]))
        if form_field.kind == "confirm"
        else form_field
        for form_field in fields
    ]


def mark_label(code: str) -> str:
    """Returns the words of a mark in the language of the page."""
    return localized(MARKS[code]) if code in MARKS else code


def _boxes(codes: list[str]) -> list[ChoiceOption]:
    return [ChoiceOption(code, mark_label(code)) for code in dict.fromkeys(codes)]


def values_of(act: Act[Any], fields: list[Field]) -> dict[str, Any]:
    """Returns the values as the act takes them, without empty ones."""
    values: dict[str, Any] = {}
    for form_field in fields:
        target = values
        *parents, name = form_field.path.split(".")
        for step in parents:
            target = target.setdefault(step, {})
        if form_field.value or form_field.kind == "check":
            target[name] = _parse(form_field)
    for list_name in act_fields.lists_of(act.values):
        if isinstance(values.get(list_name), dict):
            values[list_name] = [values[list_name]]  # a plural act gets one item
    return values


def _field(spec: FieldSpec, organisations: list[OrganisationOption]) -> Field:
    choices = _choices(spec, organisations)
    form_field = Field(
        path=spec.path,
        kind="confirm" if spec.facts.names is Named.DONE_THOUGH else _kind(spec.type, choices),
        label=_(spec.facts.label) if spec.facts.label else "",
        help=_(spec.facts.hint) if spec.facts.hint else "",
        required=spec.required and "" not in {choice.value for choice in choices},
        choices=choices,
        max_length=getattr(spec.type, "max_length", None),
        facts=spec.facts,
    )
    if choices and isinstance(spec.default, str):
        return replace(form_field, value=str(spec.default))
    if form_field.required and len(choices) == 1:
        return replace(form_field, value=choices[0].value)
    return replace(form_field, value="on") if spec.default is True else form_field


def _kind(kind: Any, choices: list[ChoiceOption]) -> str:
    if choices:
        return "radios" if len(choices) <= MAX_RADIOS else "select"
    if isinstance(kind, inspect.ListType):
        return "lines"
    if isinstance(kind, inspect.StrType):
        return "area" if (kind.max_length or 0) > MAX_LINE_LENGTH else "text"
    return KIND_BY_TYPE[type(kind)]


KIND_BY_TYPE: dict[type[Any], str] = {
    inspect.BoolType: "check",
    inspect.IntType: "number",
    inspect.DateType: "date",
    inspect.DateTimeType: "instant",
    inspect.UUIDType: "door",
}
"""Kinds of the other types. An id is never typed: a door comes with its duty, or is the only one."""


def _choices(spec: FieldSpec, organisations: list[OrganisationOption]) -> list[ChoiceOption]:
    if spec.facts.organisations:
        return [
            ChoiceOption(organisation.orgnr, organisation.name)
            for organisation in organisations
            if organisation.kind in spec.facts.organisations
        ]
    return [
        ChoiceOption(str(member), _(member.label))
        for member in spec.choices or ()
        if not isinstance(spec.type, inspect.LiteralType) or member in spec.type.values
    ]


def _input_error(form_field: Field) -> str:
    if not form_field.value:
        if not form_field.required or form_field.kind == "check":
            return ""
        return _("Välj ett svar.") if form_field.choices else _("Fyll i det här.")
    try:
        _parse(form_field)
    except clock.NoSuchTime:
        return _("Klockslaget finns inte: klockan ställdes fram den natten. Skriv en timme senare.")
    except clock.TimeComesTwice:
        return _(
            "Klockslaget kommer två gånger den natten. "
            "Lägg till +02:00 för den första gången (sommartid) eller +01:00 för den andra."
        )
    except ValueError:
        return INPUT_ERRORS[form_field.kind]()
    return ""


INPUT_ERRORS = {
    "date": lambda: _("Det är ingen dag. Skriv till exempel 2026-11-25."),
    "instant": lambda: _("Det är ingen tidpunkt. Skriv till exempel 2026-11-25T13:30."),
    "number": lambda: _("Det är inget tal."),
}


def _parse(form_field: Field) -> Any:
    """Returns a field's value as JSON. Raises ValueError."""
    if form_field.kind == "check":
        return bool(form_field.value)
    if form_field.kind == "confirm":
        return form_field.value.split()
    if form_field.kind in ("lines", "several"):
        return [line.strip() for line in form_field.value.splitlines() if line.strip()]
    if form_field.kind == "date":
        return date.fromisoformat(form_field.value).isoformat()
    if form_field.kind == "instant":
        return clock.wall_time(form_field.value).isoformat()
    return int(form_field.value) if form_field.kind == "number" else form_field.value
