# SPDX-License-Identifier: EUPL-1.2
"""Fields that are filled in with a proposal, which can be changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from troskel.ground import clock
from troskel.people.queries import Person
from troskel.people.roles import Actor
from troskel.reading import proposals
from troskel.runner.fields import Named
from troskel.web.desk import calendar
from troskel.web.forms.fields import Field
from troskel.web.shell.links import Button

SLOT = (Named.SLOT_BEGIN, Named.SLOT_END)


def with_proposals(person: Person, fields: list[Field]) -> list[Field]:
    """Returns the fields with what is proposed where nothing is known. At most one query for each kind of proposal."""
    missing = {form_field.facts.names for form_field in fields if not form_field.value}
    proposed: dict[Named | None, str] = {}
    if missing.issuperset(SLOT):
        proposed |= _slot(person.actor)
    if Named.OFFERED in missing and person.actor.role in proposals.things_offered.who:
        kind, numbers = proposals.things_offered(person.actor)
        proposed |= {Named.OFFERED_KIND: kind, Named.OFFERED: "\n".join(numbers)}
    for names, reading in PROPOSED_BY.items():
        if names in missing:
            proposed[names] = reading(person.actor)
    return [_with(form_field, proposed.get(form_field.facts.names, "")) for form_field in fields]


def _slot(viewer: Actor) -> dict[Named | None, str]:
    free = free_hours(viewer)
    if not free:
        return {}
    begins = free[0]
    ends = begins + proposals.HOUR
    return {Named.SLOT_BEGIN: clock.wall_text(begins), Named.SLOT_END: clock.wall_text(ends)}


def slots_beside(person: Person, fields: list[Field]) -> list[Button]:
    """Returns ways to fill a booking in with a free hour, where the form is of a booking and its order is known."""
    by_name = {form_field.facts.names: form_field.value for form_field in fields}
    order = by_name.get(Named.ORDER, "")
    if not order or not by_name.keys() >= set(SLOT):
        return []
    return calendar.free_slots(order, free_hours(person.actor), clock.today())


def free_hours(viewer: Actor) -> list[datetime]:
    """Returns the free hours of the viewer's firm from tomorrow on; none for those who have no such hours."""
    if viewer.role not in proposals.free_hours.who:
        return []
    return proposals.free_hours(viewer, clock.today() + timedelta(days=1))


def _locksmith(viewer: Actor) -> str:
    return proposals.last_locksmith(viewer) if viewer.role in proposals.last_locksmith.who else ""


def _tag(viewer: Actor) -> str:
    return proposals.tag_in_stock(viewer) if viewer.role in proposals.tag_in_stock.who else ""


PROPOSED_BY: dict[Named | None, Callable[[Actor], str]] = {Named.LOCKSMITH: _locksmith, Named.OWN_TAG: _tag}


def _with(form_field: Field, value: str) -> Field:
    is_choice = not form_field.choices or value in {choice.value for choice in form_field.choices}
    return replace(form_field, value=value) if value and not form_field.value and is_choice else form_field
