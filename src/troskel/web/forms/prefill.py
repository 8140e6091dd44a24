# SPDX-License-Identifier: EUPL-1.2
"""Acts offered beside a duty or on a client's page, with values already known (from `offers/`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from troskel.acts.absence import AbsenceReason
from troskel.ground import clock, formatting
from troskel.offers import duty_actions, form_options
from troskel.offers.duty_actions import Suggestion
from troskel.offers.form_options import KnownValues, Option
from troskel.people.roles import Actor
from troskel.reading.discretion import door_names
from troskel.runner.choices import CareService, DoorKind
from troskel.web.forms.fields import ChoiceOption
from troskel.web.text import act_labels

DOOR = "door"


class ActOffer(NamedTuple):
    """An act with its known values, and its choices, both by path."""

    act: str
    values: dict[str, str]
    options: dict[str, list[ChoiceOption]]


def duty_offers(viewer: Actor, duties: Sequence[UUID]) -> dict[UUID, list[ActOffer]]:
    """Returns the acts offered beside these duties of the viewer's worklist."""
    return {
        duty: _group_by_act(suggestions)
        for duty, suggestions in duty_actions.suggestions(viewer, duties).items()
    }


def with_doors(viewer: Actor, offer: ActOffer) -> ActOffer:
    """Returns the offer with labels of its doors. One query if there are doors."""
    if DOOR not in offer.options:
        return offer
    kinds = act_labels.choice_labels(DoorKind)
    doors = [UUID(choice.value) for choice in offer.options[DOOR]]
    doors_by_id = door_names(viewer, doors, offer.values.get("client", ""))
    choices = [ChoiceOption(str(door), label or kinds[kind]) for door, (kind, label) in doors_by_id.items()]
    return offer._replace(options={**offer.options, DOOR: choices})


def client_offer(viewer: Actor, act: str, case: str) -> ActOffer | None:
    """Returns an act about a client, with decisions, locks and orders to choose. Raises NotFound out of sight."""
    known_values = form_options.known_values(act, form_options.read_options(viewer, case, act))
    return _from_known(act, known_values) if known_values else None


def _from_known(act: str, known_values: KnownValues) -> ActOffer:
    """A single option is chosen; an optional value gets an empty choice."""
    values, options_by_path = dict(known_values.values), {}
    for path, options in known_values.options.items():
        choices = [ChoiceOption(option.value, _option_label(option)) for option in options]
        if path != DOOR and form_options.is_optional(act, path):
            choices.append(ChoiceOption("", _("Inget av dem")))
        if len(choices) == 1:
            values[path] = choices[0].value
        options_by_path[path] = choices
    return ActOffer(act, values, options_by_path)


def _option_label(option: Option) -> str:
    """Returns an option's label."""
    today = clock.today()
    if option.kind == "door":
        kinds = act_labels.choice_labels(DoorKind)
        return kinds.get(option.name, option.name)
    if option.kind == "absence" and option.first:
        reason = act_labels.choice_label(AbsenceReason, option.name)
        return f"{reason} {formatting.period(option.first, option.last, today)}"
    service = act_labels.choice_label(CareService, option.service)
    parts = [
        service,
        option.name if option.kind == "allocation" else "",
    ]
    if option.first:
        parts.append(formatting.period(option.first, option.last, today))
    if option.kind == "organisation":
        return option.name
    if option.kind == "service":
        return parts[0]
    return f"{option.value}: {', '.join(filter(None, parts))}" if any(parts) else option.value


def _group_by_act(suggestions: list[Suggestion]) -> list[ActOffer]:
    """Returns one offer per act, in order."""
    by_act: dict[str, list[Suggestion]] = {}
    for suggestion in suggestions:
        by_act.setdefault(suggestion.act, []).append(suggestion)
    return [_merge(act, its_suggestions) for act, its_suggestions in by_act.items()]


def _merge(act: str, suggestions: list[Suggestion]) -> ActOffer:
    """Returns an offer with the values that agree; where they differ, the person chooses."""
    values_of_each = [_values_by_path(suggestion) for suggestion in suggestions]
    values: dict[str, str] = {}
    options: dict[str, list[ChoiceOption]] = {}
    for path in dict.fromkeys(path for item in values_of_each for path in item):
        distinct = list(dict.fromkeys(item[path] for item in values_of_each if path in item))
        if len(distinct) == 1:
            values[path] = distinct[0]
        else:
            options[path] = [ChoiceOption(value, value) for value in distinct]
    return ActOffer(act, values, options)


def _values_by_path(suggestion: Suggestion) -> dict[str, str]:
    prefix = f"{suggestion.list_field}." if suggestion.list_field else ""
    return {f"{prefix}{name}": str(value) for name, value in suggestion.values.items() if value}
