# SPDX-License-Identifier: EUPL-1.2
"""How an act says no. Each says what is wrong, where, and what to do; nothing is left half done.

A message is a template and its values, written out in English here. `refusal_texts.py` finds the Swedish by the
template: so it stands word for word where the error is raised, and the name of each value tells what it is.
"""

from __future__ import annotations

EMPTY = "(empty)"
"""How an empty choice is written in a list of choices."""

NOT_FOUND = "no {kind} that you may see answers to the value of {field!r}: check how it is written"


def in_english(template: str, values: dict[str, object]) -> str:
    """The template with its values, as the API and the command line have them. Many are listed."""
    if not values:
        return template
    listed = {name: ", ".join(map(str, v)) if isinstance(v, list) else v for name, v in values.items()}
    return template.format(**listed)


class Refusal(Exception):
    """The routine or a rule says no. `rule` is a paragraph (P6, O1) or `rule 1` … `rule 8` of the design."""

    def __init__(self, rule: str, template: str, /, **values: object) -> None:
        self.rule = rule
        self.template = template
        self.values = values
        self.message = in_english(template, values)
        super().__init__(self.message)


class NotAllowed(Refusal):
    """The actor's role may not do this act at all."""

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__("rule 7", template, **values)


class NotFound(Exception):
    """Not there, or not for this viewer to know of: the two answer alike (design, rule 7)."""

    def __init__(self, kind: str, field: str) -> None:
        self.kind = kind
        self.field = field
        self.message = in_english(NOT_FOUND, {"kind": kind, "field": field})
        super().__init__(self.message)


class BadValue(Exception):
    """A value that can't be used: which field, and why."""

    def __init__(self, field: str, template: str, /, **values: object) -> None:
        self.field = field
        self.template = template
        self.values = values
        self.message = in_english(template, values)
        super().__init__(f"{field}: {self.message}")


class KeyUsedOtherwise(Exception):
    """The caller's key has already been used with other content (HTTP 422)."""

    message = "this key was used before with other content: send a new key with new content"
