# SPDX-License-Identifier: EUPL-1.2
"""Shared by several lists: organisation names, filters, links to acts, tabs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from troskel.acts.chapters import REGISTER
from troskel.people.roles import Role
from troskel.web.forms.fields import ChoiceOption
from troskel.web.lists.table import Filter, Tab
from troskel.web.text import act_labels

EVERY_KIND = {"home_care", "alarm", "locksmith", "municipality"}

Names = dict[str, tuple[str, str]]
"""Organisation number to name and kind."""


def organisation_name(names: Names, orgnr: str) -> str:
    """Returns an organisation's name; its number if the name is unknown."""
    return names[orgnr][0] if orgnr in names else orgnr


def choices(labels: dict[str, str]) -> list[ChoiceOption]:
    """Returns values and labels as choices."""
    return [ChoiceOption(value, label) for value, label in labels.items()]


def by_organisation(names: Names, name: str, label: str, kinds: set[str]) -> Filter:
    """Returns a filter by organisation, of these kinds."""
    options = [ChoiceOption(orgnr, title) for orgnr, (title, kind) in names.items() if kind in kinds]
    return Filter(name, label, [ChoiceOption("", _("Alla")), *options])


def by_provider(names: Names) -> Filter:
    """Returns a filter by provider."""
    return by_organisation(names, "provider", _("Utförare"), {"home_care", "alarm"})


def act_links(role: Role, *acts: str) -> list[tuple[str, str]]:
    """Returns URLs and titles of those acts that the role may do."""
    texts: list[tuple[str, Any]] = [
        (act, act_labels.act_text(act)) for act in acts if role in REGISTER[act].who
    ]
    return [(reverse(f"act-{act}"), text.title) for act, text in texts if text]


def tabs(request: HttpRequest, lists: list[tuple[str, str]]) -> list[Tab]:
    """Returns tabs of related lists, from URLs and labels."""
    return [Tab(url, label, request.path == url) for url, label in lists]
