# SPDX-License-Identifier: EUPL-1.2
"""The templates' surroundings: what every page of ours can call."""

from __future__ import annotations

from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from jinja2 import Environment, StrictUndefined

from troskel.web import words


def environment(**options: Any) -> Environment:
    """Jinja's environment for our pages: an unknown name is an error, never an empty place."""
    made = Environment(trim_blocks=True, lstrip_blocks=True, **{**options, "undefined": StrictUndefined})
    made.globals.update(static=static, url=reverse, words=words)
    return made
