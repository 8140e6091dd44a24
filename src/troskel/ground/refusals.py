# SPDX-License-Identifier: EUPL-1.2
"""How an act says no. Each says what is wrong, where, and what to do; nothing is left half done."""

from __future__ import annotations


class Refusal(Exception):
    """The routine or a rule says no. `rule` is a paragraph (P6, O1) or `rule 1` … `rule 8` of the design."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(message)
        self.rule = rule
        self.message = message


class NotAllowed(Refusal):
    """The actor's role may not do this act at all."""

    def __init__(self, message: str) -> None:
        super().__init__("rule 7", message)


class NotFound(Exception):
    """Not there, or not for this viewer to know of: the two answer alike (design, rule 7)."""

    def __init__(self, kind: str, field: str) -> None:
        super().__init__(
            f"no {kind} that you may see answers to the value of {field!r}: check how it is written"
        )
        self.kind = kind
        self.field = field
        self.message = str(self)


class BadValue(Exception):
    """A value that can't be used: which field, and why."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


class KeyUsedOtherwise(Exception):
    """The caller's key has already been used with other content (HTTP 422)."""

    message = "this key was used before with other content: send a new key with new content"
