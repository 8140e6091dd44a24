# SPDX-License-Identifier: EUPL-1.2
"""The transaction of an act: the only place that opens a writing transaction, writes the journal and runs duties."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

import msgspec
from django.db import IntegrityError, OperationalError, transaction

from troskel.duties import judging
from troskel.duties import operations as duties
from troskel.ground import clock
from troskel.ground.compiled_query import Value
from troskel.ground.driver import pipelined
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.journal import operations as journal
from troskel.people.roles import Actor
from troskel.permits.acts import ActInfo
from troskel.permits.may import fresh_enough, in_person, may
from troskel.routine.duty import Effects, OpenDuty
from troskel.routine.facts import HomeFacts
from troskel.routine.vocabulary import MARKED
from troskel.runner import beyond_sight, idempotency, noticed
from troskel.runner.constraint_messages import refusal_of
from troskel.runner.occurrence import Occurrence, occurrence
from troskel.runner.outcome import Access, ActOutcome, DutyChange, LockAfter, Mailed, refused_item
from troskel.runner.parts import PART_SIZE, Progress
from troskel.runner.preview import LastDays, access_changes, last_days, last_days_on_phones, locks_after

RETRYABLE_SQLSTATES = ("40P01", "40001")
"""PostgreSQL's codes for a deadlock and a serialization failure."""

MAX_RETRIES = 5


class _PreviewRollback(Exception):
    """Rolls back a preview that has run to its end."""


class Part(NamedTuple):
    """So many items of a plural act that is carried out in parts."""

    progress: Progress
    items: int


class ActContext:
    """The context of a running act: the actor, the time, the homes it has locked, and the lines it writes."""

    def __init__(
        self, act: ActInfo, actor: Actor, occurrence: Occurrence | None, *, preview: bool = False
    ) -> None:
        self.act = act
        self.actor = actor
        self.now = clock.now()
        self.today = clock.day_of(self.now)
        self.occurred = occurrence.instant if occurrence else self.now
        self._occurrence = occurrence
        self.refused: list[dict[str, Any]] = []
        self._refusals: list[Refusal | NotFound | BadValue] = []
        self.told: set[UUID] = set()
        """Clients found otherwise than by the actor's sight: what is said of them is told."""
        self.mailed: list[Mailed] = []
        """E-mails that the act itself has put in the outbox, beside the routine's."""
        self._routine = duties.LockedHomes(actor.municipality)
        self._entries: list[journal.Entry] = []
        self._advanced = 0
        self._preview = preview
        self._care_before: LastDays = {}
        self._phones_before: LastDays = {}

    @classmethod
    def run(
        cls,
        act: ActInfo,
        actor: Actor,
        body: Callable[[Self], dict[str, Any]],
        *,
        content: Any = None,
        key: str | None = None,
        preview: bool = False,
        occurred: datetime | None = None,
        late_reason: str = "",
        prepare: Callable[[], None] | None = None,
        part: Part | None = None,
        items: int = 0,
    ) -> ActOutcome:
        """Runs `body`, with its lines, duties and outbox messages, in one durable transaction. Returns the outcome.

        `prepare` runs before it, once the actor may do the act. `part`: it is one part of the act. `items`: how many a
        plural act has got; where it refuses all of them, the first refusal is raised.
        """
        try:
            may(actor, act.name, act.who)
            in_person(actor, act)
            fresh_enough(actor, act)
            happened = occurrence(occurred, late_reason)
            if prepare is not None:
                prepare()
            made_key = idempotency.make_key(actor, act.name, content, key) if key and not preview else None
            return cls._once(act, actor, body, happened, made_key, preview, part, items)
        except (Refusal, NotFound, BadValue) as error:
            if not preview:
                noticed.refused(act, actor, error)
            raise

    @classmethod
    def _once(
        cls,
        act: ActInfo,
        actor: Actor,
        body: Callable[[Self], dict[str, Any]],
        happened: Occurrence | None,
        idempotency_key: idempotency.IdempotencyKey | None,
        preview: bool,
        part: Part | None,
        items: int,
    ) -> ActOutcome:
        """Runs the act; where its key has been used, returns the first outcome.

        What a preview or a refusal tells of clients out of sight is noted as a read.
        """
        tries: list[Self] = []

        def run() -> ActOutcome:
            tries.append(cls(act, actor, happened, preview=preview))
            return tries[-1]._run(body, idempotency_key, part, items)

        try:
            outcome = cls._retry_on_collision(run)
        except IntegrityError as error:
            if idempotency_key and (first_outcome := idempotency.stored_outcome(idempotency_key)):
                return first_outcome
            raise refusal_of(error) from error
        except (Refusal, NotFound, BadValue) as refused:
            if idempotency_key and (first_outcome := idempotency.stored_outcome(idempotency_key)):
                return first_outcome
            beyond_sight.note(actor, act, tries[-1].told, refused.code)
            raise
        if preview:
            subjects = {entry.client for entry in tries[-1]._entries if entry.client is not None}
            beyond_sight.note(actor, act, subjects | tries[-1].told)
        return outcome

    @staticmethod
    def _retry_on_collision(run: Callable[[], ActOutcome]) -> ActOutcome:
        """Runs again after a deadlock: two acts may wait for each other's homes, and the database stops one of them."""
        for _attempt in range(MAX_RETRIES):
            try:
                return run()
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in RETRYABLE_SQLSTATES:
                    raise
        return run()

    def _run(
        self,
        body: Callable[[Self], dict[str, Any]],
        idempotency_key: idempotency.IdempotencyKey | None,
        part: Part | None,
        items: int,
    ) -> ActOutcome:
        outcome: ActOutcome | None = None
        try:
            with transaction.atomic(durable=True):
                if part is not None:
                    part.progress.lock()
                answer = body(self)
                self._took_something(part, items)
                outcome = self._finish(answer, idempotency_key, part)
                if self._preview:
                    raise _PreviewRollback
        except _PreviewRollback:
            pass
        assert outcome is not None
        if not self._preview:
            noticed.done(
                self.act, self.actor, [*zip((e.event for e in self._entries), outcome.lines, strict=True)]
            )
        return outcome

    def _took_something(self, part: Part | None, items: int) -> None:
        """Raises the first refusal where all items are refused: that is no answer. A part tells it on."""
        if self._refusals and not self._entries and len(self._refusals) == (part.items if part else items):
            if part is None:
                self._refusals[0].items = self.refused
                raise self._refusals[0]
            part.progress.refusals += self._refusals[:1]

    def _finish(
        self,
        answer: dict[str, Any],
        idempotency_key: idempotency.IdempotencyKey | None,
        part: Part | None,
    ) -> ActOutcome:
        """Writes what the act has brought about. What needs no place in the chain comes before its head is locked."""
        drafted, effects = self._advance()
        outcome = ActOutcome(
            act=self.act.name,
            lines=[],
            answer=msgspec.to_builtins(answer),
            opened=[_duty_change(duty, "open") for duty in effects.opened],
            closed=[_duty_change(closed.duty, closed.state) for closed in effects.closed],
            mailed=[
                *self.mailed,
                *(Mailed(mail.paragraph, [role for role, _ in mail.to]) for mail in effects.emails),
            ],
            refused=self.refused,
            preview=self._preview,
            access=self._access_changes(),
            locks=self._locks_after(),
        )
        with pipelined():
            self._routine.store_before(effects)
            lines = journal.chain(drafted)  # from here others wait for the head of the chain
            if lines:
                self._routine.store(effects, lines_before=lines[0].number - 1)
            outcome = msgspec.structs.replace(outcome, lines=[line.number for line in lines])
            if idempotency_key:
                idempotency.store_outcome(idempotency_key, outcome, self.now)
            if part is not None:
                part.progress.store(outcome, part.items)
        return outcome

    def _advance(self) -> tuple[journal.Draft, Effects]:
        """Runs the routine over the lines since the last step of a guided act: the next step finds its facts."""
        drafted = journal.draft(self._entries, municipality=self.actor.municipality)
        effects = self._routine.advance(drafted.lines[self._advanced :])
        self._advanced = len(drafted.lines)
        return drafted, effects

    def _access_changes(self) -> list[Access]:
        if not self._preview:
            return []
        return access_changes(self.actor, self._phones_before, last_days_on_phones(self.facts), self.today)

    def _locks_after(self) -> list[LockAfter]:
        if not self._preview:
            return []
        return locks_after(self.actor, self._care_before, last_days(self.facts), self.facts, self.today)

    # called by the acts' functions

    def does(self, act: Any, **values: Any) -> dict[str, Any]:
        """Carries out another act's function as a step of this one, a guided act: in its transaction, with its lines.

        The actor must be one who may do the step alone. What it refuses, it refuses whole. `act.consists_of` names it.
        """
        may(self.actor, act.name, act.who)
        if act.name not in self.act.consists_of:
            raise LookupError(f"{self.act.name} does {act.name}, and does not say so in its @act")
        whole, self.act, refused = self.act, act, len(self._refusals)
        try:
            answer: dict[str, Any] = act.body(self, **values)
        finally:
            self.act = whole
        for refusal in self._refusals[refused:]:
            raise refusal
        self._advance()
        return answer

    def lock_homes(self, homes: Any) -> Mapping[UUID, HomeFacts]:
        """Locks these homes, and those that share a door with them, in sorted order; returns their facts.

        `homes`: a collection of ids, or a subquery of them. One locking query.
        """
        return self._remember_last_days(self._routine.lock(homes))

    def lock_homes_by(self, homes: duties.HomesOf, *parameters: Value) -> Mapping[UUID, HomeFacts]:
        """As `lock_homes`, for the homes of the query `homes(municipality, *parameters)`, which is compiled once."""
        return self._remember_last_days(self._routine.lock_by(homes, *parameters))

    def _remember_last_days(self, facts: Mapping[UUID, HomeFacts]) -> Mapping[UUID, HomeFacts]:
        if self._preview:
            self._care_before = last_days(facts) | self._care_before
            self._phones_before = last_days_on_phones(facts) | self._phones_before
        return facts

    @property
    def facts(self) -> Mapping[UUID, HomeFacts]:
        """The facts of the homes locked so far."""
        return self._routine.facts

    def lock_homes_to_wake(self, day: date) -> bool:
        """Locks a part of the homes where the calendar alone changes something by `day`; returns if others are left."""
        return self._routine.lock_waking(day, PART_SIZE)

    def use_new_routine(self) -> None:
        """Makes duties follow a version of the routine that this act has added."""
        self._routine.use_new_routine()

    def judge_anew(self, not_after: date) -> int:
        """Makes all duties anew from the journal, without the days turned after this one; returns how many changed.

        Only before the act has locked a home: it locks all of them.
        """
        return judging.judge_anew(self.actor.municipality, not_after)

    def journal(
        self,
        event: str,
        *,
        homes: Iterable[UUID] = (),
        client: UUID | None = None,
        occurred: datetime | None = None,
        paragraph: str | None = None,
        detail: Mapping[str, Any] | None = None,
        though: Iterable[str] = (),
        **body: Any,
    ) -> None:
        """Adds a journal line. Ids, days and codes go in `body`; free text and personal details only in `detail`.

        `homes`: in an order that means something, as the home that a client leaves before the one that it comes to:
        the routine takes them so.

        `from_` becomes "from" in the body, since it is a Python keyword. `though`: marks of what was unusual.
        """
        if event not in self.act.writes:
            raise LookupError(f"{self.act.name} writes {event}, and does not say so in its @act")
        if unknown := set(though) - set(MARKED.get(event, ())):
            raise LookupError(f"{event} can't be marked {sorted(unknown)}: add it to MARKED in vocabulary.py")
        marks = list(though)
        if self._occurrence is not None:
            self._occurrence.check_known({**body, "client": client}, self.now)
            body |= self._occurrence.fields
            marks += self._occurrence.marks
        if marks:
            body["though"] = marks
        if client is not None:
            body["client"] = client
        default = self.act.paragraphs[0] if self.act.paragraphs else ""
        self._entries.append(
            journal.Entry(
                event=event,
                homes=tuple(dict.fromkeys(homes)),
                client=client,
                body=msgspec.to_builtins({name.rstrip("_"): value for name, value in body.items()}),
                occurred=occurred or self.occurred,
                actor_kind=self.actor.kind.value,
                actor=self.actor.account,
                act=self.act.name,
                paragraph=default if paragraph is None else paragraph,
                detail=dict(detail) if detail else None,
            )
        )

    def refuse_item(self, index: int, refusal: Refusal | NotFound | BadValue) -> None:
        """Records that one item of a plural act is refused: it changes nothing, and the others are not affected."""
        self.refused.append(refused_item(index, refusal))
        self._refusals.append(refusal)


def _duty_change(duty: OpenDuty, state: str) -> DutyChange:
    return DutyChange(
        paragraph=duty.paragraph,
        ask=duty.ask,
        kind=duty.kind,
        role=duty.role,
        organisation=str(duty.organisation) if duty.organisation else None,
        due=duty.due,
        state=state,
    )
