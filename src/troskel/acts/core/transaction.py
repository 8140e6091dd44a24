# SPDX-License-Identifier: EUPL-1.2
"""An act under way: the one place that opens a writing transaction, writes the journal and runs the routine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, Self
from uuid import UUID

import msgspec
from django.db import IntegrityError, OperationalError, transaction

from troskel.acts.core import idempotency
from troskel.acts.core.constraint_messages import refusal_of
from troskel.acts.core.outcome import Access, Followed, LockAfter, Mailed, Outcome
from troskel.acts.core.preview import LastDays, changed_access, last_days, locks_after
from troskel.duties import operations as duties
from troskel.ground import clock
from troskel.ground.prepared import Value
from troskel.ground.refusal_texts import Naming, said
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.journal import operations as journal
from troskel.people.roles import Actor
from troskel.permits.acts import ActInfo
from troskel.permits.may import may
from troskel.routine.duty import OpenDuty
from troskel.routine.facts import HomeFacts

COLLISIONS = ("40P01", "40001")
"""PostgreSQL's words for a deadlock, and for two transactions that can't be put in order."""

MOST_COLLISIONS = 5


class _Undone(Exception):
    """A preview has run whole, and is rolled back."""


class Doing:
    """What an act's function works with: who acts, when, the homes it has locked, and the lines it writes."""

    def __init__(
        self, act: ActInfo, actor: Actor, occurred: datetime | None, *, preview: bool = False
    ) -> None:
        self.act = act
        self.actor = actor
        self.now = clock.now()
        self.today = clock.day_of(self.now)
        self.occurred = occurred or self.now
        self.refused: list[dict[str, Any]] = []
        self._routine = duties.UnderWay(actor.municipality)
        self._entries: list[journal.Entry] = []
        self._preview = preview
        self._before: LastDays = {}

    @classmethod
    def carry_out(
        cls,
        act: ActInfo,
        actor: Actor,
        body: Callable[[Self], dict[str, Any]],
        *,
        content: Any = None,
        key: str | None = None,
        preview: bool = False,
        occurred: datetime | None = None,
    ) -> Outcome:
        """Run `body` in one durable transaction, with its lines, duties and parcels; or not at all."""
        may(actor, act.name, act.who)
        if occurred is not None and occurred > clock.now():
            raise BadValue("occurred", "lies ahead of now: write when it happened")
        slot = idempotency.slot(actor, act.name, content, key) if key and not preview else None
        try:
            return cls._again_after_a_collision(
                lambda: cls(act, actor, occurred, preview=preview)._run(body, slot)
            )
        except IntegrityError as error:
            if slot and (before := idempotency.earlier(slot)):
                return before
            raise refusal_of(error) from error
        except (Refusal, NotFound, BadValue):
            if slot and (before := idempotency.earlier(slot)):
                return before
            raise

    @staticmethod
    def _again_after_a_collision(run: Callable[[], Outcome]) -> Outcome:
        """Two acts may wait for each other's homes: the database lets one go on, and the other begins again."""
        for _ in range(MOST_COLLISIONS):
            try:
                return run()
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in COLLISIONS:
                    raise
        return run()

    def _run(self, body: Callable[[Self], dict[str, Any]], slot: idempotency.Slot | None) -> Outcome:
        outcome: Outcome | None = None
        try:
            with transaction.atomic(durable=True):
                answer = body(self)
                outcome = self._finish(answer)
                if self._preview:
                    raise _Undone
                if slot:
                    idempotency.keep(slot, outcome, self.now)
        except _Undone:
            pass
        assert outcome is not None
        return outcome

    def _finish(self, answer: dict[str, Any]) -> Outcome:
        lines = journal.append(self._entries, municipality=self.actor.municipality) if self._entries else []
        effects = self._routine.advance(lines)
        return Outcome(
            act=self.act.name,
            lines=[line.number for line in lines],
            answer=msgspec.to_builtins(answer),
            opened=[_followed(duty, "open") for duty in effects.opened],
            closed=[_followed(closed.duty, closed.state) for closed in effects.closed],
            mailed=[
                Mailed(paragraph=mail.paragraph, to=[role for role, _ in mail.to]) for mail in effects.emails
            ],
            refused=self.refused,
            preview=self._preview,
            access=self._foreseen_access(),
            locks=self._foreseen_locks(),
        )

    def _foreseen_access(self) -> list[Access]:
        if not self._preview:
            return []
        return changed_access(self.actor, self._before, last_days(self.facts), self.today)

    def _foreseen_locks(self) -> list[LockAfter]:
        if not self._preview:
            return []
        return locks_after(self.actor, self._before, last_days(self.facts), self.facts, self.today)

    # what an act's function calls

    def lock_homes(self, homes: Any) -> Mapping[UUID, HomeFacts]:
        """Lock these homes, and those that share a door with them, in sorted order; then give their facts.

        `homes` is a collection of ids or a subquery that yields them: the lock is one query.
        """
        return self._locked(self._routine.lock(homes))

    def lock_homes_by(self, homes: duties.HomesOf, *named: Value) -> Mapping[UUID, HomeFacts]:
        """Lock the homes that `homes(municipality, *named)` finds, as `lock_homes`; the query is built once."""
        return self._locked(self._routine.lock_by(homes, *named))

    def _locked(self, facts: Mapping[UUID, HomeFacts]) -> Mapping[UUID, HomeFacts]:
        if self._preview:
            self._before = last_days(facts) | self._before
        return facts

    @property
    def facts(self) -> Mapping[UUID, HomeFacts]:
        """The facts of the homes locked so far."""
        return self._routine.facts

    def lock_homes_to_wake(self, day: date) -> None:
        """Lock the homes where time alone changes something on or before `day`."""
        self._routine.lock_waking(day)

    def use_new_routine(self) -> None:
        """A version of the routine has been added in this act."""
        self._routine.use_new_routine()

    def journal(
        self,
        event: str,
        *,
        homes: Iterable[UUID] = (),
        client: UUID | None = None,
        occurred: datetime | None = None,
        paragraph: str | None = None,
        detail: Mapping[str, Any] | None = None,
        **body: Any,
    ) -> None:
        """Note a line. Ids, days and codes go in `body`; free text and personal details in `detail` alone.

        `from_` becomes "from" in the body, since Python has taken the word.
        """
        if event not in self.act.writes:
            raise LookupError(f"{self.act.name} writes {event}, and does not say so in its @act")
        if client is not None:
            body["client"] = client
        default = self.act.paragraphs[0] if self.act.paragraphs else ""
        self._entries.append(
            journal.Entry(
                event=event,
                homes=tuple(sorted(homes)),
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
        """One item of a plural act is refused: it leaves no trace, the others stand."""
        rule = refusal.rule if isinstance(refusal, Refusal) else getattr(refusal, "field", "")
        swedish = said(refusal, Naming("sv"))
        self.refused.append({"item": index, "rule": rule, "message": refusal.message, "swedish": swedish})


def _followed(duty: OpenDuty, state: str) -> Followed:
    return Followed(
        paragraph=duty.paragraph,
        ask=duty.ask,
        kind=duty.kind,
        role=duty.role,
        organisation=str(duty.organisation) if duty.organisation else None,
        due=duty.due,
        state=state,
    )
