# SPDX-License-Identifier: EUPL-1.2
"""Forms of links (S2, S3, case 12): the locks that the locksmith reported, and the proposed serial."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from troskel.ground.refusals import BadValue, NotFound
from troskel.people.queries import Person
from troskel.reading import links as reading_links
from troskel.reading.links import ClientLinks
from troskel.runner.choices import DoorKind
from troskel.runner.fields import InAddress, Named, fields_of
from troskel.runner.register import Act
from troskel.web.forms.fields import Field
from troskel.web.text import act_labels

WALL_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}")


def client_links(person: Person, act: Act[Any], fields: list[Field]) -> ClientLinks | None:
    """Returns the locks at the client's doors; None if the act is not about links or the client is unknown."""
    case = next((form_field.value for form_field in fields if form_field.path == "client"), "")
    named = {spec.facts.names for spec in fields_of(act.values)} & {Named.REPORTED_LOCK, Named.LINKED_LOCK}
    if not named:
        return None
    try:
        return reading_links.client_links(person.actor, case, history=len(named) > 1)
    except (NotFound, BadValue):
        return None


def with_proposed_serial(fields: list[Field], links: ClientLinks | None) -> list[Field]:
    """Returns the fields with the reported serial as a proposal that can be changed.

    A duty's serial is a proposal too; if several locks wait to be linked, nothing is proposed.
    """
    serials = links.to_link if links else []
    result = []
    for form_field in fields:
        if form_field.facts.names is Named.REPORTED_LOCK and form_field.kind in ("text", "fixed"):
            value = form_field.value or (serials[0] if len(serials) == 1 else "")
            form_field = replace(form_field, kind="text", value=value)
        result.append(form_field)
    return result


def door_kinds() -> dict[str, str]:
    """Returns labels of the kinds of doors, in the language of the page."""
    return act_labels.choice_labels(DoorKind)


def with_url_values(fields: list[Field], query: Mapping[str, str]) -> list[Field]:
    """Returns the fields with values from the URL; they can be changed."""
    return [
        replace(form_field, value=value)
        if form_field.facts.in_address is InAddress.CHANGEABLE
        and (form_field.kind == "text" or (form_field.kind == "instant" and WALL_TIME.fullmatch(value)))
        and value
        else form_field
        for form_field in fields
        for value in (query.get(form_field.path, ""),)
    ]


def mismatched_serials(fields: list[Field], links: ClientLinks | None) -> str:
    """Returns the reported serials if another one is about to be linked; else empty."""
    typed = next(
        (form_field.value for form_field in fields if form_field.facts.names is Named.REPORTED_LOCK), ""
    )
    if links is None or not typed or typed in (lock.serial for lock in links.locks):
        return ""
    return ", ".join(lock.serial for lock in links.locks)
