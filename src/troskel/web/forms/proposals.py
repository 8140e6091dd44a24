# SPDX-License-Identifier: EUPL-1.2
"""Fields that are filled in with a proposal, which can be changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from troskel.ground import clock
from troskel.people.queries import Person
from troskel.people.roles import Actor
from troskel.reading import proposals
from troskel.runner.fields import Named
from troskel.web.forms.fields import Field

SLOT = (Named.SLOT_BEGIN, Named.SLOT_END)


def with_proposals(person: Person, fields: list[Field]) -> list[Field]:
    """Returns the fields with what is proposed where nothing is known. At most one query for each kind of proposal."""
    missing = {form_field.facts.names for form_field in fields if not form_field.value}
    proposed: dict[Named | None, str] = {}
    if missing.issuperset(SLOT):
        proposed |= _slot(person.actor)
    for names, reading in PROPOSED_BY.items():
        if names in missing:
            proposed[names] = reading(person.actor)
    return [_with(form_field, proposed.get(form_field.facts.names, "")) for form_field in fields]


def _slot(viewer: Actor) -> dict[Named | None, str]:
    begins = proposals.free_hour(viewer) if viewer.role in proposals.free_hour.who else None
    if begins is None:
        return {}
    ends = begins + proposals.HOUR
    return {Named.SLOT_BEGIN: _wall_time(begins), Named.SLOT_END: _wall_time(ends)}


def _locksmith(viewer: Actor) -> str:
    return proposals.last_locksmith(viewer) if viewer.role in proposals.last_locksmith.who else ""


def _tag(viewer: Actor) -> str:
    return proposals.tag_in_stock(viewer) if viewer.role in proposals.tag_in_stock.who else ""


PROPOSED_BY: dict[Named | None, Callable[[Actor], str]] = {Named.LOCKSMITH: _locksmith, Named.OWN_TAG: _tag}


def _with(form_field: Field, value: str) -> Field:
    is_choice = not form_field.choices or value in {choice.value for choice in form_field.choices}
    return replace(form_field, value=value) if value and not form_field.value and is_choice else form_field


def _wall_time(instant: datetime) -> str:
    return instant.astimezone(clock.STOCKHOLM).replace(tzinfo=None).isoformat(timespec="minutes")
