# SPDX-License-Identifier: EUPL-1.2
"""Lists of codes whose members have a label: one class per list, labelled once."""

from __future__ import annotations

from enum import StrEnum


class Choice(StrEnum):
    """A code with a label: `HOSPITAL = "hospital", _("På sjukhus")`. The labels are Swedish texts for the catalogue.

    The class keyword `question` labels a field that takes one of the codes. The order is that of the form.
    """

    _value_: str
    label: str
    question: str

    def __new__(cls, value: str, label: str = "") -> Choice:
        """Makes a member of its code and its label. Looking a member up, `Choice(code)`, takes no label."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member

    def __init_subclass__(cls, question: str = "") -> None:
        super().__init_subclass__()
        cls.question = question

    @classmethod
    def codes(cls) -> frozenset[str]:
        """Returns the codes as plain strings."""
        return frozenset(str(member) for member in cls)

    @classmethod
    def label_of(cls, code: object) -> str:
        """Returns a code's label; empty for another value."""
        return next((member.label for member in cls if member == code), "")
