# SPDX-License-Identifier: EUPL-1.2
"""The events that a phone tells in one batch: known ones answered again, new ones judged in the order they happened.

A constant number of statements, whatever the count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import OuterRef, Subquery

from troskel.acts.noted_events import EventContent, NotedEvent, WaitingEvent, content_of, digest_of
from troskel.acts.tag_reads import TagReads, TagTap
from troskel.acts.visit_batches import MadeVisit
from troskel.acts.visit_registration import Registration
from troskel.custody.models import HolderKind, Holding, ThingKind
from troskel.custody.signed_tags import TagSignature
from troskel.ground.clock import day_of
from troskel.ground.ids import new_id
from troskel.ground.refusal_texts import Phrasing, english, refusal_text
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.row_writing import Upsert, insert, new_row
from troskel.ground.years import can_be_meant
from troskel.people.models import Client
from troskel.runner import idempotency
from troskel.runner.transaction import ActContext
from troskel.visits import events as rules
from troskel.visits.events import EventState, PhoneClock
from troskel.visits.models import CarersPhone, PhoneEvent, Visit

_MEET = Upsert(CarersPhone, "id", ["last_seen", "skew"])
_CHANGE = Upsert(
    PhoneEvent,
    "id",
    ["phone", "sequence", "kind", "noted", "occurred", "received", "digest", "clash", "content", "state", "rule",
     "code", "message", "swedish", "visit", "client"],
)  # fmt: skip


class _Pending(NamedTuple):
    event: NotedEvent
    content: EventContent
    occurred: datetime
    row: PhoneEvent
    visit: UUID


class ToldEvents:
    """One batch of a phone. `meet` the phone, `take` its events, `announce` those that wait, `store`, then `answer`."""

    def __init__(self, ctx: ActContext, phone: UUID, clock: PhoneClock) -> None:
        self.ctx = ctx
        self.clock = clock
        self.account = _account(ctx)
        self.phone = rules.derived_id(self.account, phone)
        self.rows: dict[UUID, PhoneEvent] = {}
        self._clashing: set[UUID] = set()
        self._new: dict[UUID, PhoneEvent] = {}
        self._changed: dict[UUID, PhoneEvent] = {}
        self._client_names: dict[UUID, str] = {}

    def meet(self) -> None:
        """Notes that the phone has spoken. Locks its row: the same batch, sent twice at once, is taken once."""
        now = self.ctx.now
        row = new_row(
            CarersPhone,
            id=self.phone,
            municipality_id=self.ctx.actor.municipality,
            account_id=self.account,
            first_seen=now,
            last_seen=now,
            skew=round(self.clock.skew.total_seconds()),
        )
        _MEET([row])

    def take(self, events: Sequence[NotedEvent]) -> None:
        """Settles the events that are new, in the order in which they happened."""
        contents = {event.id: content_of(event) for event in events}
        ends = {c.visit for c in contents.values() if isinstance(c, EventContent) and c.visit}
        ids = [rules.derived_id(self.account, own) for own in {*contents, *ends}]
        stored = PhoneEvent.objects.filter(id__in=ids, municipality=self.ctx.actor.municipality)
        self.rows = {row.id: row for row in stored} if ids else {}
        pending = [
            self._pending(event, content, row)
            for event in {event.id: event for event in events}.values()
            if (row := self._to_settle(event)) is not None
            and isinstance(content := self._readable(row, contents[event.id]), EventContent)
        ]
        pending = self._done_before(pending)
        if pending:
            self._settle(pending)

    def announce(self, waiting: Iterable[WaitingEvent]) -> None:
        """Notes the events that the phone still keeps, where they are not known."""
        events = {rules.derived_id(self.account, one.id): one for one in waiting}
        unknown = events.keys() - self.rows.keys()
        if not unknown:
            return
        stored = PhoneEvent.objects.filter(id__in=unknown, municipality=self.ctx.actor.municipality)
        known = set(stored.values_list("id", flat=True))
        for identifier in sorted(unknown - known):
            self._new[identifier] = self._row(identifier, events[identifier], EventState.NOTED)

    def store(self) -> None:
        """Writes the events. Two statements at most."""
        insert(list(self._new.values()))
        _CHANGE([row for identifier, row in self._changed.items() if identifier not in self._new])

    def answer(self, event: NotedEvent) -> dict[str, Any]:
        """Returns how an event of the batch went, by the phone's id of it."""
        row = self.rows[rules.derived_id(self.account, event.id)]
        if row.digest != digest_of(event) and row.id in self._clashing:
            row = refuse(self._row(row.id, event, EventState.REFUSED), rules.id_reused())
        return {
            "id": event.id,
            "told": row.id,
            "state": row.state,
            "occurred": row.occurred,
            "visit": row.visit,
            "rule": row.rule,
            "code": row.code,
            "message": row.message,
            "swedish": row.swedish,
        }

    def _to_settle(self, event: NotedEvent) -> PhoneEvent | None:
        """Returns the row of an event that is to be settled; None where that has been done."""
        identifier, digest = rules.derived_id(self.account, event.id), digest_of(event)
        row = self.rows.get(identifier)
        if row is None:
            row = self._new[identifier] = self.rows[identifier] = self._row(
                identifier, event, EventState.ON_THE_WAY
            )
        elif row.digest and row.digest != digest:
            self._clashing.add(identifier)
            if row.clash != digest:
                row.clash = digest
                self._changed[identifier] = row
                self._note_refusal(row, "event.id_reused")
            return None
        elif row.state not in rules.UNSETTLED:
            return None
        else:
            self._changed[identifier] = row
        row.received, row.digest = row.received or self.ctx.now, digest
        row.phone_id, row.sequence, row.noted = self.phone, event.sequence, self._noted(event)
        row.state = EventState.ON_THE_WAY
        return row

    def _row(self, identifier: UUID, event: NotedEvent | WaitingEvent, state: EventState) -> PhoneEvent:
        return new_row(
            PhoneEvent,
            id=identifier,
            municipality_id=self.ctx.actor.municipality,
            account_id=self.account,
            organisation_id=self.ctx.actor.organisation,
            phone_id=self.phone,
            sequence=event.sequence,
            noted=self._noted(event),
            state=state,
        )

    def _noted(self, event: NotedEvent | WaitingEvent) -> datetime:
        return event.noted if can_be_meant(event.noted) else self.ctx.now

    def _readable(self, row: PhoneEvent, content: EventContent | BadValue) -> EventContent | None:
        if isinstance(content, BadValue):
            self._refuse(row, content)
            return None
        row.kind, row.content = content.kind, msgspec.json.encode(content).decode()
        return content

    def _pending(self, event: NotedEvent, content: EventContent, row: PhoneEvent) -> _Pending:
        row.occurred = self.clock.when(event.noted, event.boot, event.ticks)
        return _Pending(event, content, row.occurred, row, new_id())

    def _done_before(self, pending: list[_Pending]) -> list[_Pending]:
        """Settles what the page did by the event's id as its key, and whose answer was lost. Returns the others."""
        if not pending:
            return []
        keys = [str(one.event.id) for one in pending]
        municipality = self.ctx.actor.municipality
        done = idempotency.outcomes_by_key(municipality, self.account, keys, ("arrive", "depart"))
        for one in pending:
            if (outcome := done.get(str(one.event.id))) is not None:
                row, when = one.row, outcome.recorded
                row.visit, row.occurred = UUID(outcome.answer["visit"]), when
                is_close = abs(when - one.event.noted) <= rules.MAY_BE_WRONG
                row.state = EventState.ACKNOWLEDGED if is_close else EventState.CORRECTED
        return [one for one in pending if str(one.event.id) not in done]

    # judging

    def _settle(self, pending: list[_Pending]) -> None:
        reads = TagReads.of(self.ctx, map(_tap, pending))
        names = reads.named([_tap(one) for one in pending])
        pending = [
            one._replace(content=msgspec.structs.replace(one.content, tag=name))
            for one, name in zip(pending, names, strict=True)
        ]
        begun = {one.event.id: one for one in pending if one.content.kind == "arrive"}
        pending = sorted(pending, key=lambda one: _turn(one, begun))
        standing = self._standing_visits(pending)
        tags = self._clients_by_tag([one for one in begun.values() if not one.content.client])
        made: list[tuple[_Pending, MadeVisit | Refusal | NotFound | None]] = []
        for one in pending:
            made.append((one, tags.get(one.event.id) or self._made(one, begun, standing)))
        registration = Registration(
            self.ctx, [item for _one, item in made if isinstance(item, MadeVisit)], begins=True, reads=reads
        )
        for one, item in made:
            self._register(registration, one, item)
        registration.store()

    def _register(self, registration: Registration, one: _Pending, item: Any) -> None:
        if item is None:
            self._wait(one)
            return
        try:
            if not isinstance(item, MadeVisit):
                raise item
            if one.content.kind == "depart" and registration.stored(item.visit or one.visit) is None:
                raise rules.arrival_refused()
            visit, _case = registration.take(item, _tap(one))
        except (Refusal, NotFound, BadValue) as refusal:
            self._refuse(one.row, refusal)
            return
        row = one.row
        row.visit, row.client = visit.id, visit.client_id
        row.rule = row.code = row.message = row.swedish = ""
        row.state = EventState.ACKNOWLEDGED if one.occurred == one.event.noted else EventState.CORRECTED

    def _made(
        self, one: _Pending, begun: dict[UUID, _Pending], standing: dict[UUID, Visit]
    ) -> MadeVisit | Refusal | None:
        """Returns the visit, or its end; why it is refused; None where its arrival is waited for."""
        content = one.content
        evidence: dict[str, Any] = {
            "by": content.by,
            "tag": content.tag,
            "serial": content.serial,
            "reason": content.reason,
        }
        if content.kind == "arrive":
            return MadeVisit(client=content.client, arrived=one.occurred, visit=one.visit, **evidence)
        if content.visit in begun:
            arrival = begun[content.visit]
            client = self._client_names.get(arrival.event.id, arrival.content.client)
            return MadeVisit(
                client=client,
                arrived=arrival.occurred,
                departed=one.occurred,
                visit=arrival.visit,
                **evidence,
            )
        event = self.rows.get(rules.derived_id(self.account, content.visit)) if content.visit else None
        visit = standing.get(event.visit or one.visit) if event else standing.get(content.visit or one.visit)
        if visit is not None:
            return MadeVisit(
                client=visit.client.reference,
                arrived=visit.arrived,
                departed=one.occurred,
                visit=visit.id,
                **evidence,
            )
        if event is not None and event.state == EventState.REFUSED:
            return rules.arrival_refused()
        if event is None and self.ctx.now - (one.row.received or self.ctx.now) < rules.HELD:
            return None
        return rules.arrival_missing()

    def _standing_visits(self, pending: list[_Pending]) -> dict[UUID, Visit]:
        """Returns the stored visits that the departures may end, of this account. One query, or none."""
        named = {one.content.visit for one in pending if one.content.kind == "depart" and one.content.visit}
        if not named:
            return {}
        rows = (self.rows.get(rules.derived_id(self.account, own)) for own in named)
        ids = named | {row.visit for row in rows if row is not None and row.visit}
        visits = Visit.objects.filter(
            municipality=self.ctx.actor.municipality, account=self.account, id__in=ids
        ).select_related("client")
        return {visit.id: visit for visit in visits}

    def _clients_by_tag(self, arrivals: list[_Pending]) -> dict[UUID, MadeVisit | NotFound]:
        """Returns the arrivals that name a tag and no client, with the client who had the tag then. One query."""
        if not arrivals:
            return {}
        reference = Client.objects.filter(id=OuterRef("holder")).values("reference")
        rows = Holding.objects.filter(
            municipality=self.ctx.actor.municipality,
            thing__kind=ThingKind.TAG,
            thing__number__in=sorted({one.content.tag for one in arrivals}),
            kind=HolderKind.CLIENT,
        ).values_list("thing__number", "since", "until", Subquery(reference))
        holdings = list(rows)
        found: dict[UUID, MadeVisit | NotFound] = {}
        for one in arrivals:
            names = [
                name
                for tag, since, until, name in holdings
                if tag == one.content.tag
                and day_of(since) <= day_of(one.occurred)
                and (until is None or until >= one.occurred)
            ]
            if not names:
                found[one.event.id] = NotFound("tag", "tag")
                continue
            self._client_names[one.event.id] = names[-1]
            found[one.event.id] = MadeVisit(
                client=names[-1],
                arrived=one.occurred,
                visit=one.visit,
                by=one.content.by,
                tag=one.content.tag,
            )
        return found

    def _wait(self, one: _Pending) -> None:
        """Leaves an event on its way: the phone keeps it, and sends it again."""
        _say(one.row, rules.arrival_missing())

    def _refuse(self, row: PhoneEvent, refusal: Refusal | NotFound | BadValue) -> None:
        refuse(row, refusal)
        self._note_refusal(row, refusal.code)

    def _note_refusal(self, row: PhoneEvent, code: str) -> None:
        self.ctx.journal(
            "phone.event_refused",
            told=row.id,
            code=code,
            kind=row.kind,
            organisation=row.organisation_id,
            account=row.account_id,
        )


def _tap(one: _Pending) -> TagTap:
    """The tag of an event, if it is by tag, as it was read."""
    content = one.content
    signature = TagSignature.of(content.picc_data, content.cmac) if content.by == "tag" else None
    return TagTap(content.tag, signature, one.occurred)


def _account(ctx: ActContext) -> UUID:
    """Returns the account whose phone it is; the system itself has none."""
    if ctx.actor.account is None or ctx.actor.organisation is None:
        raise rules.no_ones_phone()
    return ctx.actor.account


def refuse(row: PhoneEvent, refusal: Refusal | NotFound | BadValue) -> PhoneEvent:
    """Refuses an event, and says why in both languages. Returns it."""
    row.state = EventState.REFUSED
    return _say(row, refusal)


def _say(row: PhoneEvent, refusal: Refusal | NotFound | BadValue) -> PhoneEvent:
    row.rule = refusal.rule if isinstance(refusal, Refusal) else ""
    row.code, row.message, row.swedish = refusal.code, english(refusal), refusal_text(refusal, Phrasing("sv"))
    return row


def _turn(one: _Pending, begun: Mapping[UUID, _Pending]) -> tuple[datetime, int]:
    """The order in which events are judged: as they happened, and no departure before its arrival."""
    arrival = begun.get(one.content.visit) if one.content.visit else None
    if arrival is not None and arrival.occurred > one.occurred:
        return arrival.occurred, arrival.event.sequence + 1
    return one.occurred, one.event.sequence
