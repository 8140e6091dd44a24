# SPDX-License-Identifier: EUPL-1.2
"""The addresses that pages link to."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode


class Button(NamedTuple):
    """The word on a button, and where it leads."""

    word: str
    address: str


def to_client(case: str) -> str:
    """A client's page."""
    return reverse("client", args=[case])


def to_paragraph(paragraph: str) -> str:
    """A paragraph of the routine in force."""
    return f"{reverse('routine')}#{paragraph}"


def to_act(act: str, **about: str) -> str:
    """An act's form, with the numbers that it is about; `__` in a name stands for the dot of a path."""
    named = {path.replace("__", "."): value for path, value in about.items()}
    return f"{reverse(f'act-{act}')}?{urlencode(named)}"


def act_button(act: str, word: str, **about: str) -> Button:
    """A button to an act's form."""
    return Button(word, to_act(act, **about))
