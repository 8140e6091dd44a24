# SPDX-License-Identifier: EUPL-1.2
"""Answers stored by the caller's key. A repeat gets the first answer; refusals are not stored (design, Keys).

The answer is stored last, in the act's own transaction: a concurrent repeat waits for that row, is rolled back,
and reads the first answer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import QuerySet

from troskel.ground.compiled_query import CompiledQuery
from troskel.ground.driver import db_value, execute
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


class DoneBefore(NamedTuple):
    """The answer of an act that was done by a key, and when."""

    answer: dict[str, Any]
    recorded: datetime


def outcomes_by_key(
    municipality: str, account: UUID, keys: Sequence[str], acts: Collection[str]
) -> dict[str, DoneBefore]:
    """Returns what an account has done by these keys: those of these acts. One query."""
    rows = Answer.objects.filter(municipality=municipality, account=account, key__in=keys, done=None)
    stored = (
        (key, msgspec.json.decode(answer, type=ActOutcome), recorded)
        for key, answer, recorded in rows.values_list("key", "answer", "recorded")
    )
    return {key: DoneBefore(outcome.answer, at) for key, outcome, at in stored if outcome.act in acts}


class StoredProgress(NamedTuple):
    """What is stored of an act in parts: how many items are settled (None: all), and their outcome."""

    done: int | None
    outcome: ActOutcome | None


def claim(key: IdempotencyKey, now: datetime) -> None:
    """Stores that an act in parts has begun, if it has not before."""
    row = new_row(Answer, **key._asdict(), answer="", recorded=now, done=0)
    Answer.objects.bulk_create([row], ignore_conflicts=True)  # waits for one who claims it at this moment


def stored_progress(key: IdempotencyKey) -> StoredProgress | None:
    """Returns how far an act in parts has come; None where it has been forgotten. Raises KeyReused if the
    request was different.
    """
    row = _rows(key).values_list("content", "done", "answer").first()
    if row is None:
        return None
    content, done, answer = row
    if content != key.content:
        raise KeyReused
    return StoredProgress(done, msgspec.json.decode(answer, type=ActOutcome) if answer else None)


def lock_progress(key: IdempotencyKey) -> int | None:
    """Returns how many items are settled (None: all, or the claim is gone), locked until the transaction ends."""
    return _rows(key).select_for_update().values_list("done", flat=True).first()


def store_progress(key: IdempotencyKey, outcome: ActOutcome, done: int | None) -> None:
    """Stores how far the act has come; `done` as in `StoredProgress`."""
    answer = msgspec.json.encode(outcome).decode()
    execute(_STORE_PROGRESS, [answer, done, *map(db_value, (key.municipality, key.account, key.key))])


_STORE_PROGRESS = (
    "UPDATE ground_answer SET answer = %s, done = %s WHERE municipality = %s AND account = %s AND key = %s"
)


def unclaim(key: IdempotencyKey) -> None:
    """Forgets an act that has taken nothing: a refusal is not stored."""
    _rows(key).filter(done=0).delete()


def _rows(key: IdempotencyKey) -> QuerySet[Answer]:
    return Answer.objects.filter(municipality=key.municipality, account=key.account, key=key.key)


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
