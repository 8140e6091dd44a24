# SPDX-License-Identifier: EUPL-1.2
"""The errors of an act. Each tells what is wrong, where, and what to do; nothing is left half done.

A message is a template and its values, formatted in English here. `refusal_texts.py` looks up the Swedish by the
template: so the template stands word for word where the error is raised, and the name of each value tells its type.
"""

from __future__ import annotations

EMPTY_CHOICE = "(empty)"
"""The text of an empty choice in a list of choices."""

NOT_FOUND = "no {kind} that you may see answers to the value of {field!r}: check how it is written"


def format_english(template: str, values: dict[str, object]) -> str:
    """Returns the template with its values, as the API and the command line show them. Lists are joined by commas."""
    if not values:
        return template
    texts = {name: ", ".join(map(str, v)) if isinstance(v, list) else v for name, v in values.items()}
    return template.format(**texts)


class Refusal(Exception):
    """The routine or a rule refuses the act. `rule` is a paragraph (P6, O1) or `rule 1` … `rule 8` of the design."""

    def __init__(self, rule: str, template: str, /, **values: object) -> None:
        self.rule = rule
        self.template = template
        self.values = values
        self.message = format_english(template, values)
        super().__init__(self.message)


class NotAllowed(Refusal):
    """The actor's role may not do this act at all."""

    def __init__(self, template: str, /, **values: object) -> None:
        super().__init__("rule 7", template, **values)


class NotFound(Exception):
    """The thing does not exist, or this viewer may not see it: both answer the same (design, rule 7)."""

    def __init__(self, kind: str, field: str) -> None:
        self.kind = kind
        self.field = field
        self.message = format_english(NOT_FOUND, {"kind": kind, "field": field})
        super().__init__(self.message)


class BadValue(Exception):
    """A value that can't be used: names the field and the reason."""

    def __init__(self, field: str, template: str, /, **values: object) -> None:
        self.field = field
        self.template = template
        self.values = values
        self.message = format_english(template, values)
        super().__init__(f"{field}: {self.message}")


class KeyReused(Exception):
    """The caller's key has already been used with other content (HTTP 422)."""

    message = "this key was used before with other content: send a new key with new content"
