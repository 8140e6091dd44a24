# SPDX-License-Identifier: EUPL-1.2
"""Numbers of orders, locks, tags and keys as links to what has the number."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


def to_number(number: str) -> str:
    """Returns the address of what has the number."""
    return reverse("number", args=[number])


def linked_number(number: str) -> SafeString:
    """Returns a number as a link."""
    return format_html('<a class="ds-link whole" href="{}">{}</a>', to_number(number), number)


def with_links(text: str, numbers: Iterable[str]) -> SafeString:
    """Returns a text in which these numbers are links."""
    named = sorted(numbers, key=len, reverse=True)
    if not named:
        return format_html("{}", text)
    pattern = re.compile(rf"(?<!\w)({'|'.join(map(re.escape, named))})(?!\w)")
    parts = pattern.split(text)  # what lies between the numbers, and every other time a number
    return format_html_join(
        "",
        "{}",
        ((linked_number(part) if position % 2 else part,) for position, part in enumerate(parts)),
    )
