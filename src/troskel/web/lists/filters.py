# SPDX-License-Identifier: EUPL-1.2
"""What several lists have in common: names of organisations, ways on, the lists beside each other."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.people.roles import Role
from troskel.web.forms.fields import Choice
from troskel.web.lists.table import Filter, Tab
from troskel.web.text import act_labels

OFFICE = (Role.ASSESSOR, Role.ADMINISTRATOR)
CARE = (*OFFICE, Role.COORDINATOR)
EVERY_KIND = {"home_care", "alarm", "locksmith", "municipality"}

Names = dict[str, tuple[str, str]]
"""Name and kind of each organisation, by its number."""


def name_of(names: Names, orgnr: str) -> str:
    """The organisation as people call it."""
    return names[orgnr][0] if orgnr in names else orgnr


def choices(named: dict[str, str]) -> list[Choice]:
    """Values and words as choices."""
    return [Choice(value, word) for value, word in named.items()]


def by_organisation(names: Names, name: str, label: str, kinds: set[str]) -> Filter:
    """A filter by organisation, of these kinds."""
    among = [Choice(orgnr, called) for orgnr, (called, kind) in names.items() if kind in kinds]
    return Filter(name, label, [Choice("", _("Alla")), *among])


def by_provider(names: Names) -> Filter:
    """A filter by provider."""
    return by_organisation(names, "provider", _("Utförare"), {"home_care", "alarm"})


def ways(role: Role, *acts: str) -> list[tuple[str, str]]:
    """The acts, among these, that the role may do: the address of each and its word."""
    named: list[tuple[str, Any]] = [
        (act, act_labels.of_act(act)) for act in acts if role in REGISTER[act].who
    ]
    return [(reverse(f"act-{act}"), act_labels.said(one.title)) for act, one in named if one]


def tabs(request: HttpRequest, places: list[tuple[str, str]]) -> list[Tab]:
    """Lists beside each other."""
    return [Tab(address, word, request.path == address) for address, word in places]
