# SPDX-License-Identifier: EUPL-1.2
"""Beside what has just been done: the act that takes it back in one click, and the one that puts it right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.http import urlencode

from troskel.acts.chapters import REGISTER
from troskel.ground.ids import new_id
from troskel.ground.refusals import SignInAgain
from troskel.people.queries import Person
from troskel.runner.fields import fields_of
from troskel.screens.submitting import REFUSALS
from troskel.web.shell.links import Button
from troskel.web.text import act_labels

CASE, ORDER = "client", "order"


class UndoForm(NamedTuple):
    """A form of one button: where it goes, its fields with values, and its idempotency key."""

    address: str
    fields: list[tuple[str, str]]
    key: str


def undo_form(
    person: Person, act: str, values: Mapping[str, str], answer: Mapping[str, Any]
) -> UndoForm | None:
    """Returns the one click that takes back what has just been done; None where it can't be taken back whole by now."""
    undo = REGISTER[act].undone_by
    if undo is None or person.actor.role not in REGISTER[undo.act].who:
        return None
    told = {name: value for name, value in undo.values({**values, **answer}).items() if value}
    if not told:
        return None
    try:
        REGISTER[undo.act].perform(person.actor, told, preview=True)
    except (*REFUSALS, SignInAgain):
        return None
    fields = [(name, "\n".join(it) if isinstance(it, list) else str(it)) for name, it in told.items()]
    return UndoForm(reverse(f"act-{undo.act}"), fields, str(new_id()))


def correction(
    person: Person, act: str, values: Mapping[str, str], answer: Mapping[str, Any]
) -> Button | None:
    """Returns the way to put right what has been done; None where there is none, or it is another role's."""
    name = REGISTER[act].corrected_by
    text = act_labels.act_text(name) if name else None
    if text is None or person.actor.role not in REGISTER[name].who:
        return None
    paths = {spec.path for spec in fields_of(REGISTER[name].values)}
    known = {"client": _case(values, answer), "order": str(answer.get(ORDER) or values.get(ORDER, ""))}
    if {"kind", "number"} <= paths:  # of a thing: who had it is what may be wrong
        known = _thing(values)
    query = {key: value for key, value in known.items() if value and (key == CASE or key in paths)}
    return Button(text.title, f"{reverse(f'act-{name}')}{'?' if query else ''}{urlencode(query)}")


THINGS = {"tag": "tag", "key": "key", "serial": "lock", "lock": "lock"}
"""The kinds of things by the names of the fields that have their numbers."""


def _thing(values: Mapping[str, str]) -> dict[str, str]:
    """Returns the kind and number of the thing that was handed over, lost or found."""
    named = {THINGS[path]: value for path, value in values.items() if path in THINGS and value}
    for kind, number in named.items():
        return {"kind": kind, "number": number}
    numbers = (values.get("number") or values.get("numbers", "")).split()
    return {"kind": values.get("kind", ""), "number": numbers[0] if len(numbers) == 1 else ""}


def _case(values: Mapping[str, str], answer: Mapping[str, Any]) -> str:
    typed = next((value for path, value in values.items() if path.rpartition(".")[2] == CASE and value), "")
    return str(answer.get("case") or typed)
