# SPDX-License-Identifier: EUPL-1.2
"""What locks have answered to phones without the server: handed in word for word, and verified anew.

Each line of a lock's log is taken once, by lock and number, whoever brings it: an opening of which the phone never
heard comes with the next phone. A constant number of statements a batch.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from hashlib import sha256
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec

from troskel.access import grant_rules as rules
from troskel.access import issuing
from troskel.access.models import IssuedGrant, LockKey, LockLogLine, Opening
from troskel.access.queries import ONE_DAY
from troskel.access.rules import LOW_BATTERY_PER_CENT, LockOutcome
from troskel.acts.opening import journal_fault, opening_fields
from troskel.doorproto.cbor import encode
from troskel.doorproto.cose import key_at
from troskel.doorproto.errors import Code, DoorError
from troskel.doorproto.log import ChainedLine, beginning, follow
from troskel.doorproto.messages import Hello, LogLine
from troskel.doorproto.verify import Issuers, Reviewed, review
from troskel.ground import sealing
from troskel.ground.row_writing import insert, new_row
from troskel.ground.texts import _
from troskel.people.models import Residence
from troskel.people.roles import PHONE_ROLES
from troskel.runner import lookup
from troskel.runner.register import act
from troskel.runner.transaction import ActContext
from troskel.visits.rules import Grade

CHAPTER = _("Vad låsen har svarat telefonerna")

MAX_ANSWERS = 50
Message = Annotated[
    str, msgspec.Meta(max_length=700, pattern="^[A-Za-z0-9_=-]*$", description="bytes in base64url")
]


class LockAnswerTold(msgspec.Struct, frozen=True, kw_only=True):
    """The three messages of an opening, base64url; or their JSON `sealed` to the server for this account and id."""

    id: UUID
    hello: Message = ""
    request: Message = ""
    result: Message = ""
    sealed: Annotated[str, msgspec.Meta(max_length=4000)] = ""


class _Messages(msgspec.Struct, frozen=True):
    hello: Message
    request: Message
    result: Message


@act(
    "S2",
    who=PHONE_ROLES,
    writes=["door.opened", "opening.failed", "lock.fault_told", "lock.log_gap", "lock.log_broken"],
)
def tell_lock_answers(
    ctx: ActContext, *, answers: Annotated[list[LockAnswerTold], msgspec.Meta(max_length=MAX_ANSWERS)]
) -> dict[str, Any]:
    """Hand in what locks have answered to one's phone: each message as it was. What is not signed proves nothing.

    An answer is `acknowledged`, or refused with the protocol's `code`. `gap`: lines before these are still missing, and
    come with another phone. The same answer again changes nothing.
    """
    told = _Told(ctx, answers)
    told.read()
    told.take()
    told.store()
    return {"answers": told.answers}


class _Verified(NamedTuple):
    key: LockKey
    reviewed: Reviewed


class _Told:
    """A batch of answers. `read` finds what is known of their locks, `take` follows the logs, `store` writes."""

    def __init__(self, ctx: ActContext, answers: Sequence[LockAnswerTold]) -> None:
        self.ctx = ctx
        self.answers: list[dict[str, Any]] = []
        self._given = answers
        self._verified: list[_Verified] = []
        self._known: dict[UUID, dict[int, bytes]] = {}
        self._new: dict[UUID, list[ChainedLine]] = {}
        self._keys: dict[UUID, LockKey] = {}

    def read(self) -> None:
        """Verifies each answer, and finds the lines that the server has. Two queries."""
        read = [_messages(answer, self.ctx.actor.account) for answer in self._given]
        hellos = [_hello(messages.hello) if messages else None for messages in read]
        numbers = sorted({hello.lock.hex() for hello in hellos if hello})
        municipality = self.ctx.actor.municipality
        rows = LockKey.objects.select_for_update().filter(municipality=municipality, number__in=numbers)
        by_number: dict[str, list[LockKey]] = {}
        for row in rows.order_by("-began", "-id"):
            by_number.setdefault(row.number, []).append(row)
        issuers = issuing.issuers_of(municipality)
        for answer, messages, hello in zip(self._given, read, hellos, strict=True):
            keys = by_number.get(hello.lock.hex(), []) if hello else []
            if messages is None or not keys:
                self._answer(answer.id, Code.HELLO_OTHER_LOCK if hello else Code.HELLO_FORM)
                continue
            try:
                self._verified.append(_review(messages, keys, issuers))
            except DoorError as error:
                self._answer(answer.id, error.code)
            else:
                self._answer(answer.id)
        self._known = self._lines_known()

    def _answer(self, identifier: UUID, code: Code | None = None) -> None:
        state = "refused" if code else "acknowledged"
        self.answers.append({"id": identifier, "state": state, "code": code.word if code else ""})

    def _lines_known(self) -> dict[UUID, dict[int, bytes]]:
        numbers: set[int] = set()
        for one in self._verified:
            result = one.reviewed.result
            numbers |= {result.since.number, result.head.number, *(line.number for line in result.lines)}
            self._keys[one.key.id] = one.key
        known = {key.id: {0: beginning(bytes.fromhex(key.number)).hash} for key in self._keys.values()}
        rows = LockLogLine.objects.filter(
            municipality=self.ctx.actor.municipality, key__in=self._keys, number__in=numbers
        )
        for key, number, hashed in rows.values_list("key", "number", "hash"):
            known[key][number] = bytes.fromhex(hashed)
        return known

    def take(self) -> None:
        """Follows each lock's log, in the order of its lines: a phone may tell them in another."""
        for one in sorted(self._verified, key=lambda one: one.reviewed.result.since.number):
            key, result = one.key, one.reviewed.result
            try:
                lines = follow(self._known[key.id], result)
            except DoorError as error:
                if error.code is Code.LOG_GAP:
                    key.gap = key.gap or self.ctx.now
                elif key.broken is None:
                    key.broken = self.ctx.now
                continue
            for line in lines:
                self._known[key.id][line.line.number] = line.hash
            self._new.setdefault(key.id, []).extend(lines)

    def store(self) -> None:
        """Writes lines, openings and what the locks have learnt; journals each opening. Ten statements at most."""
        ctx = self.ctx
        lines = [(self._keys[key], line) for key, new in self._new.items() for line in new]
        grants = self._grants(lines)
        clients = {grant.client_id for grant in grants.values()}
        homes = Residence.objects.filter(municipality=ctx.actor.municipality, client__in=clients)
        ctx.lock_homes(homes.values("home_id"))
        kept = [_kept(ctx, key, line) for key, line in lines]
        insert(kept)
        openings = []
        for (key, line), row in zip(lines, kept, strict=True):
            outcome, grant = rules.lock_outcome(line.line), grants.get(line.line.grant.hex())
            if outcome is not None and grant is not None and grant.key_id == key.id:
                openings.append(
                    _OpeningOfLine(_opening(ctx, row, key, line.line, grant, outcome), line.line, grant)
                )
        known_low = self._locks_known_as_low()
        insert([one.opening for one in openings])
        for one in openings:
            _journal_opening(ctx, one)
        for one in {one.opening.lock_id: one for one in openings}.values():
            if one.line.battery < LOW_BATTERY_PER_CENT and one.opening.lock_id not in known_low:
                _fault(ctx, one, "low_battery")
        self._learn(lines)

    def _learn(self, lines: Sequence[tuple[LockKey, ChainedLine]]) -> None:
        """Writes down up to where each log is known, what is wrong with it, and which grants the locks have read."""
        for key in self._keys.values():
            key.head = rules.known_up_to(key.head, self._known[key.id])
            heads = [one.reviewed.result.head.number for one in self._verified if one.key.id == key.id]
            if key.gap and all(head <= key.head for head in heads):
                key.gap = None
        LockKey.objects.bulk_update(self._keys.values(), ["head", "gap", "broken"])
        read = [one.reviewed for one in self._verified if rules.taught(one.reviewed.result.reason)]
        numbers = [reviewed.request.grant.id.hex() for reviewed in read]
        of_here = IssuedGrant.objects.filter(municipality=self.ctx.actor.municipality)
        of_here.filter(number__in=numbers, learnt=None).update(learnt=self.ctx.now)
        self._tell_of_logs()

    def _tell_of_logs(self) -> None:
        """Journals a log in which lines are missing, and one that contradicts itself: that lock is to be looked at."""
        for key in self._keys.values():
            if key.gap == self.ctx.now:
                self.ctx.journal("lock.log_gap", lock=key.lock_id, key=key.id, known=key.head)
            if key.broken == self.ctx.now:
                self.ctx.journal("lock.log_broken", lock=key.lock_id, key=key.id, known=key.head)

    def _grants(self, lines: Sequence[tuple[LockKey, ChainedLine]]) -> dict[str, IssuedGrant]:
        numbers = {line.line.grant.hex() for _, line in lines}
        rows = IssuedGrant.objects.select_related("client", "phone").filter(
            municipality=self.ctx.actor.municipality, number__in=numbers
        )
        return {row.number: row for row in rows}

    def _locks_known_as_low(self) -> set[UUID]:
        """The locks of this batch whose low battery was told within a day."""
        rows = Opening.objects.filter(
            municipality=self.ctx.actor.municipality,
            lock__in=[key.lock_id for key in self._keys.values()],
            noted__gt=self.ctx.now - ONE_DAY,
            battery__lt=LOW_BATTERY_PER_CENT,
        )
        return set(rows.values_list("lock_id", flat=True))


class _OpeningOfLine(NamedTuple):
    opening: Opening
    line: LogLine
    grant: IssuedGrant


def _messages(answer: LockAnswerTold, account: UUID | None) -> _Messages | None:
    if not answer.sealed:
        return _Messages(answer.hello, answer.request, answer.result)
    try:
        return msgspec.json.decode(sealing.unseal(answer.sealed, f"{account} {answer.id}"), type=_Messages)
    except (sealing.NotSealed, msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _hello(text: str) -> Hello | None:
    try:
        return Hello.of_bytes(_bytes(text))
    except DoorError:
        return None


def _review(messages: _Messages, keys: Sequence[LockKey], issuers: Issuers) -> _Verified:
    """Verifies with the lock's key, and the ones that it had before. Raises the newest one's DoorError."""
    hello, request, result = _bytes(messages.hello), _bytes(messages.request), _bytes(messages.result)
    errors = []
    for key in keys:
        try:
            return _Verified(key, review(hello, request, result, issuers, key_at(bytes.fromhex(key.point))))
        except DoorError as error:
            errors.append(error)
    raise errors[0]


def _kept(ctx: ActContext, key: LockKey, line: ChainedLine) -> LockLogLine:
    return new_row(
        LockLogLine,
        municipality_id=ctx.actor.municipality,
        key_id=key.id,
        number=line.line.number,
        item=encode(line.line.item()).hex(),
        hash=line.hash.hex(),
        told=ctx.now,
    )


def _opening(
    ctx: ActContext, kept: LockLogLine, key: LockKey, line: LogLine, grant: IssuedGrant, outcome: LockOutcome
) -> Opening:
    """The opening that a line tells of: not before its grant, whatever the lock's clock says, and not ahead of now."""
    at = min(max(rules.time_of(line.time), grant.issued), ctx.now)
    return new_row(
        Opening,
        municipality_id=ctx.actor.municipality,
        client_id=grant.client_id,
        door_id=grant.door_id,
        lock_id=key.lock_id,
        organisation_id=grant.organisation_id,
        account_id=grant.phone.account_id,
        paragraph=grant.paragraph,
        alarm_id=grant.alarm_id,
        grant=UUID(bytes=sha256(key.id.bytes + line.number.to_bytes(8, "big")).digest()[:16]),
        not_before=at,
        not_after=max(at, grant.ends),
        outcome=str(outcome),
        code=rules.code_of(line.reason),
        battery=line.battery,
        noted=at,
        line_id=kept.id,
    )


def _journal_opening(ctx: ActContext, one: _OpeningOfLine) -> None:
    row = one.opening
    ctx.journal(
        "door.opened" if row.outcome == LockOutcome.OPENED else "opening.failed",
        homes=_homes(ctx, one),
        client=row.client_id,
        occurred=row.not_before,
        paragraph=row.paragraph,
        **opening_fields(row),
        outcome=row.outcome,
        code=row.code,
        battery=row.battery,
        grade=Grade.A,
        line=one.line.number,
        sure=one.line.sure,
    )
    if row.outcome == LockOutcome.JAMMED:
        _fault(ctx, one, "jammed")


def _fault(ctx: ActContext, one: _OpeningOfLine, code: str) -> None:
    if lookup.homes_of_door(ctx, one.opening.door_id):
        journal_fault(ctx, one.opening.client_id, one.opening.door_id, one.opening.lock_id, code)


def _homes(ctx: ActContext, one: _OpeningOfLine) -> Sequence[UUID]:
    return lookup.homes_of_door(ctx, one.opening.door_id) or [one.grant.client.home_id]
