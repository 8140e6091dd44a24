# SPDX-License-Identifier: EUPL-1.2
"""Registers visits one after another, and writes them together: for the acts of visiting, and for a phone's events."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import msgspec

from troskel.acts import visit_batches
from troskel.acts.tag_reads import TagReads, TagTap
from troskel.acts.visit_batches import MadeVisit, VisitJudgement
from troskel.ground.ids import new_id
from troskel.ground.row_writing import insert
from troskel.runner.transaction import ActContext
from troskel.visits import rules
from troskel.visits.models import Visit

BATCH_SIZE = 400
ENDING_FIELDS = ["departed", "open", "departed_evidence", "departed_reason", "flags"]


class Registration:
    """A batch of visits: `take` each in turn, then `store`. A refused one changes nothing.

    `begins`: the visits begin as they are told, so the latest without an end is under way. `reads`: of signed tags.
    """

    def __init__(
        self,
        ctx: ActContext,
        items: Sequence[MadeVisit],
        *,
        begins: bool = False,
        reads: TagReads | None = None,
    ) -> None:
        self.ctx = ctx
        self._reads = reads or TagReads.of(ctx, ())
        self.begins = begins
        self.batch = visit_batches.VisitBatch.of(ctx, items, begins=begins)
        self._new: list[Visit] = []
        self._changed: list[Visit] = []

    def stored(self, visit: UUID) -> Visit | None:
        """Returns the visit of this id: one that was stored, or one of this batch."""
        return self.batch.stored_visits.by_id.get(visit)

    def take(self, item: MadeVisit, tap: TagTap | None = None) -> tuple[Visit, str]:
        """Registers a visit, or its end. Returns it with the case number. Raises NotFound, BadValue or Refusal.

        `tap`: the tag that proves it. Kept where this is the first time that it is told.
        """
        batch, item = self.batch, _ended_where_declined(item)
        judgement = batch.judge(item)
        if (visit := judgement.stored_visit) is None:
            visit = _new_visit(self.ctx, item, judgement, opens=self._opens(item))
            self._new.append(visit)
            self._changed += _journal_left_open(self.ctx, batch.close_open_visits(item))
            batch.add(visit)
            _note_arrival(self.ctx, visit, judgement)
            self._reads.take(visit.id, "arrive", tap)
        elif item.departed is not None and rules.ends_once(visit.departed, item.departed):
            batch.end(visit, item)
            self._changed.append(visit)
            note_departure(self.ctx, visit, judgement.home)
            self._reads.take(visit.id, "depart", tap)
        return visit, judgement.case

    def _opens(self, item: MadeVisit) -> bool:
        """Is the visit under way from now on?"""
        return self.begins and item.departed is None and self.batch.is_latest(item)

    def store(self) -> None:
        """Writes what has been taken. Three statements at most."""
        new = {visit.id for visit in self._new}
        changed = {visit.id: visit for visit in self._changed if visit.id not in new}
        Visit.objects.bulk_update(changed.values(), ENDING_FIELDS, batch_size=BATCH_SIZE)
        insert(self._new)
        self._reads.store()


def _ended_where_declined(item: MadeVisit) -> MadeVisit:
    """A visit that the client did not want ends as it begins: nobody has to tell when."""
    is_declined = item.by == "hand" and rules.is_declined(item.reason, "")
    return msgspec.structs.replace(item, departed=item.arrived) if is_declined and not item.departed else item


def _journal_left_open(ctx: ActContext, open_visits: list[Visit]) -> list[Visit]:
    """Journals the visits. The line names no home, since the routine asks nothing: so no home need be locked."""
    for visit in open_visits:
        ctx.journal("visit.left_open", client=visit.client_id, visit=visit.id, account=visit.account_id)
    return open_visits


def _new_visit(ctx: ActContext, item: MadeVisit, judgement: VisitJudgement, *, opens: bool) -> Visit:
    ended = item.departed is not None
    reason = item.reason if item.by == "hand" else ""
    return Visit(
        id=item.visit or new_id(),
        municipality_id=ctx.actor.municipality,
        client_id=judgement.client,
        organisation_id=judgement.organisation,
        account_id=judgement.account,
        arrived=item.arrived,
        departed=item.departed,
        open=opens,
        evidence=item.by,
        reason=reason,
        departed_evidence=item.by if ended else "",
        departed_reason=reason if ended else "",
        flags=" ".join(judgement.flags),
    )


def _note_arrival(ctx: ActContext, visit: Visit, judgement: VisitJudgement) -> None:
    """Journals a visit: it counts once, from its arrival, whenever its end is reported."""
    ctx.journal(
        "visit.registered",
        homes=[judgement.home],
        client=visit.client_id,
        though=judgement.marks,
        occurred=visit.arrived,
        visit=visit.id,
        organisation=visit.organisation_id,
        account=visit.account_id,
        by=visit.evidence,
        arrived=visit.arrived,
        departed=visit.departed,
        open=visit.open,
        reason_code=visit.reason,
        flags=visit.flags.split(),
    )


def note_departure(ctx: ActContext, visit: Visit, home: UUID) -> None:
    """Journals the end of a visit."""
    ctx.journal(
        "visit.departed",
        homes=[home],
        client=visit.client_id,
        occurred=visit.departed,
        visit=visit.id,
        organisation=visit.organisation_id,
        account=visit.account_id,
        by=visit.departed_evidence,
        departed=visit.departed,
        reason_code=visit.departed_reason,
        flags=visit.flags.split(),
    )
