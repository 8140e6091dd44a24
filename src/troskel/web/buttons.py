# SPDX-License-Identifier: EUPL-1.2
"""A button that leads to a form, beside what it is about."""

from __future__ import annotations

from typing import NamedTuple

from django.urls import reverse
from django.utils.http import urlencode


class Button(NamedTuple):
    """The word on the button, and where it leads."""

    word: str
    address: str


def to_act(act: str, word: str, **about: str) -> Button:
    """A button to an act's form, which gets the numbers that it is about (`acting.IN_ADDRESSES`)."""
    named = {path.replace("__", "."): value for path, value in about.items()}
    return Button(word, f"{reverse(f'act-{act}')}?{urlencode(named)}")
