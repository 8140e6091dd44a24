# SPDX-License-Identifier: EUPL-1.2
"""The rows that the acts of visiting need, read for a whole batch: clients, evidence, and stored visits.

A constant number of queries, whatever the count: clients, homes, named carers, tags, links, visits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, NamedTuple, Self
from uuid import UUID

import msgspec
from django.db.models import Q, QuerySet

from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.duties import known_then
from troskel.ground.clock import day_of
from troskel.ground.compiled_query import CompiledQuery
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.ground.years import can_be_meant
from troskel.people.models import Account, Residence
from troskel.people.roles import Role
from troskel.routine import client_state
from troskel.runner import lookup
from troskel.runner.choices import Evidence
from troskel.runner.fields import SERIAL, TAG, CaseNumber, Code, Instant, field
from troskel.runner.reported import DoneThough, Reported
from troskel.runner.transaction import ActContext
from troskel.visits import rules
from troskel.visits.models import Visit
from troskel.visits.rules import Span


class MadeVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit. `visit`: the caller's own id for it. `carer`: the username, where a coordinator registers it."""

    client: CaseNumber
    arrived: Annotated[Instant, field(_("Ankomst"))]
    by: Evidence
    departed: Annotated[Instant | None, field(_("Avgång"))] = None
    tag: Annotated[Code, TAG] = ""
    serial: Annotated[Code, SERIAL] = ""
    reason: Code = ""
    visit: UUID | None = None
    carer: Annotated[Code, field(_("Vem gjorde besöket?"), hint=_("Kontonamn. Tom: du själv"))] = ""
    done_though: DoneThough = []


class VisitJudgement(NamedTuple):
    """The result of judging an item: whose visit, where, by whom, its flags, marks; and the stored visit, if any."""

    client: UUID
    case: str
    home: UUID
    organisation: UUID
    account: UUID | None
    flags: list[str]
    marks: list[str]
    stored_visit: Visit | None


class VisitToEnd(NamedTuple):
    """A visit that is to end, and the home that it was in."""

    visit: Visit
    home: UUID


def answer(visit: Visit, case: str) -> dict[str, Any]:
    """Returns the act's answer about a visit."""
    return {"case": case, "visit": visit.id, "flags": visit.flags.split()}


def find_visit_to_end(ctx: ActContext, visit_id: UUID | None) -> VisitToEnd:
    """Returns the visit of this id, or the actor's open one, with its homes locked. Raises NotFound.

    A coordinator may name any visit of the provider's.
    """
    actor = ctx.actor
    condition = Q(municipality=actor.municipality, organisation=actor.organisation)
    if actor.role is Role.CARER or visit_id is None:
        condition &= Q(account=actor.account)
    condition &= Q(id=visit_id) if visit_id else Q(open=True)
    rows = Visit.objects.select_related("client").filter(condition)
    ctx.lock_homes(Residence.objects.filter(client__in=rows.values("client_id")).values("home_id"))
    visit = rows.first()
    if visit is None:
        raise NotFound("visit", "visit")
    subject = lookup.subject_of(ctx, visit.client)
    return VisitToEnd(visit, home_of_visit(subject, visit.organisation_id, day_of(visit.arrived))[0])


def home_of_visit(subject: lookup.ClientSubject, organisation: UUID, day: date) -> tuple[UUID, bool]:
    """Returns the home of a visit, and whether it was covered. A late report may concern a former home."""
    for home in (subject.home, *subject.former_homes):
        if client_state.covered_by(home.clients[subject.row.id], organisation, day):
            return home.home, True
    return subject.home.home, False


def _stored_visits(
    municipality: str,
    ids: list[UUID],
    accounts: list[UUID],
    first: datetime,
    last: datetime,
    own: UUID | None,
) -> QuerySet[Visit]:
    """Visits with these ids, of these accounts between these instants, and the open one of `own`."""
    overlaps = Q(arrived__lte=last) & (Q(departed__gte=first) | Q(departed=None, arrived__gte=first))
    condition = Q(id__in=ids) | (Q(account__in=accounts) & overlaps)
    if own is not None:
        condition |= Q(account=own, open=True)
    return Visit.objects.filter(condition, municipality=municipality)


_VISITS = CompiledQuery(_stored_visits)
_TAGS = CompiledQuery(
    lambda municipality, numbers: Holding.objects.filter(
        municipality=municipality, thing__kind=ThingKind.TAG, thing__number__in=numbers
    ).values_list("thing__number", "kind", "holder", "since", "until")
)
_LINKS = CompiledQuery(
    lambda municipality, serials, clients: Link.objects.filter(
        municipality=municipality, lock__number__in=serials, client__in=clients
    ).values_list("lock__number", "client_id", "since", "until")
)


class EvidenceIndex:
    """When each tag was with which client, and when each lock was linked to whom."""

    def __init__(self, tags: Iterable[tuple[Any, ...]], links: Iterable[tuple[Any, ...]]) -> None:
        self.tags: dict[str, dict[UUID | None, list[Span]]] = {}
        self.links: dict[tuple[str, UUID], list[Span]] = {}
        for number, kind, holder, since, until in tags:
            spans = self.tags.setdefault(number, {})
            if kind == HolderKind.CLIENT:
                spans.setdefault(holder, []).append(Span(since, until))
        for serial, client, since, until in links:
            self.links.setdefault((serial, client), []).append(Span(since, until))

    @classmethod
    def of(cls, ctx: ActContext, items: Sequence[MadeVisit], clients: Collection[UUID]) -> Self:
        """Reads the evidence for these items. Two queries at most."""
        tags = {item.tag for item in items if item.by == "tag"}
        serials = {item.serial for item in items if item.by == "lock"}
        municipality = ctx.actor.municipality
        return cls(
            _TAGS(municipality, sorted(tags)) if tags else (),
            _LINKS(municipality, sorted(serials), sorted(clients)) if serials else (),
        )

    def judge(self, item: MadeVisit, client: UUID) -> None:
        """Raises NotFound or Refusal where the tag or lock does not prove the visit."""
        span = Span(item.arrived, item.departed)
        if item.by == "tag":
            if item.tag not in self.tags:
                raise NotFound("tag", "tag")
            rules.tag_was_with_client(self.tags[item.tag].get(client, ()), span, item.tag)
        if item.by == "lock":
            rules.lock_was_linked(self.links.get((item.serial, client), ()), span, item.serial)


class StoredVisits:
    """Stored visits: those with the items' ids, and those of the same people at the same time."""

    def __init__(self, rows: Iterable[Visit]) -> None:
        self.by_id = {row.id: row for row in rows}

    @classmethod
    def of(
        cls,
        ctx: ActContext,
        items: Sequence[MadeVisit],
        accounts: Collection[UUID | None],
        *,
        with_open: bool = False,
    ) -> Self:
        """Reads the visits for these items. One query. `with_open`: include the actor's own open visit."""
        first = min(item.arrived for item in items)
        last = max(item.departed or item.arrived for item in items)
        ids = sorted({item.visit for item in items if item.visit})
        known = sorted({account for account in accounts if account})
        own = ctx.actor.account if with_open else None
        return cls(_VISITS(ctx.actor.municipality, ids, known, first, last, own))

    def add(self, visit: Visit) -> None:
        """Adds a visit of this batch, against which the next ones are judged."""
        self.by_id[visit.id] = visit

    def of_account(self, account: UUID | None, except_visit: UUID | None = None) -> Iterator[Span]:
        """Yields the other visits of one carer; none where the carer is not known."""
        for visit in self.by_id.values():
            if account is not None and visit.account_id == account and visit.id != except_visit:
                yield Span(visit.arrived, visit.departed)

    def end(self, visit: Visit, item: MadeVisit) -> None:
        """Ends the visit, and recomputes its flags."""
        visit.departed, visit.open, visit.departed_evidence = item.departed, False, item.by
        visit.departed_reason = item.reason if item.by == "hand" else ""
        self.flag(visit, covered="not_covered" not in visit.flags.split())

    def flag(self, visit: Visit, *, covered: bool) -> None:
        """Computes the flags of a visit anew, from its times and the other visits of its carer."""
        others = self.of_account(visit.account_id, visit.id)
        flags = rules.flags_of(Span(visit.arrived, visit.departed), others, covered=covered)
        corrected = [flag for flag in visit.flags.split() if flag in rules.CORRECTED]
        visit.flags = " ".join([*flags, *corrected])


class VisitBatch:
    """A batch of visits, with everything needed to judge its items."""

    def __init__(self, ctx: ActContext, *, begins: bool) -> None:
        self.ctx = ctx
        self.begins = begins
        self.clients: dict[str, lookup.ClientSubject | Refusal] = {}
        self.carers: dict[str, UUID] = {}
        self.on_phone_then: set[tuple[str, date]] = set()
        self.evidence = EvidenceIndex((), ())
        self.stored_visits = StoredVisits(())
        self.open_visits: list[Visit] = []

    @classmethod
    def of(cls, ctx: ActContext, items: Sequence[MadeVisit], *, begins: bool = False) -> Self:
        """Reads all rows that the items need, but for those that can't have been made: no day is reckoned from them."""
        batch = cls(ctx, begins=begins)
        items = [
            item
            for item in items
            if can_be_meant(item.arrived) and can_be_meant(item.departed or item.arrived)
        ]
        if not items:
            return batch
        days: dict[date, set[str]] = {}
        for item in items:
            days.setdefault(min(day_of(item.arrived), ctx.today), set()).add(item.client)
        batch.clients = lookup.find_clients_by_day(ctx, days)
        batch.carers = _carers(ctx, {item.carer for item in items if item.carer})
        client_ids = {
            subject.row.id for subject in batch.clients.values() if isinstance(subject, lookup.ClientSubject)
        }
        batch.on_phone_then = _on_phone_then(ctx, items, batch.clients)
        batch.evidence = EvidenceIndex.of(ctx, items, client_ids)
        accounts = {ctx.actor.account, *batch.carers.values()}
        batch.stored_visits = StoredVisits.of(ctx, items, accounts, with_open=begins)
        rows = batch.stored_visits.by_id.values() if begins else ()
        batch.open_visits = [row for row in rows if row.open and row.account_id == ctx.actor.account]
        return batch

    def judge(self, item: MadeVisit) -> VisitJudgement:
        """Judges an item. Raises NotFound, BadValue or Refusal."""
        ctx, subject = self.ctx, self.clients.get(item.client)
        rules.has_been_made(item.arrived, item.departed, ctx.now)
        if subject is None:
            raise NotFound("client", "client")
        if isinstance(subject, Refusal):
            raise subject
        organisation = rules.visiting_organisation(ctx.actor.organisation)
        rules.departs_after_arrival(item.arrived, item.departed)
        rules.by_hand_with_reason(item.by, item.reason)
        home, is_covered = home_of_visit(subject, organisation, day_of(item.arrived))
        report = Reported(item.done_though)
        if (item.client, day_of(item.arrived)) not in self.on_phone_then:
            report.ask(
                lambda: rules.covered_or_proven(covered=is_covered, evidence=item.by, arrived=item.arrived)
            )
        self.evidence.judge(item, subject.row.id)
        account = self._account_of(item.carer)
        stored_visit = self._stored_visit(item, subject.row.id)
        if stored_visit is None:
            for visit in self.open_visits:
                rules.not_begun_twice(visit.client_id == subject.row.id, visit.arrived, item.arrived)
        span = Span(item.arrived, item.departed)
        flags = rules.flags_of(span, self.stored_visits.of_account(account, item.visit), covered=is_covered)
        if self.begins and not self.is_latest(item):
            flags.append("left_open")
        return VisitJudgement(
            subject.row.id,
            subject.row.case_number,
            home,
            organisation,
            account,
            flags,
            report.marks,
            stored_visit,
        )

    def is_latest(self, item: MadeVisit) -> bool:
        """Did it begin after the actor's open visit? A late report of an earlier arrival opens no visit."""
        return all(visit.arrived <= item.arrived for visit in self.open_visits)

    def add(self, visit: Visit) -> None:
        """Adds a visit of this batch, against which the next ones are judged."""
        self.stored_visits.add(visit)
        if visit.open:
            self.open_visits = [visit]

    def end(self, visit: Visit, item: MadeVisit) -> None:
        """Ends a visit: it is under way no longer."""
        self.stored_visits.end(visit, item)
        self.open_visits = [row for row in self.open_visits if row.id != visit.id]

    def close_open_visits(self, item: MadeVisit) -> list[Visit]:
        """Closes and returns the visit that the actor had open when this one began; its end is not known."""
        visits = self.open_visits if self.is_latest(item) else []
        for visit in visits:
            visit.open = False
            visit.flags = " ".join([*visit.flags.split(), "left_open"])
        return visits

    def _stored_visit(self, item: MadeVisit, client: UUID) -> Visit | None:
        visit = self.stored_visits.by_id.get(item.visit) if item.visit else None
        if visit is not None:
            same = (client, item.arrived, self.ctx.actor.organisation)
            rules.the_same_visit((visit.client_id, visit.arrived, visit.organisation_id) == same)
        return visit

    def _account_of(self, carer: str) -> UUID | None:
        """Returns the account that made the visit: the carer's own, or the named carer's; None if not known."""
        if not carer:
            return self.ctx.actor.account if self.ctx.actor.role is Role.CARER else None
        if carer not in self.carers:
            raise NotFound("carer", "carer")
        return self.carers[carer]


def _on_phone_then(
    ctx: ActContext, items: Sequence[MadeVisit], clients: Mapping[str, lookup.ClientSubject | Refusal]
) -> set[tuple[str, date]]:
    """Returns name and day of visits by hand that nothing covers now, though the phone showed the client then.

    They were made in good faith. One query, or none.
    """
    organisation = ctx.actor.organisation
    uncovered: dict[tuple[UUID, date], str] = {}
    for item in items:
        subject, day = clients.get(item.client), day_of(item.arrived)
        if item.by != "hand" or organisation is None or not isinstance(subject, lookup.ClientSubject):
            continue
        if day < ctx.today and not home_of_visit(subject, organisation, day)[1]:
            uncovered[subject.row.id, day] = item.client
    ids, days = {client for client, _ in uncovered}, {day for _, day in uncovered}
    phones = known_then.phones_on(ctx.actor.municipality, ids, days)
    return {
        (name, day)
        for (client, day), name in uncovered.items()
        if organisation in phones[day].get(client, ())
    }


def _carers(ctx: ActContext, names: Collection[str]) -> dict[str, UUID]:
    """Returns the accounts of the provider's carers by username. Raises BadValue unless a coordinator asks."""
    if not names:
        return {}
    if ctx.actor.role is not Role.COORDINATOR:
        raise BadValue(
            "carer",
            "visit.for_another",
            _("Bara en samordnare skriver in någon annans besök. Lämna fältet tomt."),
        )
    full_names = {f"{ctx.actor.municipality}/{name}": name for name in names}
    rows = Account.objects.filter(
        municipality=ctx.actor.municipality, organisation=ctx.actor.organisation, username__in=full_names
    )
    return {full_names[username]: identifier for username, identifier in rows.values_list("username", "id")}
