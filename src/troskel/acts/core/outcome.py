# SPDX-License-Identifier: EUPL-1.2
"""What an act answers, and says of what followed."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec


class Followed(msgspec.Struct, frozen=True):
    """A duty or notice that the act opened or closed."""

    paragraph: str
    ask: str
    kind: str
    role: str
    organisation: str | None
    due: date | None
    state: str


class Mailed(msgspec.Struct, frozen=True):
    """An e-mail that the act put in the outbox; to roles, never to names."""

    paragraph: str
    to: list[str]


class Access(msgspec.Struct, frozen=True):
    """Through which day an organisation's phones have a client, before the act and after it; null: not at all."""

    case: str
    organisation: str
    through_before: str | None
    through_after: str | None


class LockAfter(msgspec.Struct, frozen=True):
    """A lock at a door where a client loses care by the act, and what an order of its removal would be refused for on
    the first day after: which rule says no, in its own words; both empty where nothing does.

    `own_care`: the client still has care; `others`: somebody else behind the door has. Never who, or what.
    """

    number: str
    day: date
    rule: str
    message: str
    own_care: bool
    others: bool


class Outcome(msgspec.Struct, frozen=True):
    """The answer of an accepted act. `refused` holds the items of a plural act that a rule refused, and why: in English
    (`message`) and in `swedish`.

    A preview also says whose phones gain or lose a client (`access`), and which locks stay (`locks`).
    """

    act: str
    lines: list[int]
    answer: dict[str, Any]
    opened: list[Followed]
    closed: list[Followed]
    mailed: list[Mailed]
    refused: list[dict[str, Any]] = []
    preview: bool = False
    access: list[Access] = []
    locks: list[LockAfter] = []
