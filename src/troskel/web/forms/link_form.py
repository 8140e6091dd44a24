# SPDX-License-Identifier: EUPL-1.2
"""What stands beside the forms of links (S2, S3, case 12): the match that the locksmith's report proposes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from troskel.acts.chapters import REGISTER
from troskel.acts.core.register import Act
from troskel.ground.refusals import BadValue, NotFound
from troskel.people.queries import Person
from troskel.reading import links as reading_links
from troskel.reading.links import LinksOfClient
from troskel.web.forms.fields import Field
from troskel.web.text import act_labels

PROPOSED = {"link_lock": "serial", "correct_link": "right"}
"""By act: the value that names a lock at the client's door."""
FROM_A_LINK = frozenset({"client", "serial", "wrong"})
"""Values that a link to a form may fill in: case numbers and serials, which may be in an address."""


def links(person: Person, act: Act[Any], fields: list[Field]) -> LinksOfClient | None:
    """The locks at the doors of the client that the form is about, where it is about links and the client is known."""
    case = next((one.value for one in fields if one.path == "client"), "")
    if act.name not in (*PROPOSED, "unlink_lock"):
        return None
    try:
        return reading_links.links_of(person.actor, case, history=act.name == "correct_link")
    except (NotFound, BadValue):
        return None


def proposed(act: Act[Any], fields: list[Field], found: LinksOfClient | None) -> list[Field]:
    """The reported serial filled in, to be compared with the lock: it can be scanned or typed over.

    What a duty gives stands as a proposal too; where several locks wait, nothing is guessed.
    """
    path = PROPOSED.get(act.name)
    serials = found.to_link if found else []
    told = []
    for one in fields:
        if one.path == path and one.kind in ("text", "fixed"):
            guess = one.value or (serials[0] if len(serials) == 1 else "")
            one = replace(one, kind="text", value=guess)
        told.append(one)
    return told


def door_kinds() -> dict[str, str]:
    """What kinds of doors are called, in the language of the page."""
    kinds = act_labels.choices_of(REGISTER["add_door"], "kind")
    return {kind: act_labels.said(word) for kind, word in kinds.items()}


def prefilled(fields: list[Field], asked: Mapping[str, str]) -> list[Field]:
    """The fields with what the link to the form tells; it can be changed."""
    return [
        replace(one, value=asked[one.path])
        if one.kind == "text" and one.path in FROM_A_LINK and asked.get(one.path)
        else one
        for one in fields
    ]


def differs(act: Act[Any], fields: list[Field], found: LinksOfClient | None) -> str:
    """The serial that was reported at the client's door, where another one is about to be linked; else empty."""
    path = PROPOSED.get(act.name)
    typed = next((one.value for one in fields if one.path == path), "")
    if found is None or not typed or typed in (lock.serial for lock in found.locks):
        return ""
    return ", ".join(lock.serial for lock in found.locks)
