# SPDX-License-Identifier: EUPL-1.2
"""Answers stored by the caller's key. A repeat gets the first answer; refusals are not stored (design, Keys).

The answer is stored last, in the act's own transaction: a concurrent repeat waits for that row, is rolled back,
and reads the first answer.
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from troskel.ground.compiled_query import CompiledQuery
from troskel.ground.models import Answer
from troskel.ground.refusals import BadValue, KeyReused
from troskel.ground.row_writing import insert, new_row
from troskel.ground.texts import _
from troskel.people.roles import Actor
from troskel.runner.outcome import ActOutcome

MAX_KEY_LENGTH = 200


class IdempotencyKey(NamedTuple):
    """The primary key of a stored answer, and the digest (SHA-256, hex) of the request."""

    municipality: str
    account: UUID
    key: str
    content: str


def make_key(actor: Actor, act: str, content: Any, key: str) -> IdempotencyKey:
    """Returns the key for a request. Raises BadValue where the actor has no account or the length is invalid."""
    if actor.account is None:
        raise BadValue("key", "key.no_account", _("Bara ett konto kan skicka en Idempotency-Key."))
    if not 1 <= len(key) <= MAX_KEY_LENGTH:
        raise BadValue(
            "key",
            "key.wrong_length",
            _("Formulärets nyckel är tom eller längre än {most} tecken. Försök igen."),
            most=MAX_KEY_LENGTH,
        )
    request = msgspec.json.encode([act, content], order="deterministic")
    return IdempotencyKey(actor.municipality, actor.account, key, hashlib.sha256(request).hexdigest())


def stored_outcome(key: IdempotencyKey) -> ActOutcome | None:
    """Returns the stored answer for the key, if any. Raises KeyUsedOtherwise if the request was different."""
    for content, answer in _ANSWER(key.municipality, key.account, key.key):
        if content != key.content:
            raise KeyReused
        return msgspec.json.decode(answer, type=ActOutcome)
    return None


_ANSWER = CompiledQuery(
    lambda municipality, account, key: Answer.objects.filter(
        municipality=municipality, account=account, key=key
    ).values_list("content", "answer")
)


def store_outcome(key: IdempotencyKey, outcome: ActOutcome, now: datetime) -> None:
    """Stores the answer. Raises IntegrityError if the key has been used."""
    answer = msgspec.json.encode(outcome).decode()
    row = new_row(
        Answer,
        municipality=key.municipality,
        account=key.account,
        key=key.key,
        content=key.content,
        answer=answer,
        recorded=now,
    )
    insert([row])
