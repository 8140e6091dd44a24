# SPDX-License-Identifier: EUPL-1.2
"""URLs that several pages link to."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode


class Button(NamedTuple):
    """A button's label and URL."""

    label: str
    address: str


def to_client(case: str) -> str:
    """Returns the URL of a client's page."""
    return reverse("client", args=[case])


def to_paragraph(paragraph: str) -> str:
    """Returns the URL of a paragraph of the routine in force."""
    return f"{reverse('routine')}#{paragraph}"


def to_act(act: str, **values: str) -> str:
    """Returns the URL of an act's form with values; `__` in a name stands for the dot of a path."""
    query = {path.replace("__", "."): number for path, number in values.items()}
    return f"{reverse(f'act-{act}')}?{urlencode(query)}"


def act_button(act: str, label: str, **values: str) -> Button:
    """Returns a button to an act's form."""
    return Button(label, to_act(act, **values))
