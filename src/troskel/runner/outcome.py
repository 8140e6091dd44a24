# SPDX-License-Identifier: EUPL-1.2
"""The outcome of an act: its answer, and what followed from it."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec

from troskel.ground.refusal_texts import Phrasing, english, refusal_text
from troskel.ground.refusals import BadValue, NotFound, Refusal


class DutyChange(msgspec.Struct, frozen=True):
    """A duty or notice that the act opened or closed."""

    paragraph: str
    ask: str
    kind: str
    role: str
    organisation: str | None
    due: date | None
    state: str


class Mailed(msgspec.Struct, frozen=True):
    """An e-mail that the act put in the outbox; addressed to roles, never to names."""

    paragraph: str
    to: list[str]


class Access(msgspec.Struct, frozen=True):
    """The last day on which an organisation's phones have a client, before and after the act; null: not at all."""

    case: str
    organisation: str
    through_before: str | None
    through_after: str | None


class LockAfter(msgspec.Struct, frozen=True):
    """A lock at a door where a client loses care by the act, and why its removal could not be ordered on the first
    day after: the rule, its message and its code, all empty where it could.

    `own_care`: the client still has care. `others`: somebody else behind the door has; never who, or which.
    """

    number: str
    day: date
    rule: str
    message: str
    own_care: bool
    others: bool
    code: str = ""


class ActOutcome(msgspec.Struct, frozen=True):
    """The outcome of an accepted act. `refused`: the refused items of a plural act, with the reason in English
    (`message`) and Swedish (`swedish`).

    Only a preview has `access` (whose phones gain or lose a client) and `locks` (which locks stay).
    """

    act: str
    lines: list[int]
    answer: dict[str, Any]
    opened: list[DutyChange]
    closed: list[DutyChange]
    mailed: list[Mailed]
    refused: list[dict[str, Any]] = []
    preview: bool = False
    access: list[Access] = []
    locks: list[LockAfter] = []


def refused_item(index: int, refusal: Refusal | NotFound | BadValue) -> dict[str, Any]:
    """Returns a refused item of a plural act, as `refused` tells it."""
    rule = refusal.rule if isinstance(refusal, Refusal) else refusal.field
    message, swedish = english(refusal), refusal_text(refusal, Phrasing("sv"))
    return {"item": index, "rule": rule, "code": refusal.code, "message": message, "swedish": swedish}
