# SPDX-License-Identifier: EUPL-1.2
"""Fields that are filled in with a proposal, which can be changed."""

from __future__ import annotations

from dataclasses import replace

from troskel.people.queries import Person
from troskel.reading import proposals
from troskel.reading.register import Reading
from troskel.runner.fields import Named
from troskel.web.forms.fields import Field

PROPOSED_BY: dict[Named | None, Reading[[], str]] = {
    Named.LOCKSMITH: proposals.last_locksmith,
    Named.OWN_TAG: proposals.tag_in_stock,
}


def with_proposals(person: Person, fields: list[Field]) -> list[Field]:
    """Returns the fields with what is proposed where nothing is known. One query for each such field."""
    return [_proposed(person, form_field) for form_field in fields]


def _proposed(person: Person, form_field: Field) -> Field:
    reading = PROPOSED_BY.get(form_field.facts.names)
    if reading is None or form_field.value or person.actor.role not in reading.who:
        return form_field
    value = reading(person.actor)
    known = not form_field.choices or value in {choice.value for choice in form_field.choices}
    return replace(form_field, value=value) if known else form_field
