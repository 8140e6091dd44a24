# SPDX-License-Identifier: EUPL-1.2
"""The Jinja environment: the globals that templates can use."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django_htmx.jinja import htmx_script
from jinja2 import Environment, StrictUndefined

from troskel.ground import formatting
from troskel.web.shell.links import to_act, to_client, to_paragraph
from troskel.web.shell.navigation import frame_of
from troskel.web.text import phrases
from troskel.web.text.act_labels import choice_labels, localized
from troskel.web.text.numbers import linked_number, to_number, with_links


def environment(**options: Any) -> Environment:
    """Returns the Jinja environment. An undefined name is an error."""
    env = Environment(trim_blocks=True, lstrip_blocks=True, **{**options, "undefined": StrictUndefined})
    env.add_extension("jinja2.ext.i18n")
    env.policies["ext.i18n.trimmed"] = True
    env.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(
        static=static,
        url=reverse,
        fmt=formatting,
        phrases=phrases,
        localized=localized,
        choice_labels=choice_labels,
        linked_number=linked_number,
        to_number=to_number,
        with_links=with_links,
        frame_of=frame_of,
        to_act=to_act,
        to_client=to_client,
        to_paragraph=to_paragraph,
        htmx=partial(htmx_script, version=4),
    )
    return env
