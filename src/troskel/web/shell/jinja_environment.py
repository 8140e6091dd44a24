# SPDX-License-Identifier: EUPL-1.2
"""The templates' surroundings: what every page of ours can call."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined

from troskel.web.shell.links import to_act, to_client, to_paragraph
from troskel.web.shell.navigation import frame_of
from troskel.web.text import formatting
from troskel.web.text.act_labels import choices_of, said


def environment(**options: Any) -> Environment:
    """Jinja's environment for our pages: an unknown name is an error, never an empty place."""
    made = Environment(trim_blocks=True, lstrip_blocks=True, **{**options, "undefined": StrictUndefined})
    made.add_extension("jinja2.ext.i18n")
    made.policies["ext.i18n.trimmed"] = True
    made.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    made.globals.update(
        static=static,
        url=reverse,
        words=formatting,
        said=said,
        choices_of=choices_of,
        frame_of=frame_of,
        to_act=to_act,
        to_client=to_client,
        to_paragraph=to_paragraph,
        htmx=partial(htmx_script, version=4),
    )
    return made
