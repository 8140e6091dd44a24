# SPDX-License-Identifier: EUPL-1.2
"""The acts that are offered beside a duty, with what is known of their values (from `offers/duty_actions.py`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.offers import duty_actions, form_options
from troskel.offers.duty_actions import Way
from troskel.offers.form_options import Known, Option
from troskel.people.roles import Actor
from troskel.reading.lists import doors_named
from troskel.web.forms.fields import Choice
from troskel.web.text import act_labels, formatting

DOOR = "door"


class Offer(NamedTuple):
    """An act that would fulfil a duty, or is a step on the way. By path: its values; and those to choose among."""

    act: str
    values: dict[str, str]
    among: dict[str, list[Choice]]


def offers(viewer: Actor, asked: Sequence[UUID]) -> dict[UUID, list[Offer]]:
    """The acts that are offered beside these duties of the viewer's worklist. The queries are `fulfilling.ways`'s."""
    return {duty: _offers(ways) for duty, ways in duty_actions.ways(viewer, asked).items()}


def with_doors(viewer: Actor, offer: Offer) -> Offer:
    """The same offer, the doors to choose among told as people call them. A query where there are any."""
    if DOOR not in offer.among:
        return offer
    kinds = act_labels.choices_of(REGISTER["add_door"], "kind")
    named = doors_named(viewer, [UUID(choice.value) for choice in offer.among[DOOR]])
    doors = [
        Choice(str(door), label or act_labels.said(kinds[kind])) for door, (kind, label) in named.items()
    ]
    return offer._replace(among={**offer.among, DOOR: doors})


def about(viewer: Actor, act: str, case: str) -> Offer | None:
    """An act about a client, its decisions, locks and orders to choose among. Raises NotFound out of sight."""
    known = form_options.known(act, form_options.read_pieces(viewer, case, act))
    return _known(act, known) if known else None


def _known(act: str, known: Known) -> Offer:
    """Where there is one to choose, it is chosen; where the value may be empty, so may the choice."""
    values, among = dict(known.values), {}
    for path, options in known.among.items():
        choices = [Choice(option.value, _said(option)) for option in options]
        if path in form_options.MAY_BE_EMPTY and path != DOOR:
            choices.append(Choice("", _("Inget av dem")))
        if len(choices) == 1:
            values[path] = choices[0].value
        among[path] = choices
    return Offer(act, values, among)


def _said(option: Option) -> str:
    """An option as a person knows it from others."""
    today = clock.today()
    if option.kind == "door":
        kinds = act_labels.choices_of(REGISTER["add_door"], "kind")
        return act_labels.said(kinds[option.name]) if option.name in kinds else option.name
    service = act_labels.choices_of(REGISTER["end_care"], "service").get(option.service)
    told = [act_labels.said(service) if service else "", option.name if option.kind == "allocation" else ""]
    if option.first:
        told.append(formatting.period(option.first, option.last, today))
    if option.kind == "organisation":
        return option.name
    if option.kind == "service":
        return told[0]
    return f"{option.value}: {', '.join(filter(None, told))}" if any(told) else option.value


def _offers(ways: list[Way]) -> list[Offer]:
    """One button for an act, in the order of the ways."""
    by_act: dict[str, list[Way]] = {}
    for way in ways:
        by_act.setdefault(way.act, []).append(way)
    return [_offer(act, its_ways) for act, its_ways in by_act.items()]


def _offer(act: str, ways: list[Way]) -> Offer:
    """What all ways of an act give stands; where they differ, the person chooses."""
    told = [_by_path(way) for way in ways]
    values: dict[str, str] = {}
    among: dict[str, list[Choice]] = {}
    for path in dict.fromkeys(path for one in told for path in one):
        found = list(dict.fromkeys(one[path] for one in told if path in one))
        if len(found) == 1:
            values[path] = found[0]
        else:
            among[path] = [Choice(value, value) for value in found]
    return Offer(act, values, among)


def _by_path(way: Way) -> dict[str, str]:
    above = f"{way.many}." if way.many else ""
    return {f"{above}{name}": str(value) for name, value in way.values.items() if value}
