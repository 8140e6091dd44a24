# SPDX-License-Identifier: EUPL-1.2
"""The acts that are offered beside a duty, with what is known of their values (`acts/fulfilling.py` knows which)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from troskel.acts import fulfilling
from troskel.acts.chapters import REGISTER
from troskel.acts.fulfilling import Way
from troskel.acts.viewing_lists import doors_named
from troskel.people.roles import Actor
from troskel.web import wording
from troskel.web.forms import Choice

DOOR = "door"


class Offer(NamedTuple):
    """An act that would fulfil a duty, or is a step on the way. By path: its values; and those to choose among."""

    act: str
    values: dict[str, str]
    among: dict[str, list[Choice]]


def offers(viewer: Actor, asked: Sequence[UUID]) -> dict[UUID, list[Offer]]:
    """The acts that are offered beside these duties of the viewer's worklist. The queries are `fulfilling.ways`'s."""
    return {duty: _offers(ways) for duty, ways in fulfilling.ways(viewer, asked).items()}


def with_doors(viewer: Actor, offer: Offer) -> Offer:
    """The same offer, the doors to choose among told as people call them. A query where there are any."""
    if DOOR not in offer.among:
        return offer
    kinds = wording.choices_of(REGISTER["add_door"], "kind")
    named = doors_named(viewer, [UUID(choice.value) for choice in offer.among[DOOR]])
    doors = [Choice(str(door), label or wording.said(kinds[kind])) for door, (kind, label) in named.items()]
    return offer._replace(among={**offer.among, DOOR: doors})


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
