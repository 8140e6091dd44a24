# SPDX-License-Identifier: EUPL-1.2
"""The answers kept by the caller's key. A repeat gets the first answer; a refusal is not kept (design, Keys).

The key is kept last, in the act's own transaction: a repeat that runs beside the first one meets its
row there, waits for it, is rolled back, and reads its answer.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from troskel.acts.core.outcome import Outcome
from troskel.ground.models import Answer
from troskel.ground.refusals import BadValue, KeyUsedOtherwise
from troskel.people.roles import Actor

LONGEST_KEY = 200


class Slot(NamedTuple):
    """Where an answer is kept, and what was asked."""

    municipality: str
    account: UUID
    key: str
    content: str


def slot(actor: Actor, act: str, content: Any, key: str) -> Slot:
    """Where the answer for this caller's key belongs. Raises BadValue where a key can't be used."""
    if actor.account is None:
        raise BadValue("key", "only an account has keys")
    if not 1 <= len(key) <= LONGEST_KEY:
        raise BadValue("key", "is empty or longer than {most} characters", most=LONGEST_KEY)
    asked = msgspec.json.encode([act, content], order="deterministic")
    return Slot(actor.municipality, actor.account, key, hashlib.sha256(asked).hexdigest())


def earlier(slot: Slot) -> Outcome | None:
    """The answer already given for this key, if any. Raises KeyUsedOtherwise where the content was another."""
    kept = Answer.objects.filter(municipality=slot.municipality, account=slot.account, key=slot.key).first()
    if kept is None:
        return None
    if kept.content != slot.content:
        raise KeyUsedOtherwise
    return msgspec.json.decode(kept.answer, type=Outcome)


def keep(slot: Slot, outcome: Outcome, now: datetime) -> None:
    """Keep the answer. Raises IntegrityError where the key has been used."""
    Answer.objects.create(
        municipality=slot.municipality,
        account=slot.account,
        key=slot.key,
        content=slot.content,
        answer=msgspec.json.encode(outcome).decode(),
        recorded=now,
    )
